"""The jobsets whose builds are in memory, with what was computed from these."""

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from hydrasnap.model import Build, JobsetKey
from hydrasnap.model.builds import Builds, job_hash

_MOST = 300_000  # builds to load at most, beside those that are in memory anyway
_SHARED = 100_000  # builds to load at most before processes are forked, as each copies them
_TWO = 2  # jobsets that are loaded in any case, as a comparison reads them

by_job_name = attrgetter("job")


class LoadedJobset:
    """The builds of a jobset by job, of each the newest first, and what was computed from them."""

    def __init__(self, builds: Sequence[Build]) -> None:
        self.by_job = tuple(sorted(builds, key=lambda build: (build.job, -build.id)))
        self.members: dict[int, tuple[Build, ...]] = {}
        self.memo: dict[Hashable, object] = {}
        self._buckets: dict[int, list[tuple[Build, ...]]] = {}

    def bucket(self, number: int, out_of: int) -> tuple[Build, ...]:
        """Return the builds of the jobs in a bucket, by the remainder of the hashes of jobs."""
        buckets = self._buckets.get(out_of)
        if buckets is None:
            lists: list[list[Build]] = [[] for _ in range(out_of)]
            for job, builds in groupby(self.by_job, by_job_name):
                lists[job_hash(job) & (out_of - 1)].extend(builds)
            buckets = self._buckets[out_of] = [*map(tuple, lists)]
        return buckets[number]

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


class LoadedJobsets:
    """Loads the builds of a jobset when they are asked for, and evicts those of others.

    Builds that are in memory anyway stay. Of others, the jobsets that were loaded first are evicted
    when another needs the room; of two, the one that was not asked for last.
    """

    def __init__(self, builds: Builds) -> None:
        self._builds = builds
        self._loaded: dict[JobsetKey, LoadedJobset] = {}

    def __contains__(self, key: object) -> bool:
        return self._builds.in_memory or key in self._loaded

    def __getitem__(self, key: JobsetKey) -> LoadedJobset:
        found = self._loaded.get(key)
        if found is None:
            if not self._builds.in_memory:
                self._make_room(self._builds.count(key))
            found = self._loaded[key] = LoadedJobset(self._builds.of_jobset(key))
        elif len(self._loaded) == _TWO:
            self._loaded[key] = self._loaded.pop(key)
        return found

    def preload(self, keys: Iterable[JobsetKey]) -> None:
        """Load the builds of jobsets before processes share them, unless they are many."""
        wanted = list(keys)
        if self._builds.in_memory or sum(map(self._builds.count, wanted)) <= _SHARED:
            for key in wanted:
                self[key]

    def unload(self) -> None:
        """Evict all builds that are not in memory anyway."""
        if not self._builds.in_memory:
            self._loaded.clear()

    def _make_room(self, more: int) -> None:
        held = sum(map(self._builds.count, self._loaded))
        while len(self._loaded) >= _TWO and held + more > _MOST:
            oldest = next(iter(self._loaded))
            held -= self._builds.count(oldest)
            del self._loaded[oldest]
