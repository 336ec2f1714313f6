"""The newest evaluation of a jobset, as the jobset's own page shows it."""

from collections.abc import Iterator

from hydrasnap.model import Evaluation
from hydrasnap.publish.pages.common.change_rows import BrokenRow, broken_row
from hydrasnap.publish.pages.common.changes import LOOKS
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.rows import Figures, Revision, evaluation_commits, figures
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.evaluation.comparison import comparison_links
from hydrasnap.report.changes import ChangeKind, ChangeSummary
from hydrasnap.report.health import JobsetHealth


class ListCount(View, frozen=True, kw_only=True):
    """How many jobs a list of an evaluation has, and a link to it."""

    amount: int
    title: str
    look: str
    href: str


class NewestEvaluation(View, frozen=True, kw_only=True):
    """The newest evaluation of a jobset: its result, and what it broke."""

    link: Link
    evaluated: int | None  # Unix seconds
    took: int  # seconds, its checkout included
    commits: tuple[Revision, ...]  # what changed in it, or else its revisions
    figures: Figures
    finished: Link | None  # the newest evaluation that is known to have nothing queued
    comparisons: tuple[Link, ...]  # with other evaluations, a pinned baseline first
    counts: tuple[ListCount, ...]  # of its lists, without empty ones
    broken: tuple[BrokenRow, ...]  # what newly fails, the first of broken_total
    broken_total: int
    broken_known: bool  # whether it is known that no more newly fails


def newest_evaluation(site: Site, health: JobsetHealth) -> NewestEvaluation | None:
    """Describe the newest evaluation of a jobset; None if it has none."""
    newest, changes = health.latest, health.changes
    link = site.evaluation_link(newest)
    if newest is None or link is None:
        return None
    comparable = site.index.is_comparable(newest)
    broken, most = changes.broken if changes else (), site.limits.broken_jobs
    return NewestEvaluation(
        link=link,
        evaluated=newest.evaluated_at,
        took=newest.checkouttime + newest.evaltime,
        commits=evaluation_commits(site, newest),
        figures=figures(health.tally, is_read=health.is_read),
        finished=site.evaluation_link(health.latest_finished),
        comparisons=tuple(comparison_links(site, newest)) if comparable else (),
        counts=tuple(_counts(site, newest, changes)) if changes else (),
        broken=tuple(broken_row(site, newest, change) for change in broken[:most]),
        broken_total=len(broken),
        broken_known=health.knows_failures,
    )


def _counts(site: Site, newest: Evaluation, changes: ChangeSummary) -> Iterator[ListCount]:
    for kind in ChangeKind:
        if amount := changes.counts[kind]:
            href = f"{site.links.evaluation(newest.id)}#{kind.slug}"
            yield ListCount(amount=amount, title=kind.title, look=LOOKS.get(kind, ""), href=href)
