"""What a Hydra was doing when it was asked: ``/status``, ``/machines`` and their like."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from starlette.responses import Response

from hydrasnap.model import Live, Machine, QueueRunner, RunningBuild
from hydrasnap.server import hydra_json
from hydrasnap.server.builds import number_of_rows
from hydrasnap.server.hydra_json import Json
from hydrasnap.server.replies import bad, missing, reply
from hydrasnap.server.request_view import View

T = TypeVar("T")

FIGURES = {
    "uptime": "uptime",
    "builds_unfinished": "nrBuildsUnfinished",
    "builds_read": "nrBuildsRead",
    "builds_done": "nrBuildsDone",
    "builds_succeeded": "nrBuildsSucceeded",
    "builds_failed": "nrBuildsFailed",
    "steps_unfinished": "nrStepsUnfinished",
    "steps_runnable": "nrStepsRunnable",
    "steps_active": "nrActiveSteps",
    "steps_building": "nrStepsBuilding",
    "steps_waiting": "nrStepsWaiting",
    "steps_copying_to": "nrStepsCopyingTo",
    "steps_copying_from": "nrStepsCopyingFrom",
    "steps_unsupported": "nrUnsupportedSteps",
    "steps_started": "nrStepsStarted",
    "steps_done": "nrStepsDone",
    "substitutes_succeeded": "nrSubstitutesSucceeded",
    "substitutes_failed": "nrSubstitutesFailed",
    "retries": "nrRetries",
    "step_time": "avgStepTimeMs",
    "step_build_time": "avgStepBuildTimeMs",
    "machines_total": "machinesTotal",
    "machines_in_use": "machinesInUse",
    "bytes_sent": "bytesSent",
    "bytes_received": "bytesReceived",
    "uploads_pending": "s3UploadsPending",
}
"""The keys of the queue runner's figures, as today's Hydra writes them."""


def running(view: View) -> Response:
    """List the builds that had a running step; as on Hydra, four fields are wrongly null."""
    held = view.snapshot.builds

    def row(each: RunningBuild) -> Json:
        if each.id in held:
            full = hydra_json.queued_build(view.index, held[each.id])
            return {**full, "stoptime": None}
        return {name: getattr(each, name) for name in hydra_json.BRIEF} | {"finished": 0}

    return reply([row(each) for each in _required(_live(view).running)])


def machines(view: View) -> Response:
    """List the machines, by name."""
    return reply({each.name: machine(each) for each in _required(_live(view).machines)})


def queue_runner(view: View) -> Response:
    """Show the queue runner, and the machines with the derivations that they work on."""
    live = _live(view)
    held, jobs = view.snapshot.builds, defaultdict(list)
    for build in live.running or ():
        if build.machine and build.id in held:
            jobs[build.machine].append(held[build.id].drvpath.rpartition("/")[2])
    return reply({
        "queueRunner": runner(_required(live.runner)),
        "machines": {
            each.name: machine(each) | {"jobs": jobs[each.name]} for each in live.machines or ()
        },
    })  # fmt: skip


def throughput(view: View) -> Response:
    """Count the finished builds by the hour or day in which they were queued."""
    rows, period = number_of_rows(view), view.parameter("period")
    if period not in {"hour", "day"}:
        bad("Parameter 'period' must be 'hour' or 'day'.")
    live = _live(view)
    return reply(_required(live.hours if period == "hour" else live.days)[-rows:])


def _live(view: View) -> Live:
    return _required(view.source.live)


def _required(value: T | None) -> T:
    if value is None:
        missing("This is a snapshot. It does not hold what the Hydra was doing.")
    return value


def machine(value: Machine) -> Json:
    """Return a machine as ``/machines`` shows it."""
    return {
        "systemTypes": value.systems,
        "supportedFeatures": [*value.supported, *value.mandatory],
        "mandatoryFeatures": value.mandatory,
        "enabled": value.enabled,
        "maxJobs": value.most,
        "hasCapacity": value.has_room,
        "score": value.score,
        "memTotal": value.memory,
        "stats": {
            "currentJobs": value.running,
            "idleSince": value.idle_since or 0,
            "disabledUntil": value.disabled_until or 0,
            "nrStepsDone": value.steps_done,
            "avgStepBuildTimeMs": _milliseconds(value.seconds_a_step),
            "memUsage": value.memory_used,
            **dict(zip(("load1", "load5", "load15"), value.load, strict=False)),
            "pressure": _pressure(value.pressure),
        },
    }


def _pressure(value: Mapping[str, Sequence[float]]) -> Json | None:
    names = ("avg10", "avg60", "avg300")
    return {kind: dict(zip(names, figures, strict=True)) for kind, figures in value.items()} or None


def runner(value: QueueRunner) -> Json:
    """Return what the queue runner reports about itself."""
    figures = ((FIGURES[name], figure) for name, figure in value.figures.items())
    return {
        "status": value.status,
        **{key: _milliseconds(figure) if key.endswith("Ms") else figure for key, figure in figures},
        "queueStats": {
            each.system: {
                "activeRunnable": each.running,
                "nrRunnableWaiting": each.runnable,
                "waitTimeMs": _milliseconds(each.waited),
            }
            for each in value.queues
        },
    }


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 6)
