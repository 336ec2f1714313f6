"""The names of all jobs by jobset and package: a job's name without its system.

nixpkgs has 252,676 jobs but a fourth of that in packages: ``hello.x86_64-linux`` and
``hello.aarch64-linux`` are found and shown as one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from operator import attrgetter
from sys import intern
from typing import NamedTuple

from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.index import Index

SYSTEMS = 64  # more than any Hydra has; a bound for what a hostile one may claim

_VERSION = re.compile("-[0-9][^-]*")

Packages = Mapping[tuple[int, str], Mapping[str, tuple[str, ...]]]
Named = tuple[str, tuple[str, ...]]
"""The name of a job, and the words of Nix names."""


class Catalogue(NamedTuple):
    """All that the index of names is made from.

    `jobs` are those of each jobset by name, each with the Nix names, without version, that its
    builds have.
    """

    systems: tuple[str, ...]
    jobsets: tuple[JobsetKey, ...]
    jobs: tuple[tuple[Named, ...], ...]

    @classmethod
    def of(cls, site: Site) -> "Catalogue":
        """Walk the builds of a snapshot once."""
        jobs, systems = [], Counter[str]()
        for key in site.snapshot.jobsets:
            found = site.index.remembered(key, "names", _Names, partial(_names, site.index, key))
            jobs.append(tuple(map(_interned, found.jobs)))
            systems.update(found.systems)
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


class _Names(NamedTuple):
    """The jobs of a jobset, and how many of its builds are for each system."""

    jobs: tuple[Named, ...]
    systems: dict[str, int]


def _names(index: Index, key: JobsetKey) -> _Names:
    builds = sorted(index.builds.of_jobset(key), key=attrgetter("job"))  # and let go of at once
    return _Names(tuple(_named(builds)), Counter(build.system for build in builds))


def _interned(named: Named) -> Named:
    """Return a name of which there is one in memory: most come in several jobsets."""
    job, words = named
    return intern(job), tuple(map(intern, words))


def _named(builds: Iterable[Build]) -> Iterator[Named]:
    """Yield the jobs of builds that are sorted by job."""
    for job, found in groupby(builds, attrgetter("job")):
        yield job, tuple(sorted({words_of(build.nixname) for build in found}))


def _most_common(counts: Mapping[str, int]) -> tuple[str, ...]:
    most = sorted(counts, key=lambda system: (-counts[system], system))[:SYSTEMS]
    return tuple(sorted(most))
