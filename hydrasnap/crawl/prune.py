"""Dropping the history that the user's retention does not want."""

from dataclasses import dataclass

import msgspec

from hydrasnap.model import JobKey, Jobset
from hydrasnap.plan import Retention, unreferenced
from hydrasnap.store import Cache


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
    gone = {number for jobset in whole for number in jobset.evaluations}
    for jobset in cache.jobsets.values():
        gone.update(retention.expired(jobset, cache.evaluations, now))
    gone.intersection_update(cache.evaluations)
    kept = [e for number, e in cache.evaluations.items() if number not in gone]
    builds = unreferenced(cache.builds, kept)
    dropped = {jobset.key for jobset in whole}
    sizes = _without_builds(cache, set(builds))
    cache.put(jobsets=[_without(j, gone) for j in cache.jobsets.values() if j.key not in dropped])
    cache.drop(evaluations=gone, builds=builds, jobsets=dropped, sizes=sizes)
    return Pruned(len(whole), len(gone), len(builds))


def _unwanted(cache: Cache, jobset: Jobset, retention: Retention) -> bool:
    project = cache.projects.get(jobset.project)
    return retention.unwanted(jobset, hidden=bool(project and project.hidden))


def _without_builds(cache: Cache, gone: set[int]) -> list[JobKey]:
    """Return the jobs whose sizes are known and of which no build is kept."""
    jobs = {build.job_key for build in cache.builds.values() if build.id not in gone}
    return [job for job in cache.sizes if job not in jobs]


def _without(jobset: Jobset, gone: set[int]) -> Jobset:
    """Take evaluations out of a jobset; if its first one goes, its first is no longer known."""
    first = None if jobset.first_evaluation in gone else jobset.first_evaluation
    left = tuple(number for number in jobset.evaluations if number not in gone)
    return msgspec.structs.replace(jobset, evaluations=left, first_evaluation=first)
