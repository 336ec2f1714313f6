"""What Hydra has deleted stays in the cache, marked."""

from collections.abc import Collection

import msgspec

from hydrasnap.crawl.session import Session


def mark_gone(session: Session, evaluations: Collection[int]) -> None:
    """Mark evaluations as gone, and the builds that no other evaluation holds."""
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
