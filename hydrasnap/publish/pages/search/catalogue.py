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

from hydrasnap.model import Build, JobsetKey
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.index import Index

SYSTEMS = 64  # more than any Hydra has; a bound for what a hostile one may claim

_VERSION = re.compile("-[0-9][^-]*")
_PUNCTUATION = re.compile(r"[\s!-/:-@\[-`{-~]+")

Packages = Mapping[str, Mapping[str, tuple[str, ...]]]
Named = tuple[str, tuple[str, ...]]
"""The name of a job, and the words of Nix names."""


class Catalogue(NamedTuple):
    """All that the index of names is made from.

    `jobs` are those of each jobset by name, each with the Nix names, without version, that its
    builds have and its own name does not tell.
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

    def packages(self) -> Iterator[Packages]:
        """Yield for each jobset its packages by name, with the endings of their jobs."""
        known = frozenset(self.systems)
        for jobs in self.jobs:
            found: dict[str, dict[str, tuple[str, ...]]] = {}
            for job, words in jobs:
                package, ending = split(job, known)
                found.setdefault(package, {})[ending] = words
            yield dict(sorted(found.items()))


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


def plain(text: str) -> str:
    """Return what of a name counts where punctuation does not.

    >>> plain("python3.13")
    'python313'
    """
    return _PUNCTUATION.sub("", text.lower())


def is_told(nixname: str, own: str) -> bool:
    """Return whether all words of a Nix name stand in a `plain` name, by which it is found."""
    return all(plain(word) in own for word in nixname.split("-"))


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
        words = {words_of(name) for name in {build.nixname for build in found}}
        own = plain(job.rpartition(".")[0] or job)  # the package, or less
        yield job, tuple(sorted(name for name in words if not is_told(name, own)))


def _most_common(counts: Mapping[str, int]) -> tuple[str, ...]:
    most = sorted(counts, key=lambda system: (-counts[system], system))[:SYSTEMS]
    return tuple(sorted(most))
