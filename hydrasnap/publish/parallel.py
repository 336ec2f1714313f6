"""Work done by several processes at once, where the system can fork; else one after the other.

A forked process sees all that its parent had, without a copy: nothing but results is sent. Ctrl-C
reaches the parent alone, which lets the others finish their piece and ends them.
"""

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from hydrasnap.errors import HydrasnapError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Result = TypeVar("Result")

_work: Callable[[int], Any] | None = None


def cores() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_ordered(
    work: Callable[[int], Result], pieces: Sequence[Sequence[int]], workers: int
) -> Iterator[Result]:
    """Yield what `work` makes of each number, in order; an error that it raises comes through.

    The numbers of a piece go to one process, which sends their results together.
    """
    from concurrent.futures.process import BrokenProcessPool  # a quick look does without

    workers = min(workers, len(pieces))
    if workers < 2 or not hasattr(os, "fork"):  # noqa: PLR2004
        yield from map(work, chain.from_iterable(pieces))
        return
    with _pool(work, workers) as pool:
        try:
            for results in pool.map(_do, pieces):
                yield from results
        except BrokenProcessPool as error:
            message = (
                "A process that rendered pages was ended from outside; perhaps memory ran out. "
                "The site is as it was before."
            )
            raise HydrasnapError(message) from error


@contextmanager
def _pool(work: Callable[[int], Any], workers: int) -> "Iterator[ProcessPoolExecutor]":
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    gc.freeze()  # a collection would touch, and so copy, what the processes share
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(work,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        gc.unfreeze()


def _begin(work: Callable[[int], Any]) -> None:
    global _work  # noqa: PLW0603 - what a forked process does all its life
    _work = work
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(piece: Sequence[int]) -> list[Any]:
    assert _work is not None, "a process begins with its work"  # noqa: S101
    return list(map(_work, piece))
