"""The second step: of each jobset that changed, its evaluations, its configuration and its errors.

Each part is kept before the next is asked for, so that a part that fails costs itself alone.
"""

from collections.abc import Collection

from msgspec.structs import replace

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.deleted import mark_deleted, unmark_builds
from hydrasnap.crawl.evaluation_lists import list_evaluations, without_foreign
from hydrasnap.crawl.missing_jobsets import take_over
from hydrasnap.crawl.session import LOSSES, Session, Stage, Step
from hydrasnap.errors import CrawlError, NotFoundError
from hydrasnap.model import Evaluation, Jobset, JobsetKey, JobsetOverview
from hydrasnap.plan.jobsets import (
    Listing,
    RefreshLevel,
    configuration_changed,
    merge_evaluation,
    required_refresh,
)
from hydrasnap.wire.builds import read_build
from hydrasnap.wire.projects import JobsetAnswer, read_jobset

_TRIES = 6  # for the page of errors; the page of the jobset is the fallback


async def list_jobsets(
    session: Session, overviews: tuple[JobsetOverview, ...]
) -> list[JobsetOverview]:
    """Refresh every jobset as far as it needs; return those whose builds may have changed.

    The `overview` of a jobset that the cache knows is not renewed here but by `record_overview`,
    when its builds have been fetched too. A run that ends in between is resumed by the next one
    without reading the list again.
    """
    changed: list[JobsetOverview] = []

    async def one(overview: JobsetOverview) -> None:
        needed = needed_refresh(session, overview)
        with session.gap_at(paths.evaluations(*overview.key)):
            if await _refresh(session, overview, needed):
                session.progress.of(overview.key).finish_list(session.selection.window)
                changed.append(overview)
        session.watch(Step())

    session.watch(Stage("jobsets", len(overviews)))
    await session.each(overviews, one)
    return sorted(changed, key=lambda overview: overview.key)


async def _refresh(session: Session, overview: JobsetOverview, needed: RefreshLevel) -> bool:
    """Refresh one jobset; return whether its builds may have changed."""
    key = overview.key
    if needed is RefreshLevel.NONE:
        return False
    session.checked.add(key)
    known = session.cache.jobsets.get(key)
    if needed is RefreshLevel.PROBE and not await _has_new_evaluation(session, key):
        if _must_read_configuration(session, known, overview):
            await _read_configuration(session, key)
        record_overview(session, overview)
        return False
    new = needed is not RefreshLevel.BUILDS and await _list(session, overview)
    if new or _must_read_configuration(session, known, overview):
        await _read_configuration(session, key)
    if known is None or known.overview is None:
        record_overview(session, overview)
    return True


def needed_refresh(session: Session, overview: JobsetOverview) -> RefreshLevel:
    """Decide how much of a jobset to fetch; a list that the last run has read is not read again."""
    window = session.selection.window
    if session.progress.of(overview.key).listed >= window:
        return RefreshLevel.BUILDS
    lists = (paths.evaluations(*overview.key), paths.latest_evaluation(*overview.key))
    if not session.revisit.isdisjoint(lists):
        return RefreshLevel.EVALUATIONS
    needed = required_refresh(session.cache.jobsets.get(overview.key), overview, window)
    if needed is RefreshLevel.NONE and session.revisit & _configuration_addresses(overview.key):
        return RefreshLevel.PROBE
    return needed


def _configuration_addresses(key: JobsetKey) -> set[str]:
    return {paths.errors(*key), paths.jobset(*key)}


def _must_read_configuration(
    session: Session, known: Jobset | None, overview: JobsetOverview
) -> bool:
    if session.progress.of(overview.key).listed:
        return False  # the run before has read it
    doubtful = bool(session.revisit & _configuration_addresses(overview.key))
    return doubtful or configuration_changed(known, overview)


def record_overview(session: Session, overview: JobsetOverview) -> None:
    """Note that the cache holds all that this overview counts."""
    jobset = session.cache.jobsets[overview.key]
    session.cache.put(jobsets=[replace(jobset, overview=overview)])


async def _has_new_evaluation(session: Session, key: JobsetKey) -> bool:
    """Ask by a redirect of a few bytes whether the newest finished evaluation is a new one.

    Where the redirect cannot be used, the list is read.
    """
    known = session.cache.jobsets[key].evaluations
    path, answers = paths.latest_evaluation(*key), session.progress.of(key).answers
    if path not in answers:
        try:
            target = await session.client.redirect(path, lambda _: None)
        except NotFoundError:
            return bool(known)  # none is finished: nothing new where there never was one
        except LOSSES:
            return True
        answers[path] = (target or "").encode()
    newest = paths.evaluation_of(answers[path].decode())
    return newest not in known or _is_deleted_since(session, known, newest)


