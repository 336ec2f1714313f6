"""The machines of a Hydra and its queue runner, as tables and lists show them."""

import re
from collections.abc import Callable, Iterable, Iterator

from hydrasnap.formatting import duration, number, plural, size
from hydrasnap.model import Machine, QueueRunner
from hydrasnap.publish.pages.common.page import View

_SHORTAGES = {"cpu": "processors", "mem": "memory", "io": "disk", "irq": "interrupts"}
_LITTLE = 0.5


class MachineRow(View, frozen=True, kw_only=True):
    """A machine; texts are empty if not reported, and `long` spells out `pressure`."""

    name: str
    disabled: bool
    systems: tuple[str, ...]
    supported: tuple[str, ...]
    mandatory: tuple[str, ...]
    state: str
    idle_since: int | None
    steps: int | None
    pace: str
    score: str
    load: str
    memory: str
    whole: str
    pressure: str
    long: str


class QueueRow(View, frozen=True, kw_only=True):
    """The steps for a system that run or could run, and how long those have waited in sum."""

    system: str
    running: int | None
    runnable: int | None
    waited: int | None


class Fact(View, frozen=True, kw_only=True):
    """A line of a list of facts."""

    name: str
    words: str


def machine_row(machine: Machine, now: int) -> MachineRow:
    """Describe a machine as it was at a moment."""
    enabled = machine.is_enabled(now)
    return MachineRow(
        name=machine.name,
        disabled=not enabled,
        systems=machine.systems,
        supported=machine.supported,
        mandatory=machine.mandatory,
        state=_state(machine, enabled=enabled),
        idle_since=machine.idle_since if enabled and not machine.running else None,
        steps=machine.steps_done,
        pace="" if machine.seconds_a_step is None else _time(machine.seconds_a_step),
        score="" if machine.score is None else number(round(machine.score, 2)),
        load=" ".join(f"{value:.2f}" for value in machine.load),
        memory="" if machine.memory_used is None else size(machine.memory_used),
        whole=size(machine.memory) if machine.memory else "",
        pressure=", ".join(_pressure(machine)),
        long=", ".join(
            f"{_shortage(name)}: {ten:.1f} % of 10 s, {sixty:.1f} % of 60 s, {long:.1f} % of 300 s"
            for name, (ten, sixty, long) in machine.pressure.items()
        ),
    )


def _state(machine: Machine, *, enabled: bool) -> str:
    if machine.running:
        most = f" of {machine.most}" if machine.most else ""
        return f"{machine.running}{most} running"
    if not enabled:
        return "disabled"
    if machine.running is None:
        return ""
    return "idle" if machine.has_room is not False else "idle, no room"


def _time(seconds: float) -> str:
    """Return how long a step takes, to a tenth of a second if it is short.

    >>> _time(2.5), _time(81.6)
    ('2.5 s', '1 min 21 s')
    """
    return f"{seconds:.1f} s" if seconds < 60 else duration(int(seconds))  # noqa: PLR2004


def _pressure(machine: Machine) -> Iterator[str]:
    """Return what the machine is short of now, if it is much."""
    for name, (ten, *_) in machine.pressure.items():
        if ten >= _LITTLE:
            yield f"{_shortage(name)} {ten:.0f} %"


def _shortage(name: str) -> str:
    """Return in words what is short; ``cpuSome`` means that some programs waited for processors.

    >>> _shortage("cpuSome"), _shortage("ioFull"), _shortage("else")
    ('processors', 'disk (all wait)', 'else')
    """
    found = re.fullmatch(r"(cpu|mem|io|irq)(Some|Full)", name)
    if found is None:
        return name
    return _SHORTAGES[found[1]] + (" (all wait)" if found[2] == "Full" else "")


def queue_rows(runner: QueueRunner) -> tuple[QueueRow, ...]:
    """Describe what waits for each kind of system, the most first."""
    rows = (
        QueueRow(
            system=each.system,
            running=each.running,
            runnable=each.runnable,
            waited=None if each.waited is None else int(each.waited),
        )
        for each in runner.queues
    )
    return tuple(sorted(rows, key=lambda row: -(row.running or 0) - (row.runnable or 0)))


_FIGURES: dict[str, tuple[Callable[[float], str], dict[str, str]]] = {
    "Running for": (_time, {"uptime": "{}"}),
    "Builds": (number, {"builds_unfinished": "{} unfinished"}),
    "Builds since then": (
        number,
        {
            "builds_done": "{} done",
            "builds_succeeded": "{} succeeded",
            "builds_failed": "{} failed",
        },
    ),
    "Steps": (
        number,
        {
            "steps_building": "{} building",
            "steps_active": "{} active",
            "steps_waiting": "{} waiting",
            "steps_copying_to": "{} sending inputs",
            "steps_copying_from": "{} receiving outputs",
            "steps_runnable": "{} runnable",
            "steps_unfinished": "{} unfinished",
            "steps_unsupported": "{} that no machine can do",
        },
    ),
    "Steps since then": (
        number,
        {"steps_started": "{} started", "steps_done": "{} done", "retries": "{} retries"},
    ),
    "Time a step": (_time, {"step_time": "{}", "step_build_time": "{} of it building"}),
    "Substitutions": (
        number,
        {"substitutes_succeeded": "{} succeeded", "substitutes_failed": "{} failed"},
    ),
    "Machines": (number, {"machines_in_use": "{} in use", "machines_total": "{} in all"}),
    "Uploads": (number, {"uploads_pending": "{} pending"}),
    "Transfer": (
        lambda value: size(int(value)),
        {"bytes_sent": "{} sent", "bytes_received": "{} received"},
    ),
}
"""By the name of a line: how its figures are written, and the words for each."""


def runner_facts(runner: QueueRunner) -> Iterator[Fact]:
    """Yield what the queue runner reports about itself, as far as it does."""
    yield Fact(name="Status", words=runner.status)
    reported = runner.figures
    for name, (written, figures) in _FIGURES.items():
        words = [w.format(written(reported[key])) for key, w in figures.items() if key in reported]
        if words:
            yield Fact(name=name, words=", ".join(words))


def at_work(machines: Iterable[Machine]) -> str:
    """Return in words how many machines work.

    >>> at_work([Machine(name="a", running=1), Machine(name="b", running=0)])
    '1 of 2 machines at work'
    """
    known = list(machines)
    busy = sum(bool(machine.running) for machine in known)
    return f"{busy} of {plural(len(known), 'machine')} at work"
