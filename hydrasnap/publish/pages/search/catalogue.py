"""The names of all jobs by jobset and package: a job's name without its system.

nixpkgs has 252,676 jobs but a fourth of that in packages: ``hello.x86_64-linux`` and
``hello.aarch64-linux`` are found and shown as one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from sys import intern
from typing import NamedTuple

from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.publish.pages.common.site import Site

SYSTEMS = 64  # more than any Hydra has; a bound for what a hostile one may claim

_VERSION = re.compile("-[0-9][^-]*")

Packages = Mapping[tuple[int, str], Mapping[str, tuple[str, ...]]]


class Catalogue(NamedTuple):
    """All that the index of names is made from.

    `jobs` are those of each jobset by name, each with the Nix names, without version, that its
    builds have.
    """

    systems: tuple[str, ...]
    jobsets: tuple[JobsetKey, ...]
    jobs: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]

    @classmethod
    def of(cls, site: Site) -> "Catalogue":
        """Walk the builds of a snapshot once."""
        jobs, systems = [], Counter[str]()
        for key in site.snapshot.jobsets:
            builds = site.index.builds_of_jobset(key)
            jobs.append(tuple(_named(builds)))
            systems.update(build.system for build in builds)
        return cls(_most_common(systems), tuple(site.snapshot.jobsets), tuple(jobs))

    def packages(self) -> Packages:
        """Return for each jobset, by number, and package the endings of its jobs."""
        known = frozenset(self.systems)
        found: dict[tuple[int, str], dict[str, tuple[str, ...]]] = {}
        for place, jobs in enumerate(self.jobs):
            for job, words in jobs:
                package, ending = split(job, known)
                found.setdefault((place, package), {})[ending] = words
        return dict(sorted(found.items()))

    def key(self, place: int, job: str) -> JobKey:
        """Return the key of a job of a jobset by its number."""
        return JobKey(*self.jobsets[place], job)


def split(job: str, systems: frozenset[str]) -> tuple[str, str]:
    """Split a job's name into its package and its system.

    >>> split("hello.x86_64-linux", frozenset({"x86_64-linux"}))
    ('hello', '.x86_64-linux')
    >>> split("x86_64-linux.hello", frozenset({"x86_64-linux"}))
    ('x86_64-linux.hello', '')
    """
    package, dot, system = job.rpartition(".")
    return (package, dot + system) if package and system in systems else (job, "")


def words_of(nixname: str) -> str:
    """Return a Nix name without its version, or all of it if nothing else is left.

    >>> words_of("python3.13-numpy-1.26")
    'python3.13-numpy'
    """
    words = _VERSION.sub("", f"-{nixname}")[1:]
    return words or nixname


def _named(builds: Iterable[Build]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the jobs of builds that are sorted by job."""
    for job, found in groupby(builds, attrgetter("job")):
        words = sorted({words_of(build.nixname) for build in found})
        yield intern(job), tuple(map(intern, words))  # most names come in several jobsets


def _most_common(counts: Mapping[str, int]) -> tuple[str, ...]:
    most = sorted(counts, key=lambda system: (-counts[system], system))[:SYSTEMS]
    return tuple(sorted(most))
