"""The fourth step: the constituents of aggregates, which the API does not mark."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.empty_answers import confirm_empty
from hydrasnap.crawl.session import Note, Session, Stage, Step
from hydrasnap.errors import NotAHydraError, NotFoundError
from hydrasnap.model import Build, JobsetKey
from hydrasnap.plan.aggregates import aggregates
from hydrasnap.wire.builds import read_build, read_builds


async def fetch_constituents(session: Session, jobsets: list[JobsetKey]) -> None:
    """Fetch the constituents of aggregates in the cache, of each aggregate once.

    An empty answer is accepted at once from a host that has made no errors in this run. If it makes
    one later, those that were accepted are asked for again.
    """
    step = _ConstituentFetcher(session, set(jobsets))
    try:
        await step.run()
        if session.client.has_faults and step.accepted:
            step.asked -= step.accepted
            step.accepted.clear()
            await step.run()
    finally:
        step.note()


_MOST_REFUSALS = 3


@dataclass(slots=True)
class _ConstituentFetcher:
    """Fetches the constituents of aggregates during one run.

    `accepted` builds had one empty answer, before any error of the host; `empty` ones had as many
    as it takes to be certain.
    `refusals` counts 404s for builds that exist, as old Hydras give.
    """

    session: Session
    jobsets: set[JobsetKey]
    accepted: set[int] = field(default_factory=set)
    empty: set[int] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)
    refusals: int = 0

    async def run(self) -> None:
        """Ask in two rounds: the first finds which jobs are aggregates, the second the rest."""
        for name in ("aggregates", "builds of new aggregates"):
            wanted = self._wanted()
            if not wanted:
                return
            self.session.watch(Stage(name, len(wanted)))
            await self.session.each(wanted, self._ask)

    def note(self) -> None:
        """Store which empty answers are certain: an empty aggregate, or no aggregate."""
        cache = self.session.cache
        sure = self.empty if self.session.client.has_faults else self.empty | self.accepted
        found = [cache.builds[number] for number in sorted(sure)]
        known = {build.job_key for build in cache.aggregates()}
        cache.put(
            builds=[replace(build, constituents=()) for build in found if build.job_key in known]
        )
        cache.add_non_aggregate_jobs(build.job_key for build in found if build.job_key not in known)

    def _wanted(self) -> list[int]:
        cache, answered = self.session.cache, self.empty | self.accepted
        known = {build.job_key for build in cache.aggregates()}
        plain = {cache.builds[number].job_key for number in sorted(answered)} - known
        plain |= cache.non_aggregate_jobs
        wanted: set[int] = set()
        for key in self.jobsets:
            wanted.update(aggregates(self._present(key), known, plain))
            wanted.update(build.id for build in self._present(key) if self._is_incomplete(build))
        return sorted(wanted - answered - self.asked, reverse=True)

    def _present(self, key: JobsetKey) -> Iterator[Build]:
        """Yield the builds of a jobset that Hydra still has."""
        return (build for build in self.session.cache.builds_of(key) if not build.deleted_upstream)

    def _is_incomplete(self, build: Build) -> bool:
        """Return whether constituents are lost, as by a damaged file, or were partly unreadable."""
        lost = not self.session.cache.builds.keys() >= set(build.constituents or ())
        return lost or paths.constituents(build.id) in self.session.revisit

    async def _ask(self, number: int) -> None:
        if self.refusals < _MOST_REFUSALS:
            self.asked.add(number)
            with self.session.gap_at(paths.constituents(number)):
                await self._ask_for(self.session.cache.builds[number])
        self.session.watch(Step())

    async def _ask_for(self, build: Build) -> None:
        path, cache, client = paths.constituents(build.id), self.session.cache, self.session.client
        note = self.session.note_at(path)

        def read(body: bytes) -> list[Build]:
            found = read_builds(body, path, build.jobset_key, note)
            if path in self.session.incomplete:
                raise NotAHydraError(f"{path} has elements that are not readable.")
            return found

        try:
            found = await client.read(path, confirm_empty(client, read, path))
        except NotFoundError:
            await self._absent(build)
            return
        if not found:
            (self.empty if client.has_faults else self.accepted).add(build.id)
            return
        ids = tuple(constituent.id for constituent in found)
        again = path in self.session.revisit
        unknown = [each for each in found if again or each.id not in cache.builds]
        cache.put(builds=[*unknown, replace(build, constituents=ids)])

    async def _absent(self, build: Build) -> None:
        """Find out what a 404 means: a deleted build, or an address that this Hydra lacks."""
        path = paths.build(build.id)
        try:
            await self.session.client.read(path, lambda body: read_build(body, path))
        except NotFoundError:
            deleted = replace(build, deleted_upstream=True)
            self.session.cache.put(builds=[deleted])
            return
        self.refusals += 1
        if self.refusals == _MOST_REFUSALS:
            self.session.watch(Note("This Hydra does not list the constituents of aggregates."))
