"""The status of the aggregates that matter: what blocks each one, and since when."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from hydrasnap.model import Build, Evaluation, JobsetKey
from hydrasnap.report.history import FailingRun, run_until
from hydrasnap.report.index import Index

_FIRST = ("tested", "unstable")  # what the channels of nixpkgs wait for


class Blocking(Struct, frozen=True):
    """A build that failed or was aborted, and since when its job fails.

    `since` is the first evaluation that holds the first failed build, None where that is not known.
    """

    build: Build
    run: FailingRun
    since: Evaluation | None


class Channel(Struct, frozen=True):
    """An aggregate in an evaluation; `good` is the last one until then in which it succeeded.

    `blocking` are its constituents without success, the newest to fail first; `waiting` counts
    constituents without a result, `unknown` those that the snapshot lacks.
    """

    aggregate: Build
    evaluation: Evaluation
    good: Evaluation | None
    blocking: tuple[Blocking, ...]
    waiting: int
    unknown: int


def channels(
    index: Index, evaluation: Evaluation, globs: Iterable[str] = (), count: int | None = None
) -> tuple[Channel, ...]:
    """Return the aggregates of an evaluation that matter: those that fit `globs`, if there are any.

    Otherwise it is those named ``tested`` or ``unstable``, or else those that are no constituents
    of others, the largest first.
    """
    every = index.aggregates_of(evaluation)
    wanted = list(_wanted(every, tuple(globs)))
    return tuple(_channel(index, evaluation, build) for build in wanted[:count])


def _wanted(every: list[Build], globs: tuple[str, ...]) -> Iterator[Build]:
    if globs:
        yield from (b for b in every if any(fnmatchcase(b.job, glob) for glob in globs))
        return
    named = [build for name in _FIRST for build in every if _leaf(build) == name]
    inner = {part for build in every for part in build.constituents or ()}
    outer = (build for build in every if build.id not in inner)
    yield from named or sorted(outer, key=lambda build: (-len(build.constituents or ()), build.job))


def _leaf(build: Build) -> str:
    """Return the last part of a job's name, without its system."""
    return build.job.removesuffix(f".{build.system}").rpartition(".")[2]


def _channel(index: Index, evaluation: Evaluation, aggregate: Build) -> Channel:
    held = index.snapshot.builds
    parts = _parts(index, aggregate)
    known = [held[number] for number in parts if number in held]
    bad = [part for part in known if part.status.unsuccessful]
    blocking = [
        failing_since(index, part, evaluation.jobset_key)
        for part in bad
        if part.constituents is None
    ]
    blocking.sort(key=lambda one: (-one.run.since.id if one.run.since else 0, one.build.job))
    return Channel(
        aggregate=aggregate,
        evaluation=evaluation,
        good=_good(index, evaluation, aggregate),
        blocking=tuple(blocking),
        waiting=sum(part.status.queued for part in known),
        unknown=len(parts) - len(known),
    )


def _parts(index: Index, aggregate: Build) -> set[int]:
    """Collect the constituents of an aggregate, and of the aggregates among them."""
    found: set[int] = set()
    ahead = list(aggregate.constituents or ())
    while ahead:
        number = ahead.pop()
        if number not in found:
            found.add(number)
            part = index.snapshot.builds.get(number)
            ahead += part.constituents or () if part else ()
    return found


def failing_since(index: Index, build: Build, key: JobsetKey) -> Blocking:
    """Return since when the job of a build fails, and since which evaluation of a jobset."""
    run = run_until(index, build)
    own = build.jobset_key == key  # the evaluations of others are not shown
    held = index.evaluations_with(run.since.id) if run.since and own else ()
    return Blocking(build, run, next(reversed(held), None))


def _good(index: Index, evaluation: Evaluation, aggregate: Build) -> Evaluation | None:
    """Find the last evaluation that holds a success of the aggregate."""
    for found in (evaluation, *index.earlier(evaluation)):
        builds = index.builds_at(found, aggregate.job)
        if any(b.system == aggregate.system and b.status.succeeded for b in builds):
            return found
    return None
