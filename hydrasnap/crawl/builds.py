"""The third step: the builds of the evaluations, newest first, each by the cheapest way."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import msgspec

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.deleted import mark_gone
from hydrasnap.crawl.listing import record_overview
from hydrasnap.crawl.session import Note, Session, Stage, Step
from hydrasnap.errors import NotAHydraError, NotFoundError, TooBigError
from hydrasnap.model import Build, Evaluation, JobsetKey, JobsetOverview
from hydrasnap.plan import (
    FetchStrategy,
    changed_state,
    cheapest,
    detail_candidates,
    is_full_recheck_turn,
    merge,
    recheck_candidates,
    tally,
)
from hydrasnap.wire import read_build, read_builds, read_evaluation, read_queue
from hydrasnap.wire.html import read_listing

_QUEUE = 20_000


@dataclass(slots=True)
class BuildStep:
    """Fetches builds."""

    session: Session

    @property
    def checked_builds(self) -> set[int]:
        """The ids whose state was asked for, in this run or the one that it takes up."""
        return self.session.progress.checked_builds

    async def run(self, jobsets: Collection[JobsetKey], changed: list[JobsetOverview]) -> None:
        """Bring the builds of all wanted evaluations up to date."""
        await self._fetch_lost_evaluations(jobsets)
        had_builds = bool(self.session.cache.builds)
        windows = {key: self._window(key) for key in jobsets}
        await self._fetch_rank(windows, range(1), "newest evaluations")
        gaps = len(self.session.gaps)
        if changed and had_builds:
            await self._follow_queue(windows, changed)
            await self._reconcile(changed)
        if len(self.session.gaps) == gaps:
            for overview in changed:
                record_overview(self.session, overview)
        deepest = max(map(len, windows.values()), default=0)
        await self._fetch_rank(windows, range(1, deepest), "older evaluations")
        await self._fetch_details([windows[overview.key] for overview in changed])
        await self._recheck(windows)

    def _window(self, key: JobsetKey) -> list[Evaluation]:
        """Return the evaluations of a jobset that Hydra still has, newest first."""
        jobset = self.session.cache.jobsets.get(key)
        found = self.session.cache.evaluations
        ids = jobset.evaluations if jobset else ()
        return [
            found[number]
            for number in ids
            if number in found and not found[number].deleted_upstream
        ]

    async def _fetch_lost_evaluations(self, jobsets: Collection[JobsetKey]) -> None:
        """Fetch again the evaluations whose file was damaged."""
        cache = self.session.cache
        lost = [
            (key, number)
            for key in jobsets
            if key in cache.jobsets
            for number in cache.jobsets[key].evaluations
            if number not in cache.evaluations
        ]

        async def one(item: tuple[JobsetKey, int]) -> None:
            key, number = item
            path = paths.evaluation(number)
            with self.session.gap_at(path):
                try:
                    found = await self.session.client.read(
                        path, lambda body: read_evaluation(body, key, path)
                    )
                    cache.put(evaluations=[found])
                except NotFoundError:
                    self._let_go(key, number)

        await self.session.each(lost, one)

    def _let_go(self, key: JobsetKey, number: int) -> None:
        """Forget an evaluation that neither the cache nor Hydra has any more."""
        jobset = self.session.cache.jobsets[key]
        left = tuple(known for known in jobset.evaluations if known != number)
        self.session.cache.put(jobsets=[msgspec.structs.replace(jobset, evaluations=left)])

    async def _fetch_rank(
        self, windows: dict[JobsetKey, list[Evaluation]], ranks: range, name: str
    ) -> None:
        """Fetch what is missing: the newest evaluation of every jobset before any older one.

        Evaluations of one jobset share most builds, so they go one after the other.
        """
        incomplete = [
            [window[rank] for window in windows.values() if rank < len(window)] for rank in ranks
        ]
        incomplete = [[e for e in here if self._missing(e)] for here in incomplete]
        if total := sum(map(len, incomplete)):
            self.session.watch(Stage(name, total))
        for here in incomplete:
            await self.session.each(here, self._complete)

    def _way(self, missing: int, evaluation: Evaluation) -> FetchStrategy:
        return cheapest(missing, len(evaluation.builds), self.session.selection.way)

    def _missing(self, evaluation: Evaluation) -> list[int]:
        known = self.session.cache.builds
        return [number for number in evaluation.builds if number not in known]

    async def _complete(self, evaluation: Evaluation) -> None:
        missing = self._missing(evaluation)
        await self._fetch(evaluation, missing, self._way(len(missing), evaluation))
        self.session.watch(Step(f"evaluation {evaluation.id}"))

    async def _fetch(self, evaluation: Evaluation, wanted: list[int], way: FetchStrategy) -> None:
        """Fetch builds by one way; an evaluation that Hydra has just deleted is marked as gone."""
        with self.session.gap_at(paths.evaluation(evaluation.id)):
            try:
                await self._fetch_by(way, evaluation, wanted)
            except NotFoundError:
                mark_gone(self.session, {evaluation.id})

    async def _fetch_by(
        self, way: FetchStrategy, evaluation: Evaluation, wanted: list[int]
    ) -> None:
        """Take one way; where the server is not up to it, the listing."""
        tried = self.session.progress.of(evaluation.jobset_key).too_big
        if way is FetchStrategy.BULK and evaluation.id in tried:
            way = FetchStrategy.LISTING
        if way is FetchStrategy.BULK:
            try:
                await self._together(evaluation)
            except TooBigError as error:
                self.session.watch(Note(f"{error.message} Reading the listing instead."))
                tried.add(evaluation.id)
                way = FetchStrategy.LISTING
        if way is FetchStrategy.LISTING:
            await self._listed(evaluation)
        elif way is FetchStrategy.PER_BUILD:
            await self._singly(wanted)

    async def _together(self, evaluation: Evaluation) -> None:
        path, ids = paths.evaluation_builds(evaluation.id), set(evaluation.builds)

        def read(body: bytes) -> list[Build]:
            found = [build for build in read_builds(body, path) if build.id in ids]
            if ids and not found:
                raise NotAHydraError(f"{path} lists none of the builds of that evaluation.")
            return found

        self._keep(await self.session.client.read(path, read))
        await self._singly(self._missing(evaluation))

    async def _listed(self, evaluation: Evaluation) -> None:
        path = paths.listing(evaluation.id)
        rows = await self.session.client.read_html(
            path, lambda body: read_listing(body, evaluation, path)
        )
        self._keep(rows)

    async def _singly(self, wanted: Iterable[int]) -> None:
        await self.session.each(wanted, self._one)

    async def _one(self, number: int) -> None:
        path = paths.build(number)
        known = self.session.cache.builds.get(number)

        def read(body: bytes) -> Build:
            build = read_build(body, path)
            if build.id != number:
                raise NotAHydraError(f"{path} answered with build {build.id}.")
            return build

        with self.session.gap_at(path):
            try:
                self._keep([await self.session.client.read(path, read)])
            except NotFoundError:
                if known is None:
                    raise
                self.session.cache.put(
                    builds=[msgspec.structs.replace(known, deleted_upstream=True)]
                )

    def _keep(self, builds: list[Build]) -> None:
        known = self.session.cache.builds
        self.session.cache.put(builds=[merge(known.get(build.id), build) for build in builds])
        self.checked_builds.update(build.id for build in builds)

    async def _follow_queue(
        self, windows: dict[JobsetKey, list[Evaluation]], changed: list[JobsetOverview]
    ) -> None:
        """Ask once which builds are unfinished, and fetch those of which we thought otherwise."""
        path, progress = paths.queue(_QUEUE), self.session.progress
        with self.session.gap_at(path):
            if not progress.queue_known_for(changed):
                found = await self.session.client.read(path, lambda body: read_queue(body, path))
                progress.keep_queue(found, changed)
            await self._fetch_moved(windows, progress.queue)

    async def _fetch_moved(
        self, windows: dict[JobsetKey, list[Evaluation]], queue: frozenset[int]
    ) -> None:
        known = self.session.cache.builds
        stale = {
            number: known[number]
            for window in windows.values()
            for evaluation in window
            for number in evaluation.builds
            if number in known
            and number not in self.checked_builds
            and not known[number].deleted_upstream
        }
        wanted = set(changed_state(stale, queue, whole=len(queue) < _QUEUE))
        for window in windows.values():
            for evaluation in window:
                here = [number for number in evaluation.builds if number in wanted]
                wanted.difference_update(here)
                await self._fetch(evaluation, here, self._way(len(here), evaluation))

    async def _reconcile(self, changed: list[JobsetOverview]) -> None:
        """Where the builds do not add up to Hydra's counts, ask for the newest evaluation whole.

        That is how a build that was restarted and finished between two runs is found.
        """
        for overview in changed:
            newest = next(iter(self._window(overview.key)), None)
            if newest is None or self.checked_builds.issuperset(newest.builds):
                continue
            known = self.session.cache.builds
            builds = [known[number] for number in newest.builds if number in known]
            if overview.counts.total and tally(builds) != overview.counts:
                whole = [number for number in newest.builds if number not in self.checked_builds]
                await self._fetch(newest, whole, self._way(len(whole), newest))

    async def _fetch_details(self, windows: list[list[Evaluation]]) -> None:
        """Complete the builds of listings that tell most, as far as this run may."""
        cache = self.session.cache
        wanted: list[int] = []
        for window in windows:
            newest, before = ([*map(self._builds, window[:2]), [], []])[:2]
            wanted += detail_candidates(newest, before)
        wanted = [number for number in sorted(wanted, reverse=True) if cache.builds[number].partial]
        wanted = wanted[: self.session.selection.details]
        if wanted:
            self.session.watch(Stage("details of failures", len(wanted)))
        await self._singly(wanted)

    def _builds(self, evaluation: Evaluation) -> list[Build]:
        known = self.session.cache.builds
        return [known[number] for number in evaluation.builds if number in known]

    async def _recheck(self, windows: dict[JobsetKey, list[Evaluation]]) -> None:
        """Look again at failures, and slower at all: a restart may have changed them unnoticed."""
        cache, now, pace = self.session.cache, self.session.now, self.session.selection.recheck
        checked = cache.manifest.checked
        cache.note_checked({str(key): now for key in windows if str(key) not in checked})
        for key, window in windows.items():
            if now - checked.get(str(key), now) < pace:
                continue
            for evaluation in window:
                whole = is_full_recheck_turn(
                    evaluation.id, among=len(window), turn=now // max(pace, 1)
                )
                found = recheck_candidates(self._builds(evaluation), whole=whole)
                stale = [number for number in found if number not in self.checked_builds]
                await self._fetch(evaluation, stale, self._way(len(stale), evaluation))
            cache.note_checked({str(key): now})
