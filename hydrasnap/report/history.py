"""The past of one job: since when it fails, what changed when it broke, how long it takes."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct

from hydrasnap.model import Build, Evaluation, JobKey
from hydrasnap.report.flakiness import flake_score
from hydrasnap.report.index import Index
from hydrasnap.report.inputs import InputChange
from hydrasnap.report.transitive_inputs import deep_changes

_id = attrgetter("id")
_system = attrgetter("system")


class Point(Struct, frozen=True):
    """A value of a chart; `timestamp` is when the build was queued, in Unix seconds."""

    build: int
    timestamp: int
    value: float
    unit: str
    system: str


class FailingRun(NamedTuple):
    """The first of the present failures, None where the job is well, and the last good build."""

    since: Build | None
    last_good: Build | None


class Breakage(Struct, frozen=True):
    """When a job broke: the last good build and the first bad one after it.

    `good_evaluation` is the last evaluation that holds the good build, `bad_evaluation` the first
    that holds the bad one, `between` are those after the one and before the other, newest first.
    """

    last_good: Build
    first_bad: Build
    good_evaluation: Evaluation | None
    bad_evaluation: Evaluation | None
    between: tuple[Evaluation, ...]
    inputs: tuple[InputChange, ...]


class JobHistory(Struct, frozen=True):
    """What is known of a job. Each of its systems has failures of its own."""

    key: JobKey
    builds: tuple[Build, ...]  # newest (highest id) first
    results: tuple[Build, ...]  # the finished ones, newest first
    systems: tuple[str, ...]
    failing_since: Build | None  # first of the present failures, which aborted builds do not end
    since_is_exact: bool  # whether a good build comes just before it; else it may fail for longer
    last_good: Build | None
    flakiness: float | None  # the highest of its systems, see `flake_score`
    # how the longest failure began among the systems of the newest evaluation
    breakage: Breakage | None
    in_latest: bool  # false only if the newest evaluation certainly lacks the job
    durations: tuple[Point, ...]  # of successes in seconds, oldest first
    metrics: Mapping[str, tuple[Point, ...]]  # by name, oldest first

    def strips(self, count: int = 30) -> dict[str, tuple[Build, ...]]:
        """Return the last finished builds of each system that has any, oldest first."""
        groups = groupby(sorted(self.results, key=_system), key=_system)
        return {system: tuple(islice(builds, count))[::-1] for system, builds in groups}

    @property
    def queued(self) -> tuple[Build, ...]:
        """Return the builds without a result, newest first."""
        return tuple(build for build in self.builds if not build.finished)


def job_history(index: Index, key: JobKey) -> JobHistory:
    """Gather what is known of a job."""
    builds = index.builds_of_job(key)
    results = tuple(build for build in builds if build.finished)
    systems = tuple(sorted({build.system for build in builds}))
    latest = index.latest(key.jobset_key)
    newest = index.builds_at(latest, key.name) if latest else ()
    present = tuple(dict.fromkeys(build.system for build in newest)) or systems
    apart = [[build for build in results if build.system == system] for system in present]
    since, last_good = _longest(map(failing_run, apart))
    scores = (flake_score(group) for group in apart)
    return JobHistory(
        key=key,
        builds=builds,
        results=results,
        systems=systems,
        failing_since=since,
        since_is_exact=since is not None and last_good is not None,
        last_good=last_good,
        flakiness=max((score for score in scores if score is not None), default=None),
        breakage=_breakage(index, last_good, since) if last_good and since else None,
        in_latest=latest is None or bool(newest or index.unknown(latest)),
        durations=_durations(results),
        metrics=_metrics(results),
    )


def by_system(points: Iterable[Point]) -> dict[str, tuple[Point, ...]]:
    """Group the points by system, sorted by its name."""
    groups = groupby(sorted(points, key=_system), key=_system)
    return {system: tuple(group) for system, group in groups}


def failing_run(results: Iterable[Build]) -> FailingRun:
    """Find the present run of failures, given builds of a job newest first.

    Aborted, cancelled and unfinished builds say nothing: they neither start nor end a run.
    """
    since: Build | None = None
    for build in results:
        if build.status.succeeded:
            return FailingRun(since, build)
        if build.status.failed:
            since = build
    return FailingRun(since, None)


def run_until(index: Index, build: Build) -> FailingRun:
    """Find the run of failures of a job and system as it is at a build."""
    return failing_run(builds_until(index, build))


def _longest(runs: Iterable[FailingRun]) -> FailingRun:
    """Return the run that began first or, where nothing fails, the one with the newest success."""
    every = tuple(runs)
    failing = [(run.since.id, run) for run in every if run.since]
    good = [(run.last_good.id, run) for run in every if run.last_good]
    if failing:
        return min(failing)[1]
    return max(good)[1] if good else FailingRun(None, None)


def newer_build(index: Index, build: Build) -> Build | None:
    """Return the next build of the same job and system."""
    every, place = _place(index, build)
    newer = (every[n] for n in range(place - 1, -1, -1))
    return next((other for other in newer if other.system == build.system), None)


def older_build(index: Index, build: Build) -> Build | None:
    """Return the build before this one of the same job and system."""
    return next(islice(builds_until(index, build), 1, None), None)


def builds_until(index: Index, build: Build) -> Iterator[Build]:
    """Yield a build and the earlier ones of its job and system, newest first."""
    every, place = _place(index, build)
    until = (every[n] for n in range(place, len(every)))
    return (other for other in until if other.system == build.system)


def _place(index: Index, build: Build) -> tuple[Sequence[Build], int]:
    """Return the index of a build among those of its job, newest first."""
    every = index.builds_of_job(build.job_key)
    return every, bisect_left(every, -build.id, key=lambda other: -other.id)


def breakage_of(index: Index, build: Build) -> Breakage | None:
    """Return how the run of failures of a failed build began, if that is known."""
    if not build.status.failed:
        return None
    run = run_until(index, build)
    return _breakage(index, run.last_good, run.since) if run.last_good and run.since else None


def _breakage(index: Index, good: Build, bad: Build) -> Breakage:
    last = next(iter(index.evaluations_with(good.id)), None)
    first = next(reversed(index.evaluations_with(bad.id)), None)
    if last is None or first is None:
        return Breakage(good, bad, last, first, (), ())
    between = tuple(found for found in index.earlier(first) if found.id > last.id)
    return Breakage(good, bad, last, first, between, deep_changes(index, last, first))


def _durations(results: Iterable[Build]) -> tuple[Point, ...]:
    """Return how long each success took: 0 for a cached build, which starts and stops at once."""
    return tuple(
        Point(build.id, build.timestamp, build.duration, "s", build.system)
        for build in sorted(results, key=_id)
        if build.status.succeeded and build.duration is not None and build.duration >= 0
    )


def _metrics(results: Iterable[Build]) -> dict[str, tuple[Point, ...]]:
    series: defaultdict[str, list[Point]] = defaultdict(list)
    for build in sorted(results, key=_id):
        for metric in build.metrics:
            point = Point(build.id, build.timestamp, metric.value, metric.unit, build.system)
            series[metric.name].append(point)
    return {name: tuple(series[name]) for name in sorted(series)}
