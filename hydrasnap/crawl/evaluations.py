"""Reads evaluations one by one: lost ones again, and those that may have been deleted."""

from collections.abc import Collection

from msgspec.structs import replace

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.deleted import mark_deleted
from hydrasnap.crawl.session import Session
from hydrasnap.errors import NotFoundError
from hydrasnap.model import Evaluation, JobsetKey
from hydrasnap.plan.jobsets import merge_evaluation
from hydrasnap.wire.evaluations import read_evaluation


async def fetch_lost_evaluations(session: Session, jobsets: Collection[JobsetKey]) -> None:
    """Fetch again the evaluations whose file was damaged."""
    cache = session.cache
    lost = [
        (key, number)
        for key in jobsets
        if key in cache.jobsets
        for number in cache.jobsets[key].evaluations
        if number not in cache.evaluations
    ]

    async def one(item: tuple[JobsetKey, int]) -> None:
        key, number = item
        with session.gap_at(paths.evaluation(number)):
            try:
                cache.put(evaluations=[await _read(session, key, number)])
            except NotFoundError:
                _forget(session, key, number)

    await session.each(lost, one)


async def is_deleted(session: Session, evaluation: Evaluation) -> bool:
    """Find out whether a 404 means a deleted evaluation; if not, read its builds again."""
    try:
        found = await _read(session, evaluation.jobset_key, evaluation.id)
    except NotFoundError:
        _note_deleted(session, evaluation)
        return True
    session.cache.put(evaluations=[found])
    return False


async def _read(session: Session, key: JobsetKey, number: int) -> Evaluation:
    path = paths.evaluation(number)
    note = session.note_at(path)
    found = await session.client.read(path, lambda body: read_evaluation(body, key, path, note))
    return merge_evaluation(session.cache.evaluations.get(number), found)


def _note_deleted(session: Session, evaluation: Evaluation) -> None:
    """Mark an evaluation that Hydra has deleted, or forget one of which no build is known."""
    if any(session.builds_of(evaluation)):
        mark_deleted(session, {evaluation.id})
        return
    _forget(session, evaluation.jobset_key, evaluation.id)
    session.cache.drop(evaluations=[evaluation.id])
    path = paths.evaluations(*evaluation.jobset_key)
    session.doubt(path, f"it lists evaluation {evaluation.id}, which does not exist")


def _forget(session: Session, key: JobsetKey, number: int) -> None:
    """Take an evaluation off the list of its jobset."""
    jobset = session.cache.jobsets[key]
    left = tuple(known for known in jobset.evaluations if known != number)
    session.cache.put(jobsets=[replace(jobset, evaluations=left)])
