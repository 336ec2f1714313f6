"""One crawl, from the first request to the mark that it is complete."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from hydrasnap.client.settings import Runtime, Settings
from hydrasnap.crawl.aggregates import fetch_constituents
from hydrasnap.crawl.builds import fetch_builds
from hydrasnap.crawl.failure_reasons import fetch_reasons
from hydrasnap.crawl.jobsets import list_jobsets
from hydrasnap.crawl.live import fetch_live
from hydrasnap.crawl.missing_jobsets import rename, settle_missing_jobsets
from hydrasnap.crawl.overview import fetch_overview, keep_projects, settle_missing_projects
from hydrasnap.crawl.session import Event, Session, open_client
from hydrasnap.crawl.sizes import fetch_sizes
from hydrasnap.errors import BudgetError, CrawlError
from hydrasnap.formatting import mask_logins
from hydrasnap.model import Jobset, Run
from hydrasnap.plan.selection import Selection
from hydrasnap.store.cache import Cache
from hydrasnap.store.checkpoint import Checkpoint

_NOTHING_LEARNED = "That was too little for the overview, so nothing was learned: allow more."


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """How a crawl ended: its figures, and the error that ended it early, if one did."""

    run: Run
    error: CrawlError | None = None

    @property
    def out_of_budget(self) -> bool:
        """Whether it stopped because it had spent what it was allowed to."""
        return isinstance(self.error, BudgetError)


async def crawl(
    cache: Cache,
    settings: Settings,
    selection: Selection,
    *,
    watch: Callable[[Event], None] = lambda _: None,
    runtime: Runtime | None = None,
    clock: Callable[[], float] = time.time,
) -> CrawlResult:
    """Bring `cache` up to date with its Hydra; however the run ends, every answer is kept.

    A `CrawlError` before the overview is known is raised; a later one is in the result.
    """
    evaluations, builds = len(cache.evaluations), len(cache.builds)
    async with open_client(cache, settings, runtime, watch) as client:
        session = Session(client, cache, selection, watch, int(clock()))
        error = await _error_of_steps(session, clock)
        run = Run(
            started=session.now,
            finished=int(clock()),
            requests=client.budget.requests,
            bytes=client.budget.bytes,
            complete=error is None and not session.gaps,
            new_evaluations=len(cache.evaluations) - evaluations,
            known_evaluations=evaluations,
            new_builds=len(cache.builds) - builds,
            known_builds=builds,
            reason="" if error is None else mask_logins(str(error)),
            gaps=tuple(sorted(session.gaps, key=lambda gap: (gap.path, gap.reason))),
        )
    left = Checkpoint() if error is None else session.progress.left(cache.builds)
    cache.note_revisit(session.left_to_revisit(ended_early=error is not None))
    cache.close_run(run, left)
    return CrawlResult(run, error)


async def _error_of_steps(session: Session, clock: Callable[[], float]) -> CrawlError | None:
    """Take all steps; return the error that ended them early, raise one before the overview."""
    try:
        await _steps(session, clock)
    except CrawlError as error:
        session.cache.flush()
        if session.overviewed:
            return error
        session.cache.keep_notes()
        if isinstance(error, BudgetError):
            raise BudgetError(f"{error.message} {_NOTHING_LEARNED}") from error
        raise
    return None


async def _steps(session: Session, clock: Callable[[], float]) -> None:
    overview = await fetch_overview(session)
    keep_projects(session, overview)
    for old, new in overview.renamed.items():
        rename(
            session, session.cache.jobsets.get(old, Jobset(project=old.project, name=old.name)), new
        )
    names = {project.name: project.jobsets for project in overview.projects}
    await settle_missing_projects(session, overview)
    await settle_missing_jobsets(session, overview.missing_jobsets, names)
    changed = await list_jobsets(session, overview.jobsets)
    keys = [jobset.key for jobset in overview.jobsets]
    await fetch_builds(session, keys, changed)
    await fetch_constituents(session, keys)
    await fetch_reasons(session, keys)
    await fetch_sizes(session, keys)
    await fetch_live(session, frozenset(keys), clock)
