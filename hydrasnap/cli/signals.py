"""Signals that end a run (Ctrl-C, SIGTERM, SIGHUP) and the end of the process."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from hydrasnap.errors import HydrasnapError

SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_AGAIN = 0.01  # seconds after which a signal is sent again

T = TypeVar("T")


class Stopped(HydrasnapError):
    """A run that a signal has ended; the hint says what that means for what was being done.

    The exit code is that of a shell for the signal: 129, 130 or 143.
    """

    kind = "stopped"

    def __init__(self, number: int = signal.SIGINT, *, hint: str = "") -> None:
        super().__init__("Stopped.", hint=hint)
        self.exit_code = 128 + number  # type: ignore[misc]  # click reads it from the instance


class EndingSignal(KeyboardInterrupt):
    """Raised where a signal arrives, so that everything on the way out is closed."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable(meaning: str) -> Iterator[None]:
    """Turn a signal that ends the block into an error with this hint."""
    try:
        yield
    except KeyboardInterrupt as ended:
        raise Stopped(getattr(ended, "number", signal.SIGINT), hint=meaning) from None


def run_stoppable(work: Coroutine[Any, Any, T]) -> T:
    """Run asynchronous work; a signal cancels it, so that it can save what it holds."""
    import asyncio  # takes long, and `--help` does without

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(work)
        received: list[int] = []

        def cancel(number: int) -> None:
            received.append(number)
            loop.call_soon_threadsafe(task.cancel)

        with handle_signals_once(cancel):
            try:
                return loop.run_until_complete(task)
            except asyncio.CancelledError:
                raise EndingSignal(next(iter(received), signal.SIGINT)) from None


def interrupt(number: int) -> NoReturn:
    """Raise `EndingSignal` wherever the program is."""
    raise EndingSignal(number)


@contextmanager
def handle_signals_once(act: Callable[[int], object] = interrupt) -> Iterator[None]:
    """Act on the first signal alone: a second one would interrupt the clean end of the first.

    `act` is given the number of the signal. A signal that is ignored already, as under `nohup`,
    stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _: object) -> None:
        ignore_signals()
        act(number)

    before = {
        number: signal.signal(number, handle)
        for number in SIGNALS
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }
    report = sys.unraisablehook

    def repeat(lost: "sys.UnraisableHookArgs") -> None:
        """Send a signal again whose exception was lost in a callback of the interpreter."""
        if isinstance(lost.exc_value, EndingSignal):
            number = lost.exc_value.number
            signal.signal(number, handle)
            threading.Timer(_AGAIN, os.kill, (os.getpid(), number)).start()
        else:
            report(lost)

    sys.unraisablehook = repeat
    try:
        yield
    finally:
        sys.unraisablehook = report
        for number, handler in before.items():
            if signal.getsignal(number) is handle:
                signal.signal(number, handler)


def ignore_signals() -> None:
    """Ignore further signals, as the end is near."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def fast_exit(code: int) -> NoReturn:
    """End the process at once: freeing each object of a large site would take seconds."""
    ignore_signals()
    os._exit(code)
