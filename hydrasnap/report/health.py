"""The health of jobsets, projects and the whole Hydra."""

from collections.abc import Iterable
from functools import reduce
from operator import add

from msgspec import Struct

from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, Snapshot
from hydrasnap.report.changes import Change, ChangeSummary, summary_of
from hydrasnap.report.flakiness import flake_score
from hydrasnap.report.history import builds_until, run_until
from hydrasnap.report.index import Index
from hydrasnap.report.limited import Limited, limit
from hydrasnap.report.tally import Tally, tally_of

_DAY = 86_400
_MISSED_CHECKS = 3


class JobsetHealth(Struct, frozen=True):
    """A jobset at the time of the snapshot.

    `tally` and `changes` are of the newest evaluation; `changes` is None where there is none or
    it is not known what came before. `latest_finished` is the newest evaluation all of whose
    builds are known and finished. `stale`: see `is_stale`; `in_use`: see `is_in_use`; `hidden`: see
    `is_hidden`.
    """

    key: JobsetKey
    jobset: Jobset
    latest: Evaluation | None
    latest_finished: Evaluation | None
    tally: Tally
    changes: ChangeSummary | None
    has_errors: bool
    stale: bool
    in_use: bool
    hidden: bool

    @property
    def is_read(self) -> bool:
        """Whether the newest evaluation was read at least in part, or Hydra lists none."""
        if self.latest is None:
            return self.jobset.first_evaluation == 0
        return self.tally.total == 0 or self.tally.unknown < self.tally.total

    @property
    def newly_failing(self) -> int | None:
        """Count the jobs that broke in the newest evaluation; None where that is not known."""
        if self.latest is None:
            return 0 if self.is_read else None
        found = len(self.changes.broken) if self.changes else 0
        return found if found or self.knows_failures else None

    @property
    def knows_failures(self) -> bool:
        """Whether the list of jobs that newly fail in the newest evaluation is complete."""
        if self.changes is None:
            return self.latest is None and self.is_read
        return self.changes.knows_failures


class ProjectHealth(Struct, frozen=True):
    """A project: its jobsets by name, and the sum of the newest evaluations of those still there.

    The jobsets include hidden and deleted ones, but not the old names of renamed ones; the sum
    includes what Hydra shows to everyone.
    """

    name: str
    jobsets: tuple[JobsetHealth, ...]
    tally: Tally
    newly_failing: int | None

    @property
    def is_read(self) -> bool:
        """Whether the newest evaluation of each jobset in use was read."""
        counted = filter(_is_counted, self.jobsets)
        return all(
            health.is_read for health in counted if health.jobset.configuration.state.enabled
        )


class Failing(Struct, frozen=True):
    """A job that fails in the newest evaluation; `exact` as in `JobHistory.since_is_exact`."""

    build: Build
    since: Build
    exact: bool


class Flaky(Struct, frozen=True):
    """An unreliable job of the newest evaluation and its score, see `flake_score`."""

    build: Build
    score: float


class Broken(Struct, frozen=True):
    """A job that the newest evaluation of its jobset broke."""

    evaluation: Evaluation
    change: Change


def snapshot_time(snapshot: Snapshot) -> int:
    """Return the moment that ages are measured from, in Unix seconds."""
    return snapshot.run.finished or snapshot.run.started


def jobset_health(index: Index, key: JobsetKey) -> JobsetHealth:
    """Sum up a jobset of the snapshot."""
    jobset = index.snapshot.jobsets[key]
    latest = index.latest(key)
    known = latest is not None and index.is_comparable(latest)
    return JobsetHealth(
        key=key,
        jobset=jobset,
        latest=latest,
        latest_finished=latest_finished(index, key),
        tally=tally_of(index, latest) if latest else Tally(),
        changes=summary_of(index, latest) if latest and known else None,
        has_errors=has_errors(jobset),
        stale=is_stale(jobset, snapshot_time(index.snapshot)),
        in_use=is_in_use(index.snapshot, jobset),
        hidden=is_hidden(index.snapshot, jobset),
    )


def project_health(index: Index, project: str) -> ProjectHealth:
    """Sum up a project from the jobsets that the snapshot has of it."""
    every = index.snapshot.jobsets.values()
    keys = sorted(j.key for j in every if j.project == project and j.renamed_to is None)
    jobsets = tuple(jobset_health(index, key) for key in keys)
    counted = list(filter(_is_counted, jobsets))
    return ProjectHealth(
        name=project,
        jobsets=jobsets,
        tally=reduce(add, (health.tally for health in counted), Tally()),
        newly_failing=_sum(health.newly_failing for health in counted),
    )


