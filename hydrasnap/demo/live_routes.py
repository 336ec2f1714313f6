"""The addresses that tell what the embedded Hydra is doing now."""

from collections import Counter

from hydrasnap.demo import answers, machines
from hydrasnap.demo.answers import Json
from hydrasnap.demo.replies import Data, Refusal, Reply
from hydrasnap.demo.requests import Request
from hydrasnap.demo.rows import BuildRow
from hydrasnap.demo.world import EPOCH, World

_PERIODS = {"hour": 3600, "day": 86400}
_UP_SINCE = EPOCH - 1_000_000


def running_builds(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    """Tell a build once for each of its steps that runs, with four fields falsely null."""
    steps = [row for row in machines.running(world) for _ in range(1 + (row.id % 7 == 0))]
    return Data([{**answers.queued_build(row), "stoptime": None} for row in steps])


def machine_list(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    """Tell of the machines what the web server tells."""
    return Data(machines.as_web_server(world))


def queue_runner(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    """Tell what the queue runner tells."""
    shares = {
        f"{row.project}:{row.name}": {"seconds": 60 * row.schedulingshares, "shares": 100}
        for row in world.jobsets.values()
    }
    return Data({
        "queueRunner": _figures(world),
        "machines": machines.as_queue_runner(world),
        "jobsets": shares,
        "store": None,
        "s3": {},
    })  # fmt: skip


def _figures(world: World) -> Json:
    waiting, busy = world.unfinished_builds(), machines.running(world)
    done = [row for row in world.builds.values() if row.finished]
    good = sum(row.status == 0 for row in done)
    given = machines.at_work(world)
    return {
        "status": "up",
        "uptime": float(world.now - _UP_SINCE),
        "nrBuildsRead": len(world.builds),
        "nrBuildsUnfinished": len(waiting),
        "nrBuildsDone": len(done),
        "nrBuildsSucceeded": good,
        "nrBuildsFailed": len(done) - good,
        "nrStepsStarted": 3 * len(done) + len(busy),
        "nrStepsDone": 3 * len(done),
        "nrStepsBuilding": len(busy),
        "nrStepsWaiting": 0,
        "nrStepsRunnable": len(waiting),
        "nrStepsUnfinished": 2 * len(waiting),
        "nrUnsupportedSteps": 0,
        "nrRetries": len(done) // 90,
        "avgStepTimeMs": 61_000,
        "avgStepBuildTimeMs": 47_500,
        "machinesTotal": len(given),
        "machinesInUse": sum(map(bool, given.values())),
        "s3UploadsPending": 0,
        "queueStats": _queues(world, waiting, busy),
    }


def _queues(world: World, waiting: list[BuildRow], busy: list[BuildRow]) -> Json:
    at_work = {row.id for row in busy}
    left = [row for row in waiting if row.id not in at_work]
    return {
        system: {
            "activeRunnable": sum(row.system == system for row in busy),
            "nrRunnableWaiting": sum(row.system == system for row in left),
            "waitTimeMs": 1000 * sum(world.now - r.timestamp for r in left if r.system == system),
        }
        for system in {row.system: None for row in waiting}
    }


def throughput(world: World, request: Request, rows: int) -> Reply:
    """Count the finished builds by the period in which they were queued, but for empty ones."""
    if request.parameters.get("period") not in _PERIODS:
        raise Refusal(500, "Parameter not defined!")
    length = _PERIODS[request.parameters["period"]]
    finished = (row for row in world.builds.values() if row.finished)
    found = Counter(row.timestamp - row.timestamp % length for row in finished)
    newest = sorted(found, reverse=True)[:rows]
    return Data([found[period] for period in reversed(newest)], api=True)
