"""Drop the history that the user does not want to keep."""

from dataclasses import dataclass

from msgspec.structs import replace

from hydrasnap.model import JobKey, Jobset
from hydrasnap.plan.retention import Retention, unreferenced
from hydrasnap.store.cache import Cache


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was dropped."""

    jobsets: int
    evaluations: int
    builds: int


def prune(cache: Cache, retention: Retention) -> Pruned:
    """Drop what is not wanted, evaluations and then the builds that none holds any more.

    Ages are counted from the last crawl, not from today: a cache that rests does not shrink.
    """
    now = cache.manifest.runs[0].started if cache.manifest.runs else 0
    whole = [jobset for jobset in cache.jobsets.values() if _unwanted(cache, jobset, retention)]
    expired = {number for jobset in whole for number in jobset.evaluations}
    for jobset in cache.jobsets.values():
        expired.update(retention.expired(jobset, cache.evaluations, now))
    expired.intersection_update(cache.evaluations)
    kept = [e for number, e in cache.evaluations.items() if number not in expired]
    builds = unreferenced(cache.builds, kept)
    dropped = {jobset.key for jobset in whole}
    sizes = _without_builds(cache, set(builds))
    cache.put(
        jobsets=[_without(j, expired) for j in cache.jobsets.values() if j.key not in dropped]
    )
    cache.drop(evaluations=expired, builds=builds, jobsets=dropped, sizes=sizes)
    return Pruned(len(whole), len(expired), len(builds))


def _unwanted(cache: Cache, jobset: Jobset, retention: Retention) -> bool:
    project = cache.projects.get(jobset.project)
    return retention.unwanted(jobset, hidden=bool(project and project.hidden))


def _without_builds(cache: Cache, dropped: set[int]) -> list[JobKey]:
    """Return the jobs whose sizes are known and of which no build is kept."""
    if not cache.sizes:
        return []
    jobs = {build.job_key for build in cache.builds.values() if build.id not in dropped}
    return [job for job in cache.sizes if job not in jobs]


def _without(jobset: Jobset, expired: set[int]) -> Jobset:
    """Take evaluations out of a jobset; its first one is unknown once that was taken out."""
    first = None if jobset.first_evaluation in expired else jobset.first_evaluation
    left = tuple(number for number in jobset.evaluations if number not in expired)
    return replace(jobset, evaluations=left, first_evaluation=first)
