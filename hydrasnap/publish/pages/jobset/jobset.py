"""The pages of a jobset: its state, its evaluations, its jobs against them, its errors."""

from collections.abc import Iterator

from hydrasnap.formatting import listed
from hydrasnap.model import BuildStatus, Jobset, JobsetKey
from hydrasnap.publish.pages.common.causes import CausesBox, causes_box
from hydrasnap.publish.pages.common.channels import ChannelBox, channel_boxes
from hydrasnap.publish.pages.common.charts import burn_down_chart
from hydrasnap.publish.pages.common.error_text import ErrorText
from hydrasnap.publish.pages.common.jobset_head import JobsetPart, jobset_head, live
from hydrasnap.publish.pages.common.line_chart import Chart
from hydrasnap.publish.pages.common.page import Alternate, File, Link, Page, View
from hydrasnap.publish.pages.common.permalinks import Permalink, jobset_permalinks, permalink_page
from hydrasnap.publish.pages.common.redirects import with_old_names
from hydrasnap.publish.pages.common.rows import EvaluationRow, evaluation_rows, figures
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.feeds.feeds import jobsets_feed_link
from hydrasnap.publish.pages.files.badges import (
    Badge,
    BadgeBox,
    badge_box,
    badge_files,
    tally_badge,
)
from hydrasnap.publish.pages.files.data import REVISIONS, jobset_data, revisions_data
from hydrasnap.publish.pages.files.data_file import data_file, data_link
from hydrasnap.publish.pages.jobset.builds_file import builds_files
from hydrasnap.publish.pages.jobset.configuration import ConfigurationBox, configuration_box
from hydrasnap.publish.pages.jobset.errors import error_texts, errors_page
from hydrasnap.publish.pages.jobset.evaluations import evaluations_page
from hydrasnap.publish.pages.jobset.grid import grid_page
from hydrasnap.publish.pages.jobset.latest_builds import jobset_builds_page
from hydrasnap.publish.pages.jobset.newest_evaluation import NewestEvaluation, newest_evaluation
from hydrasnap.report.health import Failing, Flaky, JobsetHealth, failing_longest, flakiest
from hydrasnap.report.root_causes import root_causes


class FailingRow(View, frozen=True, kw_only=True):
    """A job that fails for long, with the build that was the first to fail."""

    job: Link
    system: str
    since: int | None
    since_build: int
    exact: bool


class FlakyRow(View, frozen=True, kw_only=True):
    """An unreliable job; `score` is its flakiness in per cent."""

    job: Link
    system: str
    score: int
    status: BuildStatus
    label: str


class JobsetPage(JobsetPart, frozen=True, kw_only=True):
    """A jobset.

    `of_project` says what keeps the whole project from being evaluated or seen. `causes` are the
    root causes in `causes_of`, the newest evaluation of which any is known; both are None where
    there is none.
    """

    configuration: ConfigurationBox
    of_project: str
    newest: NewestEvaluation | None
    is_read: bool
    channels: tuple[ChannelBox, ...]
    burn_down: Chart | None
    causes: CausesBox | None
    causes_of: Link | None
    evaluations: tuple[EvaluationRow, ...]
    evaluations_known: int
    evaluations_href: str
    failing: tuple[FailingRow, ...]
    failing_total: int
    flaky: tuple[FlakyRow, ...]
    flaky_total: int
    errors: tuple[ErrorText, ...]
    errors_href: str
    permalinks: tuple[Permalink, ...]
    badge: BadgeBox
    note: str


def jobset_pages(site: Site, jobset: Jobset) -> Iterator[Page | File]:
    """Yield the pages and files of a jobset that are about it as a whole; none of a renamed one."""
    if jobset.renamed_to is None:
        yield from with_old_names(site, jobset.key, _items(site, jobset))


def jobset_list_pages(site: Site, jobset: Jobset) -> Iterator[Page | File]:
    """Yield the pages and files that list a jobset's jobs and builds; of a renamed one its builds.

    They are a task of their own, since those of a large jobset take long.
    """
    yield from builds_files(site, jobset.key)
    if jobset.renamed_to is None:
        yield from with_old_names(site, jobset.key, _lists(site, jobset))


