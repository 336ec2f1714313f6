"""Tests of what is kept of compiled templates: it changes nothing but the time."""

from pathlib import Path

import pytest
from jinja2 import DictLoader

from hydrasnap.publish.render.environment import LeanEnvironment


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the user's that compiled templates go to."""
    monkeypatch.setattr(
        "hydrasnap.publish.render.environment.user_cache_path", lambda name: tmp_path / name
    )
    return tmp_path / "hydrasnap"


def render(text: str) -> str:
    return LeanEnvironment(DictLoader({"page": text})).get_template("page").render(name="<x>")


def compiled(kept: Path) -> list[Path]:
    return sorted(file for file in kept.rglob("*") if file.is_file())


def test_a_template_is_compiled_once(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert render("Hello {{ name }}") == "Hello &lt;x&gt;"
    assert len(compiled(kept)) == 1
    monkeypatch.setattr(LeanEnvironment, "compile", None)
    assert render("Hello {{ name }}") == "Hello &lt;x&gt;"


def test_a_changed_template_is_compiled_anew(kept: Path) -> None:
    assert render("one {{ name }}") == "one &lt;x&gt;"
    assert render("two {{ name }}") == "two &lt;x&gt;"
    assert len(compiled(kept)) == 1


def test_another_compiler_compiles_anew(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert render("{{ name }}") == "&lt;x&gt;"
    (before,) = (file.read_bytes() for file in compiled(kept))
    monkeypatch.setattr(
        "hydrasnap.publish.render.environment._own_text", lambda: "another text of the module"
    )
    assert render("{{ name }}") == "&lt;x&gt;"
    (after,) = (file.read_bytes() for file in compiled(kept))
    assert before != after


@pytest.mark.parametrize("damage", [b"", b"no bytecode", None])
def test_what_cannot_be_read_or_kept_is_compiled(kept: Path, damage: bytes | None) -> None:
    if damage is None:
        kept.write_text("a file where the folder should be")
    else:
        render("{{ name }}")
        compiled(kept)[0].write_bytes(damage)
    assert render("{{ name }}") == "&lt;x&gt;"
