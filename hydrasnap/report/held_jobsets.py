"""The jobsets whose builds an index holds, with what follows from these."""

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from hydrasnap.model import Build, JobsetKey
from hydrasnap.model.builds import Builds, job_hash

_MOST = 300_000  # builds to hold at most, without those that are in memory anyway
_SHARED = 100_000  # builds to read at most before processes are forked, as each copies them
_TWO = 2  # jobsets that are held in any case, as a comparison reads them

by_job_name = attrgetter("job")


class HeldJobset:
    """The builds of a jobset by job, of each the newest first, and what follows from them."""

    def __init__(self, builds: Sequence[Build]) -> None:
        self.by_job = tuple(sorted(builds, key=lambda build: (build.job, -build.id)))
        self.members: dict[int, tuple[Build, ...]] = {}
        self.answers: dict[Hashable, object] = {}
        self._dealt: dict[int, list[tuple[Build, ...]]] = {}

    def bucket(self, number: int, out_of: int) -> tuple[Build, ...]:
        """Return the builds of the jobs in a bucket, by the remainder of the hashes of jobs."""
        dealt = self._dealt.get(out_of)
        if dealt is None:
            lists: list[list[Build]] = [[] for _ in range(out_of)]
            for job, builds in groupby(self.by_job, by_job_name):
                lists[job_hash(job) & (out_of - 1)].extend(builds)
            dealt = self._dealt[out_of] = [*map(tuple, lists)]
        return dealt[number]

    def of_job(self, name: str) -> tuple[Build, ...]:
        """Return the builds of a job, newest first."""
        start = self._starts.get(name)
        if start is None:
            return ()
        end = start + 1
        while end < len(self.by_job) and self.by_job[end].job == name:
            end += 1
        return self.by_job[start:end]

    @cached_property
    def _starts(self) -> dict[str, int]:
        """The place of the newest build of each job."""
        last = len(self.by_job) - 1
        return {build.job: last - place for place, build in enumerate(reversed(self.by_job))}

    @cached_property
    def by_id(self) -> dict[int, Build]:
        """The same builds by id."""
        return {build.id: build for build in self.by_job}


class HeldJobsets:
    """Reads the builds of a jobset when they are asked for, and holds them for a while.

    Builds that are in memory anyway are held for good. Of others, the jobsets that were read first
    are let go when another needs the room; of two, the one that was not asked for last.
    """

    def __init__(self, builds: Builds) -> None:
        self._builds = builds
        self._held: dict[JobsetKey, HeldJobset] = {}

    def __contains__(self, key: object) -> bool:
        return self._builds.in_memory or key in self._held

    def __getitem__(self, key: JobsetKey) -> HeldJobset:
        found = self._held.get(key)
        if found is None:
            if not self._builds.in_memory:
                self._make_room(self._builds.count(key))
            found = self._held[key] = HeldJobset(self._builds.of_jobset(key))
        elif len(self._held) == _TWO:
            self._held[key] = self._held.pop(key)
        return found

    def hold(self, keys: Iterable[JobsetKey]) -> None:
        """Read the builds of jobsets before processes share them, unless they are many."""
        wanted = list(keys)
        if self._builds.in_memory or sum(map(self._builds.count, wanted)) <= _SHARED:
            for key in wanted:
                self[key]

    def let_go(self) -> None:
        """Let go of all builds that are not in memory anyway."""
        if not self._builds.in_memory:
            self._held.clear()

    def _make_room(self, more: int) -> None:
        held = sum(map(self._builds.count, self._held))
        while len(self._held) >= _TWO and held + more > _MOST:
            oldest = next(iter(self._held))
            held -= self._builds.count(oldest)
            del self._held[oldest]
