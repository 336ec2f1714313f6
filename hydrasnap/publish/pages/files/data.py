"""The data behind the pages, for programs.

Times are Unix seconds, durations seconds, a status is the word that `BuildStatus.slug` has for it,
and ``page`` is a path below the site's root. What changes with every crawl is in none of them.
"""

from msgspec import to_builtins

from hydrasnap.model import Build, Evaluation, JobsetKey, JobSizes
from hydrasnap.publish.pages.common.causes import log_of, step_label
from hydrasnap.publish.pages.common.costs import QUIET_LISTS
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.files.data_file import Data
from hydrasnap.report.changes import Change, ChangeKind, Changes
from hydrasnap.report.health import JobsetHealth, ProjectHealth, failing_longest, flakiest
from hydrasnap.report.history import JobHistory
from hydrasnap.report.inputs import changed_inputs, inputs_of
from hydrasnap.report.root_causes import RootCause, cause_since, root_causes
from hydrasnap.report.tally import Tally, tally_of

INDEX = "index.json"
REVISIONS = "/revisions.json"


def counts(tally: Tally, *, is_read: bool = True) -> dict[str, int] | None:
    """Return a tally by outcome; None where it was not read."""
    if not is_read:
        return None
    return {
        "total": tally.total,
        "succeeded": tally.succeeded,
        "failed": tally.failed,
        "aborted": tally.aborted,
        "queued": tally.queued,
        "unknown": tally.unknown,
    }


def result(build: Build) -> Data:
    """Return the result of a build in short."""
    return {"build": build.id, "status": build.status.slug, "finished": build.finished_at}


def _build(build: Build) -> Data:
    return {
        **result(build),
        "system": build.system,
        "queued": build.timestamp,
        "duration": build.duration,
        "nixname": build.nixname,
        "drvpath": build.drvpath,
        "outputs": {output.name: output.path for output in build.outputs if output.path},
    }


def index_data(site: Site) -> Data:
    """Return all projects by the sum of their jobsets' newest evaluations."""
    return {
        "origin": site.snapshot.origin,
        "title": site.name,
        "projects": [
            {
                "name": health.name,
                "page": site.links.project(health.name),
                "data": site.links.project(health.name, ".json"),
                "counts": counts(health.tally, is_read=health.is_read),
                "newlyFailing": health.newly_failing,
            }
            for health in site.health
        ],
    }


def project_data(site: Site, health: ProjectHealth) -> Data:
    """Return a project and its jobsets by their newest evaluations."""
    project = site.snapshot.projects[health.name]
    return {
        "name": project.name,
        "displayname": project.displayname,
        "description": project.description,
        "homepage": project.homepage,
        "enabled": project.enabled,
        "hidden": project.hidden,
        "gone": project.deleted_upstream,
        "counts": counts(health.tally, is_read=health.is_read),
        "newlyFailing": health.newly_failing,
        "jobsets": [_jobset(site, jobset) for jobset in health.jobsets],
    }


def _jobset(site: Site, health: JobsetHealth) -> Data:
    jobset = health.jobset
    return {
        "name": jobset.name,
        "page": site.links.jobset(health.key),
        "data": site.links.jobset(health.key, ".json"),
        "enabled": jobset.configuration.state.enabled,
        "hidden": not jobset.configuration.visible,
        "gone": jobset.deleted_upstream,
        "errors": health.has_errors,
        "latest": health.latest.id if health.latest else None,
        "latestFinished": health.latest_finished.id if health.latest_finished else None,
        "counts": counts(health.tally, is_read=health.is_read),
        "newlyFailing": health.newly_failing,
    }


def jobset_data(site: Site, health: JobsetHealth) -> Data:
    """Return a jobset: its evaluations, what fails and since when, what is flaky."""
    key = health.key
    failing = failing_longest(site.index, key).rows
    flaky = flakiest(site.index, key, site.limits.flaky_jobs).rows
    return {
        **_jobset(site, health),
        "project": key.project,
        "description": health.jobset.configuration.description,
        "evaluations": [
            {
                "id": found.id,
                "timestamp": found.timestamp,
                "counts": counts(tally_of(site.index, found)),
            }
            for found in site.index.shown_evaluations(key)
        ],
        "failing": [
            {
                "job": row.job.name,
                "system": row.build.system,
                **result(row.build),
                "since": {**result(row.since), "exact": row.exact},
            }
            for row in failing
        ],
        "flaky": [{"job": row.job.name, "score": round(row.score, 3)} for row in flaky],
    }


