"""The data behind the pages, for programs: values of the types in `schemas`.

Times are Unix seconds, durations seconds, a status is the word that `BuildStatus.slug` has for it,
and ``page`` is a path below the site's root. What changes with every crawl is in none of them.
"""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType, convert, structs

from hydrasnap.model import Build, Evaluation, JobsetKey, JobSizes
from hydrasnap.publish.pages.common.causes import log_of, step_label
from hydrasnap.publish.pages.common.page_costs import QUIET_LISTS
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.files.data_file import SCHEMA
from hydrasnap.publish.pages.files.schemas import evaluations, jobs, projects
from hydrasnap.publish.pages.files.schemas.base import Counts, Result, Since
from hydrasnap.report.changes import Change, ChangeKind, Changes
from hydrasnap.report.health import JobsetHealth, ProjectHealth, failing_longest, flakiest
from hydrasnap.report.history import JobHistory
from hydrasnap.report.inputs import changed_inputs, inputs_of
from hydrasnap.report.root_causes import RootCause, cause_since, root_causes
from hydrasnap.report.tally import Tally, tally_of

INDEX = "index.json"
REVISIONS = "/revisions.json"

Points = Sequence[tuple[int, int, int]]


def counts(tally: Tally) -> Counts:
    """Return a tally by outcome."""
    return convert(tally, Counts, from_attributes=True)


def result(build: Build) -> Result:
    """Return the result of a build in short."""
    return Result(build=build.id, status=build.status.slug, finished=build.finished_at)


def since(build: Build, *, exact: bool) -> Since:
    """Return since when something fails, by the first build that failed."""
    status, finished = build.status.slug, build.finished_at
    return Since(build=build.id, status=status, finished=finished, exact=exact)


def index_data(site: Site) -> projects.Index:
    """Return all projects by the sum of their jobsets' newest evaluations."""
    return projects.Index(
        schema=SCHEMA,
        origin=site.snapshot.origin,
        title=site.name,
        projects=[
            projects.ProjectRow(
                name=health.name,
                page=site.links.project(health.name),
                data=site.links.project(health.name, ".json"),
                counts=counts(health.tally) if health.is_read else None,
                newly_failing=health.newly_failing,
            )
            for health in site.health
        ],
    )


def project_data(site: Site, health: ProjectHealth) -> projects.Project:
    """Return a project and its jobsets by their newest evaluations."""
    project = site.snapshot.projects[health.name]
    return projects.Project(
        schema=SCHEMA,
        name=project.name,
        displayname=project.displayname,
        description=project.description,
        homepage=project.homepage,
        enabled=project.enabled,
        hidden=project.hidden,
        gone=project.deleted_upstream,
        counts=counts(health.tally) if health.is_read else None,
        newly_failing=health.newly_failing,
        jobsets=[_jobset(site, jobset) for jobset in health.jobsets],
    )


def _jobset(site: Site, health: JobsetHealth) -> projects.JobsetRow:
    jobset = health.jobset
    return projects.JobsetRow(
        name=jobset.name,
        page=site.links.jobset(health.key),
        data=site.links.jobset(health.key, ".json"),
        enabled=jobset.configuration.state.enabled,
        hidden=not jobset.configuration.visible,
        gone=jobset.deleted_upstream,
        errors=health.has_errors,
        latest=health.latest.id if health.latest else None,
        latest_finished=health.latest_finished.id if health.latest_finished else None,
        counts=counts(health.tally) if health.is_read else None,
        newly_failing=health.newly_failing,
    )


def jobset_data(site: Site, health: JobsetHealth) -> projects.Jobset:
    """Return a jobset: its evaluations, what fails and since when, what is flaky."""
    key = health.key
    flaky = flakiest(site.index, key, site.limits.flaky_jobs).rows
    return projects.Jobset(
        **structs.asdict(_jobset(site, health)),
        schema=SCHEMA,
        project=key.project,
        description=health.jobset.configuration.description,
        evaluations=[
            projects.EvaluationRow(
                id=found.id,
                timestamp=found.timestamp,
                counts=counts(tally_of(site.index, found)),
            )
            for found in site.index.shown_evaluations(key)
        ],
        failing=[
            projects.FailingRow(
                job=row.build.job,
                system=row.build.system,
                build=row.build.id,
                status=row.build.status.slug,
                finished=row.build.finished_at,
                since=since(row.since, exact=row.exact),
            )
            for row in failing_longest(site.index, key).rows
        ],
        flaky=[projects.FlakyRow(job=row.build.job, score=round(row.score, 3)) for row in flaky],
    )


def job_data(history: JobHistory, sizes: JobSizes | None = None) -> jobs.Job:
    """Return a job: its builds newest first, metrics and sizes (if asked for) oldest first."""
    score, exact = history.flakiness, history.since_is_exact
    bad, good = history.failing_since, history.last_good
    return jobs.Job(
        schema=SCHEMA,
        project=history.key.project,
        jobset=history.key.jobset,
        name=history.key.name,
        status=history.results[0].status.slug if history.results else None,
        in_latest=history.in_latest,
        failing_since=since(bad, exact=exact) if bad else None,
        last_success=result(good) if good else None,
        flakiness=None if score is None else round(score, 3),
        builds=[_build(build) for build in history.builds],
        metrics={
            name: [(point.build, point.timestamp, point.value, point.unit) for point in points]
            for name, points in history.metrics.items()
        },
        closure_sizes=_sizes(sizes, "closure"),
        output_sizes=_sizes(sizes, "output"),
    )


