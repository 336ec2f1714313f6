"""Which evaluations a jobset has: from the pages of the API, or where those are huge, from HTML.

A JSON page lists twenty evaluations with all their build ids: at nixpkgs 50 MB. The HTML page has
the same twenty ids in 20 kB, and `/eval/ID` then tells of a new one alone.
"""

from collections.abc import Awaitable, Callable, Collection

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.session import Note, Session
from hydrasnap.errors import NotAHydraError, TooBigError
from hydrasnap.model import Evaluation, JobsetKey, JobsetOverview
from hydrasnap.plan import Listing
from hydrasnap.wire import EvaluationPage, read_evaluation, read_evaluation_page
from hydrasnap.wire.html import EvaluationIds, read_evaluation_ids

_LIST = 0  # no evaluation has this number
LARGE = 10_000  # builds of an evaluation, from which on the way by HTML costs the server less


async def list_evaluations(
    session: Session, overview: JobsetOverview, known: Collection[int]
) -> Listing:
    """Read pages until the window is filled and the `known` history is met."""
    ways = [_Way(session, overview.key, known).by_json, _Way(session, overview.key, known).by_html]
    tried = session.progress.of(overview.key).too_big
    large = bool(known) and overview.counts.total > LARGE
    if large != (_LIST in tried):
        ways.reverse()
    try:
        return await _read(session, overview.key, known, ways[0])
    except (TooBigError, NotAHydraError) as error:
        session.watch(Note(f"{error.message} Trying the other page."))
        tried.symmetric_difference_update({_LIST})
        return await _read(session, overview.key, known, ways[1])


async def _read(
    session: Session,
    key: JobsetKey,
    known: Collection[int],
    page_of: Callable[[int], Awaitable[EvaluationPage]],
) -> Listing:
    jobset = session.cache.jobsets.get(key)
    to_the_first = bool(jobset and jobset.first_evaluation)
    listing, page = Listing((), complete=False), 1
    while not listing.enough(known, session.selection.window, to_the_first=to_the_first):
        answer = await page_of(page)
        seen = {evaluation.id: evaluation for evaluation in listing.evaluations}
        seen.update((evaluation.id, evaluation) for evaluation in answer.evaluations)
        ordered = sorted(seen.values(), key=lambda evaluation: -evaluation.id)
        complete = answer.last or not answer.evaluations
        listing = Listing(tuple(ordered), complete=complete, pages=answer.pages)
        page += 1
    return listing


class _Way:
    """The two ways to a page of evaluations."""

    def __init__(self, session: Session, key: JobsetKey, known: Collection[int]) -> None:
        self._session, self._key, self._known = session, key, known

    async def by_json(self, page: int) -> EvaluationPage:
        path = paths.evaluations(*self._key, page=page)
        return await self._session.remember(
            self._key,
            path,
            self._session.client.read,
            lambda body: read_evaluation_page(body, self._key, path),
        )

    async def by_html(self, page: int) -> EvaluationPage:
        path = paths.evaluations(*self._key, page=page)
        listed = await self._session.remember(
            self._key,
            path,
            self._session.client.read_html,
            lambda body: read_evaluation_ids(body, path),
        )
        found = [await self._evaluation(number) for number in self._wanted(listed)]
        last = page >= listed.pages
        return EvaluationPage(tuple(found), last=last, pages=listed.pages)

    def _wanted(self, listed: EvaluationIds) -> list[int]:
        """Return the ids that are known, or in the window, or newer than what is known."""
        reach = min(self._known, default=None)
        return [
            number
            for place, number in enumerate(listed.ids)
            if place < self._session.selection.window or (reach is not None and number >= reach)
        ]

    async def _evaluation(self, number: int) -> Evaluation:
        known = self._session.cache.evaluations.get(number)
        if known is not None and not known.deleted_upstream:
            return known
        path = paths.evaluation(number)
        return await self._session.remember(
            self._key,
            path,
            self._session.client.read,
            lambda body: read_evaluation(body, self._key, path),
        )
