"""The second step: of each jobset that moved, its errors and its evaluations."""

import msgspec

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.deleted import mark_gone
from hydrasnap.crawl.evaluations import list_evaluations
from hydrasnap.crawl.session import Session, Stage, Step
from hydrasnap.errors import NotFoundError
from hydrasnap.model import Evaluation, Jobset, JobsetConfiguration, JobsetKey, JobsetOverview
from hydrasnap.plan import Listing, RefreshLevel, errors_moved, required_refresh
from hydrasnap.wire import read_jobset


async def list_jobsets(
    session: Session, overviews: tuple[JobsetOverview, ...]
) -> list[JobsetOverview]:
    """Look at every jobset as closely as it needs; return those whose builds may have moved.

    The witness of an already known jobset (its `overview`) is not renewed here but by
    `settle_witness`, when its builds have been looked at too: a run that ends in between is taken
    up again, without a second look at the list.
    """
    changed_state: list[JobsetOverview] = []

    async def one(overview: JobsetOverview) -> None:
        needed = needed_look(session, overview)
        with session.gap_at(paths.evaluations(*overview.key)):
            if needed is RefreshLevel.PROBE and not await _has_new_evaluation(
                session, overview.key
            ):
                record_overview(session, overview)
            elif needed is not RefreshLevel.NOT:
                if needed is not RefreshLevel.BUILDS:
                    await _list(session, overview)
                session.progress.of(overview.key).finish_list(session.selection.window)
                changed_state.append(overview)
        session.watch(Step(str(overview.key)))

    session.watch(Stage("jobsets", len(overviews)))
    await session.each(overviews, one)
    return sorted(changed_state, key=lambda overview: overview.key)


def needed_look(session: Session, overview: JobsetOverview) -> RefreshLevel:
    """Decide how closely to look at a jobset; what the run before has listed needs no list."""
    window = session.selection.window
    if session.progress.of(overview.key).listed >= window:
        return RefreshLevel.BUILDS
    return required_refresh(session.cache.jobsets.get(overview.key), overview, window)


def record_overview(session: Session, overview: JobsetOverview) -> None:
    """Note that the cache holds what this overview tells of."""
    jobset = session.cache.jobsets[overview.key]
    session.cache.put(jobsets=[msgspec.structs.replace(jobset, overview=overview)])


async def _has_new_evaluation(session: Session, key: JobsetKey) -> bool:
    """Ask for the newest finished evaluation: an answer of a few bytes."""
    known = session.cache.jobsets[key].evaluations
    path, answers = paths.latest_evaluation(*key), session.progress.of(key).answers
    if path not in answers:
        try:
            target = await session.client.redirect(path, lambda _: None)
        except NotFoundError:
            return bool(known)  # none is finished: no news where there never was one
        answers[path] = (target or "").encode()
    newest = paths.evaluation_of(answers[path].decode())
    return newest not in known


async def _list(session: Session, overview: JobsetOverview) -> None:
    key = overview.key
    known = session.cache.jobsets.get(key)
    had = _evaluations_in_cache(session, key)
    present = {number for number, evaluation in had.items() if not evaluation.deleted_upstream}
    listing = await list_evaluations(session, overview, present)
    new_evaluations = listing.wanted(present, session.selection.window)
    ids = tuple(sorted({*had, *(evaluation.id for evaluation in new_evaluations)}, reverse=True))
    first = _first(known, listing, ids)
    jobset = Jobset(project=key.project, name=key.name) if known is None else known
    jobset = msgspec.structs.replace(
        jobset, evaluations=ids, first_evaluation=first, deleted_upstream=False, renamed_to=None
    )
    if errors_moved(known, overview) or any(e.id not in had for e in new_evaluations):
        jobset = await _with_errors(session, jobset)
    if known is None:
        jobset = msgspec.structs.replace(jobset, overview=overview)
    session.cache.put(evaluations=new_evaluations, jobsets=[jobset])
    mark_gone(session, listing.gone(present))


def _evaluations_in_cache(session: Session, key: JobsetKey) -> dict[int, Evaluation]:
    found = session.cache.evaluations
    return {number: e for number, e in found.items() if e.jobset_key == key}


def _first(known: Jobset | None, listing: Listing, ids: tuple[int, ...]) -> int | None:
    """Return the first evaluation there is, if the cache has it and we know that it is the first.

    What Hydra has deleted meanwhile stays the first if it was; 0 says that there is none at all.
    """
    if known is not None and known.first_evaluation:
        return known.first_evaluation
    oldest = listing.evaluations[-1].id if listing.evaluations else 0
    return oldest if listing.complete and oldest == (ids[-1] if ids else 0) else None


async def _with_errors(session: Session, jobset: Jobset) -> Jobset:
    """Read configuration and error texts; the errors of the overview have a time but no text."""
    path = paths.errors(*jobset.key)
    answer = await session.remember(
        jobset.key, path, session.client.read, lambda body: read_jobset(body, path)
    )
    return msgspec.structs.replace(
        jobset,
        configuration=answer.configuration or JobsetConfiguration(),
        errormsg=answer.errormsg,
    )
