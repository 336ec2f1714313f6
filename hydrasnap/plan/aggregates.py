"""Which builds to ask for constituents, since the API does not mark aggregates."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from hydrasnap.model import Build, JobKey, JobsetKey

MOST_UNSURE = 25


def aggregates(
    builds: Iterable[Build], known_aggregates: Collection[JobKey], plain: Collection[JobKey]
) -> list[int]:
    """Return the builds to ask for constituents, newest first; at most one of an unsure job.

    The API does not mark aggregates. But Nixpkgs' ``releaseTools.aggregate`` makes an empty list
    of products, where a plain build without one gets a product for each output. So a job is asked
    about when a build of it succeeded without a product; or, while none is known to have succeeded,
    when its name does not hold its system, as plain jobs' names do. It is asked once: a job that
    was an aggregate stays one, and a plain one stays plain (`plain`). Of one jobset `MOST_UNSURE`
    jobs are asked about at a time, so that a Hydra where nothing has products is not flooded. A
    build that succeeded is asked for, where there is one: a cancelled aggregate may list nothing.
    """
    by_job: defaultdict[JobKey, list[Build]] = defaultdict(list)
    for build in builds:
        by_job[build.job_key].append(build)
    wanted: list[int] = []
    unsure: defaultdict[JobsetKey, list[int]] = defaultdict(list)
    for job, found in by_job.items():
        unasked = [build for build in found if build.constituents is None]
        if job in known_aggregates:
            wanted += [build.id for build in unasked]
        elif unasked and job not in plain and _may_be_aggregate(found):
            unsure[found[0].jobset_key].append(max(unasked, key=_telling).id)
    for numbers in unsure.values():
        wanted += sorted(numbers, reverse=True)[:MOST_UNSURE]
    return sorted(wanted, reverse=True)


def _telling(build: Build) -> tuple[bool, int]:
    """Order builds by how much their constituents say of their job."""
    return build.finished and build.status.succeeded, build.id


def _may_be_aggregate(builds: list[Build]) -> bool:
    if any(build.products or len(build.outputs) > 1 for build in builds):
        return False
    if any(build.status.succeeded and not build.partial for build in builds):
        return True
    return not any(build.system in build.job.split(".") for build in builds)
