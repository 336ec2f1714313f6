"""The jobs of a jobset dealt out by name: pages and parts of the search's index are made by pile.

A job keeps its pile as long as the jobset keeps its size, so that few are made again.
"""

from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

from hydrasnap.model import JobKey, JobsetKey
from hydrasnap.report.index import Index

JOBS = 128  # of one pile, at most on average


class Pile(NamedTuple):
    """Some jobs of a jobset, by name: pile `number` of `out_of`."""

    key: JobsetKey
    number: int
    out_of: int
    jobs: tuple[JobKey, ...]


def piles(index: Index, key: JobsetKey) -> Iterator[Pile]:
    """Give the piles of a jobset, empty ones too."""
    every = index.jobs_of(key)
    count = pile_count(len(every))
    dealt: list[list[JobKey]] = [[] for _ in range(count)]
    for job in every:
        dealt[pile_of(job.name, count)].append(job)
    for number, jobs in enumerate(dealt):
        yield Pile(key, number, count, tuple(jobs))


def pile_count(jobs: int) -> int:
    """Return how many piles so many jobs make: none, or a power of two."""
    return 1 << (jobs // JOBS).bit_length() if jobs else 0


def pile_of(job: str, count: int) -> int:
    """Return the pile of a job by its name, as a script can too.

    >>> pile_of("hello.x86_64-linux", 256)
    216
    """
    return crc32(job.encode("utf-16-le", "surrogatepass")) & (count - 1)
