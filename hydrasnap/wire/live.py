"""What a Hydra is doing: from ``/status``, ``/machines`` and their like to the model.

The shapes are those of Hydra 14332fbf, whose queue runner is the new one, and of the years before,
when it reported more under other names. They are read from Hydra's source.
"""

import re
from typing import Any

from hydrasnap.model import Machine, QueueRunner, RunningBuild, SystemQueue
from hydrasnap.model.value_bounds import LARGEST, LATEST, Whole
from hydrasnap.wire.decode import decode, wrong_shape
from hydrasnap.wire.schema import RawMachine, RawMachineStats, RawRunner, RawRunning

FIGURES = {
    "uptime": ("uptime",),
    "builds_unfinished": ("nrBuildsUnfinished", "nrQueuedBuilds"),
    "builds_read": ("nrBuildsRead",),
    "builds_done": ("nrBuildsDone",),
    "builds_succeeded": ("nrBuildsSucceeded",),
    "builds_failed": ("nrBuildsFailed",),
    "steps_unfinished": ("nrStepsUnfinished", "nrUnfinishedSteps"),
    "steps_runnable": ("nrStepsRunnable", "nrRunnableSteps"),
    "steps_active": ("nrActiveSteps",),
    "steps_building": ("nrStepsBuilding",),
    "steps_waiting": ("nrStepsWaiting",),
    "steps_copying_to": ("nrStepsCopyingTo",),
    "steps_copying_from": ("nrStepsCopyingFrom",),
    "steps_unsupported": ("nrUnsupportedSteps",),
    "steps_started": ("nrStepsStarted",),
    "steps_done": ("nrStepsDone",),
    "substitutes_succeeded": ("nrSubstitutesSucceeded",),
    "substitutes_failed": ("nrSubstitutesFailed",),
    "retries": ("nrRetries",),
    "step_time": ("avgStepTimeMs", "avgStepTime"),
    "step_build_time": ("avgStepBuildTimeMs", "avgStepBuildTime"),
    "machines_total": ("machinesTotal",),
    "machines_in_use": ("machinesInUse",),
    "bytes_sent": ("bytesSent",),
    "bytes_received": ("bytesReceived",),
    "uploads_pending": ("s3UploadsPending",),
}
"""The keys of a queue runner's figures in Hydra's answers, the newest first."""

_LOCAL = "localhost"
_LARGEST_FIGURE = 1e100
_LOGIN = re.compile(r"^(?:[a-z][a-z+.-]*://)?(?:[^@/?]*@)?")


def read_running(body: bytes, where: str) -> list[RunningBuild]:
    """Read ``/status``, in Hydra's order; it lists a build once for each running step."""
    found = {raw.id: raw for raw in decode(body, list[RawRunning], where)}
    return [
        RunningBuild(
            id=raw.id,
            project=raw.project,
            jobset=raw.jobset,
            job=raw.job,
            system=raw.system or "",
            nixname=raw.nixname or "",
            timestamp=raw.timestamp or 0,
        )
        for raw in found.values()
    ]


def read_machines(body: bytes, where: str) -> list[Machine]:
    """Read ``/machines``, by name; a Hydra that does not ask its queue runner names none."""
    return _machines(decode(body, dict[str, RawMachine], where))


def read_runner(body: bytes, where: str) -> tuple[QueueRunner, list[Machine], dict[str, str]]:
    """Read ``/queue-runner-status``: the runner, machines, and who works on each derivation."""
    raw = decode(body, RawRunner, where)
    fields = raw.queue_runner or decode(body, dict[str, Any], where)
    status = fields.get("status")
    if not isinstance(status, str):
        raise wrong_shape(where, "there is no `status`")
    machines = raw.machines or {}
    at_work = {
        path.rpartition("/")[2]: machine_name(name)
        for name, machine in sorted(machines.items())
        for path in machine.jobs or ()
    }
    runner = QueueRunner(status=status, figures=_figures(fields), queues=_queues(raw, fields))
    return runner, _machines(machines), at_work


