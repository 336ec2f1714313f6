"""Imports flow one way: each room may import only the rooms beneath it, and no two each other."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "hydrasnap"
MAY = {
    "__init__": "",
    "errors": "",
    "formatting": "",
    "model": "",
    "config": "errors model formatting",
    "client": "errors",
    "wire": "errors model",
    "plan": "model",
    "store": "errors model",
    "report": "model",
    "crawl": "client wire plan store model errors formatting",
    "publish": "errors formatting model report server store",
    "server": "errors model report store",
    "query": "errors model report store",
    "demo": "model server",
    "cli": (
        "client config crawl demo errors formatting model plan publish query report server store "
        "wire"
    ),
}
MOST_ROOMS, MOST_FLOORS = 16, 5
ASYNC = {"client", "crawl", "server", "demo"}
FILES = sorted(PACKAGE.rglob("*.py"))


def name_of(file: Path) -> str:
    """Return the dotted name of a module below the package."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {name_of(file): file for file in FILES}


def room(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def modules_imported(file: Path) -> set[str]:
    """Return the modules of the package that one imports, wherever the imports stand."""
    found: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            below = name.removeprefix("hydrasnap.")
            if below != name:
                found.add(below if below in MODULES else below.rpartition(".")[0])
    return found - {""}


@pytest.mark.parametrize("name", sorted(MAY))
def test_a_room_imports_only_the_rooms_beneath_it(name: str) -> None:
    allowed = {name, *MAY[name].split()}
    wrong = [
        (name_of(file), module)
        for file in FILES
        if room(file) == name
        for module in modules_imported(file)
        if module.partition(".")[0] not in allowed
    ]
    assert wrong == []


def test_every_room_is_named_and_there_are_few() -> None:
    assert {room(file) for file in FILES} <= MAY.keys()
    assert len(MAY) <= MOST_ROOMS


def test_the_rooms_stand_on_few_floors_and_nothing_leads_back_up() -> None:
    beneath = {name: set(allowed.split()) for name, allowed in MAY.items()}
    floors = 0
    while beneath:
        ground = {name for name, allowed in beneath.items() if not allowed & beneath.keys()}
        assert ground, f"these rooms import each other in a circle: {sorted(beneath)}"
        beneath = {name: beneath[name] for name in beneath.keys() - ground}
        floors += 1
    assert floors <= MOST_FLOORS


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {name: modules_imported(file) - {name} for name, file in MODULES.items()}
    for name in left:  # a package that gathers what its modules offer is no part of a circle
        left[name] = {other for other in left[name] if not name.startswith(f"{other}.")}
    while ground := {name for name, needed in left.items() if not needed & left.keys()}:
        left = {name: left[name] for name in left.keys() - ground}
    assert left == {}


def test_only_the_crawl_half_knows_the_network_and_only_the_command_line_knows_both() -> None:
    network = {"client", "crawl", "wire", "plan"}
    assert not any(network & set(MAY[name].split()) for name in ("publish", "report", "server"))


def test_asynchronous_code_lives_where_the_network_is() -> None:
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncWith, ast.AsyncFor)
    found = {
        room(file) for file in FILES if any(isinstance(n, kinds) for n in ast.walk(tree(file)))
    }
    assert found <= ASYNC
