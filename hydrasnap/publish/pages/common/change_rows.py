"""The rows of lists of what changed: a job, its build, and the build that this is compared with."""

from hydrasnap.model import Build, BuildStatus, Evaluation, JobsetKey
from hydrasnap.publish.pages.common.channels import Since, since_of
from hydrasnap.publish.pages.common.failure_cause import FailureCause, failure_cause
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.rows import figures
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.changes import Change, ChangeKind
from hydrasnap.report.channels import failing_since
from hydrasnap.report.tally import tally_of


class Before(View, frozen=True, kw_only=True):
    """The build that a row is compared with."""

    id: int
    status: BuildStatus
    label: str


class ChangeRow(View, frozen=True, kw_only=True):
    """A row of a list; for a removed job `id` and the rest are those of its last build.

    `time` is when it finished or, in the list of queued builds, when it was queued. `before` is the
    build that it is compared with; `since` is when a job that still fails began to.
    """

    id: int
    job: str
    job_href: str
    status: BuildStatus
    label: str
    time: int | None
    package: str
    system: str
    before: Before | None
    since: Since | None


class BrokenRow(View, frozen=True, kw_only=True):
    """A job that an evaluation broke, and why."""

    jobset: Link
    evaluation: Link | None
    built: str  # how much of the evaluation has a result, such as "40 % built"; empty if all
    change: ChangeRow
    why: FailureCause


def broken_row(site: Site, evaluation: Evaluation, change: Change) -> BrokenRow:
    """Describe a job that an evaluation broke."""
    return BrokenRow(
        jobset=site.jobset_link(evaluation.jobset_key, full=True),
        evaluation=site.evaluation_link(evaluation),
        built=figures(tally_of(site.index, evaluation)).built,
        change=change_row(site, change),
        why=failure_cause(site, change.shown),
    )


def change_row(site: Site, change: Change, key: JobsetKey | None = None) -> ChangeRow:
    """Describe a change; a removed job shows the build it had.

    `key` is the jobset of the evaluation; with it, the row of a job that still fails has `since`.
    """
    build = change.shown
    before = change.before if change.build else None
    status = build.status
    return ChangeRow(
        id=build.id,
        job=change.job,
        job_href=site.links.job(build.job_key),
        status=status,
        label=build.label,
        time=_time(change.kind, build),
        package=build.releasename or build.nixname,
        system=change.system,
        before=Before(id=before.id, status=before.status, label=before.label) if before else None,
        since=_since(site, change, key),
    )


def _since(site: Site, change: Change, key: JobsetKey | None) -> Since | None:
    if key is None or change.build is None or change.kind is not ChangeKind.STILL_FAILING:
        return None
    return since_of(site, failing_since(site.index, change.build, key))


def _time(kind: ChangeKind, build: Build) -> int | None:
    return build.timestamp or None if kind is ChangeKind.QUEUED else build.finished_at
