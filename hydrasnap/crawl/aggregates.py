"""The fourth step: what aggregates are made of, without asking each build whether it is one."""

import msgspec

from hydrasnap.client import paths
from hydrasnap.crawl.doubt import doubting
from hydrasnap.crawl.session import Session, Stage, Step
from hydrasnap.errors import NotFoundError
from hydrasnap.model import JobKey, JobsetKey
from hydrasnap.plan import aggregates
from hydrasnap.wire import read_builds


async def fetch_constituents(session: Session, jobsets: list[JobsetKey]) -> None:
    """Ask the aggregates in the cache for their constituents; what was asked once is not again."""
    refused: set[int] = set()
    while wanted := [number for number in _wanted(session, jobsets) if number not in refused]:
        session.watch(Stage("aggregates", len(wanted)))

        async def one(number: int) -> None:
            with session.gap_at(paths.constituents(number)):
                try:
                    await _ask(session, number)
                except NotFoundError:
                    build = session.cache.builds[number]
                    session.cache.put(builds=[msgspec.structs.replace(build, constituents=())])
            session.watch(Step(f"build {number}"))
            refused.add(number)

        await session.each(wanted, one)


def _wanted(session: Session, jobsets: list[JobsetKey]) -> list[int]:
    cache = session.cache
    selected = set(jobsets)
    builds = [b for b in cache.builds.values() if b.jobset_key in selected and not b.gone]
    known = {build.job_key for build in cache.builds.values() if build.constituents}
    return aggregates(builds, known, cache.plain_jobs)


async def _ask(session: Session, number: int) -> None:
    path, cache = paths.constituents(number), session.cache
    build = cache.builds[number]
    read = doubting(lambda body: read_builds(body, path), path)
    found = await session.client.read(path, read)
    ids = tuple(constituent.id for constituent in found)
    if not ids and not _is_aggregate(session, build.job_key):
        cache.add_plain_job(build.job_key)
        return
    cache.put(
        builds=[
            *(constituent for constituent in found if constituent.id not in cache.builds),
            msgspec.structs.replace(build, constituents=ids),
        ]
    )


def _is_aggregate(session: Session, job: JobKey) -> bool:
    return any(b.job_key == job and b.constituents for b in session.cache.builds.values())
