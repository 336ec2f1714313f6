"""Finds cached builds that have finished or were restarted since, and fetches them again.

No address lists restarts. They are found by four signs: the queue, Hydra's counts, the page of
builds that finished lately, and a check of all builds in rotation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.build_fetcher import BuildFetcher
from hydrasnap.crawl.session import LOSSES, Note, Session
from hydrasnap.model import Build, Evaluation, JobsetKey, JobsetOverview
from hydrasnap.model.merging import differs
from hydrasnap.plan.builds import (
    changed_state,
    is_due,
    is_full_recheck_turn,
    recheck_candidates,
    tally,
)
from hydrasnap.wire.builds import read_queue
from hydrasnap.wire.html_pages import read_finished

_QUEUE = 20_000
_TRIES = 6  # for a page of finished builds
_MOST_PAGES = 5  # of what finished lately, for one jobset

Windows = Mapping[JobsetKey, Sequence[Evaluation]]


@dataclass(slots=True)
class Restarts:
    """Finds restarts by these signs; `lacks_finished` says that the Hydra has no page of the third.

    `windows` holds the evaluations of each jobset, newest first.
    """

    session: Session
    fetcher: BuildFetcher
    windows: Windows
    lacks_finished: bool = False

    async def follow_queue(self, changed: list[JobsetOverview]) -> None:
        """Read the queue once, and fetch the builds whose cached state disagrees with it."""
        path, progress = paths.queue(_QUEUE), self.session.progress
        with self.session.gap_at(path):
            if not progress.queue_known_for(changed):
                found = await self.session.client.read(path, lambda body: read_queue(body, path))
                progress.keep_queue(found, changed)
            await self._fetch_changed(progress.queue)

    async def _fetch_changed(self, queue: frozenset[int]) -> None:
        held = (
            build
            for window in self.windows.values()
            for evaluation in window
            for build in self.session.builds_of(evaluation)
            if build.id not in self.fetcher.checked_builds and not build.deleted_upstream
        )
        wanted = set(changed_state(held, queue, whole=len(queue) < _QUEUE))
        for window in self.windows.values():
            for evaluation in window:
                here = [number for number in evaluation.builds if number in wanted]
                wanted.difference_update(here)
                await self.fetcher.fetch(evaluation, here)

    async def reconcile_counts(self, changed: list[JobsetOverview]) -> None:
        """Fetch the newest evaluation whole where its builds do not add up to Hydra's counts.

        That is how a build that was restarted and finished between two runs is found.
        """
        for overview in changed:
            newest = next(iter(self.session.window(overview.key)), None)
            if newest is None or not self.fetcher.unchecked(newest.builds):
                continue
            builds = self.session.builds_of(newest)
            if overview.counts.total and tally(builds) != overview.counts:
                await self.fetcher.fetch(newest, self.fetcher.unchecked(newest.builds))

    async def follow_finished(self) -> None:
        """Find builds that were restarted and finished again since the last run.

        Hydra's counts do not show them if the new result counts like the old one; the page of what
        finished lately does. The next page is read only if all builds of the first were new.
        """
        if not self.session.selection.reasons:
            return
        since = max((run.started for run in self.session.cache.manifest.runs), default=0)
        checked = sorted(self.session.checked & self.session.cache.jobsets.keys())
        await self.session.each(checked, lambda key: self._follow_finished_of(key, since))

    async def _follow_finished_of(self, key: JobsetKey, since: int) -> None:
        known = self.session.cache.builds
        for page in range(1, _MOST_PAGES + 1):
            rows = await self._finished_page(key, page)
            stale = [
                row
                for row in rows
                if row.id in known
                and row.id not in self.fetcher.checked_builds
                and differs(known[row.id], row)
            ]
            await self.session.each(stale, self._fetch_again)
            oldest = min((row.stoptime or 0 for row in rows), default=0)
            if oldest < since or not stale:
                return

    async def _finished_page(self, key: JobsetKey, page: int) -> list[Build]:
        """Read a page of finished builds; empty if this Hydra has no such page."""
        path = paths.finished(*key, page=page)
        of = Build(id=1, project=key.project, jobset=key.name, job="")
        if self.lacks_finished:
            return []
        try:
            return await self.session.client.read_html(
                path, lambda body: read_finished(body, of, path), tries=_TRIES
            )
        except LOSSES as error:
            self.lacks_finished = True
            self.session.watch(Note(f"{error} Restarted builds may be seen later."))
            return []

    async def _fetch_again(self, row: Build) -> None:
        """Fetch a build again because a page shows another result of it."""
        held = next(
            (e for e in self.session.window(row.jobset_key) if row.id in e.builds),
            Evaluation(id=1, project=row.project, jobset=row.jobset),
        )
        await self.fetcher.fetch_build(held, row.id, set())

    async def recheck(self) -> None:
        """Fetch failures again, and all builds in rotation: a restart may have changed them."""
        cache, now, pace = self.session.cache, self.session.now, self.session.selection.recheck
        checked = cache.manifest.checked
        cache.note_checked({str(key): now for key in self.windows if str(key) not in checked})
        for key, window in self.windows.items():
            if not is_due(checked.get(str(key), now), now, pace):
                continue
            for evaluation in window:
                whole = is_full_recheck_turn(
                    evaluation.id, among=len(window), turn=now // max(pace, 1)
                )
                found = recheck_candidates(self.session.builds_of(evaluation), whole=whole)
                await self.fetcher.fetch(evaluation, self.fetcher.unchecked(found))
            cache.note_checked({str(key): now})
