"""Imports flow one way: each room may import only the rooms beneath it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "hydrasnap"
MAY = {
    "__init__": "",
    "errors": "",
    "model": "",
    "mistakes": "",
    "phrases": "",
    "templating": "",
    "resources": "errors",
    "places": "errors",
    "workers": "errors",
    "config": "errors mistakes",
    "client": "errors",
    "wire": "errors model",
    "listing": "errors model",
    "plan": "model",
    "store": "errors model",
    "crawl": "client wire listing plan store model errors",
    "demo": "model",
    "report": "model",
    "links": "model",
    "output": "errors places",
    "state": "output",
    "settings": "model resources state",
    "standing": "links output places settings state",
    "pages": "model report links phrases",
    "prose": "links phrases",
    "blame": "errors resources",
    "texts": "errors links pages resources",
    "render": "blame links pages phrases prose resources templating",
    "scope": "model pages report state",
    "rendering": "output pages render scope standing state",
    "publish": "links model output pages render rendering report resources settings standing state "
    "store texts workers",
    "cli": "blame client config crawl demo errors model output pages phrases plan publish render "
    "report settings standing store texts",
}
ASYNC = {"client", "crawl", "demo"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported(file: Path) -> set[str]:
    """Return the rooms that a module names in its imports, wherever they stand."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("hydrasnap.")}
    return found - {"__version__"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_a_room_imports_only_the_rooms_beneath_it(file: Path) -> None:
    assert rooms_imported(file) <= {room(file), *MAY[room(file)].split()}


def test_nothing_flows_back() -> None:
    beneath = {name: set(allowed.split()) for name, allowed in MAY.items()}
    while beneath:
        ground = {name for name, allowed in beneath.items() if not allowed & beneath.keys()}
        assert ground, f"these rooms import each other in a circle: {sorted(beneath)}"
        beneath = {name: beneath[name] for name in beneath.keys() - ground}


def test_only_the_crawl_half_knows_the_network_and_only_the_command_line_knows_both() -> None:
    network = {"client", "crawl", "wire", "listing", "plan"}
    publish = {name for name, allowed in MAY.items() if "pages" in allowed.split()} - {"cli"}
    assert not any(network & set(MAY[name].split()) for name in publish | {"pages", "report"})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_asynchronous_code_lives_in_the_crawl_half(file: Path) -> None:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncWith, ast.AsyncFor)
    if room(file) not in ASYNC:
        assert not [node for node in nodes if isinstance(node, kinds)]