def job_data(history: JobHistory, sizes: JobSizes | None = None) -> Data:
    """Return a job: its builds newest first, metrics and sizes (if asked for) oldest first."""
    score = history.flakiness
    since, good = history.failing_since, history.last_good
    return {
        "project": history.key.project,
        "jobset": history.key.jobset,
        "name": history.key.name,
        "status": history.results[0].status.slug if history.results else None,
        "inLatest": history.in_latest,
        "failingSince": {**result(since), "exact": history.since_is_exact} if since else None,
        "lastSuccess": result(good) if good else None,
        "flakiness": None if score is None else round(score, 3),
        "builds": [_build(build) for build in history.builds],
        "metrics": {
            name: [[point.build, point.timestamp, point.value, point.unit] for point in points]
            for name, points in history.metrics.items()
        },
        **(_sizes(sizes) if sizes else {}),
    }


def _sizes(sizes: JobSizes) -> Data:
    return {
        f"{kind}Sizes": [[point.build, point.timestamp, point.value] for point in series.points]
        for kind, series in sizes.series.items()
    }


def evaluation_data(site: Site, changes: Changes) -> Data:
    """Return an evaluation and its lists; what still succeeds is in the list of all jobs.

    A site without room for long lists cuts those of what is new and what waits.
    """
    found, baseline = changes.evaluation, changes.baseline
    return {
        "id": found.id,
        "project": found.project,
        "jobset": found.jobset,
        "timestamp": found.timestamp,
        "checkouttime": found.checkouttime,
        "evaltime": found.evaltime,
        "flake": found.flake,
        "gone": found.deleted_upstream,
        "baseline": baseline.id if baseline else None,
        "complete": changes.complete,
        "counts": counts(tally_of(site.index, found)),
        "inputs": {row.name: to_builtins(row) for row in inputs_of(found)},
        "changedInputs": [change.name for change in changed_inputs(baseline, found)],
        "listed": {kind.slug: changes.count(kind) for kind in ChangeKind},
        "rootCauses": _root_causes(site, found),
        **{
            kind.slug: [_change(change) for change in changes[kind][: _most(site, found, kind)]]
            for kind in ChangeKind
            if kind is not ChangeKind.STILL_SUCCEEDING
        },
    }


def _most(site: Site, evaluation: Evaluation, kind: ChangeKind) -> int | None:
    """Return how many rows of a list its data hold; None for all."""
    if kind not in QUIET_LISTS or site.policy.has_long_lists(evaluation):
        return None
    return site.limits.rows_of_further_page


def _root_causes(site: Site, evaluation: Evaluation) -> Data:
    """Return the derivations that take builds down, and how many failures are not explained."""
    found = root_causes(site.index, evaluation)
    causes = [_root_cause(site, evaluation, cause) for cause in found.causes if cause.builds]
    return {"causes": causes, "unread": found.unread, "vanished": found.vanished}


def _root_cause(site: Site, evaluation: Evaluation, cause: RootCause) -> Data:
    own, maker = cause.own, cause.maker
    since = cause_since(site.index, evaluation, cause.name)
    return {
        "name": cause.name,
        "outputs": list(cause.outputs),
        "status": own.label if own else step_label(cause.step),
        "job": str(maker.job_key) if maker else None,
        "log": log_of(site, maker, cause.step) or None,
        "since": {"evaluation": since.evaluation.id, "exact": since.exact},
        "systems": list(cause.systems),
        "builds": [build.id for build in cause.builds],
    }


def _change(change: Change) -> Data:
    build = change.build
    return {
        "job": change.job,
        "system": change.system,
        **(result(build) if build else {}),
        "before": result(change.before) if change.before else None,
    }


def revisions_data(site: Site, key: JobsetKey) -> Data:
    """Return the revision of each input in each known evaluation, which is what bisecting needs."""
    evaluations = site.index.evaluations_of(key)
    known = [{row.name: row.revision for row in inputs_of(found)} for found in evaluations]
    names = sorted({name for inputs in known for name, revision in inputs.items() if revision})
    return {
        "project": key.project,
        "jobset": key.name,
        "columns": ["evaluation", "timestamp", *names],
        "evaluations": [
            [found.id, found.timestamp, *(inputs.get(name) or None for name in names)]
            for found, inputs in zip(evaluations, known, strict=True)
        ],
    }


def jobs_data(site: Site, evaluation: Evaluation) -> Data:
    """Return the state of every job of an evaluation, as rows."""
    return {
        "evaluation": evaluation.id,
        "columns": ["job", "system", "build", "status"],
        "jobs": [
            [build.job, build.system, build.id, build.status.slug]
            for build in site.index.builds_of(evaluation)
        ],
    }
