"""Which jobs to ask for the sizes of their builds."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from hydrasnap.model import SIZE_KINDS, Build, JobKey, JobSizes


def successes(builds: Iterable[Build]) -> dict[JobKey, list[int]]:
    """Return the successful builds that Hydra still has, by job."""
    found: defaultdict[JobKey, list[int]] = defaultdict(list)
    for build in builds:
        if build.status.succeeded and not build.deleted_upstream:
            found[build.job_key].append(build.id)
    return dict(found)


def missing_sizes(
    good: Mapping[JobKey, Collection[int]], known: Mapping[JobKey, JobSizes]
) -> list[tuple[JobKey, str]]:
    """Return the jobs, and the kinds of size, of which a successful build lacks its size.

    Those that were never asked for come first, so that each has its turn with a small budget.
    """
    missing = (
        (job, kind)
        for job, builds in good.items()
        for kind in SIZE_KINDS
        if not _covers(known.get(job), kind, builds)
    )
    return sorted(missing, key=lambda found: (found[0] in known, found))


def _covers(known: JobSizes | None, kind: str, builds: Iterable[int]) -> bool:
    series = known.series.get(kind) if known else None
    if series is None:
        return False
    sized = {point.build for point in series.points}
    return sized.union(series.unsized).issuperset(builds)
