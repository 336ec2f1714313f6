"""The last step, if it is wanted: what the Hydra is doing now, for five requests."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.session import Note, Session, Stage, Step
from hydrasnap.errors import (
    BudgetError,
    CrawlError,
    DeniedError,
    LoginError,
    OfflineError,
    RefusedError,
)
from hydrasnap.model import JobsetKey, Live, Machine, RunningBuild
from hydrasnap.wire.live import read_machines, read_runner, read_running, read_throughput

T = TypeVar("T")

LIVE_REQUESTS = 5
HOURS, DAYS = 72, 60
_ENDING = (DeniedError, LoginError, OfflineError, RefusedError)


@dataclass(slots=True)
class _LiveFetcher:
    """Fetches what some Hydras do not report: a failure is a note, not a gap in the snapshot.

    Once the host refuses, it is asked for nothing more.
    """

    session: Session
    ended: bool = False

    async def ask(self, path: str, read: Callable[[bytes, str], T]) -> T | None:
        """Return an answer, or None where there is none."""
        if self.ended:
            return None
        try:
            return await self.session.client.read(path, lambda body: read(body, path), tries=1)
        except BudgetError:
            raise
        except CrawlError as error:
            self.ended = isinstance(error, _ENDING)
            self.session.watch(Note(f"Not reported: {error}"))
            return None
        finally:
            self.session.watch(Step())


async def fetch_live(
    session: Session, jobsets: Collection[JobsetKey], clock: Callable[[], float]
) -> None:
    """Fetch what runs on which machine and how much was done lately, if that is wanted.

    Builds are named only if they are of these `jobsets`. The last state stays in the cache until a
    run asks again, or a run ends that does not want it.
    """
    if not session.selection.live:
        session.cache.put_live(None)
        return
    session.watch(Stage("live state", LIVE_REQUESTS))
    hydra, asked = _LiveFetcher(session), int(clock())
    running = await hydra.ask(paths.RUNNING, read_running)
    machines = await hydra.ask(paths.MACHINES, read_machines)
    state = await hydra.ask(paths.RUNNER, read_runner)
    days = await hydra.ask(paths.throughput("day", DAYS), read_throughput)
    hours = None
    if days is not None:  # a Hydra that has trouble to count is not asked twice
        hours = await hydra.ask(paths.throughput("hour", HOURS), read_throughput)
    runner, more, at_work = state or (None, [], {})
    live = Live(
        asked=asked,
        running=None if running is None else _named(session, running, jobsets, at_work),
        elsewhere=sum(build.jobset_key not in jobsets for build in running or ()),
        machines=_joined(machines or [], more) or None,
        runner=runner,
        hours=hours,
        days=days,
    )
    session.cache.put_live(live if live.is_known else None)


def _named(
    session: Session,
    running: list[RunningBuild],
    jobsets: Collection[JobsetKey],
    at_work: Mapping[str, str],
) -> tuple[RunningBuild, ...]:
    """Choose the builds to name, with the machine that has their derivation, if one is known."""
    known = session.cache.builds

    def machine(build: RunningBuild) -> str:
        path = known[build.id].drvpath if build.id in known else ""
        return at_work.get(path.rpartition("/")[2], "")

    return tuple(
        replace(build, machine=machine(build)) for build in running if build.jobset_key in jobsets
    )


def _joined(machines: list[Machine], more: list[Machine]) -> tuple[Machine, ...]:
    """Merge two answers about the machines."""
    found = {machine.name: machine for machine in machines}
    for machine in more:
        mine = found.get(machine.name)
        found[machine.name] = mine.joined(machine) if mine else machine
    return tuple(found[name] for name in sorted(found))
