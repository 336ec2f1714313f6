"""How much of a jobset to fetch again, and how much of its list of evaluations to read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from msgspec.structs import replace

from hydrasnap.model import Evaluation, Jobset, JobsetOverview

EVALUATIONS_A_PAGE = 20


class RefreshLevel(Enum):
    """How much of a jobset to fetch again."""

    NONE = "nothing moved"
    PROBE = "was checked again: is there a new evaluation?"
    BUILDS = "builds moved, but it was not evaluated again"
    EVALUATIONS = "new, or something moved: list its evaluations"


def required_refresh(known: Jobset | None, now: JobsetOverview, window: int) -> RefreshLevel:
    """Decide from the overview alone, by what Hydra's evaluator does.

    Each evaluation changes ``lastcheckedtime``, so where that is unchanged there is no new one. A
    Hydra that does not report it has to be asked. Where ``lastcheckedtime`` changed and the counts
    did not, a new evaluation without queued builds is finished, and the redirect of ``latest-eval``
    shows it; with queued builds only the list does.
    """
    if known is None or known.overview is None or not _was_shown(known):
        return RefreshLevel.EVALUATIONS
    if len(known.evaluations) < window and known.first_evaluation is None:  # there may be more
        return RefreshLevel.EVALUATIONS
    before = known.overview
    if is_unchanged(before, now):
        return RefreshLevel.NONE if now.tells_times and before.tells_times else RefreshLevel.PROBE
    if _errors(before) != _errors(now) or before.counts.total != now.counts.total:
        return RefreshLevel.EVALUATIONS
    if before.counts != now.counts:
        checked = before.lastcheckedtime != now.lastcheckedtime
        return RefreshLevel.EVALUATIONS if checked else RefreshLevel.BUILDS
    return RefreshLevel.EVALUATIONS if now.counts.scheduled else RefreshLevel.PROBE


def is_unchanged(before: JobsetOverview, now: JobsetOverview) -> bool:
    """Return whether two overviews are equal, apart from triggers."""
    same = before.counts == now.counts and before.lastcheckedtime == now.lastcheckedtime
    return same and _settings(before) == _settings(now)


def _was_shown(known: Jobset) -> bool:
    """Return whether Hydra showed the jobset, so that its overview is known."""
    return known.configuration.visible and not known.deleted_upstream


def _errors(overview: JobsetOverview) -> tuple[int | None, str]:
    return overview.errortime, overview.fetcherrormsg


def _settings(overview: JobsetOverview) -> tuple[int | None, str, int]:
    return (*_errors(overview), overview.checkinterval)


def configuration_changed(known: Jobset | None, now: JobsetOverview) -> bool:
    """Return whether configuration and error texts must be read again.

    Of the configuration, the overview has only the interval of checks.
    """
    if known is None or known.overview is None or not _was_shown(known):
        return True
    return _settings(known.overview) != _settings(now)


def merge_evaluation(known: Evaluation | None, fresh: Evaluation) -> Evaluation:
    """Take a fresh evaluation, but keep the error flag and text read earlier from its pages."""
    if known is None:
        return fresh
    return replace(fresh, had_errors=known.had_errors, errormsg=known.errormsg)


def wanted_ids(ids: Iterable[int], known: Collection[int], window: int) -> list[int]:
    """Return which evaluations to keep, of ids newest first.

    These are the newest `window`, and all that are as new as the oldest `known` one.
    """
    reach = min(known, default=None)
    return [
        number
        for place, number in enumerate(ids)
        if place < window or (reach is not None and number >= reach)
    ]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the pages of ``/jobset/P/J/evals`` that were read so far list.

    `evaluations` are newest first, `pages` is how many there are, `complete` if all were read.
    """

    evaluations: tuple[Evaluation, ...]
    complete: bool
    pages: int = 1

    def enough(self, known: Collection[int], window: int, *, to_the_first: bool) -> bool:
        """Return whether the pages read so far are enough.

        The evaluations in the cache follow each other without a hole, so that each is compared with
        the one before it: pages are read until they meet what is known. `to_the_first` says that
        the known ones go back to the first there ever was. Where Hydra lists fewer than are known,
        it has deleted some: then all pages are read, to see which.
        """
        if self.complete or not self.evaluations:
            return self.complete
        ids = {evaluation.id for evaluation in self.evaluations}.union(known)
        met = not known or any(evaluation.id in known for evaluation in self.evaluations)
        deleted = len(ids) > self.pages * EVALUATIONS_A_PAGE
        return met and not deleted and (to_the_first or len(ids) >= window)

    def wanted(self, known: Collection[int], window: int) -> tuple[Evaluation, ...]:
        """Return the listed evaluations that `wanted_ids` keeps."""
        kept = set(wanted_ids((each.id for each in self.evaluations), known, window))
        return tuple(each for each in self.evaluations if each.id in kept)

    def deleted(self, known: Collection[int]) -> frozenset[int]:
        """Return the known ids that Hydra no longer lists, as far as the pages reach."""
        ids = {evaluation.id for evaluation in self.evaluations}
        oldest = 0 if self.complete else min(ids, default=0)
        return frozenset(number for number in known if number >= oldest and number not in ids)
