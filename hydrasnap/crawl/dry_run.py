"""What a crawl would ask for, found out from the overview alone."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from hydrasnap.client import Client, Settings, World
from hydrasnap.crawl.overview import fetch_overview
from hydrasnap.crawl.session import Event, Session
from hydrasnap.model import JobsetKey, JobsetOverview
from hydrasnap.plan import EVALUATIONS_A_PAGE, Look, Selection, errors_moved, look
from hydrasnap.store import Cache


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What a jobset needs: how closely it would be looked at, and the requests that at most takes.

    Aggregates come on top, as they are known only when the builds are.
    """

    jobset: JobsetKey
    look: Look
    requests: int


async def dry_run(
    cache: Cache,
    settings: Settings,
    selection: Selection,
    *,
    watch: Callable[[Event], None] = lambda _: None,
    world: World | None = None,
) -> tuple[int, list[PlannedStep]]:
    """Ask for the overview; return the requests that took, and the steps that would follow."""
    async with Client(cache.manifest.origin, settings, world=world, watch=watch) as client:
        session = Session(client, cache, selection, watch, now=0)
        overview = await fetch_overview(session)
        return client.budget.requests, [_step(session, jobset) for jobset in overview.jobsets]


def _step(session: Session, overview: JobsetOverview) -> PlannedStep:
    known = session.cache.jobsets.get(overview.key)
    needed = look(known, overview, session.selection.window)
    if needed is not Look.CLOSELY:
        return PlannedStep(overview.key, needed, {Look.NOT: 0, Look.WITNESS: 1}.get(needed, 2))
    window = session.selection.window
    if known is not None and known.evaluations:
        return PlannedStep(overview.key, needed, 3 + errors_moved(known, overview))
    pages = math.ceil(window / EVALUATIONS_A_PAGE)
    return PlannedStep(overview.key, needed, 1 + pages + window)
