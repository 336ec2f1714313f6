"""What a crawl tells while it runs: a bar on a terminal, plain lines elsewhere."""

import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from hydrasnap.cli.events import OutputOptions
from hydrasnap.client import Fetched, Limits, Waiting
from hydrasnap.crawl import Event, Note, Stage, Step

_LONG_WAIT = 5.0
_REST = Column(ratio=1, no_wrap=True, overflow="ellipsis")


class EventSink(Protocol):
    """Somebody to tell of events."""

    def __call__(self, event: Event) -> None:
        """Take note of an event."""


@contextmanager
def teller(how: OutputOptions, limits: Limits) -> Iterator[EventSink]:
    """Yield whom to tell, as fits the options and the terminal."""
    if how.quiet:
        yield lambda _: None
    elif how.json:
        yield _Machine()
    elif how.progress and not how.verbose and sys.stderr.isatty():
        with _Bar(limits) as bar:
            yield bar
    else:
        yield _Lines(verbose=how.verbose)


class _Lines:
    """A line for each stage, and for each request where that is asked for."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose

    def __call__(self, event: Event) -> None:
        line = self._line(event)
        if line:
            click.echo(line, err=True)

    def _line(self, event: Event) -> str | None:
        if isinstance(event, Stage):
            return f"{event.name}: {event.total}" if event.total is not None else event.name
        if isinstance(event, Note):
            return event.text
        if isinstance(event, Waiting) and (self._verbose or event.seconds >= _LONG_WAIT):
            return f"  waiting {event.seconds:.1f} s: {event.reason}"
        if isinstance(event, Fetched) and self._verbose:
            return f"  {event.status} {event.bytes:>9,} B {event.seconds:6.2f} s  {event.path}"
        return None


class _Machine:
    """A JSON object for each event: its kind, and its fields."""

    def __call__(self, event: Event) -> None:
        fields = {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
        click.echo(json.dumps(fields), err=True)


class _Bar:
    """One line that moves: the stage and how far it is, the pace, the budget, and what is asked."""

    def __init__(self, limits: Limits) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=10),
            MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=7)),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[spent]}", markup=False),
            TextColumn("{task.fields[what]}", markup=False, style="dim", table_column=_REST),
            expand=True,
            console=Console(stderr=True),
            transient=True,
        )
        self._limits = limits
        self._started = time.monotonic()
        self._requests = self._bytes = 0
        self._task = self._progress.add_task("starting", total=None, spent="", what="")

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Stage):
            self._progress.reset(
                self._task, total=event.total, description=event.name, what="", spent=self._spent()
            )
        elif isinstance(event, Step):
            self._progress.advance(self._task)
        elif isinstance(event, Fetched):
            self._requests += 1
            self._bytes += event.bytes
            self._progress.update(self._task, spent=self._spent(), what=event.path)
        elif isinstance(event, Note):
            self._progress.console.print(event.text, markup=False)
        elif event.seconds >= _LONG_WAIT:
            self._progress.update(self._task, what=f"waiting {event.seconds:.0f} s")

    def _spent(self) -> str:
        """Say how much was asked, how fast, and how much of the budget is left."""
        seconds = time.monotonic() - self._started
        parts = [f"{self._requests} asked", f"{self._requests / max(seconds, 1):.1f}/s"]
        if self._limits.requests is not None:
            parts.append(f"{self._limits.requests - self._requests} left")
        if self._limits.seconds is not None:
            parts.append(f"{max(self._limits.seconds - seconds, 0):.0f} s left")
        if self._limits.bytes is not None:
            parts.append(f"{max(self._limits.bytes - self._bytes, 0) / 1e6:.1f} MB left")
        return ", ".join(parts)
