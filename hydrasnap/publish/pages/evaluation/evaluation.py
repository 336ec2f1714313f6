"""The page of an evaluation: what broke, what was fixed, and what went in."""

from collections.abc import Iterator
from functools import partial

from hydrasnap.model import BuildStatus, Evaluation
from hydrasnap.publish.pages.common.causes import CausesBox, causes_box, causes_page
from hydrasnap.publish.pages.common.changes import ChangesPage, changes_view, list_pages, summary
from hydrasnap.publish.pages.common.channels import ChannelBox, channel_boxes
from hydrasnap.publish.pages.common.error_text import ErrorText, error_text
from hydrasnap.publish.pages.common.inputs import InputRow, input_rows
from hydrasnap.publish.pages.common.page import Alternate, File, Link, Page, View
from hydrasnap.publish.pages.common.rows import (
    BuildRow,
    Figures,
    Revision,
    build_row,
    build_rows,
    evaluation_commits,
    figures,
)
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.evaluation.comparison import (
    comparison_links,
    comparison_pages,
    hub_path,
)
from hydrasnap.publish.pages.evaluation.comparison_form import states_file
from hydrasnap.publish.pages.evaluation.downloads import download_files, download_links
from hydrasnap.publish.pages.files.badges import BadgeBox, badge_box, badge_files, tally_badge
from hydrasnap.publish.pages.files.data import evaluation_data, jobs_data
from hydrasnap.publish.pages.files.data_file import data_file, data_link
from hydrasnap.report.changes import Changes, compare
from hydrasnap.report.failures import Blocker, blockers, failures_by_status
from hydrasnap.report.tally import tally_of


class StatusCount(View, frozen=True, kw_only=True):
    """How many builds have one status other than success."""

    status: BuildStatus
    amount: int


class BlockerRow(View, frozen=True, kw_only=True):
    """A build that keeps aggregates from success; `more` counts those that are not named."""

    build: BuildRow
    blocks: tuple[BuildRow, ...]
    more: int


class EvaluationPage(ChangesPage, frozen=True, kw_only=True):
    """An evaluation, and what it changed.

    `causes` are the derivations at the root of its failures, None where nothing is known to fail by
    a dependency.
    """

    id: int
    jobset: Link
    timestamp: int | None
    checkouttime: int
    evaltime: int
    flake: str
    commits: tuple[Revision, ...]
    channels: tuple[ChannelBox, ...]
    figures: Figures
    baseline: Link | None
    next: Link | None
    gone: bool
    statuses: tuple[StatusCount, ...]
    blockers: tuple[BlockerRow, ...]
    blockers_total: int
    causes: CausesBox | None
    comparisons: tuple[Link, ...]
    hub: str
    badge: BadgeBox
    inputs: tuple[InputRow, ...]
    had_errors: bool
    error: ErrorText | None  # None where their text was not read


def evaluation_pages(site: Site, evaluation: Evaluation) -> Iterator[Page | File]:
    """Yield the page, data and badge of an evaluation; of a mere baseline only the data."""
    if not site.index.is_comparable(evaluation):
        yield states_file(site, evaluation)
        return
    changes = compare(site.index, evaluation)
    yield states_file(site, evaluation, changes)
    paths = partial(site.links.evaluation, evaluation.id)
    page = evaluation_page(site, changes)
    yield Page(paths(), "eval.html", page)
    yield from list_pages(site, changes, paths(), page)
    if page.causes:
        yield causes_page(site, evaluation)
    yield data_file(paths(".json"), evaluation_data(site, changes))
    yield data_file(paths("/jobs.json"), jobs_data(site, evaluation))
    yield from download_files(site, changes)
    badge = tally_badge(tally_of(site.index, evaluation))
    yield from badge_files(badge, paths(""))
    yield from comparison_pages(site, evaluation)


def evaluation_page(site: Site, changes: Changes) -> EvaluationPage:
    """Describe an evaluation against the one before it."""
    evaluation = changes.evaluation
    key, page = evaluation.jobset_key, site.links.evaluation(evaluation.id)
    name, tally = f"evaluation {evaluation.id} of {key}", tally_of(site.index, evaluation)
    blocking = blockers(site.index, evaluation)
    return EvaluationPage(
        title=f"Evaluation {evaluation.id} of {key}",
        description=f"Evaluation {evaluation.id} of {key}: {summary(changes)}.",
        shows=f"This page shows {name} and what it changed.",
        crumbs=site.breadcrumbs(*key),
        live="" if evaluation.deleted_upstream else site.live("eval", str(evaluation.id)),
        alternates=_alternates(site, evaluation),
        id=evaluation.id,
        jobset=site.jobset_link(key, full=True),
        timestamp=evaluation.evaluated_at,
        checkouttime=evaluation.checkouttime,
        evaltime=evaluation.evaltime,
        flake=evaluation.flake,
        commits=evaluation_commits(site, evaluation),
        channels=channel_boxes(site, evaluation),
        figures=figures(tally),
        baseline=site.evaluation_link(changes.baseline),
        next=site.evaluation_link(site.index.next(evaluation)),
        gone=evaluation.deleted_upstream,
        changes=changes_view(site, changes, page),
        statuses=_statuses(site, evaluation),
        blockers=tuple(_blocker(site, found) for found in blocking[: site.limits.blockers]),
        blockers_total=len(blocking),
        causes=causes_box(site, evaluation),
        comparisons=tuple(comparison_links(site, evaluation)),
        hub=hub_path(site, evaluation),
        badge=badge_box(site, tally_badge(tally), page, name),
        inputs=input_rows(site, evaluation),
        had_errors=bool(evaluation.had_errors),
        error=_error(site, evaluation),
    )


def _error(site: Site, evaluation: Evaluation) -> ErrorText | None:
    """Return the first lines of the errors of an evaluation, which may be a mile long."""
    text, most = evaluation.errormsg, site.limits.error_excerpt
    return error_text(site.limits, "Evaluation errors", None, text, most) if text else None


def _alternates(site: Site, evaluation: Evaluation) -> tuple[Alternate, ...]:
    number = evaluation.id
    return (
        data_link(site.links.evaluation(number, ".json"), f"Evaluation {number}: its lists"),
        data_link(
            site.links.evaluation(number, "/jobs.json"),
            f"Evaluation {number}: every job",
            "JSON of all jobs",
        ),
        *download_links(site, number),
    )


def _statuses(site: Site, evaluation: Evaluation) -> tuple[StatusCount, ...]:
    counts = failures_by_status(site.index, evaluation)
    return tuple(StatusCount(status=each, amount=amount) for each, amount in counts.items())


def _blocker(site: Site, found: Blocker) -> BlockerRow:
    named = build_rows(site, found.blocks[: site.limits.blocked])
    more = len(found.blocks) - len(named)
    return BlockerRow(build=build_row(site, found.build), blocks=named, more=more)
