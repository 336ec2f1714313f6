"""The names of all jobs by jobset and package: a job's name without its system.

nixpkgs has 252,676 jobs but a fourth of that in packages: ``hello.x86_64-linux`` and
``hello.aarch64-linux`` are found and shown as one.
"""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from hydrasnap.model import JobsetKey
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized

SYSTEMS = 64  # more than any Hydra has; a bound for what a hostile one may claim

_VERSION = re.compile("-[0-9][^-]*")
_PUNCTUATION = re.compile(r"[\s!-/:-@\[-`{-~]+")


class Package(NamedTuple):
    """Jobs whose names differ by their system alone: `name` and each of `endings` is one.

    `aliases` are the Nix names, without version, that the builds have and `name` does not tell.
    """

    name: str
    endings: tuple[str, ...]
    aliases: tuple[str, ...] = ()


class Catalogue(NamedTuple):
    """All that the index of names is made from.

    Most packages come in several jobsets: `packages` are the distinct ones, sorted, and `numbers`
    are the places there of those of each jobset, by name, as unsigned integers of 32 bits.
    """

    systems: tuple[str, ...]
    jobsets: tuple[JobsetKey, ...]
    packages: tuple[Package, ...]
    numbers: tuple[bytes, ...]

    @classmethod
    def of(cls, site: Site) -> "Catalogue":
        """Walk the builds of a snapshot once."""
        keys, index = tuple(site.snapshot.jobsets), site.index
        counts = Counter[str]()
        for key in keys:
            counts.update(SYSTEM_COUNTS.of(index, key))
        most = sorted(counts, key=lambda system: (-counts[system], system))[:SYSTEMS]
        systems = tuple(sorted(most))
        known: dict[Package, int] = {}
        question = packages(systems)
        found = [array("I", _numbers(question.of(index, key), known)) for key in keys]
        order = sorted(known)
        places = {known[package]: place for place, package in enumerate(order)}
        numbers = (array("I", map(places.__getitem__, one)).tobytes() for one in found)
        return cls(systems, keys, tuple(order), tuple(numbers))

    def numbers_of(self, place: int) -> memoryview:
        """Return the places in `packages` of those of a jobset, by the number of the jobset."""
        return memoryview(self.numbers[place]).cast("I")


def _numbers(found: Iterable[Package], known: dict[Package, int]) -> Iterator[int]:
    """Yield a number for each package that was found; new ones are added to the `known` ones."""
    for package in found:
        yield known.setdefault(package, len(known))


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


def _systems(index: Index, key: JobsetKey) -> dict[str, int]:
    """Count the builds of a jobset for each system."""
    return Counter(build.system for build in index.builds.of_jobset(key))


SYSTEM_COUNTS = Memoized("systems", dict[str, int], _systems)


def packages(systems: tuple[str, ...]) -> Memoized[list[Package]]:
    """Ask for the packages of a jobset, by name, where jobs are named after these systems."""
    return Memoized("packages", list[Package], partial(_packages, frozenset(systems)), systems)


def _packages(systems: frozenset[str], index: Index, key: JobsetKey) -> list[Package]:
    found: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
    for build in index.builds.of_jobset(key):
        name, ending = split(build.job, systems)
        found[name].setdefault(ending, set()).add(build.nixname)
    return [
        Package(name, tuple(sorted(jobs)), _aliases(name, set().union(*jobs.values())))
        for name, jobs in sorted(found.items())
    ]


def _aliases(name: str, nixnames: Iterable[str]) -> tuple[str, ...]:
    """Return the Nix names, without version, that a search would not find by a package's name."""
    own = plain(name)
    return tuple(sorted({one for one in map(words_of, nixnames) if not _is_covered(one, own)}))


def _is_covered(nixname: str, own: str) -> bool:
    """Return whether all words of a Nix name stand in a `plain` name, by which it is found."""
    return all(plain(word) in own for word in nixname.split("-"))
