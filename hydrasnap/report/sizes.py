"""How big a job's builds were, as reported by Hydra, including those before the snapshot."""

from collections.abc import Mapping

from msgspec import Struct

from hydrasnap.model import Build, JobKey, SizePoint
from hydrasnap.report.history import Point
from hydrasnap.report.index import Index


class SizeHistory(Struct, frozen=True):
    """The sizes of a job's builds in bytes, by kind and oldest first.

    `unknown` are the builds of these that the snapshot does not hold.
    """

    points: Mapping[str, tuple[Point, ...]] = {}
    unknown: frozenset[int] = frozenset()

    def up_to(self, kind: str, build: Build) -> tuple[Point, ...]:
        """Return the sizes on a build's system up to this build; empty if its own is unknown."""
        same = (point for point in self.points.get(kind, ()) if point.system == build.system)
        found = tuple(point for point in same if point.build <= build.id)
        return found if found and found[-1].build == build.id else ()


def size_history(index: Index, key: JobKey) -> SizeHistory:
    """Gather what is known of the sizes of a job.

    Hydra names no system. A build from before the snapshot counts for the job's only system, and is
    left out if there are several. So is a build that was restarted and has failed since.
    """
    found = index.snapshot.sizes.get(key)
    if found is None:
        return SizeHistory()
    builds = {build.id: build for build in index.builds_of_job(key)}
    systems = {build.system for build in builds.values()}
    sole = next(iter(systems)) if len(systems) == 1 else None
    points = {
        kind: tuple(
            point for size in series.points if (point := _point(size, builds.get(size.build), sole))
        )
        for kind, series in found.series.items()
    }
    measured = {point.build for every in points.values() for point in every}
    return SizeHistory(points, frozenset(measured - builds.keys()))


def _point(size: SizePoint, build: Build | None, sole: str | None) -> Point | None:
    system = build.system if build else sole
    if system is None or (build and build.finished and not build.status.succeeded):
        return None
    return Point(size.build, size.timestamp, size.value, "bytes", system)
