"""Compute, on all processors, the memoized results that pages of large jobsets are made from.

Whoever needs them afterwards reads them. Otherwise one process would compute them one after the
other, before the rendering is shared out.
"""

from collections.abc import Iterator
from typing import Any

from hydrasnap.model import JobsetKey
from hydrasnap.publish.collisions import COLLISIONS
from hydrasnap.publish.pages.common.page_priorities import ranks
from hydrasnap.publish.pages.common.permalinks import SUCCESSES
from hydrasnap.publish.pages.jobset.latest_builds import newest
from hydrasnap.publish.pages.search.job_catalogue import SYSTEM_COUNTS
from hydrasnap.publish.pages.search.store_paths import PATHS
from hydrasnap.publish.process_pool import cores, map_ordered
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.user_warnings import fitting
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized
from hydrasnap.report.root_causes import OUTPUTS
from hydrasnap.report.tally import TALLIES

_MANY = 100_000  # builds; with fewer, the results take less time than the start of a process


def precompute(index: Index, settings: SiteSettings, many: int = _MANY) -> None:
    """Compute the results that are missing, if those come from `many` builds or more."""
    every = needed(index, settings)
    missing = [(result, key) for result, key in every if result.is_missing(index, key)]
    if sum(index.builds.count(key) for _, key in missing) < many:
        return

    def compute(number: int) -> None:
        result, key = missing[number]
        result.of(index, key)

    for _ in map_ordered(compute, [[number] for number in range(len(missing))], cores()):
        pass


def needed(index: Index, settings: SiteSettings) -> Iterator[tuple[Memoized[Any], JobsetKey]]:
    """Yield all memoized results that pages need, each with its jobset.

    Those that take longest come first, so that no process waits long.
    """
    keys = sorted(index.builds.jobsets(), key=index.builds.count, reverse=True)
    if settings.policy != "all":
        yield from ((ranks(key, settings.watches), key) for key in keys)
    rest = (COLLISIONS, SUCCESSES, PATHS, newest(settings.limits.latest_builds), SYSTEM_COUNTS)
    causes = (OUTPUTS,) if index.snapshot.reasons else ()
    for result in (TALLIES, *causes, *map(fitting, settings.watches), *rest):
        yield from ((result, key) for key in keys)
