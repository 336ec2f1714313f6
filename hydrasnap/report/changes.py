"""What changed between two evaluations: the eight lists of an evaluation's page.

The lists follow Hydra's ``Hydra::Helper::BuildDiff`` and are right where that errs: jobs removed
at the end of the alphabet count, a build of the baseline that says nothing (unfinished, aborted) is
looked up further back, an unsupported system (status 9) is no failure, and what the snapshot cannot
know is not claimed.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct

from hydrasnap.model import Build, Evaluation, JobsetKey, Outcome
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized

_job_and_system = attrgetter("job", "system")


class ChangeKind(Enum):
    """The lists in the order of the page, failures first; each has a `slug` and a `title`."""

    __hash__ = object.__hash__  # equal members are identical, and the hash of Enum is slow
    slug: str
    title: str

    def __new__(cls, slug: str, title: str) -> "ChangeKind":
        """Make the slug its value, as which it is kept."""
        kind = object.__new__(cls)
        kind._value_ = kind.slug = slug
        kind.title = title
        return kind

    NEWLY_FAILING = ("newly-failing", "Newly failing")
    ABORTED = ("aborted", "Aborted or timed out")
    STILL_FAILING = ("still-failing", "Still failing")
    NEWLY_SUCCEEDING = ("newly-succeeding", "Newly succeeding")
    NEW = ("new", "New")
    REMOVED = ("removed", "Removed")
    QUEUED = ("queued", "Queued")
    STILL_SUCCEEDING = ("still-succeeding", "Still succeeding")


class Change(NamedTuple):
    """A row of a list; `build` is None for a removed job.

    `before` is what it is compared with: the baseline's build of that job and system or, where
    that neither succeeded nor failed, the last one before the baseline that did; None where there
    is none. Of a removed job it is the baseline's build as it is.
    """

    kind: ChangeKind
    job: str
    system: str
    build: Build | None
    before: Build | None

    @property
    def shown(self) -> Build:
        """The build or, of a removed job, the one that it had."""
        build = self.build or self.before
        assert build is not None, "a change has a build on one side"  # noqa: S101 - narrows the type
        return build


class ChangeSummary(NamedTuple):
    """The lengths of all lists, and the jobs that an evaluation broke and fixed.

    `knows_failures` tells whether the list of what broke is complete.
    """

    counts: Mapping[ChangeKind, int]
    broken: tuple[Change, ...]
    fixed: tuple[Change, ...]
    knows_failures: bool


class Changes(Struct, frozen=True):
    """All differences of an evaluation to its baseline; `by_kind` has every kind.

    `undecided` are finished builds of which it is not known whether they are new, since
    builds of the baseline are missing; `unknown` and `baseline_unknown` count the missing builds.
    """

    evaluation: Evaluation
    baseline: Evaluation | None
    unknown: int
    baseline_unknown: int
    by_kind: Mapping[ChangeKind, tuple[Change, ...]]
    undecided: tuple[Build, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all builds on both sides are known, so that nothing is left open."""
        return not (self.unknown or self.baseline_unknown or self.undecided)

    @property
    def nothing_changed(self) -> bool:
        """Whether it is known that each job fails or succeeds as before, none is new or gone."""
        steady = {ChangeKind.STILL_FAILING, ChangeKind.STILL_SUCCEEDING}
        moved = (rows for kind, rows in self.by_kind.items() if kind not in steady)
        return self.baseline is not None and self.complete and not any(moved)

    def __getitem__(self, kind: ChangeKind) -> tuple[Change, ...]:
        return self.by_kind[kind]

    def count(self, kind: ChangeKind) -> int:
        """Return the length of a list."""
        return len(self.by_kind[kind])

    def summary(self) -> ChangeSummary:
        """Return the part that is kept for every evaluation of a jobset: it holds few builds."""
        missing = self.unknown or self.baseline_unknown
        return ChangeSummary(
            counts={kind: len(rows) for kind, rows in self.by_kind.items()},
            broken=self[ChangeKind.NEWLY_FAILING],
            fixed=self[ChangeKind.NEWLY_SUCCEEDING],
            knows_failures=not missing and not any(b.status.failed for b in self.undecided),
        )

    def by_system(self) -> dict[str, dict[ChangeKind, int]]:
        """Count each list for each system, systems by name, every kind present."""
        systems = sorted({change.system for rows in self.by_kind.values() for change in rows})
        counts = {system: dict.fromkeys(ChangeKind, 0) for system in systems}
        for kind, rows in self.by_kind.items():
            for change in rows:
                counts[change.system][kind] += 1
        return counts


