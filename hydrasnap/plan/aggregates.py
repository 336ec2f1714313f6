"""Which builds to ask for constituents, since the API does not mark aggregates."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from hydrasnap.model import Build, JobKey, JobsetKey

MOST_UNSURE = 25


def aggregates(
    builds: Iterable[Build], known_aggregates: Collection[JobKey], plain: Collection[JobKey]
) -> list[int]:
    """Return the builds whose constituents to ask for, newest first.

    All builds of `known_aggregates` are asked for, and none of `plain` jobs. A job of which neither
    is known may be an aggregate if a build of it succeeded without products: Nixpkgs'
    ``releaseTools.aggregate`` makes an empty list of them, where any other build has a product for
    each output. While no build of it has succeeded, it may be one if its name does not contain its
    system. Of such a job one build is asked for, if possible a successful one, as a cancelled
    aggregate may list nothing. They are at most `MOST_UNSURE` for each jobset, so that a Hydra
    where nothing has products is not flooded.
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
            unsure[found[0].jobset_key].append(max(unasked, key=_informative).id)
    for numbers in unsure.values():
        wanted += sorted(numbers, reverse=True)[:MOST_UNSURE]
    return sorted(wanted, reverse=True)


def _informative(build: Build) -> tuple[bool, int]:
    """Order builds by how much their constituents say of their job."""
    return build.finished and build.status.succeeded, build.id


def _may_be_aggregate(builds: list[Build]) -> bool:
    if any(build.products or len(build.outputs) > 1 for build in builds):
        return False
    if any(build.status.succeeded and not build.partial for build in builds):
        return True
    return not any(build.system in build.job.split(".") for build in builds)
