"""How a new answer is merged into what is known of a build, or of the sizes of a job."""

from collections.abc import Iterable

from msgspec.structs import replace

from hydrasnap.model.objects import Build
from hydrasnap.model.sizes import JobSizes, SizePoint, SizeSeries


def merge(known: Build | None, fresh: Build) -> Build:
    """Merge an answer into what is known of a build, so that no detail is lost.

    Constituents stay, as they never change. A listing's row says less than a full answer; where it
    shows another state, the build is kept with its old details and marked as partial.
    """
    if known is None:
        return fresh
    if not fresh.partial:
        return replace(
            fresh, constituents=known.constituents if fresh.constituents is None else
            fresh.constituents, deleted_upstream=False
        )  # fmt: skip
    if known.partial and not known.drvpath:
        return replace(fresh, constituents=known.constituents)
    if _state(known) == _state(fresh):
        return replace(known, deleted_upstream=False)
    return replace(
        known,
        finished=fresh.finished,
        buildstatus=fresh.buildstatus,
        stoptime=fresh.stoptime,
        starttime=None,
        partial=True,
        deleted_upstream=False,
    )


def differs(known: Build, row: Build) -> bool:
    """Return whether a row of a list shows another result than is known."""
    return _state(known) != _state(row)


def _state(build: Build) -> tuple[bool, int | None, int | None]:
    if not build.finished:
        return False, None, None
    return True, build.buildstatus, build.stoptime


def join_sizes(
    known: JobSizes, kind: str, answer: Iterable[SizePoint], good: Iterable[int]
) -> JobSizes:
    """Merge an answer into what is known of a job; what Hydra has deleted since stays."""
    before = known.series.get(kind, SizeSeries())
    points = {point.build: point for point in (*before.points, *answer)}
    series = SizeSeries(
        points=tuple(points[build] for build in sorted(points)),
        unsized=tuple(sorted(set(good) - points.keys())),
    )
    return replace(known, series={**known.series, kind: series})
