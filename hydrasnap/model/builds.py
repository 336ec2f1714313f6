"""Builds that can be asked for by id, by jobset and by job, whether they are in memory or not."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from functools import cached_property
from operator import attrgetter
from typing import TypeVar
from zlib import crc32

from hydrasnap.model.keys import JobKey, JobsetKey
from hydrasnap.model.objects import Build

T = TypeVar("T")

_id = attrgetter("id")


def job_hash(name: str) -> int:
    """Hash the name of a job as a script can too: the CRC-32 of its UTF-16 code units.

    >>> job_hash("hello.x86_64-linux") % 256
    216
    """
    return crc32(name.encode("utf-16-le", "surrogatepass"))


class Builds(Mapping[int, Build]):
    """All builds of a snapshot by id, ascending.

    What is defined here is quick where all builds are in memory. A subclass that leaves them in
    files reads those of a jobset or job at each call; callers keep what they need.
    """

    @property
    def in_memory(self) -> bool:
        """Whether all builds are in memory anyway, so that holding one costs nothing."""
        return True

    @cached_property
    def _by_jobset(self) -> dict[JobsetKey, list[Build]]:
        groups: defaultdict[tuple[str, str], list[Build]] = defaultdict(list)
        for build in sorted(self.values(), key=_id):
            groups[build.project, build.jobset].append(build)
        return {JobsetKey(*key): builds for key, builds in groups.items()}

    def jobsets(self) -> Iterable[JobsetKey]:
        """Return the jobsets that have builds."""
        return self._by_jobset.keys()

    def ids_of(self, key: JobsetKey) -> Sequence[int]:
        """Return the ids of the builds of a jobset, ascending."""
        return [build.id for build in self.of_jobset(key)]

    def count(self, key: JobsetKey) -> int:
        """Count the builds of a jobset."""
        return len(self.of_jobset(key))

    def job_hashes(self, key: JobsetKey) -> Iterable[tuple[int, int]]:
        """Return the id of each build of a jobset, and the `job_hash` of its job."""
        return ((build.id, job_hash(build.job)) for build in self.of_jobset(key))

    def digest(self, key: JobsetKey) -> bytes:
        """Return a digest of the builds of a jobset; empty if it takes as long as to read them."""
        del key
        return b""

    def memoized(
        self, key: JobsetKey, name: str, inputs: bytes, kind: type[T], compute: Callable[[], T]
    ) -> T:
        """Return a result that depends on the builds of a jobset, and on what `inputs` digests.

        An earlier run may have kept it, in which case `compute` is not called. `kind` is its type,
        one that msgspec encodes.
        """
        del key, name, inputs, kind
        return compute()

    def lacks_memo(self, key: JobsetKey, name: str, inputs: bytes) -> bool:
        """Return whether a result would be kept for later runs, and none has computed it yet."""
        del key, name, inputs
        return False

    @abstractmethod
    def absent(self, ids: Iterable[int], near: JobsetKey) -> Set[int]:
        """Return the ids of which there is no build; most are expected in the jobset `near`."""

    def jobset_of(self, number: int) -> JobsetKey | None:
        """Return the jobset of a build, or None where there is no such build."""
        found = self.get(number)
        return None if found is None else found.jobset_key

    def count_jobs(self, key: JobsetKey) -> int:
        """Count the jobs of a jobset that have builds."""
        return len({build.job for build in self.of_jobset(key)})

    def of_jobset(self, key: JobsetKey) -> Sequence[Build]:
        """Return the builds of a jobset, by id."""
        return self._by_jobset.get(key, ())

    def of_job(self, key: JobKey) -> Sequence[Build]:
        """Return the builds of a job, by id."""
        own = self.of_jobset(key.jobset_key)
        return [build for build in own if build.job == key.name]

    def aggregates(self) -> Sequence[Build]:
        """Return the builds that are known to have constituents, by id."""
        return sorted((b for b in self.values() if b.constituents), key=_id)

    def unfinished(self) -> Sequence[Build]:
        """Return the builds that wait or run, by id."""
        return sorted((b for b in self.values() if not b.finished), key=_id)

    def with_at_sign(self) -> Iterable[Build]:
        """Return at least those builds in whose text an ``@`` stands."""
        return self.values()

    def replace(self, changed: Mapping[int, Build]) -> "Builds":
        """Return these builds with some replaced."""
        return BuildsInMemory({number: changed.get(number, b) for number, b in self.items()})


class BuildsInMemory(Builds):
    """Builds that are all in memory, in a mapping by id."""

    def __init__(self, builds: Mapping[int, Build]) -> None:
        self._builds = builds

    def __getitem__(self, number: int) -> Build:
        return self._builds[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._builds)

    def __len__(self) -> int:
        return len(self._builds)

    def values(self) -> ValuesView[Build]:
        """Return all builds, by id."""
        return self._builds.values()

    def absent(self, ids: Iterable[int], near: JobsetKey) -> Set[int]:
        """Return the ids of which there is no build."""
        del near
        return {number for number in ids if number not in self._builds}


def jobsets_with_builds(found: Mapping[int, Build]) -> set[JobsetKey]:
    """Return the jobsets of some builds."""
    if isinstance(found, Builds):
        return set(found.jobsets())
    return {JobsetKey(*key) for key in {(build.project, build.jobset) for build in found.values()}}


def builds_of(found: Mapping[int, Build]) -> Builds:
    """Wrap builds in a mapping that can be asked by jobset and job, unless they are one."""
    return found if isinstance(found, Builds) else BuildsInMemory(found)