def _build(build: Build) -> jobs.Build:
    return jobs.Build(
        build=build.id,
        status=build.status.slug,
        finished=build.finished_at,
        system=build.system,
        queued=build.timestamp,
        duration=build.duration,
        nixname=build.nixname,
        drvpath=build.drvpath,
        outputs={output.name: output.path for output in build.outputs if output.path},
    )


def _sizes(sizes: JobSizes | None, kind: str) -> Points | UnsetType:
    found = sizes.series.get(kind) if sizes else None
    return UNSET if found is None else [structs.astuple(point) for point in found.points]


def evaluation_data(site: Site, changes: Changes) -> evaluations.Evaluation:
    """Return an evaluation and its lists; what still succeeds is in the list of all jobs.

    A site without room for long lists cuts those of what is new and what waits.
    """
    found, baseline = changes.evaluation, changes.baseline

    def rows(kind: ChangeKind) -> list[evaluations.Change]:
        return [_change(change) for change in changes[kind][: _most(site, found, kind)]]

    return evaluations.Evaluation(
        schema=SCHEMA,
        id=found.id,
        project=found.project,
        jobset=found.jobset,
        timestamp=found.timestamp,
        checkouttime=found.checkouttime,
        evaltime=found.evaltime,
        flake=found.flake,
        gone=found.deleted_upstream,
        baseline=baseline.id if baseline else None,
        complete=changes.complete,
        counts=counts(tally_of(site.index, found)),
        inputs={row.name: evaluations.Input(**structs.asdict(row)) for row in inputs_of(found)},
        changed_inputs=[change.name for change in changed_inputs(baseline, found)],
        listed={kind.slug: changes.count(kind) for kind in ChangeKind},
        root_causes=_root_causes(site, found),
        newly_failing=rows(ChangeKind.NEWLY_FAILING),
        newly_succeeding=rows(ChangeKind.NEWLY_SUCCEEDING),
        new=rows(ChangeKind.NEW),
        removed=rows(ChangeKind.REMOVED),
        still_failing=rows(ChangeKind.STILL_FAILING),
        queued=rows(ChangeKind.QUEUED),
        aborted=rows(ChangeKind.ABORTED),
    )


def _most(site: Site, evaluation: Evaluation, kind: ChangeKind) -> int | None:
    """Return how many rows of a list its data hold; None for all."""
    if kind not in QUIET_LISTS or site.policy.has_long_lists(evaluation):
        return None
    return site.limits.rows_of_further_page


def _root_causes(site: Site, evaluation: Evaluation) -> evaluations.RootCauses:
    """Return the derivations that take builds down, and how many failures are not explained."""
    found = root_causes(site.index, evaluation)
    return evaluations.RootCauses(
        causes=[_root_cause(site, evaluation, cause) for cause in found.causes if cause.builds],
        unread=found.unread,
        vanished=found.vanished,
    )


def _root_cause(site: Site, evaluation: Evaluation, cause: RootCause) -> evaluations.RootCause:
    own, maker = cause.own, cause.maker
    first = cause_since(site.index, evaluation, cause.name)
    return evaluations.RootCause(
        name=cause.name,
        outputs=list(cause.outputs),
        status=own.label if own else step_label(cause.step),
        job=str(maker.job_key) if maker else None,
        log=log_of(site, maker, cause.step) or None,
        since=evaluations.CauseSince(evaluation=first.evaluation.id, exact=first.exact),
        systems=list(cause.systems),
        builds=[build.id for build in cause.builds],
    )


def _change(change: Change) -> evaluations.Change:
    build, before = change.build, change.before
    return evaluations.Change(
        job=change.job,
        system=change.system,
        before=result(before) if before else None,
        build=build.id if build else UNSET,
        status=build.status.slug if build else UNSET,
        finished=build.finished_at if build else UNSET,
    )


def revisions_data(site: Site, key: JobsetKey) -> projects.Revisions:
    """Return the revision of each input in each known evaluation, which is what bisecting needs."""
    every = site.index.evaluations_of(key)
    known = [{row.name: row.revision for row in inputs_of(found)} for found in every]
    names = sorted({name for inputs in known for name, revision in inputs.items() if revision})
    return projects.Revisions(
        schema=SCHEMA,
        project=key.project,
        jobset=key.name,
        columns=["evaluation", "timestamp", *names],
        evaluations=[
            [found.id, found.timestamp, *(inputs.get(name) or None for name in names)]
            for found, inputs in zip(every, known, strict=True)
        ],
    )


def jobs_data(site: Site, evaluation: Evaluation) -> evaluations.Jobs:
    """Return the state of every job of an evaluation, as rows."""
    return evaluations.Jobs(
        schema=SCHEMA,
        evaluation=evaluation.id,
        columns=("job", "system", "build", "status"),
        jobs=[
            (build.job, build.system, build.id, build.status.slug)
            for build in site.index.builds_of(evaluation)
        ],
    )