def _lists(site: Site, jobset: Jobset) -> Iterator[Page]:
    key, links = jobset.key, site.links
    yield Page(links.jobset(key, "/jobs.html"), "jobs.html", grid_page(site, jobset))
    builds = jobset_builds_page(site, jobset)
    yield Page(links.jobset(key, "/all.html"), "jobset-builds.html", builds)


def _items(site: Site, jobset: Jobset) -> Iterator[Page | File]:
    key, links = jobset.key, site.links
    health = site.jobset_health[key]
    page = jobset_page(site, health)
    yield Page(links.jobset(key), "jobset.html", page)
    yield data_file(links.jobset(key, ".json"), jobset_data(site, health))
    yield data_file(links.jobset(key, REVISIONS), revisions_data(site, key))
    yield from badge_files(_badge(health), links.jobset(key, ""))
    yield Page(links.jobset(key, "/evals.html"), "evals.html", evaluations_page(site, jobset))
    yield Page(links.jobset(key, "/errors.html"), "errors.html", errors_page(site, jobset))
    for link in page.permalinks:
        yield permalink_page(str(key), link)


def jobset_page(site: Site, health: JobsetHealth) -> JobsetPage:
    """Describe a jobset by its newest evaluation."""
    jobset, key = health.jobset, health.key
    result = figures(health.tally, is_read=health.is_read).words
    shown = site.index.shown_evaluations(key)
    explained = next((one for one in shown if root_causes(site.index, one).explained), None)
    failing = failing_longest(site.index, key, site.limits.longest)
    flaky = flakiest(site.index, key, site.limits.longest)
    return JobsetPage(
        title=str(key),
        description=f"The jobset {key} on {site.host}: {result} in its newest evaluation.",
        shows=f"This page shows the state of {key} at its newest evaluation.",
        crumbs=site.breadcrumbs(key.project),
        live=live(site, jobset),
        alternates=_alternates(site, key),
        head=jobset_head(site, jobset, "Overview"),
        configuration=configuration_box(jobset.configuration),
        of_project=_of_project(site, key),
        newest=newest_evaluation(site, health),
        is_read=health.is_read,
        channels=channel_boxes(site, health.latest),
        burn_down=burn_down_chart(site, key),
        causes=causes_box(site, explained) if explained else None,
        causes_of=site.evaluation_link(explained),
        evaluations=evaluation_rows(site, shown[: site.limits.newest_evaluations]),
        evaluations_known=len(shown),
        evaluations_href=site.links.jobset(key, "/evals.html"),
        failing=tuple(_failing(site, row) for row in failing.rows),
        failing_total=failing.total,
        flaky=tuple(_flaky(site, row) for row in flaky.rows),
        flaky_total=flaky.total,
        errors=error_texts(site, jobset, site.limits.error_excerpt),
        errors_href=site.links.jobset(key, "/errors.html"),
        permalinks=tuple(jobset_permalinks(site, key)),
        badge=badge_box(site, _badge(health), site.links.jobset(key), str(key)),
        note=site.note(*key),
    )


def _alternates(site: Site, key: JobsetKey) -> tuple[Alternate, ...]:
    feed = jobsets_feed_link(site, site.jobset_link(key, full=True), [key])
    return (*feed, data_link(site.links.jobset(key, ".json"), f"The state of {key}"))


def _badge(health: JobsetHealth) -> Badge:
    return tally_badge(health.tally, is_read=health.is_read)


def _of_project(site: Site, key: JobsetKey) -> str:
    project = site.snapshot.projects[key.project]
    marks = {
        "disabled": not project.enabled,
        "hidden": project.hidden,
        "deleted": project.deleted_upstream,
    }
    return listed([mark for mark, is_set in marks.items() if is_set])


def _failing(site: Site, row: Failing) -> FailingRow:
    return FailingRow(
        job=site.job_link(row.build.job_key),
        system=row.build.system,
        since=row.since.stoptime,
        since_build=row.since.id,
        exact=row.exact,
    )


def _flaky(site: Site, row: Flaky) -> FlakyRow:
    return FlakyRow(
        job=site.job_link(row.build.job_key),
        system=row.build.system,
        score=round(100 * row.score),
        status=row.build.status,
        label=row.build.label,
    )
