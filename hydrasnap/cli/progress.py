"""What a run prints while it works: a bar on a terminal, plain lines elsewhere."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from hydrasnap.cli.output import OutputOptions, print_event, print_line
from hydrasnap.errors import one_line
from hydrasnap.formatting import mask_logins, size

if TYPE_CHECKING:
    from rich.progress import Progress

    from hydrasnap.client.run_budget import Limits
    from hydrasnap.crawl.session import Event

EventSink = Callable[["Event"], None]

_LONG_WAIT = 5.0
_PATIENCE = 1.0


class ProgressBar:
    """A line that moves: a stage, how far it is, and a remark. It vanishes at the end.

    Nothing is shown before `patience` seconds have passed, nor unless `shown`.
    """

    def __init__(self, *, shown: bool, patience: float = 0.0) -> None:
        self._shown = shown
        self._begin_at = time.monotonic() + patience
        self._bar: Progress | None = None

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(
        self, stage: str, done: int, total: int | None, spent: str = "", what: str = ""
    ) -> None:
        """Show how much of a stage is done, what that took, and what is being done."""
        if not self._shown or time.monotonic() < self._begin_at:
            return
        if self._bar is None:
            self._bar = _rich_bar()
        task = self._bar.task_ids[0]
        if self._bar.tasks[0].description != stage:
            self._bar.reset(task)
        self._bar.update(
            task, description=stage, completed=done, total=total, spent=spent, what=what
        )

    def print(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar is None:
            print_line(text)
        else:
            self._bar.console.print(mask_logins(one_line(text)), markup=False, highlight=False)


def _rich_bar() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=10),
        MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=7)),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[spent]}", markup=False),
        TextColumn(
            "{task.fields[what]}",
            markup=False,
            style="dim",
            table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
        ),
        expand=True,
        console=Console(stderr=True),
        transient=True,
    )
    bar.add_task("", total=None, spent="", what="")
    bar.start()
    return bar


@contextmanager
def crawl_progress(options: OutputOptions, limits: "Limits") -> Iterator[EventSink]:
    """Yield a sink for the events of a crawl, as fits the options and the terminal."""
    if options.quiet:
        yield lambda _: None
    elif options.json:
        yield _print_as_json
    elif options.has_bar:
        with ProgressBar(shown=True) as bar:
            yield _CrawlBar(bar, limits)
    else:
        yield partial(_print_as_line, verbose=options.verbose)


@contextmanager
def render_progress(
    options: OutputOptions, patience: float = _PATIENCE
) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to call with how much of a render is done; short renders show nothing."""
    with ProgressBar(shown=options.has_bar, patience=patience) as bar:
        yield lambda done, total: bar.show("render", done, total)


def _print_as_line(event: "Event", *, verbose: bool) -> None:
    """Print a line for a stage, and for a request where that is asked for."""
    if line := _line(event, verbose=verbose):
        print_line(line)


def _line(event: "Event", *, verbose: bool) -> str | None:
    from hydrasnap.client.settings import Fetched, Waiting
    from hydrasnap.crawl.session import Note, Stage

    if isinstance(event, Stage):
        return f"{event.name}: {event.total}" if event.total is not None else event.name
    if isinstance(event, Note):
        return event.text
    if isinstance(event, Waiting) and (verbose or event.seconds >= _LONG_WAIT):
        return f"  waiting {event.seconds:.1f} s: {event.reason}"
    if isinstance(event, Fetched) and verbose:
        return f"  {event.status} {event.bytes:>9,} B {event.seconds:6.2f} s  {event.path}"
    return None


def _print_as_json(event: "Event") -> None:
    """Print the kind of an event and its fields."""
    print_event(type(event).__name__.lower(), dataclasses.asdict(event))


class _CrawlBar:
    """Shows a crawl on a bar: the stage, the pace, the budget, and what is asked for."""

    def __init__(self, bar: ProgressBar, limits: "Limits") -> None:
        self._bar, self._limits = bar, limits
        self._started = time.monotonic()
        self._requests = self._bytes = self._done = 0
        self._stage, self._what = "starting", ""
        self._total: int | None = None
        self._show()

    def __call__(self, event: "Event") -> None:
        from hydrasnap.client.settings import Fetched
        from hydrasnap.crawl.session import Note, Stage, Step

        if isinstance(event, Note):
            self._bar.print(event.text)
        elif isinstance(event, Stage):
            self._stage, self._total, self._done, self._what = event.name, event.total, 0, ""
        elif isinstance(event, Step):
            self._done += 1
        elif isinstance(event, Fetched):
            self._requests += 1
            self._bytes += event.bytes
            self._what = one_line(event.path)
        elif event.seconds >= _LONG_WAIT:
            self._what = f"waiting {event.seconds:.0f} s"
        self._show()

    def _show(self) -> None:
        self._bar.show(self._stage, self._done, self._total, self._spent(), self._what)

    def _spent(self) -> str:
        """Return how many requests were made, how fast, and how much of the budget is left."""
        seconds = time.monotonic() - self._started
        parts = [f"{self._requests} asked", f"{self._requests / max(seconds, 1):.1f}/s"]
        if self._limits.requests is not None:
            parts.append(f"{self._limits.requests - self._requests} left")
        if self._limits.seconds is not None:
            parts.append(f"{max(self._limits.seconds - seconds, 0):.0f} s left")
        if self._limits.bytes is not None:
            parts.append(f"{size(max(self._limits.bytes - self._bytes, 0))} left")
        return ", ".join(parts)
