"""Divides the jobs of a jobset by name into buckets, by which pages and search shards are made.

A job keeps its bucket as long as the jobset keeps its size, so that few are made again.
"""

from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from zlib import crc32

from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.report.index import Index

JOBS = 128  # of one bucket, at most on average


class Bucket(NamedTuple):
    """Some jobs of a jobset, by name, and their builds: bucket `number` of `out_of`."""

    key: JobsetKey
    number: int
    out_of: int
    jobs: list[JobKey]
    builds: list[Build]


def buckets(index: Index, key: JobsetKey) -> tuple[Bucket, ...]:
    """Divide the jobs of a jobset into buckets, some of which may be empty."""
    count = bucket_count(len(index.jobs_of(key)))
    found = tuple(Bucket(key, number, count, [], []) for number in range(count))
    for job, builds in groupby(index.builds_of_jobset(key), attrgetter("job")):
        bucket = found[bucket_of(job, count)]
        bucket.jobs.append(JobKey(*key, job))
        bucket.builds.extend(builds)
    return found


def bucket_count(jobs: int) -> int:
    """Return how many buckets so many jobs make: none, or a power of two."""
    return 1 << (jobs // JOBS).bit_length() if jobs else 0


def bucket_of(job: str, count: int) -> int:
    """Return the bucket of a job by its name, as a script can too.

    >>> bucket_of("hello.x86_64-linux", 256)
    216
    """
    return crc32(job.encode("utf-16-le", "surrogatepass")) & (count - 1)
