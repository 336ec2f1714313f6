"""Names of a snapshot that differ by case alone, of which the addresses of pages have to know."""

from collections import defaultdict
from collections.abc import Container

from hydrasnap.model import JobKey, JobsetKey
from hydrasnap.publish.links import Links, case_collisions
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized


def _of_jobs(index: Index, key: JobsetKey) -> tuple[str, ...]:
    return tuple(sorted(case_collisions({build.job for build in index.builds.of_jobset(key)})))


COLLISIONS = Memoized("collisions", tuple[str, ...], _of_jobs)


def links_of(
    index: Index,
    *,
    builds: Container[int] | None = None,
    jobs: Container[JobKey] | None = None,
) -> Links:
    """Return the addresses of a snapshot's pages; `builds` and `jobs` have one, None: all."""
    snapshot, keys = index.snapshot, index.builds.jobsets()
    jobsets: defaultdict[str, set[str]] = defaultdict(set)
    for project, jobset in (*snapshot.jobsets, *keys):
        jobsets[project].add(jobset)
    groups = ({*snapshot.projects, *jobsets}, *jobsets.values())
    found = frozenset[str]().union(*map(case_collisions, groups))
    found |= {name for key in keys for name in COLLISIONS.of(index, key)}
    return Links(found, builds=builds, jobs=jobs)
