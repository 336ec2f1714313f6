"""What to ask next: pure decisions from what the cache has and what Hydra's overview says."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

import msgspec

from hydrasnap.model import (
    Build,
    Evaluation,
    JobKey,
    Jobset,
    JobsetCounts,
    JobsetKey,
    JobsetOverview,
    Project,
)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user wants: globs on projects and on ``project/jobset``, and how far back.

    `hidden` takes hidden projects and jobsets too. `evaluations` is how many of each jobset are
    compared; one more is fetched, for the oldest to be compared with.
    """

    projects: tuple[str, ...] = ()
    jobsets: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    evaluations: int = 10

    @property
    def window(self) -> int:
        """Return how many evaluations of a jobset are fetched."""
        return self.evaluations + 1

    def wants_project(self, project: Project) -> bool:
        """Tell whether any jobset of the project may be wanted."""
        if project.hidden and not self.hidden:
            return False
        return self._matches_project(project.name) and not _matches(project.name, self.exclude)

    def _matches_project(self, name: str) -> bool:
        by_jobset = tuple(glob.partition("/")[0] for glob in self.jobsets if "/" in glob)
        if self.jobsets and not any("/" not in glob for glob in self.jobsets):
            return _matches(name, by_jobset) and (
                not self.projects or _matches(name, self.projects)
            )
        return not self.projects or _matches(name, self.projects)

    def wants_jobset(self, key: JobsetKey) -> bool:
        """Tell whether the jobset, of a wanted project, is wanted."""
        address = f"{key.project}/{key.name}"
        if any(_matches_address(address, glob) for glob in self.exclude):
            return False
        return not self.jobsets or any(_matches_address(address, glob) for glob in self.jobsets)


def _matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _matches_address(address: str, glob: str) -> bool:
    """Match ``project/jobset``; a glob without a slash is one for the jobset in any project."""
    return fnmatchcase(address, glob if "/" in glob else f"*/{glob}")


class Look(Enum):
    """How closely a jobset must be looked at."""

    NOT = "nothing moved"
    WITNESS = "was checked again: is there a new evaluation?"
    BUILDS = "builds moved, but it was not evaluated again"
    CLOSELY = "something moved: list its evaluations"


def look(known: Jobset | None, now: JobsetOverview, window: int) -> Look:
    """Decide from the overview alone; see the facts on ``lastcheckedtime`` in Hydra's evaluator.

    Each evaluation moves ``lastcheckedtime``, so where that stands still there is no new one. Where
    it moved and the counts did not, a new evaluation without queued builds is finished, and the
    redirect of ``latest-eval`` shows it; with queued builds only the list does.
    """
    if known is None or known.overview is None or _needs_history(known, window):
        return Look.CLOSELY
    before = known.overview
    if _errors(before) != _errors(now) or before.counts.total != now.counts.total:
        return Look.CLOSELY
    checked = before.lastcheckedtime != now.lastcheckedtime
    if before.counts != now.counts:
        return Look.CLOSELY if checked else Look.BUILDS
    if not checked:
        return Look.NOT
    return Look.CLOSELY if now.counts.scheduled else Look.WITNESS


def _needs_history(known: Jobset, window: int) -> bool:
    return len(known.evaluations) < window and known.first_evaluation is None


def _errors(overview: JobsetOverview) -> tuple[int | None, str]:
    return overview.errortime, overview.fetcherrormsg


def errors_moved(known: Jobset | None, now: JobsetOverview) -> bool:
    """Tell whether the error texts must be read again."""
    return known is None or known.overview is None or _errors(known.overview) != _errors(now)


