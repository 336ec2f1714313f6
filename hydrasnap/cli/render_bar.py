"""How far a render is, on a terminal, if it takes so long that one wonders."""

import sys
import time
from typing import TYPE_CHECKING

from hydrasnap.cli.events import OutputOptions

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0


class RenderBar:
    """A line that moves, from the second second on, and goes when the render ends."""

    def __init__(self, how: OutputOptions) -> None:
        self._shown = how.progress and not how.quiet and not how.json and sys.stderr.isatty()
        self._started = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> "RenderBar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Show how much is done."""
        if not self._shown or time.monotonic() - self._started < _PATIENCE:
            return
        if self._bar is None or self._task is None:
            self._bar, self._task = _begin()
        self._bar.update(self._task, completed=done, total=total)


def _begin() -> "tuple[Progress, TaskID]":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=10), TaskProgressColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.start()
    return bar, bar.add_task("render", total=None)
