"""Divides the jobs of a jobset by name into buckets, each of which a task renders.

A job keeps its bucket as long as the jobset keeps its size, so that few pages are rendered again.
"""

from msgspec import Struct

from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.model.builds import job_hash
from hydrasnap.report.index import Index

JOBS = 128  # of one bucket, at most on average


class Bucket(Struct, frozen=True):
    """Some jobs of a jobset, and their builds, by name: bucket `number` of `out_of`.

    Its builds are read when they are asked for.
    """

    index: Index
    key: JobsetKey
    number: int
    out_of: int

    @property
    def builds(self) -> tuple[Build, ...]:
        """The builds of the jobs, of each the newest first."""
        return self.index.bucket(self.key, self.number, self.out_of)

    @property
    def jobs(self) -> list[JobKey]:
        """The jobs by name."""
        return list(dict.fromkeys(build.job_key for build in self.builds))

    @property
    def size(self) -> float:
        """How many builds a bucket of the jobset has on average."""
        return self.index.builds.count(self.key) / self.out_of


def buckets(index: Index, key: JobsetKey) -> tuple[Bucket, ...]:
    """Divide the jobs of a jobset into buckets, some of which may be empty."""
    count = bucket_count(index.builds.count_jobs(key))
    return tuple(Bucket(index, key, number, count) for number in range(count))


def bucket_count(things: int, most: int = JOBS) -> int:
    """Return into how many buckets, of at most `most` on average, to divide things.

    That is none or a power of two.
    """
    return 1 << (things // most).bit_length() if things else 0


def bucket_of(job: str, count: int) -> int:
    """Return the number of the bucket of a job, which scripts of the site compute in the same way.

    >>> bucket_of("hello.x86_64-linux", 256)
    216
    """
    return job_hash(job) & (count - 1)
