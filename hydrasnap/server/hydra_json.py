"""Objects of the model → JSON as Hydra writes it: the inverse of `wire`."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from msgspec.structs import asdict

from hydrasnap.model import (
    Build,
    BuildStatus,
    Evaluation,
    EvaluationInput,
    Jobset,
    JobsetOverview,
    Product,
    Project,
)
from hydrasnap.report.index import Index
from hydrasnap.server.evaluation_summary import summarize

Json = dict[str, object]

PAGE_SIZE = 20
BRIEF = ("id", "project", "jobset", "job", "system", "nixname", "timestamp")
"""What every list of builds says of them."""


def projects(every: Iterable[Project]) -> list[Json]:
    """Return the answer of ``/``: the enabled projects first, hidden ones included."""
    return [project(each) for each in sorted(every, key=lambda p: (not p.enabled, p.name))]


def project(value: Project) -> Json:
    """Return a project as ``/project/P`` shows it; ``declarative`` only if it is set."""
    written = asdict(value)
    del written["deleted_upstream"]
    declarative = written.pop("declarative")
    if declarative:
        written["declarative"] = asdict(declarative)
    return written


def jobset(value: Jobset, *, with_error: bool = False) -> Json:
    """Return a jobset; its ``errormsg`` is empty except in ``/jobset/P/J/errors``."""
    configuration = asdict(value.configuration)
    state, inputs = configuration.pop("state"), configuration.pop("inputs")
    return {
        "project": value.project,
        "name": value.name,
        **configuration,
        "type": 1 if value.configuration.flake else 0,
        "enabled": state.value,
        "errormsg": value.errormsg if with_error else "",
        "fetcherrormsg": value.overview.fetcherrormsg if value.overview else "",
        **_times(value.overview),
        "inputs": {each.name: asdict(each) for each in inputs},
    }


def _times(value: JobsetOverview | None) -> Json:
    names = ("errortime", "lastcheckedtime", "triggertime", "starttime")
    return {name: getattr(value, name, None) for name in names}


def overviews(every: Iterable[Jobset]) -> list[Json]:
    """Return ``/api/jobsets`` of a project: the visible jobsets, by state."""
    shown = [each for each in every if each.configuration.visible and not each.renamed_to]
    shown.sort(key=lambda each: (-each.configuration.state.value, each.name))
    return [overview(each) for each in shown]


def overview(value: Jobset) -> Json:
    """Return a jobset as ``/api/jobsets`` shows it, which reports only errors in fetching.

    Where the Hydra reported only counts, the answer has nothing else.
    """
    checkinterval = value.configuration.checkinterval
    overview = value.overview or JobsetOverview(
        project=value.project, name=value.name, checkinterval=checkinterval
    )
    written: Json = {
        "project": value.project,
        "name": value.name,
        "nrtotal": overview.counts.total,
        "nrsucceeded": overview.counts.succeeded,
        "nrfailed": overview.counts.failed,
        "nrscheduled": overview.counts.scheduled,
    }
    if overview.tells_times:
        written |= _times(overview)
        written |= {
            "checkinterval": overview.checkinterval,
            "haserrormsg": False,
            "fetcherrormsg": overview.fetcherrormsg or None,
        }
    return written


def _input(value: EvaluationInput) -> Json:
    names = ("type", "uri", "revision", "value", "dependency")
    return {name: getattr(value, name) or None for name in names}


def evaluation(value: Evaluation) -> Json:
    """Return an evaluation, which does not name its jobset; without times if Hydra gave none."""
    written: Json = {
        "id": value.id,
        "hasnewbuilds": int(value.hasnewbuilds),
        "jobsetevalinputs": {each.name: _input(each) for each in value.inputs},
        "builds": value.builds,
    }
    if not value.dated_by_builds:
        written["flake"] = value.flake or None
        written |= {
            name: getattr(value, name) for name in ("timestamp", "checkouttime", "evaltime")
        }
    return written


def evaluation_page(listed: Sequence[Evaluation], page: int, *, is_whole: bool) -> Json:
    """Return a page of ``/jobset/P/J/evals`` with its relative links.

    A list that is not known to be whole has a next page, which a snapshot does not hold.
    """
    last = -(-len(listed) // PAGE_SIZE)
    written: Json = {
        "evals": [evaluation(e) for e in listed[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]],
        "first": "?page=1",
        "last": f"?page={last}",
    }
    if page > 1:
        written["previous"] = f"?page={page - 1}"
    if page < last or not is_whole:
        written["next"] = f"?page={page + 1}"
    return written


def evaluation_summary(index: Index, value: Evaluation) -> Json:
    """Return an evaluation as ``/evals`` shows it: with counts, and the changes since the last."""
    summary = summarize(index, value)
    return {
        "eval": evaluation(value),
        "nrSucceeded": summary.succeeded,
        "nrFailed": summary.failed,
        "nrScheduled": summary.queued,
        "diff": summary.difference,
        "changedInputs": list(map(_input, summary.changed)),
    }


def full_build(index: Index, value: Build) -> Json:
    """Return a build as ``/build/ID`` shows it, with the known evaluations that hold it."""
    return build(value, sorted(each.id for each in index.evaluations_with(value.id)))


def constituents(index: Index, value: Build) -> list[Json]:
    """Return the known builds that an aggregate is made of, by job; none for other builds."""
    held = index.snapshot.builds
    parts = (held[number] for number in value.constituents or () if number in held)
    return [full_build(index, part) for part in sorted(parts, key=attrgetter("job"))]


def build(value: Build, evaluations: Iterable[int]) -> Json:
    """Return a build with the `evaluations` that hold it.

    A restarted build is unfinished with its old status and times. What is not known of a build that
    was read from a list alone is null.
    """
    return {
        "id": value.id,
        "project": value.project,
        "jobset": value.jobset,
        "job": value.job,
        "nixname": value.nixname,
        "system": value.system,
        "drvpath": value.drvpath or None,
        "finished": int(value.finished),
        "buildstatus": value.buildstatus,
        "timestamp": value.timestamp,
        "starttime": value.starttime,
        "stoptime": value.stoptime,
        "priority": value.priority,
        "releasename": value.releasename or None,
        "buildoutputs": {each.name: {"path": each.path or None} for each in value.outputs},
        "buildproducts": dict(map(_product, value.products)),
        "buildmetrics": {
            each.name: {"value": each.value, "unit": each.unit or None} for each in value.metrics
        },
        "jobsetevals": list(evaluations),
    }


def _product(value: Product) -> tuple[str, Json]:
    written = asdict(value)
    number = str(written.pop("number"))
    return number, written | {"sha256hash": value.sha256hash or None}


def queued_build(index: Index, value: Build) -> Json:
    """Return a build as ``/queue`` shows it, where three fields are falsely null."""
    return {**full_build(index, value), "drvpath": None, "priority": None, "starttime": None}


def brief_build(value: Build) -> Json:
    """Return a build as ``/api/latestbuilds`` and ``/api/queue`` show it."""
    last = "buildstatus" if value.finished else "priority"
    written: Json = {name: getattr(value, name) for name in (*BRIEF, last)}
    return written | {"finished": int(value.finished)}


def shield(status: BuildStatus) -> Json:
    """Return the badge of a job for shields.io."""
    return {
        "schemaVersion": 1,
        "label": "hydra build",
        "color": status.badge_color,
        "message": status.badge_message,
    }
