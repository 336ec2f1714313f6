"""Looks things up in a snapshot: evaluations of a jobset, builds of a job, aggregates of a build.

Every map is made on the first question that needs it, in linear or n·log n time, and holds
references only: a question about one jobset never pays for another.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from heapq import nlargest
from operator import attrgetter
from typing import TypeVar, cast

from hydrasnap.model import Build, Evaluation, JobKey, JobsetKey, Snapshot

T = TypeVar("T")

_job = attrgetter("job")


def build_order(build: Build) -> tuple[str, str, int]:
    """Return what lists of builds are sorted by."""
    return build.job, build.system, build.id


def newest_results(builds: Iterable[Build], count: int) -> tuple[Build, ...]:
    """Return those of some builds that finished last, newest first."""
    done = (build for build in builds if build.finished)
    return tuple(nlargest(count, done, key=lambda build: (build.stoptime or 0, build.id)))


class Index:
    """Answers questions about a snapshot, each computed once; the snapshot must not change.

    Evaluations without new builds are left out everywhere, as Hydra's lists leave them out: they
    have neither builds nor inputs (``hasnewbuilds`` in Hydra's ``sql/hydra.sql``).
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._evaluations = _by_jobset(snapshot.evaluations.values())
        self._members: dict[int, tuple[Build, ...]] = {}
        self._unknown: dict[int, int] = {}
        self._answers: dict[Hashable, object] = {}
        self._by_job: dict[JobsetKey, tuple[Build, ...]] = {}

    def once(self, question: Hashable, answer: Callable[[], T]) -> T:
        """Return the answer to a question, which is computed when it is first asked.

        A `question` names what is asked and of what, such as ``("tally", 860)``; one question
        always has answers of one type.
        """
        if question not in self._answers:
            self._answers[question] = answer()
        return cast("T", self._answers[question])

    def prepare(self) -> None:
        """Make the maps that questions about builds need, before processes share them."""
        self.aggregates_with(0)
        for key in self._grouped:
            self.builds_of_jobset(key)

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
        found = self._members.get(evaluation.id)
        if found is None:
            found = tuple(sorted(self.snapshot.builds_of(evaluation), key=build_order))
            self._members[evaluation.id] = found
        return found

    def unknown(self, evaluation: Evaluation) -> int:
        """Count the builds of an evaluation that the snapshot does not hold."""
        if evaluation.id not in self._unknown:
            self._unknown[evaluation.id] = self.snapshot.unknown_builds(evaluation)
        return self._unknown[evaluation.id]

    def builds_at(self, evaluation: Evaluation, job: str) -> tuple[Build, ...]:
        """Return the builds that an evaluation has of a job: one, but for rare namesakes."""
        return _run(self.builds_of(evaluation), job)

    def jobs_of(self, key: JobsetKey) -> tuple[JobKey, ...]:
        """Return all jobs of a jobset that any known build belongs to, by name."""
        names = dict.fromkeys(map(_job, self.builds_of_jobset(key)))
        return tuple(JobKey(*key, name) for name in names)

    def builds_of_jobset(self, key: JobsetKey) -> tuple[Build, ...]:
        """Return all known builds of a jobset by job, of each the newest first."""
        if key not in self._by_job:
            builds = sorted(self._grouped.get(key, ()), key=lambda build: (build.job, -build.id))
            self._by_job[key] = tuple(builds)
        return self._by_job[key]

    def builds_of_job(self, key: JobKey) -> tuple[Build, ...]:
        """Return the known builds of a job, newest first, whatever became of them."""
        return _run(self.builds_of_jobset(JobsetKey(key.project, key.jobset)), key.name)

    def evaluations_with(self, build_id: int) -> tuple[Evaluation, ...]:
        """Return the known evaluations that hold a build, newest first."""
        build = self.snapshot.builds.get(build_id)
        every = self._newest if build is None else self.evaluations_of(build.jobset_key)
        return tuple(evaluation for evaluation in every if _holds(evaluation.builds, build_id))

    def aggregates_with(self, build_id: int) -> tuple[Build, ...]:
        """Return the aggregates that list a build as constituent, by id."""
        return tuple(self._aggregates.get(build_id, ()))

    def queued(self) -> tuple[Build, ...]:
        """Return what waits or runs, in the order of Hydra's queue: priority, then id."""
        waiting = (
            b for b in self.snapshot.builds.values() if not b.finished and not b.deleted_upstream
        )
        return tuple(sorted(waiting, key=lambda build: (-build.priority, build.id)))

    @cached_property
    def _newest(self) -> tuple[Evaluation, ...]:
        every = (e for e in self.snapshot.evaluations.values() if e.hasnewbuilds)
        return tuple(sorted(every, key=_newest_first))

    @cached_property
    def _grouped(self) -> dict[JobsetKey, list[Build]]:
        groups: defaultdict[tuple[str, str], list[Build]] = defaultdict(list)
        for build in self.snapshot.builds.values():
            groups[build.project, build.jobset].append(build)
        return {JobsetKey(*key): builds for key, builds in groups.items()}

    @cached_property
    def _aggregates(self) -> dict[int, list[Build]]:
        aggregates: defaultdict[int, list[Build]] = defaultdict(list)
        for build in sorted(self.snapshot.builds.values(), key=attrgetter("id")):
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
    start = bisect_left(builds, job, key=_job)
    return builds[start : bisect_right(builds, job, lo=start, key=_job)]


def _holds(ids: tuple[int, ...], wanted: int) -> bool:
    """Return whether ascending numbers hold a number."""
    place = bisect_left(ids, wanted)
    return place < len(ids) and ids[place] == wanted