def _is_deleted_since(session: Session, known: Collection[int], newest: int | None) -> bool:
    """Return whether the cache has a finished evaluation that is newer than Hydra's newest."""
    held, builds = session.cache.evaluations, session.cache.builds
    return any(
        held[number].hasnewbuilds
        and not held[number].deleted_upstream
        and all(build in builds and builds[build].finished for build in held[number].builds)
        for number in known
        if number in held and number > (newest or 0)
    )


async def _list(session: Session, overview: JobsetOverview) -> bool:
    """Bring the list of evaluations up to date; return whether there are new ones."""
    key = overview.key
    known = session.cache.jobsets.get(key)
    had = _evaluations_in_cache(session, key)
    present = {number for number, evaluation in had.items() if not evaluation.deleted_upstream}
    listing = await list_evaluations(session, overview, present)
    listing = await without_foreign(session, key, listing)
    held = session.cache.evaluations  # where one is held under another jobset, that was renamed
    moved_here = [e for e in listing.evaluations if e.id in held and held[e.id].jobset_key != key]
    inherited = take_over(session, key, moved_here) if moved_here else None
    if moved_here:
        had = _evaluations_in_cache(session, key)
        present |= {number for number, e in had.items() if not e.deleted_upstream}
    made_again = await _is_made_again(session, known, listing, present)
    listed = [
        merge_evaluation(held.get(e.id), e)
        for e in listing.wanted(present, session.selection.window)
    ]
    ids = tuple(sorted({*had, *(evaluation.id for evaluation in listed)}, reverse=True))
    first = _first(known, listing, ids)
    first = inherited if first is None else first
    if made_again:
        first = listing.evaluations[-1].id
    jobset = replace(
        Jobset(project=key.project, name=key.name) if known is None else known,
        evaluations=ids,
        first_evaluation=first,
        deleted_upstream=False,
        renamed_to=None,
    )
    session.cache.put(evaluations=listed, jobsets=[jobset])
    unmark_builds(session, listed)
    if paths.evaluations(*key) not in session.doubtful:
        mark_deleted(session, listing.deleted(present))
    return any(evaluation.id not in had for evaluation in listed)


async def _is_made_again(
    session: Session, known: Jobset | None, listing: Listing, present: set[int]
) -> bool:
    """Find out whether a jobset was deleted and made again, and so shares no history with the old.

    Then none of its evaluations is listed. That is so too where all were garbage-collected; but
    then Hydra still has the builds.
    """
    if known is None or not present or not (listing.complete and listing.evaluations):
        return False
    if listing.evaluations[-1].id <= max(present):
        return False
    builds = session.cache.evaluations[max(present)].builds
    if not builds:
        return False
    path = paths.build(builds[0])
    try:
        await session.client.read(path, lambda body: read_build(body, path, known.key))
    except NotFoundError:
        return True
    return False


def _evaluations_in_cache(session: Session, key: JobsetKey) -> dict[int, Evaluation]:
    found = session.cache.evaluations
    return {number: e for number, e in found.items() if e.jobset_key == key}


def _first(known: Jobset | None, listing: Listing, ids: tuple[int, ...]) -> int | None:
    """Return the first evaluation of a jobset, if the cache has it and it is known to be the first.

    The first stays the first when Hydra deletes it; 0 says that there is no evaluation at all.
    """
    if known is not None and known.first_evaluation:
        return known.first_evaluation
    oldest = listing.evaluations[-1].id if listing.evaluations else 0
    return oldest if listing.complete and oldest == (ids[-1] if ids else 0) else None


async def _read_configuration(session: Session, key: JobsetKey) -> None:
    """Read configuration and error texts; the errors of the overview have a time but no text."""
    path = paths.errors(*key)
    session.unsettled.add(path)
    with session.gap_at(path):
        answer, error = await _ask_configuration(session, key)
        session.unsettled.discard(path)
        jobset = session.cache.jobsets[key]
        text = answer.errormsg
        if error is not None:
            session.add_gap(path, error)
            text = text or jobset.errormsg
        changed = replace(jobset, configuration=answer.configuration, errormsg=text)
        session.cache.put(jobsets=[changed])


async def _ask_configuration(
    session: Session, key: JobsetKey
) -> tuple[JobsetAnswer, CrawlError | None]:
    """Ask the page of errors, or where that fails the jobset itself; return what failed.

    A Hydra before 2024 has no page of errors and gives the text with the jobset: nothing is lost.
    """
    if session.lacks_errors_page:
        return await _ask(session, key, paths.jobset(*key)), None
    try:
        return await _ask(session, key, paths.errors(*key)), None
    except LOSSES as error:
        try:
            answer = await _ask(session, key, paths.jobset(*key))
        except LOSSES:
            raise error from None
        session.lacks_errors_page = isinstance(error, NotFoundError)
        return answer, None if session.lacks_errors_page else error


async def _ask(session: Session, key: JobsetKey, path: str) -> JobsetAnswer:
    note = session.note_at(path)
    return await session.remember(
        key, path, lambda body: read_jobset(body, path, note), tries=_TRIES
    )
