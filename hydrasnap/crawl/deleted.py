"""What Hydra has deleted stays in the cache, marked."""

from collections.abc import Collection, Iterable

import msgspec

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
    aggregates = (cache.builds[number] for number in held if number in cache.builds)
    held.update(*(build.constituents or () for build in list(aggregates)))
    lost = {number for evaluation in leaving for number in evaluation.builds} - held
    cache.put(
        builds=[
            msgspec.structs.replace(cache.builds[number], deleted_upstream=True)
            for number in sorted(lost)
            if number in cache.builds
        ],
        evaluations=[
            msgspec.structs.replace(evaluation, deleted_upstream=True) for evaluation in leaving
        ],
    )


def unmark_builds(session: Session, evaluations: Iterable[Evaluation]) -> None:
    """Unmark the builds of evaluations that Hydra still lists, since they exist."""
    known = session.cache.builds
    listed = {number for evaluation in evaluations for number in evaluation.builds}
    session.cache.put(
        builds=[
            msgspec.structs.replace(known[number], deleted_upstream=False)
            for number in sorted(listed & known.keys())
            if known[number].deleted_upstream
        ]
    )
