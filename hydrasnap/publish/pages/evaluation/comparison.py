"""Comparisons of an evaluation with others than the one before it.

The newest evaluation of a jobset is compared with older ones and with other jobsets. A page of any
other one compares it with the pinned baseline alone; for the rest, links lead to the page that
compares any two by script. So the number of pages grows with the jobsets, not their squares. Where
the budget has no room for long lists, other jobsets are compared by script too.
"""

from collections.abc import Iterator

from hydrasnap.model import Evaluation
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.changes import ChangesPage, changes_view, list_pages, summary
from hydrasnap.publish.pages.common.page import Link, Page, PageContext, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.evaluation.comparison_form import versus_page
from hydrasnap.report.baselines import Baseline, jobset_baselines, own_baselines
from hydrasnap.report.changes import ChangeKind, Changes, compare

_LISTED = tuple(kind for kind in ChangeKind if kind is not ChangeKind.STILL_SUCCEEDING)


class ComparisonPage(ChangesPage, frozen=True, kw_only=True):
    """An evaluation against `other`, an evaluation of `other_jobset`."""

    id: int
    jobset: Link
    timestamp: int | None
    name: str
    other: Link
    other_jobset: Link
    other_timestamp: int | None


class Choice(View, frozen=True, kw_only=True):
    """A comparison that has a page."""

    name: str
    href: str
    evaluation: Link
    jobset: Link
    timestamp: int | None


class HubPage(PageContext, frozen=True, kw_only=True):
    """All comparisons of a jobset's newest evaluation."""

    id: int
    jobset: Link
    rows: tuple[Choice, ...]


def _own(site: Site, evaluation: Evaluation) -> list[Baseline]:
    pinned = site.baselines.get(evaluation.jobset_key.path)
    return own_baselines(site.index, evaluation, pinned)


def _path(site: Site, evaluation: Evaluation, other: Evaluation) -> str:
    return site.links.evaluation(evaluation.id, f"/vs/{other.id}.html")


def _is_newest(site: Site, evaluation: Evaluation) -> bool:
    return site.index.latest(evaluation.jobset_key) is evaluation


def _href(site: Site, evaluation: Evaluation, baseline: Baseline) -> str:
    """Return where a comparison is: its page, or the page that compares any two."""
    other = baseline.evaluation
    is_own = other.jobset_key == evaluation.jobset_key
    if baseline.lasting or (
        _is_newest(site, evaluation) and (is_own or site.policy.has_long_lists(evaluation))
    ):
        return _path(site, evaluation, other)
    return f"{Links.COMPARE}?a={evaluation.id}&b={other.id}"


def hub_path(site: Site, evaluation: Evaluation) -> str:
    """Return the page that lists an evaluation's comparisons, or nothing if it has none.

    What a renamed jobset left under its old name has none.
    """
    is_old_name = site.snapshot.jobsets[evaluation.jobset_key].renamed_to is not None
    has_page = _is_newest(site, evaluation) and not is_old_name
    return site.links.evaluation(evaluation.id, "/compare.html") if has_page else ""


def comparison_links(site: Site, evaluation: Evaluation) -> Iterator[Link]:
    """Return links to the comparisons with evaluations of the same jobset."""
    for baseline in _own(site, evaluation):
        label = f"{baseline.name}, {baseline.evaluation.id}"
        yield Link(label=label, href=_href(site, evaluation, baseline))


def comparison_pages(site: Site, evaluation: Evaluation) -> Iterator[Page]:
    """Yield the pages that compare an evaluation with others of the same jobset."""
    newest = _is_newest(site, evaluation)
    for baseline in _own(site, evaluation):
        if newest or baseline.lasting:
            yield from pages_against(site, evaluation, baseline)


