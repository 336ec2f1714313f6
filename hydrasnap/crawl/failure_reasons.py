"""The fifth step: why builds failed, from pages that have no JSON form.

Nothing here is a gap: where a Hydra has other pages, failures just stay unexplained.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from hydrasnap.client import endpoints as paths
from hydrasnap.crawl.session import LOSSES, Note, Session, Stage, Step
from hydrasnap.model import Evaluation, JobsetKey
from hydrasnap.plan.builds import is_due
from hydrasnap.plan.failure_reasons import unexplained
from hydrasnap.plan.jobsets import EVALUATIONS_A_PAGE
from hydrasnap.wire.html_pages import read_error_marks, read_evaluation_errors, read_reasons

T = TypeVar("T")

_TRIES = 3
_MOST_FAILURES = 3  # one after the other, after which this Hydra is asked for no more pages


async def fetch_reasons(session: Session, jobsets: list[JobsetKey]) -> None:
    """Read as many pages as the selection allows: of failed builds, then of evaluation errors."""
    selection, manifest = session.selection, session.cache.manifest
    due = is_due(manifest.without_pages, session.now, selection.recheck)
    if not selection.reasons or not due:
        return
    pages = _Pages(session, selection.reasons)
    windows = [session.window(key) for key in jobsets]
    wanted = _unexplained(session, windows)[: pages.left]
    if wanted:
        session.watch(Stage("reasons of failures", len(wanted)))
    await session.each(wanted, pages.read_build)
    for window in windows:
        await _fetch_errors(session, pages, window)
    if pages.failures >= _MOST_FAILURES and not pages.read_any:
        session.cache.note_pages(session.now)
    elif pages.read_any:
        session.cache.note_pages(0)


@dataclass(slots=True)
class _Pages:
    """Reads pages as long as some are `left` of the budget, and this Hydra has them."""

    session: Session
    left: int
    failures: int = 0
    read_any: bool = False

    async def read(self, path: str, parse: Callable[[bytes], T]) -> T | None:
        """Return what a page says, or None if it was not read."""
        if not self.left or self.failures >= _MOST_FAILURES:
            return None
        self.left -= 1
        try:
            found = await self.session.client.read_html(path, parse, tries=_TRIES)
        except LOSSES as error:
            self.failures += 1
            self.session.watch(Note(f"Not explained: {error}"))
            return None
        self.failures, self.read_any = 0, True
        return found

    async def read_build(self, number: int) -> None:
        """Read the page of a build and store what it says."""
        build, path = self.session.cache.builds[number], paths.build(number)
        found = await self.read(path, lambda body: read_reasons(body, build, path))
        if found is not None:
            self.session.cache.put(reasons=[found])
        self.session.watch(Step())


def _unexplained(session: Session, windows: list[list[Evaluation]]) -> list[int]:
    builds = session.builds_of
    newest = (
        (builds(window[0]), builds(window[1]) if len(window) > 1 else ())
        for window in windows
        if window
    )
    older = (
        build for window in windows for evaluation in window[1:] for build in builds(evaluation)
    )
    return unexplained(newest, older, session.cache.reasons)


async def _fetch_errors(session: Session, pages: _Pages, window: list[Evaluation]) -> None:
    """Fetch which evaluations on the first page of a list had errors, and the text of these."""
    listed = window[:EVALUATIONS_A_PAGE]
    unknown = [evaluation for evaluation in listed if evaluation.had_errors is None]
    if not unknown:
        return
    path = paths.evaluations(*unknown[0].jobset_key)
    marks = await pages.read(path, lambda body: read_error_marks(body, path))
    if marks is None:
        return
    for evaluation in unknown:
        if evaluation.id not in marks.listed:
            continue
        had, text = evaluation.id in marks.with_errors, None
        if had:
            where = paths.evaluation_errors(evaluation.id)
            text = await pages.read(where, lambda body, at=where: read_evaluation_errors(body, at))  # type: ignore[misc]
        if not had or text is not None:
            marked = replace(evaluation, had_errors=had, errormsg=text or "")
            session.cache.put(evaluations=[marked])
