"""The objects of Hydra's API as a real server writes them, oddities included."""

from collections.abc import Iterable

from hydrasnap.demo.rows import (
    BuildRow,
    EvaluationRow,
    InputRow,
    JobsetRow,
    ProductRow,
    ProjectRow,
)
from hydrasnap.demo.world import World
from hydrasnap.model import JobsetKey

Json = dict[str, object]


def project(world: World, row: ProjectRow) -> Json:
    """Write a project; `jobsets` names hidden ones too, ``declarative`` is there only if set."""
    found: Json = {
        "name": row.name,
        "displayname": row.displayname,
        "description": row.description,
        "homepage": row.homepage,
        "owner": row.owner,
        "enabled": row.enabled,
        "hidden": row.hidden,
        "enable_dynamic_run_command": False,
        "jobsets": [key.name for key in world.jobsets if key.project == row.name],
    }
    if row.declarative:
        found["declarative"] = dict(zip(("file", "type", "value"), row.declarative, strict=True))
    return found


def jobset(row: JobsetRow, *, with_error: bool = False) -> Json:
    """Write a jobset; its ``errormsg`` is empty but for ``/jobset/P/J/errors``."""
    flake = bool(row.flake)
    return {
        "project": row.project,
        "name": row.name,
        "description": row.description,
        "type": 1 if flake else 0,
        "flake": row.flake,
        "nixexprinput": "" if flake else row.nixexprinput,
        "nixexprpath": "" if flake else row.nixexprpath,
        "enabled": row.enabled,
        "visible": row.visible,
        "enable_dynamic_run_command": False,
        "enableemail": row.enableemail,
        "emailoverride": row.emailoverride,
        "keepnr": row.keepnr,
        "checkinterval": row.checkinterval,
        "schedulingshares": row.schedulingshares,
        "errormsg": row.errormsg if with_error else "",
        "fetcherrormsg": row.fetcherrormsg,
        **_jobset_times(row),
        "inputs": {
            each.name: {
                "name": each.name,
                "type": each.type,
                "value": each.value,
                "emailresponsible": each.emailresponsible,
            }
            for each in row.inputs
        },
    }


def _jobset_times(row: JobsetRow) -> Json:
    return {
        "errortime": row.errortime,
        "lastcheckedtime": row.lastcheckedtime,
        "triggertime": row.triggertime,
        "starttime": row.starttime,
    }


def tally(builds: Iterable[BuildRow]) -> tuple[int, int, int]:
    """Count the succeeded, the failed and the unfinished."""
    held = list(builds)
    scheduled = sum(not row.finished for row in held)
    succeeded = sum(row.finished and row.status == 0 for row in held)
    return succeeded, len(held) - succeeded - scheduled, scheduled


def overview(world: World, row: JobsetRow) -> Json:
    """Write a jobset as ``/api/jobsets`` does: ``haserrormsg`` is false whatever happened."""
    builds = world.current_builds(row.key)
    succeeded, failed, scheduled = tally(builds)
    return {
        "project": row.project,
        "name": row.name,
        "nrtotal": len(builds),
        "nrsucceeded": succeeded,
        "nrfailed": failed,
        "nrscheduled": scheduled,
        "checkinterval": row.checkinterval,
        "haserrormsg": False,
        "fetcherrormsg": None,
        **_jobset_times(row),
    }


def _input(row: InputRow) -> Json:
    return {
        "type": row.type,
        "uri": row.uri,
        "revision": row.revision,
        "value": row.value,
        "dependency": row.dependency,
    }


def evaluation(row: EvaluationRow) -> Json:
    """Write an evaluation, which does not say to which jobset it belongs."""
    return {
        "id": row.id,
        "timestamp": row.timestamp,
        "checkouttime": row.checkouttime,
        "evaltime": row.evaltime,
        "hasnewbuilds": int(row.hasnewbuilds),
        "flake": row.flake,
        "jobsetevalinputs": {name: _input(each) for name, each in row.inputs.items()},
        "builds": list(row.builds),
    }


