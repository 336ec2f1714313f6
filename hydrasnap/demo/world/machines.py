"""The build machines of the embedded Hydra, what each works on, and how much was done lately."""

from collections import Counter
from dataclasses import dataclass

from hydrasnap.demo.world.chance import chance
from hydrasnap.demo.world.database_rows import BuildRow
from hydrasnap.demo.world.world import EPOCH, World
from hydrasnap.model import Live, Machine, QueueRunner, RunningBuild, SystemQueue

_GIB = 1 << 30
_LINUX = ("big-parallel", "kvm", "nixos-test")
_HOUR, _DAY = 3600, 86400
_UP_SINCE = EPOCH - 1_000_000


@dataclass(frozen=True, slots=True)
class MachineRow:
    """A machine with room for so many `slots` at once; a `broken` one gets nothing to do."""

    host: str
    systems: tuple[str, ...]
    supported: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()
    slots: int = 2
    gibibytes: int = 64
    broken: bool = False


MACHINES = (
    MachineRow("amber.demo.example", ("x86_64-linux", "i686-linux"), _LINUX, slots=4),
    MachineRow("beryl.demo.example", ("x86_64-linux",), _LINUX, ("benchmark",), gibibytes=256),
    MachineRow("cedar.demo.example", ("aarch64-linux", "armv7l-linux"), _LINUX, slots=3),
    MachineRow("dune.demo.example", ("aarch64-darwin", "x86_64-darwin"), gibibytes=16),
    MachineRow("ember.demo.example", ("x86_64-linux",), ("kvm",), gibibytes=32, broken=True),
)


def live(world: World) -> Live:
    """Return what the Hydra is doing now."""
    queue = world.unfinished_builds()
    work = _assign(queue)
    done = [row for row in world.builds.values() if row.finished]
    return Live(
        asked=world.now,
        running=_running(queue, work),
        machines=tuple(_machine(world, machine, len(rows)) for machine, rows in work.items()),
        runner=_runner(world, queue, work, done),
        hours=_counts(done, _HOUR),
        days=_counts(done, _DAY),
    )


def _assign(queue: list[BuildRow]) -> dict[MachineRow, list[BuildRow]]:
    """Give each machine the first builds of the queue that it can do; an aggregate needs none."""
    work: dict[MachineRow, list[BuildRow]] = {machine: [] for machine in MACHINES}
    for row in queue:
        for machine, rows in work.items():
            able = row.system in machine.systems and not (machine.broken or machine.mandatory)
            if able and row.constituents is None and len(rows) < machine.slots:
                rows.append(row)
                break
    return work


def _running(
    queue: list[BuildRow], work: dict[MachineRow, list[BuildRow]]
) -> tuple[RunningBuild, ...]:
    hosts = {row.id: machine.host for machine, rows in work.items() for row in rows}
    return tuple(
        RunningBuild(
            id=row.id,
            project=row.jobset.project,
            jobset=row.jobset.name,
            job=row.job,
            system=row.system,
            nixname=row.nixname,
            timestamp=row.timestamp,
            machine=hosts[row.id],
        )
        for row in queue
        if row.id in hosts
    )


def _counts(done: list[BuildRow], seconds: int) -> tuple[int, ...]:
    """Count the finished builds by when they were queued; empty periods are left out."""
    found = Counter(row.timestamp // seconds for row in done)
    return tuple(found[period] for period in sorted(found))


def _machine(world: World, row: MachineRow, busy: int) -> Machine:
    """Return how busy a machine is: the more builds, the more load, memory and pressure."""
    wobble = chance("load", row.host, world.now) % 100 / 100
    load = 3 * busy + wobble
    used = min((1 + busy * 4 + wobble) * _GIB, 0.9 * row.gibibytes * _GIB)
    short = min(95.0, 6.0 * busy + wobble)
    steps = 900 + chance("steps", row.host) % 5000 + (world.now - EPOCH) // 120
    return Machine(
        name=row.host,
        systems=row.systems,
        supported=row.supported,
        mandatory=row.mandatory,
        disabled_until=world.now + 900 if row.broken else None,
        running=busy,
        most=row.slots,
        has_room=not row.broken and busy < row.slots,
        score=round(3 - busy / row.slots - row.broken, 2),
        idle_since=None if busy else world.now - 600 - chance(row.host) % _DAY,
        steps_done=0 if row.broken else steps,
        seconds_a_step=None if row.broken else (20_000 + chance("pace", row.host) % 90_000) / 1000,
        load=(load, load * 0.9, load * 0.8),
        memory_used=int(used),
        memory=row.gibibytes * _GIB,
        pressure={"cpuSome": (short, 0.8 * short, 0.6 * short)} if row.supported else {},
    )


def _runner(
    world: World,
    queue: list[BuildRow],
    work: dict[MachineRow, list[BuildRow]],
    done: list[BuildRow],
) -> QueueRunner:
    good = sum(row.status == 0 for row in done)
    busy = [row for rows in work.values() for row in rows]
    figures = {
        "uptime": world.now - _UP_SINCE,
        "builds_read": len(world.builds),
        "builds_unfinished": len(queue),
        "builds_done": len(done),
        "builds_succeeded": good,
        "builds_failed": len(done) - good,
        "steps_started": 3 * len(done) + len(busy),
        "steps_done": 3 * len(done),
        "steps_building": len(busy),
        "steps_waiting": 0,
        "steps_runnable": len(queue),
        "steps_unfinished": 2 * len(queue),
        "steps_unsupported": 0,
        "retries": len(done) // 90,
        "step_time": 61.0,
        "step_build_time": 47.5,
        "machines_total": len(work),
        "machines_in_use": sum(map(bool, work.values())),
        "uploads_pending": 0,
    }
    return QueueRunner(status="up", figures=figures, queues=_queues(world, queue, busy))


def _queues(world: World, queue: list[BuildRow], busy: list[BuildRow]) -> tuple[SystemQueue, ...]:
    at_work = {row.id for row in busy}
    waiting = [row for row in queue if row.id not in at_work]
    return tuple(
        SystemQueue(
            system=system,
            running=sum(row.system == system for row in busy),
            runnable=sum(row.system == system for row in waiting),
            waited=sum(world.now - row.timestamp for row in waiting if row.system == system),
        )
        for system in sorted({row.system for row in queue})
    )
