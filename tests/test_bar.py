"""Tests of what a terminal shows of a render that takes its time."""

import io

import pytest

from hydrasnap.cli.bar import RenderBar
from hydrasnap.cli.telling import Telling


class Terminal(io.StringIO):
    """What a terminal was sent."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    return shown


def render(how: Telling) -> None:
    with RenderBar(how) as bar:
        for done in range(1, 5):
            bar(done, 4)


def test_a_long_render_shows_how_far_it_is(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hydrasnap.cli.bar._PATIENCE", 0)
    render(Telling())
    assert "100%" in terminal.getvalue()


@pytest.mark.parametrize("how", [Telling(quiet=True), Telling(json=True), Telling(progress=False)])
def test_who_wants_no_bar_has_none(
    how: Telling, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hydrasnap.cli.bar._PATIENCE", 0)
    render(how)
    assert terminal.getvalue() == ""


def test_a_short_render_shows_none(terminal: Terminal) -> None:
    render(Telling())
    assert terminal.getvalue() == ""