def newest_against_others(site: Site) -> Iterator[tuple[Evaluation, list[Baseline]]]:
    """Yield the newest evaluation of each jobset with those of other jobsets to compare it with."""
    for project in site.health:
        keys = [health.key for health in project.jobsets]
        others = jobset_baselines(site.index, keys, site.limits.other_jobsets + 1)
        for key in keys:
            newest = site.index.latest(key)
            if newest is not None and site.index.is_comparable(newest):
                foreign = [one for one in others if one.evaluation.jobset_key != key]
                yield newest, foreign[: site.limits.other_jobsets]


def hub_pages(site: Site) -> Iterator[Page]:
    """Yield the lists of comparisons of newest evaluations, and the page for any two."""
    hubs: list[Link] = []
    for evaluation, others in newest_against_others(site):
        yield _hub(site, evaluation, others)
        hubs.append(Link(label=str(evaluation.jobset_key), href=hub_path(site, evaluation)))
    yield versus_page(site, tuple(hubs))


def _hub(site: Site, evaluation: Evaluation, others: list[Baseline]) -> Page:
    key = evaluation.jobset_key
    every = (*_own(site, evaluation), *others)
    context = HubPage(
        title=f"Comparisons of evaluation {evaluation.id} of {key}",
        description=f"With what evaluation {evaluation.id} of {key} is compared.",
        shows="This page lists the comparisons that the snapshot has of a newest evaluation.",
        crumbs=(*site.breadcrumbs(*key), _link(site, evaluation)),
        live=site.live("eval", str(evaluation.id)),
        id=evaluation.id,
        jobset=site.jobset_link(evaluation.jobset_key, full=True),
        rows=tuple(_choice(site, evaluation, baseline) for baseline in every),
    )
    return Page(hub_path(site, evaluation), "compare.html", context)


def _link(site: Site, evaluation: Evaluation) -> Link:
    label = f"Evaluation {evaluation.id}"
    return Link(label=label, href=site.evaluation_href(evaluation))


def _choice(site: Site, evaluation: Evaluation, baseline: Baseline) -> Choice:
    other = baseline.evaluation
    return Choice(
        name=baseline.name,
        href=_href(site, evaluation, baseline),
        evaluation=Link(label=str(other.id), href=site.evaluation_href(other)),
        jobset=site.jobset_link(other.jobset_key, full=True),
        timestamp=other.evaluated_at,
    )


def pages_against(site: Site, evaluation: Evaluation, baseline: Baseline) -> Iterator[Page]:
    """Yield the page that compares two evaluations, and the pages of its long lists."""
    changes = compare(site.index, evaluation, baseline.evaluation)
    path = _path(site, evaluation, baseline.evaluation)
    page = _comparison(site, changes, baseline)
    yield Page(path, "comparison.html", page)
    yield from list_pages(site, changes, path, page, _LISTED)


def _comparison(site: Site, changes: Changes, baseline: Baseline) -> ComparisonPage:
    evaluation, other = changes.evaluation, baseline.evaluation
    against = f"evaluation {evaluation.id} of {evaluation.jobset_key} against {other.id}"
    return ComparisonPage(
        title=f"Evaluation {evaluation.id} against {other.id} of {other.jobset_key}",
        description=f"What differs in {against} of {other.jobset_key}: {summary(changes)}.",
        shows=f"This page shows {against} of {other.jobset_key}.",
        crumbs=(*site.breadcrumbs(*evaluation.jobset_key), _link(site, evaluation)),
        live=f"{site.live('eval', str(evaluation.id))}?compare={other.id}",
        id=evaluation.id,
        jobset=site.jobset_link(evaluation.jobset_key, full=True),
        timestamp=evaluation.evaluated_at,
        name=baseline.name,
        other=Link(label=str(other.id), href=site.evaluation_href(other)),
        other_jobset=site.jobset_link(other.jobset_key, full=True),
        other_timestamp=other.evaluated_at,
        changes=changes_view(
            site,
            changes,
            _path(site, evaluation, other),
            _LISTED,
            against=site.links.states(other.id),
        ),
    )
