"""Tests of what a terminal shows of a render that takes its time."""

import io

import pytest

from hydrasnap.cli.events import OutputOptions
from hydrasnap.cli.render_bar import RenderBar


class Terminal(io.StringIO):
    """What a terminal was sent."""

    def isatty(self) -> bool:
        return True


def shown(how: OutputOptions, patience: float, patch: pytest.MonkeyPatch) -> str:
    terminal = Terminal()
    patch.setenv("TERM", "xterm")
    patch.setattr("sys.stderr", terminal)
    patch.setattr("hydrasnap.cli.render_bar._PATIENCE", patience)
    with RenderBar(how) as bar:
        for done in range(1, 5):
            bar(done, 4)
    return terminal.getvalue()


def test_a_long_render_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "100%" in shown(OutputOptions(), 0, monkeypatch)


def test_a_short_render_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(OutputOptions(), 1000, monkeypatch) == ""


@pytest.mark.parametrize(
    "how", [OutputOptions(quiet=True), OutputOptions(json=True), OutputOptions(progress=False)]
)
def test_who_wants_no_bar_has_none(how: OutputOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(how, 0, monkeypatch) == ""