def read_throughput(body: bytes, where: str) -> tuple[int, ...]:
    """Read ``/api/nrbuilds``: amounts of builds, oldest first."""
    return tuple(decode(body, list[Whole], where))


def machine_name(raw: str) -> str:
    """Return the name of a machine as Hydra shows it: without the login.

    >>> machine_name("ssh://root@mac-1?ssh-key=/etc/key"), machine_name("")
    ('mac-1', 'localhost')
    """
    return _LOGIN.sub("", raw).partition("?")[0].strip("/") or _LOCAL


def _machines(raw: dict[str, RawMachine]) -> list[Machine]:
    found = (_machine(machine_name(name), each) for name, each in raw.items())
    return sorted(found, key=lambda machine: machine.name)


def _machine(name: str, raw: RawMachine) -> Machine:
    stats = raw.stats or RawMachineStats()
    mandatory = tuple(sorted(set(raw.mandatory_features or ())))
    done = _whole(stats.nr_steps_done, raw.nr_steps_done)
    spent = _seconds(stats.avg_step_build_time_ms, raw.avg_step_build_time)
    return Machine(
        name=name,
        systems=tuple(raw.system_types or raw.systems or ()),
        supported=tuple(sorted(set(raw.supported_features or ()).difference(mandatory))),
        mandatory=mandatory,
        enabled=not raw.disabled and (raw.enabled is None or bool(raw.enabled)),
        disabled_until=_moment(stats.disabled_until, raw.disabled_until),
        running=_whole(stats.current_jobs, raw.current_jobs),
        most=_whole(raw.max_jobs),
        has_room=None if raw.has_capacity is None else bool(raw.has_capacity),
        score=_number(raw.score),
        idle_since=_moment(stats.idle_since, raw.idle_since),
        steps_done=done,
        seconds_a_step=spent if done else None,
        load=_load(stats),
        memory_used=_whole(stats.mem_usage),
        memory=_whole(raw.mem_total, raw.total_mem),
        pressure=_pressure(stats),
    )


def _load(stats: RawMachineStats) -> tuple[float, ...]:
    found = tuple(map(_number, (stats.load1, stats.load5, stats.load15)))
    return () if None in found else tuple(round(value or 0, 2) for value in found)


def _pressure(stats: RawMachineStats) -> dict[str, tuple[float, float, float]]:
    return {
        name: (round(each.avg10, 2), round(each.avg60, 2), round(each.avg300, 2))
        for name, each in sorted((stats.pressure or {}).items())
        if each is not None
    }


def _figures(fields: dict[str, Any]) -> dict[str, float]:
    found = {}
    for name, keys in FIGURES.items():
        for key in keys:
            value = _number(fields.get(key))
            if value is not None:
                found[name] = value / 1000 if key.endswith("Ms") else value
                break
    return found


def _queues(raw: RawRunner, fields: dict[str, Any]) -> tuple[SystemQueue, ...]:
    new = fields.get("queueStats")
    queues = new if isinstance(new, dict) else raw.machine_types or {}
    rows = ((name, each) for name, each in sorted(queues.items()) if isinstance(each, dict))
    return tuple(
        SystemQueue(
            system=name,
            running=_whole(each.get("activeRunnable"), each.get("running")),
            runnable=_whole(each.get("nrRunnableWaiting"), each.get("runnable")),
            waited=_seconds(each.get("waitTimeMs"), each.get("waitTime")),
        )
        for name, each in rows
    )


def _number(value: Any) -> float | None:
    """Read a number, also where it is written as text; anything else is unknown."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) <= _LARGEST_FIGURE else None


def _whole(*values: Any) -> int | None:
    """Return the first value that is a number, as a whole number."""
    found = next((found for found in map(_number, values) if found is not None), None)
    return None if found is None or abs(found) >= LARGEST else int(found)


def _moment(*values: Any) -> int | None:
    found = _whole(*values)
    return found if found is not None and 0 < found <= LATEST else None


def _seconds(milliseconds: Any, seconds: Any) -> float | None:
    found = _number(milliseconds)
    return _number(seconds) if found is None else found / 1000
