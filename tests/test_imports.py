"""Imports flow one way: each room may import only the rooms beneath it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "hydrasnap"
MAY = {
    "errors": "",
    "model": "",
    "resources": "errors",
    "mistakes": "",
    "config": "errors mistakes",
    "wire": "errors model",
    "listing": "errors model",
    "client": "errors",
    "plan": "model",
    "store": "errors model",
    "crawl": "client wire listing plan store model errors",
    "demo": "model",
    "report": "model",
    "links": "model",
}
ASYNC = {"client", "crawl", "demo"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported(file: Path) -> set[str]:
    """Return the rooms that a module names in its imports, wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name.split(".")[1] for name in names if name.startswith("hydrasnap.")}
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_a_room_imports_only_the_rooms_beneath_it(file: Path) -> None:
    allowed = MAY.get(room(file))
    if allowed is not None:
        assert rooms_imported(file) <= {room(file), *allowed.split()}


def test_only_the_crawl_half_knows_the_network_and_only_the_command_line_knows_both() -> None:
    for file in FILES:
        if room(file) not in MAY and room(file) not in ("cli", "__init__", "__main__", "serve"):
            assert not rooms_imported(file) & {"client", "crawl", "wire", "listing", "plan", "cli"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_asynchronous_code_lives_in_the_crawl_half(file: Path) -> None:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncWith, ast.AsyncFor)
    if room(file) not in ASYNC:
        assert not [node for node in nodes if isinstance(node, kinds)]
