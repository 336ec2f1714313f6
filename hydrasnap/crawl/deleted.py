"""Marks what Hydra has deleted, and the cache keeps."""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from hydrasnap.crawl.session import Session
from hydrasnap.model import Evaluation


def mark_deleted(session: Session, evaluations: Collection[int]) -> None:
    """Mark evaluations as deleted, and the builds that no other evaluation holds.

    An aggregate that stays holds its constituents too.
    """
    if not evaluations:
        return
    cache = session.cache
    leaving = [cache.evaluations[number] for number in evaluations]
    jobsets = {evaluation.jobset_key for evaluation in leaving}
    held = {
        number
        for evaluation in cache.evaluations.values()
        if evaluation.jobset_key in jobsets
        and evaluation.id not in evaluations
        and not evaluation.deleted_upstream
        for number in evaluation.builds
    }
    aggregates = [build for build in cache.aggregates() if build.id in held]
    held.update(*(build.constituents or () for build in aggregates))
    lost = {number for evaluation in leaving for number in evaluation.builds} - held
    cache.put(
        builds=[
            replace(cache.builds[number], deleted_upstream=True)
            for number in sorted(lost)
            if number in cache.builds
        ],
        evaluations=[replace(evaluation, deleted_upstream=True) for evaluation in leaving],
    )


def unmark_builds(session: Session, evaluations: Iterable[Evaluation]) -> None:
    """Unmark the builds of evaluations that Hydra still lists, since they exist."""
    listed = {number for evaluation in evaluations for number in evaluation.builds}
    found = [build for build in session.cache.deleted_builds() if build.id in listed]
    session.cache.put(builds=[replace(build, deleted_upstream=False) for build in found])
