"""The fourth step: what aggregates are made of, without asking each build whether it is one."""

from dataclasses import dataclass, field

import msgspec

from hydrasnap.client import paths
from hydrasnap.crawl.doubt import doubting
from hydrasnap.crawl.session import Session, Stage, Step
from hydrasnap.errors import NotFoundError
from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.plan import aggregates
from hydrasnap.wire import read_builds


async def fetch_constituents(session: Session, jobsets: list[JobsetKey]) -> None:
    """Ask the aggregates in the cache for their constituents; what was asked once is not again.

    Two rounds are enough: the first finds out which jobs are aggregates, the second asks the rest
    of their builds.
    """
    for name in ("aggregates", "builds of new aggregates"):
        known = {build.job_key for build in session.cache.builds.values() if build.constituents}
        step = _Round(session, known)
        wanted = step.wanted(jobsets)
        if not wanted:
            return
        session.watch(Stage(name, len(wanted)))
        try:
            await session.each(wanted, step.ask)
        finally:
            session.cache.add_plain_jobs(step.plain)


@dataclass(slots=True)
class _Round:
    """One round of questions; `known` jobs are aggregates, `plain` ones turned out to be none."""

    session: Session
    known: set[JobKey]
    plain: list[JobKey] = field(default_factory=list)

    def wanted(self, jobsets: list[JobsetKey]) -> list[int]:
        cache, selected = self.session.cache, set(jobsets)
        builds = [b for b in cache.builds.values() if b.jobset_key in selected and not b.gone]
        return aggregates(builds, self.known, cache.plain_jobs)

    async def ask(self, number: int) -> None:
        with self.session.gap_at(paths.constituents(number)):
            await self._ask(self.session.cache.builds[number])
        self.session.watch(Step(f"build {number}"))

    async def _ask(self, build: Build) -> None:
        path, cache = paths.constituents(build.id), self.session.cache
        read = doubting(lambda body: read_builds(body, path), path)
        try:
            found = await self.session.client.read(path, read)
        except NotFoundError:
            cache.put(builds=[msgspec.structs.replace(build, gone=True)])
            return
        if not found and build.job_key not in self.known:
            self.plain.append(build.job_key)
            return
        ids = tuple(constituent.id for constituent in found)
        unknown = [constituent for constituent in found if constituent.id not in cache.builds]
        cache.put(builds=[*unknown, msgspec.structs.replace(build, constituents=ids)])