EVALUATIONS_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Listing:
    """What pages of ``/jobset/P/J/evals`` have told so far.

    `evaluations` are newest first, `pages` is how many there are, `complete` if all were read.
    """

    evaluations: tuple[Evaluation, ...]
    complete: bool
    pages: int = 1

    def enough(self, known: Collection[int], window: int, *, to_the_first: bool) -> bool:
        """Tell whether the window is filled, or the history that the cache has is reached.

        The evaluations in the cache follow each other without a hole, so that each is compared with
        the one before it: pages are read until they meet what is known. `to_the_first` tells that
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
        """Return the listed evaluations to keep: the window, and all that are newer than known."""
        reach = min(known, default=None)
        return tuple(
            evaluation
            for place, evaluation in enumerate(self.evaluations)
            if place < window or (reach is not None and evaluation.id >= reach)
        )

    def gone(self, known: Collection[int]) -> frozenset[int]:
        """Return the known ids that Hydra lists no more, as far as the pages reach."""
        ids = {evaluation.id for evaluation in self.evaluations}
        oldest = 0 if self.complete else min(ids, default=0)
        return frozenset(number for number in known if number >= oldest and number not in ids)


def tally(builds: Iterable[Build]) -> JobsetCounts:
    """Count builds as ``/api/jobsets`` counts those of the newest evaluation."""
    states = [(build.finished, build.buildstatus == 0) for build in builds]
    scheduled = sum(1 for finished, _ in states if not finished)
    succeeded = sum(1 for finished, good in states if finished and good)
    failed = len(states) - scheduled - succeeded
    return JobsetCounts(total=len(states), succeeded=succeeded, failed=failed, scheduled=scheduled)


class Way(Enum):
    """How to get builds of an evaluation."""

    NONE = "none"
    SINGLY = "builds"
    TOGETHER = "evaluation"
    LISTING = "listing"


_REQUEST = 0.5  # seconds a request is worth: public Hydras allow two a second
_SINGLE, _TOGETHER, _LISTED = 0.018, 0.0028, 0.000145  # server seconds a build, as measured
_LARGE = 5000


def cheapest(missing: int, size: int) -> Way:
    """Choose how to fetch `missing` builds of an evaluation of `size`, by what it costs the server.

    Measured on a real Hydra: a build alone 18 ms, in ``/eval/ID/builds`` 2.8 ms, in the HTML
    listing 0.145 ms, and each request takes its place in the rate that the server allows. The
    listing tells less of a build, so it is for evaluations whose bulk answer would take minutes.
    """
    if not missing:
        return Way.NONE
    singly = missing * (_REQUEST + _SINGLE)
    together = _REQUEST + size * _TOGETHER
    if size > _LARGE:
        listed = _REQUEST + size * _LISTED
        return Way.SINGLY if singly <= listed else Way.LISTING
    return Way.SINGLY if singly <= together else Way.TOGETHER


def merge(known: Build | None, fresh: Build) -> Build:
    """Join what is known of a build with what came: nothing that was learned is lost.

    Constituents stay, as they never change. A listing's row says less than a full answer; where it
    tells of another state, the build is kept with its old details and marked as partial.
    """
    if known is None:
        return fresh
    if not fresh.partial:
        return msgspec.structs.replace(
            fresh, constituents=known.constituents if fresh.constituents is None else
            fresh.constituents, gone=False
        )  # fmt: skip
    if known.partial:
        return msgspec.structs.replace(fresh, constituents=known.constituents)
    if _state(known) == _state(fresh):
        return known
    return msgspec.structs.replace(
        known,
        finished=fresh.finished,
        buildstatus=fresh.buildstatus,
        stoptime=fresh.stoptime,
        starttime=None,
        partial=True,
    )


def _state(build: Build) -> tuple[bool, int | None, int | None]:
    if not build.finished:
        return False, None, None
    return True, build.buildstatus, build.stoptime


def moved(builds: Mapping[int, Build], queue: frozenset[int], *, whole: bool) -> list[int]:
    """Return the builds whose state differs from the queue's: finished or restarted, newest first.

    `queue` holds ids of unfinished builds of the Hydra; `whole` tells whether it holds all, as only
    then an absent one has finished.
    """
    found = (
        number
        for number, build in builds.items()
        if (number in queue if build.finished else whole and number not in queue)
    )
    return sorted(found, reverse=True)


def aggregates(
    builds: Iterable[Build], known_aggregates: Collection[JobKey], plain: Collection[JobKey]
) -> list[int]:
    """Return the builds to ask for constituents, newest first; at most one of an unsure job.

    The API does not tell an aggregate. But Nixpkgs' ``releaseTools.aggregate`` makes an empty list
    of products, where a plain build without one gets a product for each output. So a job is asked
    about when a build of it succeeded without a product; or, while none is known to have succeeded,
    when its name does not end in its system, as plain jobs' names do. It is asked once: a job that
    was an aggregate stays one, and a plain one stays plain (`plain`).
    """
    by_job: dict[JobKey, list[Build]] = {}
    for build in builds:
        by_job.setdefault(build.job_key, []).append(build)
    wanted: list[int] = []
    for job, found in by_job.items():
        unasked = [build.id for build in found if build.constituents is None and not build.partial]
        if job in known_aggregates:
            wanted += unasked
        elif unasked and job not in plain and _may_be_aggregate(found):
            wanted.append(max(unasked))
    return sorted(wanted, reverse=True)


def _may_be_aggregate(builds: list[Build]) -> bool:
    if any(build.products or len(build.outputs) > 1 for build in builds):
        return False
    if any(build.status.succeeded and not build.partial for build in builds):
        return True
    return not any(build.job.endswith(build.system) for build in builds)
