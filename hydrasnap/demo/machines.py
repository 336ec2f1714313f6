"""The build machines of the embedded Hydra, and what each of them works on."""

from dataclasses import dataclass

from hydrasnap.demo.answers import Json
from hydrasnap.demo.plan import chance
from hydrasnap.demo.rows import BuildRow
from hydrasnap.demo.world import EPOCH, World

_GIB = 1 << 30
_LINUX = ("big-parallel", "kvm", "nixos-test")
_DAY = 86400


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


def at_work(world: World) -> dict[MachineRow, list[BuildRow]]:
    """Give each machine the first builds of the queue that it can do; an aggregate needs none."""
    given: dict[MachineRow, list[BuildRow]] = {machine: [] for machine in MACHINES}
    for build in world.unfinished_builds():
        for machine, builds in given.items():
            able = build.system in machine.systems and not (machine.broken or machine.mandatory)
            if able and build.constituents is None and len(builds) < machine.slots:
                builds.append(build)
                break
    return given


def running(world: World) -> list[BuildRow]:
    """Return the builds that some machine works on, in the order of the queue."""
    found = {build.id for builds in at_work(world).values() for build in builds}
    return [build for build in world.unfinished_builds() if build.id in found]


def as_queue_runner(world: World) -> Json:
    """Write the machines as the queue runner tells them, by host."""
    return {
        machine.host: {
            "hostname": machine.host,
            "systems": list(machine.systems),
            "supportedFeatures": list(machine.supported),
            "mandatoryFeatures": list(machine.mandatory),
            "totalMem": machine.gibibytes * _GIB,
            "jobs": [build.drvpath.rpartition("/")[2] for build in builds],
            **_shared(world, machine, len(builds)),
        }
        for machine, builds in at_work(world).items()
    }


def as_web_server(world: World) -> Json:
    """Write the machines as ``/machines`` tells them: with less, and other names for some of it."""
    return {
        machine.host: {
            "systemTypes": list(machine.systems),
            "primarySystemType": machine.systems[0],
            "supportedFeatures": [*machine.supported, *machine.mandatory],
            "mandatoryFeatures": list(machine.mandatory),
            "memTotal": machine.gibibytes * _GIB,
            **_shared(world, machine, len(builds)),
        }
        for machine, builds in at_work(world).items()
    }


def _shared(world: World, machine: MachineRow, busy: int) -> Json:
    """Write what both tell alike."""
    room = not machine.broken and busy < machine.slots
    return {
        "maxJobs": machine.slots,
        "speedFactor": 1.0,
        "hasCapacity": room,
        "hasDynamicCapacity": not machine.broken,
        "hasStaticCapacity": room,
        "score": round(3 - busy / machine.slots - machine.broken, 2),
        "stats": {
            "currentJobs": busy,
            **_history(world, machine),
            "idleSince": 0 if busy else world.now - 600 - chance(machine.host) % _DAY,
            "disabledUntil": world.now + 900 if machine.broken else 0,
            "consecutiveFailures": 4 * machine.broken,
            **_load(world, machine, busy),
        },
    }


def _history(world: World, machine: MachineRow) -> Json:
    done = 0 if machine.broken else 900 + chance("steps", machine.host) % 5000
    done += 0 if machine.broken else (world.now - EPOCH) // 120
    spent = 20_000 + chance("pace", machine.host) % 90_000
    return {"nrStepsDone": done, "avgStepBuildTimeMs": spent if done else 0}


def _load(world: World, machine: MachineRow, busy: int) -> Json:
    """Write how busy it is: the more builds, the more load, memory and want of processors."""
    wobble = chance("load", machine.host, world.now) % 100 / 100
    load = 3 * busy + wobble
    used = (1 + busy * 4 + wobble) * _GIB
    short = min(95.0, 6.0 * busy + wobble)
    pressure = {"avg10": short, "avg60": 0.8 * short, "avg300": 0.6 * short, "total": 0}
    return {
        "load1": load,
        "load5": load * 0.9,
        "load15": load * 0.8,
        "memUsage": int(min(used, 0.9 * machine.gibibytes * _GIB)),
        "pressure": {"cpuSome": pressure, "memSome": None}
        if "linux" in machine.systems[0]
        else None,
    }