def compare(index: Index, evaluation: Evaluation, baseline: Evaluation | None = None) -> Changes:
    """Compare an evaluation with another of any jobset, by default with the one before it.

    Builds are matched by job and system, several of one name in the order of their ids, and surplus
    ones with the last of the baseline. Takes linear time.
    """
    other = index.previous(evaluation) if baseline is None else baseline
    past = _Past(index, evaluation, other)
    past_builds = index.builds_of(other) if other else ()
    then = {key: tuple(found) for key, found in groupby(past_builds, _job_and_system)}
    lists: dict[ChangeKind, list[Change]] = {kind: [] for kind in ChangeKind}
    undecided: list[Build] = []
    for key, builds in groupby(index.builds_of(evaluation), _job_and_system):
        earlier = then.pop(key, ())
        for place, build in enumerate(builds):
            match = earlier[min(place, len(earlier) - 1)] if earlier else None
            before = None if match is None else past.decided(match)
            kind = _kind(build, before)
            if kind is ChangeKind.NEW and not past.is_certain(match):
                undecided.append(build)
            else:
                lists[kind].append(Change(kind, build.job, build.system, build, before))
    if not past.unknown:
        lists[ChangeKind.REMOVED] = [
            Change(ChangeKind.REMOVED, last.job, last.system, None, last)
            for *_, last in then.values()
        ]
    return Changes(
        evaluation=evaluation,
        baseline=other,
        unknown=past.unknown,
        baseline_unknown=past.baseline_unknown,
        by_kind={kind: tuple(rows) for kind, rows in lists.items()},
        undecided=tuple(undecided),
    )


def summary_of(index: Index, evaluation: Evaluation) -> ChangeSummary:
    """Sum up how a shown evaluation differs from the one before it."""
    return index.once(("summary", evaluation.id), lambda: _summary_of(index, evaluation))


def _summary_of(index: Index, evaluation: Evaluation) -> ChangeSummary:
    if index.builds.in_memory:
        return compare(index, evaluation).summary()
    key = evaluation.jobset_key
    every = index.once(("summaries", key), lambda: SUMMARIES.of(index, key))
    return every[evaluation.id]


def _summaries(index: Index, key: JobsetKey) -> dict[int, ChangeSummary]:
    """Sum up all evaluations of a jobset that have a page."""
    return {found.id: compare(index, found).summary() for found in index.shown_evaluations(key)}


SUMMARIES = Memoized("summaries", dict[int, ChangeSummary], _summaries)


_UNDECIDED = {Outcome.QUEUED: ChangeKind.QUEUED, Outcome.ABORTED: ChangeKind.ABORTED}
_DECIDED = {  # by whether a build succeeded, and whether the one before it did
    (True, True): ChangeKind.STILL_SUCCEEDING,
    (True, False): ChangeKind.NEWLY_SUCCEEDING,
    (False, True): ChangeKind.NEWLY_FAILING,
    (False, False): ChangeKind.STILL_FAILING,
}


def _kind(build: Build, before: Build | None) -> ChangeKind:
    status = build.status
    if not status.decided:
        return _UNDECIDED[status.outcome]
    if before is None:
        return ChangeKind.NEW
    return _DECIDED[status.succeeded, before.status.succeeded]


class _Past:
    """What is known of the evaluations before one."""

    def __init__(self, index: Index, evaluation: Evaluation, baseline: Evaluation | None) -> None:
        self._index = index
        self._is_first = index.is_first(evaluation)
        self._baseline = baseline
        self.unknown = index.unknown(evaluation)
        self.baseline_unknown = 0 if baseline is None else index.unknown(baseline)

    def decided(self, match: Build) -> Build | None:
        """Return the baseline's build or, if undecided, the last decided one of its job before."""
        if match.status.decided or self._baseline is None:
            return match
        return decided_build(self._index, match, self._baseline)

    def is_certain(self, match: Build | None) -> bool:
        """Return whether a build without an earlier result is certain to be new."""
        if self._baseline is None:
            return self._is_first
        if match is None:
            return not self.baseline_unknown
        return not self._gaps_before

    @cached_property
    def _gaps_before(self) -> bool:
        return self._baseline is not None and has_gaps_before(self._index, self._baseline)


def decided_build(index: Index, build: Build, evaluation: Evaluation) -> Build | None:
    """Return a build or, if undecided, the last decided one of its job before an evaluation."""
    if build.status.decided:
        return build
    found: list[tuple[int, int, Build]] = []
    for other in index.builds_of_job(build.job_key):
        if other.status.decided and other.system == build.system:
            held = index.evaluations_with(other.id)
            last = next((e.id for e in held if e.id < evaluation.id), None)
            found += [] if last is None else [(last, other.id, other)]
    return max(found)[2] if found else None


def has_gaps_before(index: Index, evaluation: Evaluation) -> bool:
    """Return whether builds of any earlier evaluation are missing from the snapshot."""
    reached = (evaluation, *index.earlier(evaluation))
    return not index.is_first(reached[-1]) or any(map(index.unknown, reached[1:]))