def evaluation_summary(world: World, row: EvaluationRow) -> Json:
    """Write an evaluation as ``/evals`` does: wrapped, with counts and what changed."""
    succeeded, failed, scheduled = tally(world.builds[number] for number in row.builds)
    before = next((old for old in world.evaluations_of(row.jobset) if old.id < row.id), None)
    known = tally(world.builds[number] for number in before.builds) if before else (0, 0, 0)
    old_inputs = before.inputs if before else {}
    changed = [_input(each) for name, each in row.inputs.items() if old_inputs.get(name) != each]
    return {
        "eval": evaluation(row),
        "nrSucceeded": succeeded,
        "nrFailed": failed,
        "nrScheduled": scheduled,
        "diff": succeeded - known[0],
        "changedInputs": changed,
    }


def build(row: BuildRow) -> Json:
    """Write a build: a restarted one is unfinished with its old status and times."""
    return {
        "id": row.id,
        "project": row.jobset.project,
        "jobset": row.jobset.name,
        "job": row.job,
        "nixname": row.nixname,
        "system": row.system,
        "drvpath": row.drvpath,
        "finished": int(row.finished),
        "buildstatus": row.status,
        "timestamp": row.timestamp,
        "starttime": row.starttime,
        "stoptime": row.stoptime,
        "priority": row.priority,
        "releasename": row.releasename,
        "buildoutputs": {name: {"path": path} for name, path in row.outputs.items()},
        "buildproducts": {str(n): _product(each) for n, each in enumerate(row.products, 1)},
        "buildmetrics": {name: {"value": value, "unit": unit} for name, value, unit in row.metrics},
        "jobsetevals": sorted(row.evaluations),
    }


def _product(row: ProductRow) -> Json:
    return {
        "type": row.type,
        "subtype": row.subtype,
        "name": row.name,
        "path": row.path,
        "defaultpath": row.defaultpath,
        "filesize": row.filesize,
        "sha256hash": row.sha256hash,
    }


def queued_build(row: BuildRow) -> Json:
    """Write a build as ``/queue`` does, which tells three fields falsely null."""
    return {**build(row), "drvpath": None, "priority": None, "starttime": None}


def brief_build(row: BuildRow) -> Json:
    """Write a build as ``/api/latestbuilds`` and ``/api/queue`` do."""
    last = ("buildstatus", row.status) if row.finished else ("priority", row.priority)
    return {
        "id": row.id,
        "project": row.jobset.project,
        "jobset": row.jobset.name,
        "job": row.job,
        "system": row.system,
        "nixname": row.nixname,
        "finished": int(row.finished),
        "timestamp": row.timestamp,
        last[0]: last[1],
    }


def evaluation_page(rows: list[EvaluationRow], number: int, size: int = 20) -> Json:
    """Write one page of ``/jobset/P/J/evals`` with its relative links."""
    last = -(-len(rows) // size)
    found: Json = {
        "evals": [evaluation(row) for row in rows[(number - 1) * size : number * size]],
        "first": "?page=1",
        "last": f"?page={last}",
    }
    if number > 1:
        found["previous"] = f"?page={number - 1}"
    if number < last:
        found["next"] = f"?page={number + 1}"
    return found


def shield(row: BuildRow) -> Json:
    """Write the badge of a job's newest finished build."""
    looks = {0: ("green", "passing"), 4: ("yellow", "cancelled")}
    color, message = looks.get(row.status or 0, ("red", "failing"))
    return {"schemaVersion": 1, "label": "hydra build", "color": color, "message": message}


def visible_jobsets(world: World, name: str) -> list[JobsetKey]:
    """Return the jobsets that an anonymous reader is told of, in Hydra's order."""
    rows = (row for row in world.jobsets.values() if row.project == name and row.visible)
    return [row.key for row in sorted(rows, key=lambda row: (-row.enabled, row.name))]
