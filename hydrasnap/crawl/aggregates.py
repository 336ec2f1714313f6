"""The fourth step: what aggregates are made of, without asking each build whether it is one."""

from dataclasses import dataclass, field

import msgspec

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.empty_answers import confirm_empty
from hydrasnap.crawl.session import Session, Stage, Step
from hydrasnap.errors import NotFoundError
from hydrasnap.model import Build, JobsetKey
from hydrasnap.plan import aggregates
from hydrasnap.wire import read_builds


async def fetch_constituents(session: Session, jobsets: list[JobsetKey]) -> None:
    """Ask the aggregates in the cache for their constituents; what was asked once is not again.

    An empty answer is believed at once, unless the host makes trouble, before or after: then those
    that were believed are asked again.
    """
    step = _Asking(session, set(jobsets))
    try:
        await step.run()
        if session.client.troubled and step.believed:
            step.believed.clear()
            await step.run()
    finally:
        step.note()


@dataclass(slots=True)
class _Asking:
    """The questions of one run; `believed` builds were said to be empty before any trouble.

    `empty` ones were said to be so as often as it takes.
    """

    session: Session
    jobsets: set[JobsetKey]
    believed: set[int] = field(default_factory=set)
    empty: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Ask in two rounds: the first finds which jobs are aggregates, the second the rest."""
        for name in ("aggregates", "builds of new aggregates"):
            wanted = self._wanted()
            if not wanted:
                return
            self.session.watch(Stage(name, len(wanted)))
            await self.session.each(wanted, self._ask)

    def note(self) -> None:
        """Keep what is certain of the empty ones: an empty aggregate, or no aggregate at all."""
        cache = self.session.cache
        sure = self.empty if self.session.client.troubled else self.empty | self.believed
        found = [cache.builds[number] for number in sorted(sure)]
        known = {build.job_key for build in cache.builds.values() if build.constituents}
        cache.put(
            builds=[
                msgspec.structs.replace(build, constituents=())
                for build in found
                if build.job_key in known
            ]
        )
        cache.add_plain_jobs(build.job_key for build in found if build.job_key not in known)

    def _wanted(self) -> list[int]:
        cache, answered = self.session.cache, self.empty | self.believed
        builds = [
            b
            for b in cache.builds.values()
            if b.jobset_key in self.jobsets and not b.deleted_upstream
        ]
        known = {build.job_key for build in cache.builds.values() if build.constituents}
        plain = {cache.builds[number].job_key for number in answered} - known
        wanted = aggregates(builds, known, cache.non_aggregate_jobs | plain)
        return [number for number in wanted if number not in answered]

    async def _ask(self, number: int) -> None:
        with self.session.gap_at(paths.constituents(number)):
            await self._ask_for(self.session.cache.builds[number])
        self.session.watch(Step(f"build {number}"))

    async def _ask_for(self, build: Build) -> None:
        path, cache, client = paths.constituents(build.id), self.session.cache, self.session.client
        read = confirm_empty(client, lambda body: read_builds(body, path), path)
        try:
            found = await client.read(path, read)
        except NotFoundError:
            cache.put(builds=[msgspec.structs.replace(build, deleted_upstream=True)])
            return
        if not found:
            (self.empty if client.troubled else self.believed).add(build.id)
            return
        ids = tuple(constituent.id for constituent in found)
        unknown = [constituent for constituent in found if constituent.id not in cache.builds]
        cache.put(builds=[*unknown, msgspec.structs.replace(build, constituents=ids)])
