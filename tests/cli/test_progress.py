"""What a terminal shows of a run: a bar that moves, and nothing where none is wanted."""

import io
import sys
from collections.abc import Callable

import pytest

from hydrasnap.cli.output import OutputOptions
from hydrasnap.cli.progress import crawl_progress, render_progress
from hydrasnap.client.run_budget import Limits
from hydrasnap.client.settings import Fetched
from hydrasnap.crawl.session import Note, Stage, Step


class Terminal(io.StringIO):
    """What a terminal was sent."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> "Screen":
    """Return a function that puts a terminal in place of standard error."""

    def put() -> Terminal:
        found = Terminal()
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stderr", found)
        return found

    return put


Screen = Callable[[], Terminal]


def render(options: OutputOptions, patience: float) -> None:
    with render_progress(options, patience) as show:
        for done in range(1, 5):
            show(done, 4)


def test_a_long_render_shows_how_far_it_is(terminal: Screen) -> None:
    shown = terminal()
    render(OutputOptions(), 0)
    assert "4/4" in shown.getvalue()


def test_a_short_render_shows_nothing(terminal: Screen) -> None:
    shown = terminal()
    render(OutputOptions(), 1000)
    assert shown.getvalue() == ""


@pytest.mark.parametrize(
    "options", [OutputOptions(quiet=True), OutputOptions(json=True), OutputOptions(progress=False)]
)
def test_who_wants_no_bar_has_none(
    options: OutputOptions, terminal: Callable[[], Terminal]
) -> None:
    shown = terminal()
    render(options, 0)
    assert shown.getvalue() == ""


def test_a_crawl_shows_its_stage_its_budget_and_what_is_asked_for(
    terminal: Callable[[], Terminal],
) -> None:
    screen = terminal()
    with crawl_progress(OutputOptions(), Limits(requests=10, bytes=3 * 1024**2)) as watch:
        watch(Stage("jobsets", 2))
        watch(Fetched("/jobset/\x1b[2Jx", 200, 1024**2, 0.1))
        watch(Step())
        watch(Note("a\nb [bold]c"))
    shown = screen.getvalue()
    assert "jobsets" in shown
    assert "1/2" in shown
    assert "9 left" in shown
    assert "2.0 MiB left" in shown
    assert "a b [bold]c" in shown
    assert "\x1b[2J" not in shown


def test_without_a_terminal_a_crawl_prints_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with crawl_progress(OutputOptions(verbose=True), Limits()) as watch:
        watch(Stage("jobsets", 2))
        watch(Note("x\n::error::y https://me:s3cret@h"))
        watch(Fetched("/a", 200, 10, 0.1))
    stage, note, fetched = capsys.readouterr().err.splitlines()
    assert (stage, note) == ("jobsets: 2", "x ::error::y https://me:***@h")
    assert fetched.split() == ["200", "10", "B", "0.10", "s", "/a"]
