"""Fetches builds of an evaluation by the cheapest strategy, and where that fails by the next."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.evaluations import is_deleted
from hydrasnap.crawl.session import LOSSES, Note, Session
from hydrasnap.errors import CrawlError, NotAHydraError, NotFoundError
from hydrasnap.model import Build, Evaluation
from hydrasnap.model.merging import merge
from hydrasnap.plan.builds import cheapest
from hydrasnap.plan.selection import FetchStrategy
from hydrasnap.store.id_set import IdSet
from hydrasnap.wire.builds import read_build, read_builds
from hydrasnap.wire.html_listings import read_listing

_TRIES = 6  # with a strategy, if there is another one to fall back on
_AT_ONCE = 10_000  # builds that are put into the cache together: until then they take memory twice
_MOST_ABSENT = 25  # builds in a row, after which a list that names them is not believed
_MOST_PER_BUILD = 5000  # builds of an evaluation that may be asked for one by one
_FALLBACKS = {
    FetchStrategy.NONE: (),
    FetchStrategy.BULK: (FetchStrategy.BULK, FetchStrategy.LISTING, FetchStrategy.PER_BUILD),
    FetchStrategy.LISTING: (FetchStrategy.LISTING, FetchStrategy.PER_BUILD),
    FetchStrategy.PER_BUILD: (FetchStrategy.PER_BUILD,),
}


@dataclass(slots=True)
class BuildFetcher:
    """Fetches builds; `bulk_fails` once the server could not answer for all of an evaluation.

    `absent_in_a_row` counts builds that do not exist, since the last one that does.
    """

    session: Session
    bulk_fails: bool = False
    absent_in_a_row: int = 0

    @property
    def checked_builds(self) -> IdSet:
        """The ids whose state was asked for in this run, or in the one that it resumes."""
        return self.session.progress.checked_builds

    def unchecked(self, builds: Iterable[int]) -> list[int]:
        """Return those of the ids whose state was not asked for yet."""
        return [number for number in builds if number not in self.checked_builds]

    def missing(self, evaluation: Evaluation) -> list[int]:
        """Return the ids of an evaluation of which the cache has no build."""
        known = self.session.cache.builds
        return [number for number in evaluation.builds if number not in known]

    async def fetch(self, evaluation: Evaluation, wanted: Collection[int]) -> None:
        """Fetch the `wanted` builds of an evaluation, and others of it where that is cheaper.

        A 404 can mean that Hydra has just deleted the evaluation, or that the address is not there.
        """
        preferred = self.session.selection.strategy
        strategy = cheapest(len(wanted), len(evaluation.builds), preferred)
        left = [each for each in _FALLBACKS[strategy] if not self._is_too_big(each, evaluation)]
        with self.session.gap_at(paths.evaluation(evaluation.id)):
            while left:
                chosen = left.pop(0)
                try:
                    await self._fetch_by(chosen, evaluation, wanted)
                except LOSSES as error:
                    if isinstance(error, NotFoundError) and await is_deleted(
                        self.session, evaluation
                    ):
                        return
                    if not left or self._is_flood(left[0], evaluation):
                        raise
                    self._note_failure(chosen, evaluation, error)
                else:
                    return

    def _is_too_big(self, strategy: FetchStrategy, evaluation: Evaluation) -> bool:
        """Return whether the server failed to answer this for an evaluation in the last run."""
        tried = self.session.progress.of(evaluation.jobset_key).too_big
        return strategy is FetchStrategy.BULK and evaluation.id in tried

    def _is_flood(self, strategy: FetchStrategy, evaluation: Evaluation) -> bool:
        """Return whether a strategy would take too many requests."""
        return strategy is FetchStrategy.PER_BUILD and len(evaluation.builds) > _MOST_PER_BUILD

    def _note_failure(
        self, strategy: FetchStrategy, evaluation: Evaluation, error: CrawlError
    ) -> None:
        if strategy is FetchStrategy.BULK:
            self.bulk_fails = True
            self.session.progress.of(evaluation.jobset_key).too_big.add(evaluation.id)
        self.session.watch(Note(f"{error} Trying the next strategy."))

    async def _fetch_by(
        self, strategy: FetchStrategy, evaluation: Evaluation, wanted: Collection[int]
    ) -> None:
        if strategy is FetchStrategy.BULK:
            await self._in_bulk(evaluation)
        elif strategy is FetchStrategy.LISTING:
            await self._from_listing(evaluation)
        elif strategy is FetchStrategy.PER_BUILD:
            await self._one_by_one(evaluation, wanted)

    async def _in_bulk(self, evaluation: Evaluation) -> None:
        path, ids = paths.evaluation_builds(evaluation.id), set(evaluation.builds)
        note = self.session.note_at(path)

        def read(body: bytes) -> list[Build]:
            answer = read_builds(body, path, evaluation.jobset_key, note)
            found = [build for build in answer if build.id in ids]
            if ids and not found:
                raise NotAHydraError(f"{path} lists none of the builds of that evaluation.")
            return found

        tries = 1 if self.bulk_fails else _TRIES
        self._store(await self.session.client.read(path, read, tries=tries))
        await self._one_by_one(evaluation, self.missing(evaluation))

    async def _from_listing(self, evaluation: Evaluation) -> None:
        path = paths.listing(evaluation.id)
        note = self.session.note_at(path)
        rows = await self.session.client.read_html(
            path, lambda body: read_listing(body, evaluation, path, note), tries=_TRIES
        )
        self._store(rows)
        missing = self.missing(evaluation)
        if len(missing) <= self.session.selection.details:
            await self._one_by_one(evaluation, missing)

    async def _one_by_one(self, evaluation: Evaluation, wanted: Iterable[int]) -> None:
        """Fetch builds one by one; if some do not exist, check the list that named them."""
        absent: set[int] = set()
        self.absent_in_a_row = 0

        async def fetch(number: int) -> None:
            if self.absent_in_a_row < _MOST_ABSENT:
                await self.fetch_build(evaluation, number, absent)

        await self.session.each(wanted, fetch)
        if absent:
            await self.check_members(evaluation, absent)

    async def fetch_build(self, evaluation: Evaluation, number: int, absent: set[int]) -> None:
        """Fetch one build; its id goes to `absent` if Hydra has no such build."""
        path = paths.build(number)
        note = self.session.note_at(path)

        def read(body: bytes) -> Build:
            build = read_build(body, path, evaluation.jobset_key, note)
            if build.id != number:
                raise NotAHydraError(f"{path} answered with build {build.id}.")
            return build

        with self.session.gap_at(path):
            try:
                self._store([await self.session.client.read(path, read)])
                self.absent_in_a_row = 0
            except NotFoundError:
                absent.add(number)
                self.absent_in_a_row += 1

    async def check_members(self, evaluation: Evaluation, absent: set[int]) -> None:
        """Read the list of an evaluation's builds again, as some of them do not exist."""
        key, path = evaluation.jobset_key, paths.evaluation(evaluation.id)
        with self.session.gap_at(path):
            if await is_deleted(self.session, evaluation):
                return
            found = self.session.cache.evaluations[evaluation.id]
            if found.builds != evaluation.builds:
                self.session.doubt(paths.evaluations(*key), f"{path} lists other builds")
            for number in sorted(absent.intersection(found.builds)):
                reason = f"build {number} does not exist, though evaluation {found.id} holds it"
                self.session.add_gap(paths.build(number), NotFoundError(f"{reason}."))
            if found.builds != evaluation.builds or self.absent_in_a_row < _MOST_ABSENT:
                await self._one_by_one(found, set(self.missing(found)) - absent)

    def _store(self, builds: list[Build]) -> None:
        known = self.session.cache.builds
        in_order = sorted(builds, key=attrgetter("id"))  # as the cache holds them
        for start in range(0, len(in_order), _AT_ONCE):
            part = in_order[start : start + _AT_ONCE]
            self.session.cache.put(builds=[merge(known.get(build.id), build) for build in part])
        for build in builds:
            self.checked_builds.add(build.id)
