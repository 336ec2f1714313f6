"""What a crawl would ask for, worked out from the overview alone."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hydrasnap.client.settings import Runtime, Settings
from hydrasnap.crawl.jobsets import needed_refresh
from hydrasnap.crawl.overview import fetch_overview
from hydrasnap.crawl.session import Event, Session, open_client
from hydrasnap.crawl.sizes import chosen_jobs
from hydrasnap.model import Jobset, JobsetKey, JobsetOverview
from hydrasnap.plan.jobsets import EVALUATIONS_A_PAGE, RefreshLevel
from hydrasnap.plan.selection import Selection
from hydrasnap.store.cache import Cache


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """How much of a jobset would be fetched, and about how many requests that takes.

    Builds are counted as one request for each evaluation that lacks some. Aggregates come on top,
    and the sizes of new builds, as they are known only when the builds are. `jobs` are those of the
    newest evaluation.
    """

    jobset: JobsetKey
    refresh: RefreshLevel
    requests: int
    jobs: int = 0


async def dry_run(
    cache: Cache,
    settings: Settings,
    selection: Selection,
    *,
    watch: Callable[[Event], None] = lambda _: None,
    runtime: Runtime | None = None,
) -> tuple[int, list[PlannedStep]]:
    """Ask for the overview; return how many requests it took, and the steps that would follow."""
    async with open_client(cache, settings, runtime, watch) as client:
        session = Session(client, cache, selection, watch, now=0)
        overview = await fetch_overview(session)
        keys = frozenset(jobset.key for jobset in overview.jobsets)
        sizes = Counter(job.jobset_key for job, _ in chosen_jobs(session, keys).missing)
        steps = [_step(session, found, sizes[found.key]) for found in overview.jobsets]
        return client.budget.requests, steps


def _step(session: Session, overview: JobsetOverview, sizes: int) -> PlannedStep:
    known, window = session.cache.jobsets.get(overview.key), session.selection.window
    needed = needed_refresh(session, overview)
    requests = _missing(session, known) + sizes
    if needed is RefreshLevel.EVALUATIONS and (known is None or not known.evaluations):
        requests += 1 + math.ceil(window / EVALUATIONS_A_PAGE) + window
    elif needed is RefreshLevel.EVALUATIONS:
        requests += 3
    elif needed is not RefreshLevel.NONE:
        requests += 1
    return PlannedStep(overview.key, needed, requests, overview.counts.total)


def _missing(session: Session, known: Jobset | None) -> int:
    """Count the evaluations of which builds are still to be fetched."""
    cache = session.cache
    held = [cache.evaluations.get(number) for number in (known.evaluations if known else ())]
    return sum(
        not (e and (e.deleted_upstream or cache.builds.keys() >= set(e.builds))) for e in held
    )
