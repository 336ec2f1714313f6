"""Failures by status, and the constituents that block aggregates.

Which dependency broke a build with status "Dependency failed" is not in Hydra's API; only what an
aggregate waits for is.
"""

from collections import defaultdict
from dataclasses import dataclass

from hydrasnap.model import Build, BuildStatus, Evaluation
from hydrasnap.report.index import Index, build_order


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """The builds of an evaluation that ended alike, by job."""

    status: BuildStatus
    builds: tuple[Build, ...]


@dataclass(frozen=True, slots=True)
class Blocker:
    """A build without success and the aggregates that wait for it, directly or through others."""

    build: Build
    blocks: tuple[Build, ...]


def failures_by_status(index: Index, evaluation: Evaluation) -> tuple[FailureGroup, ...]:
    """Group what failed or was aborted in an evaluation, in the order of the statuses."""
    groups: defaultdict[BuildStatus, list[Build]] = defaultdict(list)
    for build in index.builds_of(evaluation):
        groups[build.status].append(build)
    return tuple(
        FailureGroup(status, tuple(groups[status]))
        for status in BuildStatus
        if status in groups and status.unsuccessful
    )


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
