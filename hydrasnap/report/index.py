"""Looks things up in a snapshot: evaluations of a jobset, builds of a job, aggregates of a build.

Every map is made on the first question that needs it, in linear or n·log n time: a question about
one jobset never pays for another. Of builds that stay in files, those of the jobsets that were
asked for last are loaded, with what was computed from them.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache, cached_property, partial
from hashlib import blake2b
from typing import TypeVar, cast

import msgspec

from hydrasnap.model import Build, Evaluation, JobKey, JobsetKey, Snapshot
from hydrasnap.model.builds import builds_of
from hydrasnap.report.loaded_jobsets import LoadedJobset, LoadedJobsets, by_job_name

T = TypeVar("T")


def build_order(build: Build) -> tuple[str, str, int]:
    """Return the key by which lists of builds are sorted."""
    return build.job, build.system, build.id


class Index:
    """Answers questions about a snapshot, each computed once; the snapshot must not change.

    Evaluations without new builds are left out everywhere, as Hydra's lists leave them out: they
    have neither builds nor inputs (``hasnewbuilds`` in Hydra's ``sql/hydra.sql``).
    """

    def __init__(self, snapshot: Snapshot, program: bytes = b"") -> None:
        """Answer from a snapshot; results that another `program` memoized are not used."""
        self.snapshot = snapshot
        self.program = program
        self.builds = builds_of(snapshot.builds)
        self._evaluations = _by_jobset(snapshot.evaluations.values())
        self._unknown: dict[int, int] = {}
        self._memo: dict[Hashable, object] = {}
        self._loaded = LoadedJobsets(self.builds)

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return a result that is computed once; its `key` is such as ``("tally", 860)``."""
        if key not in self._memo:
            self._memo[key] = compute()
        return cast("T", self._memo[key])

    def once_loaded(self, jobset: JobsetKey, key: Hashable, compute: Callable[[], T]) -> T:
        """Return a result that holds builds of a jobset: it is forgotten when these are evicted."""
        memo = self._loaded[jobset].memo
        if key not in memo:
            memo[key] = compute()
        return cast("T", memo[key])

    def has_foreign_builds(self, key: JobsetKey) -> bool:
        """Return whether an evaluation of a jobset holds a build of another."""
        return any(map(self._foreign_of, self.evaluations_of(key)))

    def fingerprint(self, key: JobsetKey) -> bytes:
        """Digest what results of a jobset depend on beside its builds: the program included."""
        return self.once(("fingerprint", key), lambda: self._fingerprint(key))

    def _fingerprint(self, key: JobsetKey) -> bytes:
        jobset = self.snapshot.jobsets.get(key)
        first = jobset and jobset.first_evaluation
        evaluations = msgspec.msgpack.encode([first, *self.evaluations_of(key)])
        return self.program + blake2b(evaluations, digest_size=16).digest()

    def prepare(self) -> None:
        """Make the maps that questions about builds need, before processes share them.

        What each process would have to copy is unloaded.
        """
        self.aggregates_with(0)
        self._loaded.unload()
        if self.builds.in_memory:
            self._loaded.preload(self.builds.jobsets())

    def preload(self, keys: Sequence[JobsetKey]) -> None:
        """Load the builds of jobsets, before processes share them, if there is room for all."""
        self._loaded.preload(keys)

    def evaluations_of(self, key: JobsetKey) -> tuple[Evaluation, ...]:
        """Return the known evaluations of a jobset, newest first, deleted ones included."""
        return self._evaluations.get(key, ())

    def present(self, key: JobsetKey) -> tuple[Evaluation, ...]:
        """Return the evaluations that Hydra still has or, where it has none, all; newest first."""
        every = self.evaluations_of(key)
        return tuple(found for found in every if not found.deleted_upstream) or every

    def latest(self, key: JobsetKey) -> Evaluation | None:
        """Return the newest evaluation that Hydra still has, or else the newest known."""
        return next(iter(self.present(key)), None)

    def shown_evaluations(self, key: JobsetKey) -> tuple[Evaluation, ...]:
        """Return the evaluations that have a page, newest first."""
        return tuple(filter(self.is_comparable, self.evaluations_of(key)))

    def earlier(self, evaluation: Evaluation) -> tuple[Evaluation, ...]:
        """Return the evaluations of the same jobset before this one, newest first.

        Those of a jobset of the same name that was deleted before are none.
        """
        every = self.evaluations_of(evaluation.jobset_key)
        jobset = self.snapshot.jobsets.get(evaluation.jobset_key)
        before = every[bisect_right(every, -evaluation.id, key=_newest_first) :]
        first = (jobset.first_evaluation if jobset else None) or 0
        if not before or evaluation.id < first or before[-1].id >= first:
            return before
        return tuple(each for each in before if each.id >= first)

    def previous(self, evaluation: Evaluation) -> Evaluation | None:
        """Return the evaluation of the same jobset just before this one, if it is known."""
        return next(iter(self.earlier(evaluation)), None)

    def next(self, evaluation: Evaluation) -> Evaluation | None:
        """Return the evaluation of the same jobset just after this one."""
        every = self.evaluations_of(evaluation.jobset_key)
        place = bisect_left(every, -evaluation.id, key=_newest_first)
        return every[place - 1] if place else None

    def is_comparable(self, evaluation: Evaluation) -> bool:
        """Return whether the evaluation before is known; if not, it can only be a baseline."""
        if not evaluation.hasnewbuilds:
            return False
        return self.previous(evaluation) is not None or self.is_first(evaluation)

    def is_first(self, evaluation: Evaluation) -> bool:
        """Return whether no evaluation of the jobset is listed before this one."""
        jobset = self.snapshot.jobsets.get(evaluation.jobset_key)
        return jobset is not None and jobset.first_evaluation == evaluation.id

    def builds_of(self, evaluation: Evaluation) -> tuple[Build, ...]:
        """Return the known builds of an evaluation by job, system and id."""
        held = self._loaded[evaluation.jobset_key]
        found = held.members.get(evaluation.id)
        if found is None:
            builds = self._members(evaluation, held)
            found = held.members[evaluation.id] = tuple(sorted(builds, key=build_order))
        return found

    def _members(self, evaluation: Evaluation, held: LoadedJobset) -> Iterable[Build]:
        if self.builds.in_memory:
            return self.snapshot.builds_of(evaluation)
        own, others = held.by_id, self.builds
        found = (own.get(number) or others.get(number) for number in evaluation.builds)
        return filter(None, found)

    def unknown(self, evaluation: Evaluation) -> int:
        """Count the builds of an evaluation that the snapshot does not hold."""
        if evaluation.id not in self._unknown:
            self._unknown[evaluation.id] = self.snapshot.unknown_builds(evaluation)
        return self._unknown[evaluation.id]

    def builds_at(self, evaluation: Evaluation, job: str) -> tuple[Build, ...]:
        """Return the builds that an evaluation has of a job: one, but for rare namesakes."""
        key = evaluation.jobset_key
        if key in self._loaded:
            return _run(self.builds_of(evaluation), job)
        named = (*self.builds.of_job(JobKey(*key, job)), *self._foreign_of(evaluation))
        held = (b for b in named if b.job == job and _holds(evaluation.builds, b.id))
        return tuple(sorted(held, key=build_order))

    def _foreign_of(self, evaluation: Evaluation) -> tuple[Build, ...]:
        """Return the known builds of an evaluation that are of other jobsets."""
        return self.once(("foreign", evaluation.id), lambda: self._others_in(evaluation))

    def _others_in(self, evaluation: Evaluation) -> tuple[Build, ...]:
        others = set(evaluation.builds).difference(self.builds.ids_of(evaluation.jobset_key))
        return tuple(filter(None, map(self.builds.get, sorted(others))))

    def aggregates_of(self, evaluation: Evaluation) -> list[Build]:
        """Return the builds of an evaluation that are known to have constituents."""
        held = (build for build in self.aggregates if _holds(evaluation.builds, build.id))
        return sorted(held, key=build_order)

    def jobs_of(self, key: JobsetKey) -> tuple[JobKey, ...]:
        """Return all jobs of a jobset that any known build belongs to, by name."""
        names = dict.fromkeys(map(by_job_name, self.builds_of_jobset(key)))
        return tuple(JobKey(*key, name) for name in names)

    def bucket(self, key: JobsetKey, number: int, out_of: int) -> tuple[Build, ...]:
        """Return the builds of the jobs in a bucket, by the remainder of the hashes of jobs."""
        return self._loaded[key].bucket(number, out_of)

    def builds_of_jobset(self, key: JobsetKey) -> tuple[Build, ...]:
        """Return all known builds of a jobset by job, of each the newest first."""
        return self._loaded[key].by_job

    def builds_of_job(self, key: JobKey) -> tuple[Build, ...]:
        """Return the known builds of a job, newest first, in whatever state."""
        jobset = key.jobset_key
        if jobset in self._loaded:
            return self._loaded[jobset].of_job(key.name)
        return tuple(reversed(self.builds.of_job(key)))

    def evaluations_with(self, build_id: int) -> tuple[Evaluation, ...]:
        """Return the known evaluations that hold a build, newest first."""
        key = self.builds.jobset_of(build_id)
        every = self._newest if key is None else self.evaluations_of(key)
        return tuple(evaluation for evaluation in every if _holds(evaluation.builds, build_id))

    def memberships(self, key: JobsetKey) -> Mapping[int, tuple[int, ...]]:
        """Return of each build in evaluations of a jobset their ids, newest first.

        That is for questions about all builds of the jobset, which it reads.
        """
        return self.once_loaded(key, "memberships", lambda: self._memberships(key))

    def _memberships(self, key: JobsetKey) -> dict[int, tuple[int, ...]]:
        found: dict[int, tuple[int, ...]] = {}
        for evaluation in reversed(self.evaluations_of(key)):
            longer = cache(partial(_before, evaluation.id))  # many builds share one tuple
            for number in evaluation.builds:
                found[number] = longer(found.get(number, ()))
        return found

    def aggregates_with(self, build_id: int) -> tuple[Build, ...]:
        """Return the aggregates that list a build as constituent, by id."""
        return tuple(self._aggregates.get(build_id, ()))

    def queued(self) -> tuple[Build, ...]:
        """Return what waits or runs, in the order of Hydra's queue: priority, then id."""
        waiting = (build for build in self.builds.unfinished() if not build.deleted_upstream)
        return tuple(sorted(waiting, key=lambda build: (-build.priority, build.id)))

    def finished(self, key: JobsetKey) -> int:
        """Count the known builds of a jobset that have a result."""
        return self.builds.count(key) - self._unfinished[key]

    @cached_property
    def _unfinished(self) -> Counter[JobsetKey]:
        return Counter(build.jobset_key for build in self.builds.unfinished())

    @cached_property
    def _newest(self) -> tuple[Evaluation, ...]:
        every = (e for e in self.snapshot.evaluations.values() if e.hasnewbuilds)
        return tuple(sorted(every, key=_newest_first))

    @cached_property
    def aggregates(self) -> Sequence[Build]:
        """All builds that are known to have constituents."""
        return self.builds.aggregates()

    @cached_property
    def _aggregates(self) -> dict[int, list[Build]]:
        aggregates: defaultdict[int, list[Build]] = defaultdict(list)
        for build in self.aggregates:
            for constituent in build.constituents or ():
                aggregates[constituent].append(build)
        return dict(aggregates)


def _newest_first(evaluation: Evaluation) -> int:
    return -evaluation.id


def _by_jobset(evaluations: Iterable[Evaluation]) -> dict[JobsetKey, tuple[Evaluation, ...]]:
    groups: defaultdict[JobsetKey, list[Evaluation]] = defaultdict(list)
    for evaluation in evaluations:
        if evaluation.hasnewbuilds:
            groups[evaluation.jobset_key].append(evaluation)
    return {key: tuple(sorted(group, key=_newest_first)) for key, group in groups.items()}


def _run(builds: tuple[Build, ...], job: str) -> tuple[Build, ...]:
    """Return the builds of one job from builds that are sorted by job."""
    start = bisect_left(builds, job, key=by_job_name)
    return builds[start : bisect_right(builds, job, lo=start, key=by_job_name)]


def _before(number: int, others: tuple[int, ...]) -> tuple[int, ...]:
    return (number, *others)


def _holds(ids: tuple[int, ...], wanted: int) -> bool:
    """Return whether ascending numbers hold a number."""
    place = bisect_left(ids, wanted)
    return place < len(ids) and ids[place] == wanted
