"""Several caches of one Hydra joined into one, such as those of crawls that shared the work."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from hydrasnap.errors import CacheError
from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, JobSizes, Run, Snapshot
from hydrasnap.model.merging import join_sizes, merge
from hydrasnap.store.cache import Cache
from hydrasnap.store.opening import open_cache, read_snapshot


def merge_caches(sources: Sequence[Path], target: Path) -> Snapshot:
    """Merge the caches in `sources` into the one in `target`, and return its snapshot.

    What several caches hold is taken from the one that was crawled last. The merged snapshot is as
    old as its oldest part, and complete if all parts are. What `target` holds already is a part,
    unless the sources have all of its jobsets, as where they are merged again after each crawl.
    """
    places = {os.path.realpath(source): source for source in sources}
    is_source = places.pop(os.path.realpath(target), None) is not None
    snapshots = _by_age(map(read_snapshot, places.values()))
    _check_origins(snapshots)
    origin = (snapshots[0] if snapshots else read_snapshot(target)).origin
    with open_cache(target, origin, _refuse) as cache:
        held = cache.snapshot()
        parts = [*snapshots, held] if is_source or _lacks(snapshots, held) else snapshots
        for snapshot in snapshots if cache.empty else _by_age([*snapshots, held]):
            _take(cache, snapshot)
        cache.close_run(_joined(cache, [found.run for found in _by_age(parts)]))
        return cache.snapshot()


def _by_age(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    return sorted(snapshots, key=lambda found: found.run.started)


def _check_origins(snapshots: Iterable[Snapshot]) -> None:
    origins = sorted({found.origin for found in snapshots})
    if len(origins) > 1:
        raise CacheError(
            f"The caches are of different Hydras: {', '.join(origins)}.",
            hint="Merge caches of one Hydra only.",
        )


def _lacks(sources: Iterable[Snapshot], held: Snapshot) -> bool:
    """Return whether a snapshot holds a jobset that none of the sources does."""
    known: set[JobsetKey] = set().union(*(found.jobsets for found in sources))
    return any(
        key not in known for key, jobset in held.jobsets.items() if not jobset.deleted_upstream
    )


def _refuse(path: Path, reason: str) -> None:
    raise CacheError(
        f"{path} is damaged ({reason}).", hint="Run `hydrasnap crawl` on that cache first."
    )


def _take(cache: Cache, newer: Snapshot) -> None:
    """Put a snapshot into a cache that holds older ones."""
    cache.put(
        projects=newer.projects.values(),
        builds=(_build(cache, found) for found in newer.builds.values()),
        evaluations=[_evaluation(cache, found) for found in newer.evaluations.values()],
        jobsets=[_jobset(cache, found) for found in newer.jobsets.values()],
        sizes=[_sizes(cache, found) for found in newer.sizes.values()],
        reasons=newer.reasons.values(),
    )
    if newer.live is not None:
        cache.put_live(newer.live)


def _build(cache: Cache, newer: Build) -> Build:
    """Keep the details that an older cache has of a build beyond the newer one."""
    found = merge(cache.builds.get(newer.id), newer)
    return replace(found, deleted_upstream=newer.deleted_upstream)


def _evaluation(cache: Cache, newer: Evaluation) -> Evaluation:
    """Keep the builds and errors that an older cache knows of where the newer one knows none."""
    older = cache.evaluations.get(newer.id)
    if older is None:
        return newer
    if not newer.builds:
        return older
    if newer.had_errors is None:
        return replace(newer, had_errors=older.had_errors, errormsg=older.errormsg)
    return newer


def _sizes(cache: Cache, newer: JobSizes) -> JobSizes:
    """Keep the sizes that an older cache has of a job beyond the newer one."""
    older = cache.sizes.get(newer.key)
    if older is None:
        return newer
    joined = older
    for kind, series in newer.series.items():
        joined = join_sizes(joined, kind, series.points, series.unsized)
    return joined


def _jobset(cache: Cache, newer: Jobset) -> Jobset:
    """Keep the history that an older cache has beyond the newer one."""
    older = cache.jobsets.get(newer.key)
    known = set(newer.evaluations) | set(older.evaluations if older else ())
    return replace(newer, evaluations=tuple(sorted(known, reverse=True)))


def _joined(cache: Cache, runs: Iterable[Run]) -> Run:
    """Sum up the last runs of all parts."""
    parts = [run for run in runs if run.started]
    gaps = {gap for run in parts for gap in run.gaps}
    return Run(
        started=min((run.started for run in parts), default=0),
        finished=max((run.finished for run in parts), default=0),
        requests=sum(run.requests for run in parts),
        bytes=sum(run.bytes for run in parts),
        complete=bool(parts) and all(run.complete for run in parts),
        known_evaluations=len(cache.evaluations),
        known_builds=len(cache.builds),
        reason=next((run.reason for run in parts if run.reason), ""),
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.path, gap.reason))),
    )
