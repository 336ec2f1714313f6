"""The builds that Hydra's ``latest`` addresses lead to.

Source: Hydra's ``Hydra::Base::Controller::ListBuilds``: only a build with status 0 counts.
"""

from collections.abc import Iterable

from hydrasnap.model import Build, JobsetKey
from hydrasnap.report.index import Index
from hydrasnap.report.tally import tally_of


def finished_evaluations(index: Index, key: JobsetKey) -> frozenset[int]:
    """Return the evaluations of a jobset all of whose builds are known and have a result."""
    every = index.evaluations_of(key)
    return frozenset(found.id for found in every if tally_of(index, found).finished)


def latest_success(builds: Iterable[Build]) -> Build | None:
    """Return the first success, given builds newest first."""
    return next((build for build in builds if build.status.succeeded), None)


def latest_successes(builds: Iterable[Build]) -> dict[str, Build]:
    """Return the newest success for each system, systems by name, given builds in any order."""
    best: dict[str, Build] = {}
    for build in builds:
        known = best.get(build.system)
        if (known is None or build.id > known.id) and build.status.succeeded:
            best[build.system] = build
    return dict(sorted(best.items()))
