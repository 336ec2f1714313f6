"""The builds that Hydra's ``latest`` addresses lead to.

Source: Hydra's ``Hydra::Base::Controller::ListBuilds``: only a build with status 0 counts.
"""

from collections.abc import Iterable
from heapq import nlargest
from operator import attrgetter

from hydrasnap.model import Build, JobsetKey
from hydrasnap.report.index import Index
from hydrasnap.report.tally import tally_of


def newest_results(builds: Iterable[Build], count: int) -> tuple[Build, ...]:
    """Return the builds that finished last, newest first, at most `count`."""
    done = (build for build in builds if build.finished)
    return tuple(nlargest(count, done, key=lambda build: (build.stoptime or 0, build.id)))


def finished_evaluations(index: Index, key: JobsetKey) -> frozenset[int]:
    """Return the evaluations of a jobset whose builds are all known and finished."""
    every = index.present(key)
    return frozenset(found.id for found in every if tally_of(index, found).finished)


def present_first(builds: Iterable[Build]) -> list[Build]:
    """Move the builds that Hydra has deleted behind the others; otherwise the order stays."""
    return sorted(builds, key=attrgetter("deleted_upstream"))


def latest_success(builds: Iterable[Build]) -> Build | None:
    """Return the newest success, if possible one Hydra still has; `builds` are newest first."""
    return next((build for build in present_first(builds) if build.status.succeeded), None)


def latest_successes(builds: Iterable[Build]) -> dict[str, Build]:
    """Return the newest success for each system, systems by name, given builds in any order.

    A build that Hydra has deleted counts only where there is no other.
    """
    best: dict[str, Build] = {}
    for build in builds:
        known = best.get(build.system)
        if (known is None or _rank(build) > _rank(known)) and build.status.succeeded:
            best[build.system] = build
    return dict(sorted(best.items()))


def _rank(build: Build) -> tuple[bool, int]:
    return not build.deleted_upstream, build.id
