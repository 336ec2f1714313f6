"""Run work in several processes where the system can fork, else in this one.

A forked process shares the memory of its parent, so only results are sent between them. Workers
end when their parent does, however that ended: each waits for the end of a pipe that the parent
alone keeps open. Ctrl-C and SIGTERM are for the parent to handle.
"""

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from hydrasnap.errors import HydrasnapError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Result = TypeVar("Result")

_GRACE = 1  # seconds in which the parent can handle a SIGTERM that all processes got

_ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

_work: Callable[[int], Any] | None = None


def cores() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_ordered(
    work: Callable[[int], Result], batches: Sequence[Sequence[int]], workers: int
) -> Iterator[Result]:
    """Yield ``work(number)`` for each number of the batches, in order.

    A batch is run by one worker, which sends its results together. An exception of `work` is raised
    here; HydrasnapError where a worker was ended from outside.
    """
    from concurrent.futures.process import BrokenProcessPool  # most runs do without

    workers = min(workers, len(batches))
    if workers < 2 or not hasattr(os, "fork"):  # noqa: PLR2004
        yield from map(work, chain.from_iterable(batches))
        return
    with _pool(work, workers) as pool:
        try:
            with _signals_held():  # the first batch starts all workers
                found = pool.map(_run_batch, batches)
            for results in found:
                yield from results
        except BrokenProcessPool as error:
            raise HydrasnapError(
                "A process that rendered pages was ended from outside.",
                hint="Perhaps memory ran out. The site is as it was before.",
            ) from error


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let signals wait while processes start: a handler of the parent must not run in a worker."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _pool(work: Callable[[int], Any], workers: int) -> "Iterator[ProcessPoolExecutor]":
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    alive, kept_open = os.pipe()
    gc.freeze()  # a collection would touch, and so copy, the memory that the processes share
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(
        workers, context, initializer=_start_worker, initargs=(work, alive, kept_open)
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        os.close(kept_open)
        os.close(alive)
        gc.unfreeze()


def _start_worker(work: Callable[[int], Any], alive: int, kept_open: int) -> None:
    global _work  # noqa: PLW0603 - the work of a forked process for all its life
    _work = work
    os.close(kept_open)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, lambda *_: signal.alarm(_GRACE))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    threading.Thread(target=_end_with_parent, args=(alive,), daemon=True).start()


def _end_with_parent(alive: int) -> NoReturn:
    """Wait until the parent is gone, which closes the pipe; nothing is ever written to it."""
    os.read(alive, 1)
    os._exit(1)


def _run_batch(batch: Sequence[int]) -> list[Any]:
    assert _work is not None, "a worker starts with its work"  # noqa: S101
    return list(map(_work, batch))
