"""Builds that can be asked for by id, by jobset and by job, whether they are in memory or not."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
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

    The builds of a jobset or job may be read from a file at each call; callers keep what they need.
    """

    @property
    @abstractmethod
    def in_memory(self) -> bool:
        """Whether all builds are in memory anyway, so that holding one costs nothing."""

    @property
    @abstractmethod
    def keeps_answers(self) -> bool:
        """Whether an answer is kept for whoever asks next, in this run or a later one."""

    @abstractmethod
    def jobsets(self) -> Iterable[JobsetKey]:
        """Return the jobsets that have builds."""

    @abstractmethod
    def ids_of(self, key: JobsetKey) -> Sequence[int]:
        """Return the ids of the builds of a jobset, ascending."""

    @abstractmethod
    def count(self, key: JobsetKey) -> int:
        """Count the builds of a jobset."""

    @abstractmethod
    def job_hashes(self, key: JobsetKey) -> Iterable[tuple[int, int]]:
        """Return the id of each build of a jobset, and the `job_hash` of its job."""

    @abstractmethod
    def digest(self, key: JobsetKey) -> bytes:
        """Return a digest of the builds of a jobset; empty if it takes as long as to read them."""

    @abstractmethod
    def remembered(
        self, key: JobsetKey, question: str, about: bytes, kind: type[T], answer: Callable[[], T]
    ) -> T:
        """Return an answer that depends on the builds of a jobset, and on what `about` digests.

        An earlier run may have left it, in which case `answer` is not called. `kind` is its type,
        one that msgspec encodes.
        """

    @abstractmethod
    def is_remembered(self, key: JobsetKey, question: str, about: bytes) -> bool:
        """Return whether an earlier run has left the answer, or to ask is as quick."""

    @abstractmethod
    def absent(self, ids: Iterable[int], near: JobsetKey) -> Set[int]:
        """Return the ids of which there is no build; most of them are those of a jobset."""

    @abstractmethod
    def jobset_of(self, number: int) -> JobsetKey | None:
        """Return the jobset of a build, or None where there is no such build."""

    @abstractmethod
    def count_jobs(self, key: JobsetKey) -> int:
        """Count the jobs of a jobset that have builds."""

    @abstractmethod
    def of_jobset(self, key: JobsetKey) -> Sequence[Build]:
        """Return the builds of a jobset, by id."""

    @abstractmethod
    def of_job(self, key: JobKey) -> Sequence[Build]:
        """Return the builds of a job, by id."""

    @abstractmethod
    def aggregates(self) -> Sequence[Build]:
        """Return the builds that are known to have constituents, by id."""

    @abstractmethod
    def unfinished(self) -> Sequence[Build]:
        """Return the builds that wait or run, by id."""

    @abstractmethod
    def with_at_sign(self) -> Iterable[Build]:
        """Return at least those builds in whose text an ``@`` stands."""

    @abstractmethod
    def replace(self, changed: Mapping[int, Build]) -> "Builds":
        """Return the same builds but for some."""


class BuildsInMemory(Builds):
    """The builds of a mapping, which are in memory all the time."""

    def __init__(self, builds: Mapping[int, Build]) -> None:
        self._builds = builds

    def __getitem__(self, number: int) -> Build:
        return self._builds[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._builds)

    def __len__(self) -> int:
        return len(self._builds)

    @property
    def in_memory(self) -> bool:
        """They are."""
        return True

    @property
    def keeps_answers(self) -> bool:
        """No answer is kept."""
        return False

    @cached_property
    def _by_jobset(self) -> dict[JobsetKey, list[Build]]:
        groups: defaultdict[tuple[str, str], list[Build]] = defaultdict(list)
        for build in sorted(self._builds.values(), key=_id):
            groups[build.project, build.jobset].append(build)
        return {JobsetKey(*key): builds for key, builds in groups.items()}

    def jobsets(self) -> Iterable[JobsetKey]:
        """Return the jobsets that have builds."""
        return self._by_jobset.keys()

    def ids_of(self, key: JobsetKey) -> Sequence[int]:
        """Return the ids of the builds of a jobset, ascending."""
        return [build.id for build in self.of_jobset(key)]

    def absent(self, ids: Iterable[int], near: JobsetKey) -> Set[int]:
        """Return the ids of which there is no build."""
        del near
        return {number for number in ids if number not in self._builds}

    def count(self, key: JobsetKey) -> int:
        """Count the builds of a jobset."""
        return len(self.of_jobset(key))

    def job_hashes(self, key: JobsetKey) -> Iterable[tuple[int, int]]:
        """Return the id of each build of a jobset, and the `job_hash` of its job."""
        return ((build.id, job_hash(build.job)) for build in self.of_jobset(key))

    def digest(self, key: JobsetKey) -> bytes:
        """Return an empty digest: one of builds in memory would take long."""
        del key
        return b""

    def remembered(
        self, key: JobsetKey, question: str, about: bytes, kind: type[T], answer: Callable[[], T]
    ) -> T:
        """Compute the answer: that is as quick as decoding a kept one."""
        del key, question, about, kind
        return answer()

    def is_remembered(self, key: JobsetKey, question: str, about: bytes) -> bool:
        """Return that to ask is as quick."""
        del key, question, about
        return True

    def jobset_of(self, number: int) -> JobsetKey | None:
        """Return the jobset of a build, or None where there is no such build."""
        found = self._builds.get(number)
        return None if found is None else found.jobset_key

    def count_jobs(self, key: JobsetKey) -> int:
        """Count the jobs of a jobset that have builds."""
        return len({build.job for build in self.of_jobset(key)})

    def of_jobset(self, key: JobsetKey) -> Sequence[Build]:
        """Return the builds of a jobset, by id."""
        return self._by_jobset.get(key, ())

    def of_job(self, key: JobKey) -> Sequence[Build]:
        """Return the builds of a job, by id."""
        own = self.of_jobset(JobsetKey(key.project, key.jobset))
        return [build for build in own if build.job == key.name]

    def aggregates(self) -> Sequence[Build]:
        """Return the builds that are known to have constituents, by id."""
        return sorted((b for b in self._builds.values() if b.constituents), key=_id)

    def unfinished(self) -> Sequence[Build]:
        """Return the builds that wait or run, by id."""
        return sorted((b for b in self._builds.values() if not b.finished), key=_id)

    def with_at_sign(self) -> Iterable[Build]:
        """Return all builds: to look into each would take as long."""
        return self._builds.values()

    def replace(self, changed: Mapping[int, Build]) -> Builds:
        """Return the same builds but for some."""
        return BuildsInMemory({number: changed.get(number, b) for number, b in self.items()})


def jobsets_with_builds(found: Mapping[int, Build]) -> set[JobsetKey]:
    """Return the jobsets of some builds."""
    if isinstance(found, Builds):
        return set(found.jobsets())
    return {JobsetKey(*key) for key in {(build.project, build.jobset) for build in found.values()}}


def builds_of(found: Mapping[int, Build]) -> Builds:
    """Return builds so that they can be asked for by jobset and job."""
    return found if isinstance(found, Builds) else BuildsInMemory(found)
