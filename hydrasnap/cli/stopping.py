"""Ctrl-C: what it means for what is being done, and that a second one does no harm; the end."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeVar

import click

EXIT_INTERRUPTED = 130

T = TypeVar("T")


class Stopped(click.ClickException):
    """Ctrl-C, and what that means for what was being done."""

    exit_code = EXIT_INTERRUPTED

    def show(self, file: Any = None) -> None:
        """Say it below the ``^C`` of the terminal."""
        click.echo(f"\n{self.message}", err=True, file=file)


@contextmanager
def stoppable(meaning: str) -> Iterator[None]:
    """Explain Ctrl-C by its meaning."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(f"Stopped. {meaning}".rstrip()) from None


def run_stoppable(work: Coroutine[Any, Any, T]) -> T:
    """Run asynchronous work; Ctrl-C cancels it, so that it can put away what it holds."""
    import asyncio  # takes long, and `--help` does without

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(work)
        with handle_sigint_once(lambda: loop.call_soon_threadsafe(task.cancel)):
            try:
                return loop.run_until_complete(task)
            except asyncio.CancelledError:
                raise KeyboardInterrupt from None


def interrupt() -> NoReturn:
    """Break into what is being done, wherever it is."""
    raise KeyboardInterrupt


@contextmanager
def handle_sigint_once(act: Callable[[], object] = interrupt) -> Iterator[None]:
    """Act on the first Ctrl-C alone: the next would break into what the first makes end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def hear(*_: object) -> None:
        ignore_sigint()
        act()

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is hear:
            signal.signal(signal.SIGINT, before)


def ignore_sigint() -> None:
    """Hear no Ctrl-C any more, as the end is near."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def fast_exit(code: int) -> NoReturn:
    """End the process at once: to give back each object of a large site takes as long as a look."""
    ignore_sigint()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody may be listening any more
            stream.flush()
    os._exit(code)
