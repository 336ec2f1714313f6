"""Which builds to fetch, and how."""

from collections.abc import Iterable

from hydrasnap.model import Build, JobsetCounts
from hydrasnap.plan.selection import FetchStrategy

_REQUEST = 0.5  # seconds a request is worth: public Hydras allow two a second
_SINGLE, _TOGETHER, _LISTED = 0.018, 0.0028, 0.000145  # server seconds a build, as measured
_LARGE = 5000


def tally(builds: Iterable[Build]) -> JobsetCounts:
    """Count builds as ``/api/jobsets`` counts those of the newest evaluation."""
    states = [(build.finished, build.buildstatus == 0) for build in builds]
    scheduled = sum(1 for finished, _ in states if not finished)
    succeeded = sum(1 for finished, good in states if finished and good)
    failed = len(states) - scheduled - succeeded
    return JobsetCounts(total=len(states), succeeded=succeeded, failed=failed, scheduled=scheduled)


def cheapest(missing: int, size: int, prefer: FetchStrategy | None = None) -> FetchStrategy:
    """Choose how to fetch `missing` builds of an evaluation of `size`, by what it costs the server.

    `prefer` is the strategy that the user has chosen for all.

    Measured on a real Hydra: a build alone 18 ms, in ``/eval/ID/builds`` 2.8 ms, in the HTML
    listing 0.145 ms, and each request takes its place in the rate that the server allows. The
    listing says less of a build, so it is for evaluations whose bulk answer would take minutes.
    """
    if not missing:
        return FetchStrategy.NONE
    if prefer is not None:
        return prefer
    singly = missing * (_REQUEST + _SINGLE)
    together = _REQUEST + size * _TOGETHER
    if size > _LARGE:
        listed = _REQUEST + size * _LISTED
        return FetchStrategy.PER_BUILD if singly <= listed else FetchStrategy.LISTING
    return FetchStrategy.PER_BUILD if singly <= together else FetchStrategy.BULK


def changed_state(builds: Iterable[Build], queue: frozenset[int], *, whole: bool) -> list[int]:
    """Return the builds whose state differs from the queue's: finished or restarted, newest first.

    `queue` holds ids of unfinished builds of the Hydra; `whole` says whether it holds all, as only
    then an absent one has finished.
    """
    found = {
        build.id
        for build in builds
        if (build.id in queue if build.finished else whole and build.id not in queue)
    }
    return sorted(found, reverse=True)


def recheck_candidates(builds: Iterable[Build], *, whole: bool) -> list[int]:
    """Return the finished builds to fetch again: the failures, and if `whole` the successes too."""
    return [b.id for b in builds if b.finished and (whole or not b.status.succeeded)]


def is_due(last: int, now: int, every: int) -> bool:
    """Return whether something is to be done again that is done every so many seconds.

    A `last` time in the future comes from a clock that was wrong.

    >>> is_due(100, 150, 60), is_due(100, 160, 60), is_due(9_999, 150, 60)
    (False, True, True)
    """
    return not now - every < last <= now


def is_full_recheck_turn(evaluation: int, *, among: int, turn: int) -> bool:
    """Return whether it is the turn of an evaluation to be fetched whole.

    Each of `among` evaluations has its turn once in as many turns, so that on average one of them
    is fetched whole, for one request.
    """
    return evaluation % among == turn % among


def detail_candidates(builds: Iterable[Build], before: Iterable[Build]) -> list[int]:
    """Return the builds known from a listing alone that are worth a request each, newest first.

    These are the failed ones, and those that came out otherwise than in the evaluation `before`.
    """
    outcomes = {(build.job, build.system): build.status.outcome for build in before}
    found = (
        build.id
        for build in builds
        if build.partial
        and not build.status.queued
        and (
            build.status.failed
            or outcomes.get((build.job, build.system), build.status.outcome)
            is not build.status.outcome
        )
    )
    return sorted(found, reverse=True)
