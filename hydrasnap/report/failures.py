"""Failures by status, and the constituents that block aggregates.

Which dependency broke a build with status "Dependency failed" is not in Hydra's API; only what an
aggregate waits for is.
"""

from collections import Counter

from msgspec import Struct

from hydrasnap.model import Build, BuildStatus, Evaluation
from hydrasnap.report.index import Index, build_order


class Blocker(Struct, frozen=True):
    """A build without success and the aggregates that wait for it, directly or through others."""

    build: Build
    blocks: tuple[Build, ...]


def failures_by_status(index: Index, evaluation: Evaluation) -> dict[BuildStatus, int]:
    """Count what failed or was aborted in an evaluation, in the order of the statuses."""
    counts = Counter(build.status for build in index.builds_of(evaluation))
    return {each: counts[each] for each in BuildStatus if each in counts and each.unsuccessful}


def blockers(index: Index, evaluation: Evaluation) -> tuple[Blocker, ...]:
    """Return what keeps aggregates of an evaluation from success, the widest blocker first.

    Aggregates themselves are no blockers: their constituents are.
    """
    inside = {build.id for build in index.builds_of(evaluation)}
    found = [
        Blocker(build, blocked)
        for build in index.builds_of(evaluation)
        if build.constituents is None
        and build.status.unsuccessful
        and (blocked := _blocked(index, build, inside))
    ]
    return tuple(sorted(found, key=lambda blocker: -len(blocker.blocks)))


def _blocked(index: Index, build: Build, inside: set[int]) -> tuple[Build, ...]:
    """Return all aggregates of the evaluation above a build that did not succeed."""
    found: dict[int, Build] = {}
    ahead = [build.id]
    while ahead:
        for above in index.aggregates_with(ahead.pop()):
            if above.id in inside and above.id not in found and not above.status.succeeded:
                found[above.id] = above
                ahead.append(above.id)
    return tuple(sorted(found.values(), key=build_order))