def _is_counted(health: JobsetHealth) -> bool:
    """Return whether Hydra still has a jobset and shows it on the page of its project."""
    return health.jobset.configuration.visible and not health.jobset.deleted_upstream


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Return the sum of what is known; None if nothing is known."""
    every = list(amounts)
    known = sum(amount for amount in every if amount is not None)
    return None if None in every and not known else known


def overview(index: Index) -> tuple[ProjectHealth, ...]:
    """Sum up all projects, by name."""
    return tuple(project_health(index, name) for name in sorted(index.snapshot.projects))


def newly_broken(jobsets: Iterable[JobsetHealth], count: int | None = None) -> Limited[Broken]:
    """List what the newest evaluations of jobsets that Hydra shows broke, the newest first."""
    found = [
        Broken(health.latest, change)
        for health in jobsets
        if health.latest
        and health.changes
        and not health.jobset.deleted_upstream
        and not health.hidden
        for change in health.changes.broken
    ]
    found.sort(key=lambda broken: (-broken.evaluation.timestamp, -broken.evaluation.id))
    return limit(found, count)


def latest_finished(index: Index, key: JobsetKey) -> Evaluation | None:
    """Return the newest evaluation all of whose builds are known and have a result."""
    every = index.present(key)
    return next((found for found in every if tally_of(index, found).finished), None)


def knows_since(index: Index, key: JobsetKey, start: int) -> bool:
    """Return whether all evaluations of a jobset since a time are known in full.

    So must be those that they are compared with.
    """
    if index.latest(key) is None:
        return index.snapshot.jobsets[key].first_evaluation == 0
    for evaluation in index.evaluations_of(key):
        if index.unknown(evaluation):
            return False
        if index.is_first(evaluation) or 0 < evaluation.timestamp < start:
            return True
    return False


def has_errors(jobset: Jobset) -> bool:
    """Return whether the last evaluation had errors or the inputs could not be fetched."""
    fetching = jobset.overview.fetcherrormsg if jobset.overview else ""
    return bool(jobset.errormsg or fetching)


def is_stale(jobset: Jobset, now: int) -> bool:
    """Return whether a jobset that should be checked regularly was not, at the time `now`.

    That is so after three intervals, but not within a day. A disabled or deleted jobset, one
    without interval and one whose checks are not known is never stale.
    """
    seen = jobset.overview
    if seen is None or seen.lastcheckedtime is None or not is_polled(jobset):
        return False
    return now - seen.lastcheckedtime > max(_DAY, _MISSED_CHECKS * _interval(jobset))


def is_in_use(snapshot: Snapshot, jobset: Jobset) -> bool:
    """Return whether Hydra has a jobset, under this name, evaluates it, and shows it to all."""
    gone = jobset.deleted_upstream or jobset.renamed_to is not None
    enabled = jobset.configuration.state.enabled
    return enabled and not gone and not is_hidden(snapshot, jobset)


def is_hidden(snapshot: Snapshot, jobset: Jobset) -> bool:
    """Return whether Hydra hides a jobset, or its whole project, from all but their owners."""
    project = snapshot.projects.get(jobset.project)
    return not jobset.configuration.visible or (project is not None and project.hidden)


def is_polled(jobset: Jobset) -> bool:
    """Return whether Hydra polls a jobset periodically."""
    return (
        jobset.configuration.state.enabled and not jobset.deleted_upstream and _interval(jobset) > 0
    )


def _interval(jobset: Jobset) -> int:
    """Return the seconds between two checks, 0 for none."""
    seen = jobset.overview
    return jobset.configuration.checkinterval or (seen.checkinterval if seen else 0)


def failing_longest(index: Index, key: JobsetKey, count: int | None = None) -> Limited[Failing]:
    """List the jobs that fail in the newest evaluation, the oldest failure first."""
    found: list[Failing] = []
    for build in _latest_builds(index, key):
        if not build.status.failed:
            continue
        run = run_until(index, build)
        if run.since:
            found.append(Failing(build, run.since, run.last_good is not None))
    found.sort(key=lambda row: (row.since.id, row.build.job_key, row.build.system))
    return limit(found, count)


def flakiest(index: Index, key: JobsetKey, count: int | None = None) -> Limited[Flaky]:
    """List the jobs of the newest evaluation with a flake score above 0, the highest first."""
    return limit(index.once_loaded(key, "flaky jobs", lambda: _flaky(index, key)), count)


def _flaky(index: Index, key: JobsetKey) -> list[Flaky]:
    scored = (
        Flaky(build, flake_score(builds_until(index, build)) or 0.0)
        for build in _latest_builds(index, key)
    )
    found = [row for row in scored if row.score > 0]
    return sorted(found, key=lambda row: (-row.score, row.build.job_key, row.build.system))


def _latest_builds(index: Index, key: JobsetKey) -> tuple[Build, ...]:
    latest = index.latest(key)
    return index.builds_of(latest) if latest else ()
