"""The third step: the builds of the evaluations, newest first."""

from collections.abc import Collection
from dataclasses import dataclass

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.build_fetcher import BuildFetcher
from hydrasnap.crawl.evaluations import fetch_lost_evaluations
from hydrasnap.crawl.jobsets import record_overview
from hydrasnap.crawl.restarts import Restarts, Windows
from hydrasnap.crawl.session import Session, Stage, Step
from hydrasnap.model import Evaluation, JobsetKey, JobsetOverview
from hydrasnap.plan.builds import detail_candidates


async def fetch_builds(
    session: Session, jobsets: Collection[JobsetKey], changed: list[JobsetOverview]
) -> None:
    """Bring the builds of all wanted evaluations up to date."""
    await fetch_lost_evaluations(session, jobsets)
    had_builds = bool(session.cache.builds)
    windows = {key: session.window(key) for key in jobsets}
    step = _BuildStep(session, BuildFetcher(session), windows)
    restarts = Restarts(session, step.fetcher, windows)
    await step.fetch_missing(range(1), "newest evaluations")
    gaps = len(session.gaps)
    if changed and had_builds:
        await restarts.follow_queue(changed)
        await restarts.reconcile_counts(changed)
    if had_builds:
        await restarts.follow_finished()
    if len(session.gaps) == gaps:
        for overview in changed:
            record_overview(session, overview)
    deepest = max(map(len, windows.values()), default=0)
    await step.fetch_missing(range(1, deepest), "older evaluations")
    await step.revisit()
    await step.fetch_details(changed)
    await restarts.recheck()


@dataclass(slots=True)
class _BuildStep:
    """Fetches what the cache lacks of the `windows`: the evaluations of each jobset."""

    session: Session
    fetcher: BuildFetcher
    windows: Windows

    async def fetch_missing(self, ranks: range, name: str) -> None:
        """Fetch the missing builds of evaluations of these `ranks`: 0 is the newest of each jobset.

        Evaluations of one jobset share most builds, so they go one after the other.
        """
        incomplete = [
            [window[rank] for window in self.windows.values() if rank < len(window)]
            for rank in ranks
        ]
        incomplete = [[e for e in here if self.fetcher.missing(e)] for here in incomplete]
        if total := sum(map(len, incomplete)):
            self.session.watch(Stage(name, total))
        for here in incomplete:
            await self.session.each(here, self._complete)

    async def _complete(self, evaluation: Evaluation) -> None:
        await self.fetcher.fetch(evaluation, self.fetcher.missing(evaluation))
        self.session.watch(Step())

    async def revisit(self) -> None:
        """Fetch again what the last run could not read in full."""
        doubtful = self.session.revisit
        known = self.session.cache.builds
        if not doubtful:
            return
        for window in self.windows.values():
            for evaluation in window:
                builds = paths.evaluation_builds(evaluation.id)
                lists = (paths.evaluation(evaluation.id), builds, paths.listing(evaluation.id))
                whole = not doubtful.isdisjoint(lists)
                here = [
                    number
                    for number in evaluation.builds
                    if number in known
                    and number not in self.fetcher.checked_builds
                    and (whole or paths.build(number) in doubtful)
                ]
                await self.fetcher.fetch(evaluation, here)

    async def fetch_details(self, changed: list[JobsetOverview]) -> None:
        """Fetch the details of builds of listings, up to the `details` of this run."""
        cache = self.session.cache
        holders: dict[int, Evaluation] = {}
        for window in (self.windows[overview.key] for overview in changed):
            newest, before = ([*map(self.session.builds_of, window[:2]), (), ()])[:2]
            for number in detail_candidates(newest, before):
                if cache.builds[number].partial:
                    holders[number] = window[0]
        wanted = sorted(holders, reverse=True)[: self.session.selection.details]
        if wanted:
            self.session.watch(Stage("details of failures", len(wanted)))
        absent: set[int] = set()
        await self.session.each(wanted, lambda n: self.fetcher.fetch_build(holders[n], n, absent))
        for evaluation in {holders[n].id: holders[n] for n in absent}.values():
            await self.fetcher.check_members(evaluation, absent.intersection(evaluation.builds))
