"""The third step: the builds of the evaluations, newest first, each by the cheapest strategy."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import msgspec

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.deleted import mark_deleted
from hydrasnap.crawl.jobsets import record_overview
from hydrasnap.crawl.session import LOSSES, Note, Session, Stage, Step
from hydrasnap.errors import CrawlError, NotAHydraError, NotFoundError
from hydrasnap.model import Build, Evaluation, JobsetKey, JobsetOverview
from hydrasnap.plan import (
    FetchStrategy,
    changed_state,
    cheapest,
    detail_candidates,
    differs,
    is_due,
    is_full_recheck_turn,
    merge,
    merge_evaluation,
    recheck_candidates,
    tally,
)
from hydrasnap.wire import read_build, read_builds, read_evaluation, read_queue
from hydrasnap.wire.html import read_listing
from hydrasnap.wire.reasons import read_finished

_QUEUE = 20_000
_TRIES = 6  # with one strategy, while there is another
_MOST_PAGES = 5  # of what finished lately, for one jobset
_MOST_SINGLY = 5000  # builds of an evaluation that may be asked for one by one
_SINGLY, _TOGETHER, _LISTED = FetchStrategy.PER_BUILD, FetchStrategy.BULK, FetchStrategy.LISTING
_FALLBACKS = {
    FetchStrategy.NONE: (),
    _TOGETHER: (_TOGETHER, _LISTED, _SINGLY),
    _LISTED: (_LISTED, _SINGLY),
    _SINGLY: (_SINGLY,),
}


def _addresses(evaluation: int) -> set[str]:
    """Return the paths that list all builds of an evaluation."""
    builds, listing = paths.evaluation_builds(evaluation), paths.listing(evaluation)
    return {paths.evaluation(evaluation), builds, listing}


@dataclass(slots=True)
class BuildStep:
    """Fetches builds; `bulk_fails` once the server could not answer for all of an evaluation."""

    session: Session
    bulk_fails: bool = False
    lacks_finished: bool = False

    @property
    def checked_builds(self) -> set[int]:
        """The ids whose state was asked for in this run, or in the one that it resumes."""
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
        if had_builds:
            await self._follow_finished()
        if len(self.session.gaps) == gaps:
            for overview in changed:
                record_overview(self.session, overview)
        deepest = max(map(len, windows.values()), default=0)
        await self._fetch_rank(windows, range(1, deepest), "older evaluations")
        await self._revisit(windows)
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
                    cache.put(evaluations=[await self._evaluation(key, number)])
                except NotFoundError:
                    self._forget(key, number)

        await self.session.each(lost, one)

    async def _evaluation(self, key: JobsetKey, number: int) -> Evaluation:
        path = paths.evaluation(number)
        note = self.session.note_at(path)
        found = await self.session.client.read(
            path, lambda body: read_evaluation(body, key, path, note)
        )
        return merge_evaluation(self.session.cache.evaluations.get(number), found)

    def _forget(self, key: JobsetKey, number: int) -> None:
        """Forget an evaluation of which neither the cache nor Hydra has anything."""
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

    def _strategy(self, missing: int, evaluation: Evaluation) -> FetchStrategy:
        return cheapest(missing, len(evaluation.builds), self.session.selection.strategy)

    def _missing(self, evaluation: Evaluation) -> list[int]:
        known = self.session.cache.builds
        return [number for number in evaluation.builds if number not in known]

    async def _complete(self, evaluation: Evaluation) -> None:
        missing = self._missing(evaluation)
        await self._fetch(evaluation, missing, self._strategy(len(missing), evaluation))
        self.session.watch(Step(f"evaluation {evaluation.id}"))

    async def _fetch(
        self, evaluation: Evaluation, wanted: list[int], strategy: FetchStrategy
    ) -> None:
        """Fetch builds by one strategy, and where that fails by the next dearer one.

        A 404 can mean that Hydra has just deleted the evaluation, or that the address is not there.
        """
        left = [each for each in _FALLBACKS[strategy] if not self._is_too_big(each, evaluation)]
        with self.session.gap_at(paths.evaluation(evaluation.id)):
            while left:
                chosen = left.pop(0)
                try:
                    await self._fetch_by(chosen, evaluation, wanted)
                except LOSSES as error:
                    if isinstance(error, NotFoundError) and await self._is_deleted(evaluation):
                        return
                    if not left or self._is_flood(left[0], evaluation):
                        raise
                    self._note_failure(chosen, evaluation, error)
                else:
                    return

    def _is_too_big(self, strategy: FetchStrategy, evaluation: Evaluation) -> bool:
        """Return whether the run before has found that the server does not get this done."""
        tried = self.session.progress.of(evaluation.jobset_key).too_big
        return strategy is FetchStrategy.BULK and evaluation.id in tried

    def _is_flood(self, strategy: FetchStrategy, evaluation: Evaluation) -> bool:
        """Return whether a strategy would take too many requests."""
        return strategy is FetchStrategy.PER_BUILD and len(evaluation.builds) > _MOST_SINGLY

    def _note_failure(
        self, strategy: FetchStrategy, evaluation: Evaluation, error: CrawlError
    ) -> None:
        if strategy is FetchStrategy.BULK:
            self.bulk_fails = True
            self.session.progress.of(evaluation.jobset_key).too_big.add(evaluation.id)
        self.session.watch(Note(f"{error} Trying the next strategy."))

    async def _is_deleted(self, evaluation: Evaluation) -> bool:
        """Find out whether a 404 means a deleted evaluation; if not, read its builds again."""
        key, number = evaluation.jobset_key, evaluation.id
        try:
            found = await self._evaluation(key, number)
        except NotFoundError:
            self._note_deleted(evaluation)
            return True
        self.session.cache.put(evaluations=[found])
        return False

    def _note_deleted(self, evaluation: Evaluation) -> None:
        """Mark an evaluation that Hydra has deleted, or forget one that is nothing but a number."""
        known = self.session.cache.builds
        if any(number in known for number in evaluation.builds):
            mark_deleted(self.session, {evaluation.id})
            return
        self._forget(evaluation.jobset_key, evaluation.id)
        self.session.cache.drop(evaluations=[evaluation.id])
        path = paths.evaluations(*evaluation.jobset_key)
        self.session.doubt(path, f"it lists evaluation {evaluation.id}, which does not exist")

    async def _fetch_by(
        self, strategy: FetchStrategy, evaluation: Evaluation, wanted: list[int]
    ) -> None:
        if strategy is FetchStrategy.BULK:
            await self._together(evaluation)
        elif strategy is FetchStrategy.LISTING:
            await self._listed(evaluation)
        elif strategy is FetchStrategy.PER_BUILD:
            await self._singly(evaluation, wanted)

    async def _together(self, evaluation: Evaluation) -> None:
        path, ids = paths.evaluation_builds(evaluation.id), set(evaluation.builds)
        note = self.session.note_at(path)

        def read(body: bytes) -> list[Build]:
            answer = read_builds(body, path, evaluation.jobset_key, note)
            found = [build for build in answer if build.id in ids]
            if ids and not found:
                raise NotAHydraError(f"{path} lists none of the builds of that evaluation.")
            return found

        tries = 1 if self.bulk_fails else _TRIES
        self._keep(await self.session.client.read(path, read, tries=tries))
        await self._singly(evaluation, self._missing(evaluation))

    async def _listed(self, evaluation: Evaluation) -> None:
        path = paths.listing(evaluation.id)
        note = self.session.note_at(path)
        rows = await self.session.client.read_html(
            path, lambda body: read_listing(body, evaluation, path, note), tries=_TRIES
        )
        self._keep(rows)
        missing = self._missing(evaluation)
        if len(missing) <= self.session.selection.details:
            await self._singly(evaluation, missing)

    async def _singly(self, evaluation: Evaluation, wanted: Iterable[int]) -> None:
        """Fetch builds one by one; if some do not exist, check the list that named them."""
        absent: set[int] = set()
        await self.session.each(wanted, lambda number: self._one(evaluation, number, absent))
        if absent:
            await self._check_members(evaluation, absent)

    async def _one(self, evaluation: Evaluation, number: int, absent: set[int]) -> None:
        path = paths.build(number)
        note = self.session.note_at(path)

        def read(body: bytes) -> Build:
            build = read_build(body, path, evaluation.jobset_key, note)
            if build.id != number:
                raise NotAHydraError(f"{path} answered with build {build.id}.")
            return build

        with self.session.gap_at(path):
            try:
                self._keep([await self.session.client.read(path, read)])
            except NotFoundError:
                absent.add(number)

    async def _check_members(self, evaluation: Evaluation, absent: set[int]) -> None:
        """Ask an evaluation for its builds, as some that it was said to hold are not there."""
        key, path = evaluation.jobset_key, paths.evaluation(evaluation.id)
        with self.session.gap_at(path):
            if await self._is_deleted(evaluation):
                return
            found = self.session.cache.evaluations[evaluation.id]
            if found.builds != evaluation.builds:
                self.session.doubt(paths.evaluations(*key), f"{path} lists other builds")
            for number in sorted(absent.intersection(found.builds)):
                reason = f"build {number} does not exist, though evaluation {found.id} holds it"
                self.session.add_gap(paths.build(number), NotFoundError(f"{reason}."))
            await self._singly(found, set(self._missing(found)) - absent)

    def _keep(self, builds: list[Build]) -> None:
        known = self.session.cache.builds
        self.session.cache.put(builds=[merge(known.get(build.id), build) for build in builds])
        self.checked_builds.update(build.id for build in builds)

    async def _revisit(self, windows: dict[JobsetKey, list[Evaluation]]) -> None:
        """Fetch again what the last run could not read in full."""
        doubtful = self.session.revisit
        known = self.session.cache.builds
        if not doubtful:
            return
        for window in windows.values():
            for evaluation in window:
                whole = not doubtful.isdisjoint(_addresses(evaluation.id))
                here = [
                    number
                    for number in evaluation.builds
                    if number in known
                    and number not in self.checked_builds
                    and (whole or paths.build(number) in doubtful)
                ]
                await self._fetch(evaluation, here, self._strategy(len(here), evaluation))

    async def _follow_queue(
        self, windows: dict[JobsetKey, list[Evaluation]], changed: list[JobsetOverview]
    ) -> None:
        """Read the queue once, and fetch the builds whose cached state disagrees with it."""
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
                await self._fetch(evaluation, here, self._strategy(len(here), evaluation))

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
                await self._fetch(newest, whole, self._strategy(len(whole), newest))

    async def _follow_finished(self) -> None:
        """Find builds that were restarted and finished again since the last run.

        They change no count where the new result counts as the old one did. The page of what
        finished lately shows them; the next page is read only where the first was all surprises.
        """
        if not self.session.selection.reasons:
            return
        since = max((run.started for run in self.session.cache.manifest.runs), default=0)
        checked = sorted(self.session.checked & self.session.cache.jobsets.keys())
        await self.session.each(checked, lambda key: self._finished(key, since))

    async def _finished(self, key: JobsetKey, since: int) -> None:
        known = self.session.cache.builds
        for page in range(1, _MOST_PAGES + 1):
            rows = await self._finished_page(key, page)
            stale = [
                row
                for row in rows
                if row.id in known
                and row.id not in self.checked_builds
                and differs(known[row.id], row)
            ]
            await self.session.each(stale, self._again)
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

    async def _again(self, row: Build) -> None:
        """Fetch a build again because a page shows another result of it."""
        held = next(
            (e for e in self._window(row.jobset_key) if row.id in e.builds),
            Evaluation(id=1, project=row.project, jobset=row.jobset),
        )
        absent: set[int] = set()
        await self._one(held, row.id, absent)

    async def _fetch_details(self, windows: list[list[Evaluation]]) -> None:
        """Fetch the details of builds of listings, up to the `details` of this run."""
        cache = self.session.cache
        holders: dict[int, Evaluation] = {}
        for window in windows:
            newest, before = ([*map(self._builds, window[:2]), [], []])[:2]
            for number in detail_candidates(newest, before):
                if cache.builds[number].partial:
                    holders[number] = window[0]
        wanted = sorted(holders, reverse=True)[: self.session.selection.details]
        if wanted:
            self.session.watch(Stage("details of failures", len(wanted)))
        absent: set[int] = set()
        await self.session.each(wanted, lambda n: self._one(holders[n], n, absent))
        for evaluation in {holders[n].id: holders[n] for n in absent}.values():
            await self._check_members(evaluation, absent.intersection(evaluation.builds))

    def _builds(self, evaluation: Evaluation) -> list[Build]:
        known = self.session.cache.builds
        return [known[number] for number in evaluation.builds if number in known]

    async def _recheck(self, windows: dict[JobsetKey, list[Evaluation]]) -> None:
        """Fetch failures again, and all builds in rotation: a restart may have changed them."""
        cache, now, pace = self.session.cache, self.session.now, self.session.selection.recheck
        checked = cache.manifest.checked
        cache.note_checked({str(key): now for key in windows if str(key) not in checked})
        for key, window in windows.items():
            if not is_due(checked.get(str(key), now), now, pace):
                continue
            for evaluation in window:
                whole = is_full_recheck_turn(
                    evaluation.id, among=len(window), turn=now // max(pace, 1)
                )
                found = recheck_candidates(self._builds(evaluation), whole=whole)
                stale = [number for number in found if number not in self.checked_builds]
                await self._fetch(evaluation, stale, self._strategy(len(stale), evaluation))
            cache.note_checked({str(key): now})
