"""Which evaluations a jobset has: from JSON pages, or where those are huge, from HTML pages.

A JSON page lists twenty evaluations with all their build ids: at nixpkgs 50 MB. The HTML page has
the same twenty ids in 20 kB, and `/eval/ID` then has the builds of a new one alone.
"""

import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.empty_answers import confirm_empty
from hydrasnap.crawl.session import LOSSES, Note, Session
from hydrasnap.errors import NotFoundError
from hydrasnap.model import Evaluation, JobsetKey, JobsetOverview
from hydrasnap.plan.jobsets import EVALUATIONS_A_PAGE, Listing, wanted_ids
from hydrasnap.wire.builds import read_build
from hydrasnap.wire.evaluations import EvaluationPage, read_evaluation, read_evaluation_page
from hydrasnap.wire.html_listings import read_evaluation_ids

_LIST = 0  # stands for the list in `too_big`; no evaluation has this id
_TRIES = 6  # for a page, if there is another one to fall back on
_MORE_PAGES = 2  # than announced, as new evaluations may come while we read


async def list_evaluations(
    session: Session, overview: JobsetOverview, known: Collection[int]
) -> Listing:
    """Read pages until the window is filled and the `known` history is met."""
    pages = _Pages(session, overview, known)
    readers = [pages.from_json, pages.from_html]
    tried = session.progress.of(overview.key).too_big
    large = bool(known) and overview.counts.total > session.selection.large
    if large != (_LIST in tried):
        readers.reverse()
    try:
        return await _read(session, overview.key, known, readers[0])
    except LOSSES as error:
        session.watch(Note(f"{error} Trying the other page."))
        tried.symmetric_difference_update({_LIST})
        try:
            return await _read(session, overview.key, known, readers[1])
        except LOSSES:
            raise error from None


async def without_foreign(session: Session, key: JobsetKey, listing: Listing) -> Listing:
    """Leave out what the cache has under another jobset, unless its builds are of this one.

    A jobset that was renamed has taken its builds along. A list that is wrong must not take the
    history of another jobset.
    """
    held = session.cache.evaluations
    foreign: set[int] = set()
    others: defaultdict[JobsetKey, list[Evaluation]] = defaultdict(list)
    for evaluation in listing.evaluations:
        if evaluation.id in held and held[evaluation.id].jobset_key != key:
            others[held[evaluation.id].jobset_key].append(evaluation)
    for old, found in others.items():
        if await _jobset_of(session, found, key if old.project == key.project else old) != key:
            foreign.update(evaluation.id for evaluation in found)
            reason = f"it lists evaluation {found[0].id}, which is of {old}"
            session.doubt(paths.evaluations(*key), reason)
    own = (evaluation for evaluation in listing.evaluations if evaluation.id not in foreign)
    return replace(listing, evaluations=tuple(own))


async def _jobset_of(
    session: Session, evaluations: Collection[Evaluation], default: JobsetKey
) -> JobsetKey:
    """Ask a build of some evaluations for its jobset; `default` where there is none."""
    number = next((max(each.builds) for each in evaluations if each.builds), None)
    if number is None:
        return default
    path = paths.build(number)
    try:
        build = await session.client.read(path, lambda body: read_build(body, path, default))
    except NotFoundError:
        return default
    return build.jobset_key


async def _read(
    session: Session,
    key: JobsetKey,
    known: Collection[int],
    page_of: Callable[[int], Awaitable[EvaluationPage]],
) -> Listing:
    """Read page after page, as long as each brings evaluations that no page had before."""
    jobset = session.cache.jobsets.get(key)
    to_the_first = bool(jobset and jobset.first_evaluation)
    window = session.selection.window
    most = math.ceil((window + len(known)) / EVALUATIONS_A_PAGE)
    seen: dict[int, Evaluation] = {}
    listing, page = Listing((), complete=False), 1
    while not listing.enough(known, window, to_the_first=to_the_first):
        answer = await page_of(page)
        most = max(most, answer.pages)
        fresh = {e.id: e for e in answer.evaluations if e.id not in seen}
        seen.update(fresh)
        complete = answer.last or not answer.evaluations
        ordered = sorted(seen.values(), key=lambda evaluation: -evaluation.id)
        listing = Listing(tuple(ordered), complete=complete, pages=answer.pages)
        page += 1
        if not complete and (not fresh or page > most + _MORE_PAGES):
            path = paths.evaluations(*key)
            session.doubt(path, f"the list of evaluations does not end after {page - 1} pages")
            break
    return listing


class _Pages:
    """The pages of a jobset's evaluations, as Hydra lists them in JSON or in HTML."""

    def __init__(self, session: Session, overview: JobsetOverview, known: Collection[int]) -> None:
        self._session, self._key, self._known = session, overview.key, known
        self._expected = bool(known or overview.counts.total)

    async def from_json(self, page: int) -> EvaluationPage:
        path = paths.evaluations(*self._key, page=page)
        note = self._session.note_list_at(paths.evaluations(*self._key))
        return await self._session.remember(
            self._key,
            path,
            confirm_empty(
                self._session.client,
                lambda body: read_evaluation_page(body, self._key, path, note),
                path,
                unlikely=self._expected and page == 1,
            ),
            tries=_TRIES,
        )

    async def from_html(self, page: int) -> EvaluationPage:
        path = paths.evaluations(*self._key, page=page)
        listed = await self._session.remember(
            self._key,
            path,
            lambda body: read_evaluation_ids(body, path),
            html=True,
            tries=_TRIES,
        )
        wanted = wanted_ids(listed.ids, self._known, self._session.selection.window)
        found = [await self._evaluation(number) for number in wanted]
        pages = math.ceil(listed.total / EVALUATIONS_A_PAGE)
        return EvaluationPage(tuple(found), last=page >= pages, pages=pages)

    async def _evaluation(self, number: int) -> Evaluation:
        known, path = self._session.cache.evaluations.get(number), paths.evaluation(number)
        if known is not None and not known.deleted_upstream and path not in self._session.revisit:
            return known
        return await self._session.remember(
            self._key,
            path,
            lambda body: read_evaluation(body, self._key, path, self._session.note_at(path)),
        )
