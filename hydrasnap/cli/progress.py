"""What a crawl tells while it runs: a bar on a terminal, plain lines elsewhere."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hydrasnap.cli.options import Telling
from hydrasnap.client import Fetched, Waiting
from hydrasnap.crawl import Event, Note, Stage, Step

_LONG_WAIT = 5.0


class Teller(Protocol):
    """Somebody to tell of events."""

    def __call__(self, event: Event) -> None:
        """Take note of an event."""


@contextmanager
def teller(how: Telling) -> Iterator[Teller]:
    """Yield whom to tell, as fits the options and the terminal."""
    if how.quiet:
        yield lambda _: None
    elif how.json:
        yield _Machine()
    elif how.progress and not how.verbose and sys.stderr.isatty():
        with _Bar() as bar:
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
    """One line that moves: the stage, how far it is, what is being asked, and how often so far."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[requests]} requests  {task.fields[what]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._requests = 0
        self._task = self._progress.add_task("starting", total=None, requests=0, what="")

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Stage):
            self._progress.reset(
                self._task, total=event.total, description=event.name, what="",
                requests=self._requests,
            )  # fmt: skip
        elif isinstance(event, Step):
            self._progress.advance(self._task)
        elif isinstance(event, Fetched):
            self._requests += 1
            self._progress.update(self._task, requests=self._requests, what=event.path[:60])
        elif isinstance(event, Note):
            self._progress.console.print(event.text, markup=False)
        elif event.seconds >= _LONG_WAIT:
            self._progress.update(self._task, what=f"waiting {event.seconds:.0f} s")
