"""What watch lists and maintainers have in common: what fails, since when, why, what was fixed.

Everything is made from a `Selection` and the addresses of the site; the snapshot is not asked.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from hydrasnap.formatting import date
from hydrasnap.model import Build
from hydrasnap.publish.pages.common.change_rows import ChangeRow, change_row
from hydrasnap.publish.pages.common.changes import ListPart
from hydrasnap.publish.pages.common.failure_cause import (
    FORGOTTEN,
    UNREAD,
    CulpritLink,
    culprit_link,
)
from hydrasnap.publish.pages.common.page import Alternate, File, Link, Page, PageContext, View
from hydrasnap.publish.pages.common.rows import BuildRow, Figures, build_row, figures
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.feeds.feeds import feed_file, feed_link
from hydrasnap.publish.pages.files.badges import BadgeBox, badge_box, badge_files, tally_badge
from hydrasnap.publish.pages.files.data import counts, since
from hydrasnap.publish.pages.files.data_file import SCHEMA, data_file, data_link
from hydrasnap.publish.pages.files.schemas import jobs
from hydrasnap.publish.pages.search.builds_table import BuildTable
from hydrasnap.publish.pages.search.shards import shard
from hydrasnap.report.selections import FailingJob, Selection
from hydrasnap.report.transitions import News


class FailingRow(View, frozen=True, kw_only=True):
    """A job that fails or was aborted."""

    build: BuildRow
    tag: str  # "disabled" if its jobset is no longer evaluated, else empty
    since: int | None  # when the first build failed
    since_build: int | None  # that build
    exact: bool  # whether a good build comes just before it
    is_new: bool  # whether the newest evaluation broke it
    why: tuple[CulpritLink, ...]  # empty if it failed itself, or that is unknown
    unexplained: str  # why it is unknown, else empty


class NewsRow(View, frozen=True, kw_only=True):
    """What an evaluation did to the jobs."""

    evaluation: Link
    jobset: Link
    timestamp: int | None
    broken: tuple[ChangeRow, ...]
    fixed: tuple[ChangeRow, ...]


class SelectionView(View, frozen=True, kw_only=True):
    """What became of the jobs of a watch list or of a maintainer."""

    jobs: int  # number of jobs in the newest evaluations
    figures: Figures
    failing: tuple[FailingRow, ...]  # the last to break first; only the first of very many
    failing_total: int
    failing_file: str  # the file with all of them; empty if the page has all
    further: tuple[ListPart, ...]  # pages with the others, none where there is no room
    newly: int  # how many of them the newest evaluation broke
    unread: int  # how many jobsets, which may have such jobs, have an unread newest evaluation
    news: tuple[NewsRow, ...]
    news_cut: bool  # whether there may be more


class SelectionPage(PageContext, frozen=True, kw_only=True):
    """The base of the pages of watch lists and maintainers."""

    name: str
    selection: SelectionView
    badge: BadgeBox


class FailingPage(PageContext, frozen=True, kw_only=True):
    """A further page of the jobs of a selection that fail."""

    of: Link
    rows: tuple[FailingRow, ...]
    total: int
    failing_file: str
    pages: tuple[ListPart, ...]  # all pages of the list
    here: str  # the label of this one


def selection_view(site: Site, path: str, selection: Selection) -> SelectionView:
    """Describe a selection for its page at `path`."""
    return SelectionView(
        jobs=selection.tally.total,
        figures=figures(selection.tally),
        failing=tuple(_failing(site, job) for job in _first(site, selection)),
        failing_total=len(selection.failing),
        failing_file=_file(path) if _is_long(site, selection) else "",
        further=tuple(part for part, _ in _further(site, path, selection)),
        newly=selection.newly_failing,
        unread=selection.unread,
        news=tuple(_news(site, one) for one in selection.news[: site.limits.transitions]),
        news_cut=len(selection.news) >= site.limits.transitions,
    )


def selection_badge(site: Site, name: str, path: str, selection: Selection) -> BadgeBox:
    """Describe the badge of the page at `path`."""
    return badge_box(site, tally_badge(selection.tally), path, name)


def selection_pages(
    site: Site, path: str, template: str, page: SelectionPage, selection: Selection
) -> Iterator[Page | File]:
    """Yield the page at `path`, what does not fit on it, its feed, its data and its badge."""
    yield Page(path, template, page)
    yield from _failing_pages(site, path, page, selection)
    below, link = path.removesuffix(".html"), Link(label=page.name, href=path)
    yield from feed_file(site, link, selection.updated, selection.news)
    yield data_file(f"{below}.json", selection_data(page.name, path, selection))
    yield from badge_files(tally_badge(selection.tally), below)


def _failing_pages(
    site: Site, path: str, page: SelectionPage, selection: Selection
) -> Iterator[Page | File]:
    """Yield the pages and files with the rows that do not fit on a selection's page at `path`."""
    if not _is_long(site, selection):
        return
    builds = BuildTable(site).columns((job.build, int(job.is_new)) for job in selection.failing)
    yield shard(f"../{_file(path)}", builds)
    own = Link(label=page.title, href=f"{path}#failing")
    first = ListPart(label="1", href=own.href, span=_span(_first(site, selection)))
    for part, shown in _further(site, path, selection):
        context = FailingPage(
            title=f"Page {part.label} · {page.title}",
            description=f"Page {part.label} of what fails: {page.description}",
            shows=page.shows,
            crumbs=(*page.crumbs, Link(label=page.name, href=path)),
            of=own,
            rows=tuple(_failing(site, job) for job in shown),
            total=page.selection.failing_total,
            failing_file=page.selection.failing_file,
            pages=(first, *page.selection.further),
            here=part.label,
        )
        yield Page(part.href, "failing.html", context)


def _is_long(site: Site, selection: Selection) -> bool:
    return len(selection.failing) > site.limits.rows_of_page


def _first(site: Site, selection: Selection) -> tuple[FailingJob, ...]:
    """Return the jobs that the page of a selection itself lists."""
    limits = site.limits
    return selection.failing[: limits.rows_of_list if _is_long(site, selection) else None]


def _file(path: str) -> str:
    return path.removesuffix(".html") + "/failing"


def _further(
    site: Site, path: str, selection: Selection
) -> Iterator[tuple[ListPart, tuple[FailingJob, ...]]]:
    """Yield the further pages of a long list, if the site has room for them, and their jobs."""
    if not (_is_long(site, selection) and site.policy.long_lists is None):
        return
    most = site.limits.rows_of_further_page
    starts = range(site.limits.rows_of_list, len(selection.failing), most)
    for number, start in enumerate(starts, start=2):
        jobs = selection.failing[start : start + most]
        href = f"{_file(path)}-{number}.html"
        yield ListPart(label=str(number), href=href, span=_span(jobs)), jobs


def _span(jobs: Sequence[FailingJob]) -> str:
    """Return since when the jobs of a page fail."""
    first, last = (_day(job.since) for job in (jobs[0], jobs[-1]))
    return f"failing since {first}" if first == last else f"failing since {first} to {last}"


def _day(build: Build | None) -> str:
    return date(build.stoptime) if build and build.stoptime else "unknown"


def selection_alternates(path: str, name: str, selection: Selection) -> tuple[Alternate, ...]:
    """Return the feed and the data beside the page at `path`."""
    feed = feed_link(Link(label=name, href=path), selection.updated)
    data = data_link(f"{path.removesuffix('.html')}.json", f"What fails of {name}")
    return (*feed, data)


def selection_data(name: str, path: str, selection: Selection) -> jobs.Selection:
    """Return what fails, since when and why."""
    return jobs.Selection(
        schema=SCHEMA,
        name=name,
        page=path,
        counts=counts(selection.tally),
        newly_failing=selection.newly_failing,
        failing=[_failing_data(job) for job in selection.failing],
    )


def _failing_data(job: FailingJob) -> jobs.SelectedJob:
    build = job.build
    return jobs.SelectedJob(
        project=build.project,
        jobset=build.jobset,
        job=build.job,
        system=build.system,
        build=build.id,
        status=build.status.slug,
        finished=build.finished_at,
        new=job.is_new,
        since=since(job.since, exact=job.exact) if job.since else None,
        why=[
            jobs.Culprit(name=one.name, status=one.status, job=str(one.job) if one.job else None)
            for one in job.culprits
        ],
        explained=not job.by_dependency or bool(job.culprits),
    )


def _failing(site: Site, job: FailingJob) -> FailingRow:
    unexplained = FORGOTTEN if job.read else UNREAD
    return FailingRow(
        build=build_row(site, job.build),
        tag="" if job.is_used else "disabled",
        since=job.since.stoptime if job.since else None,
        since_build=job.since.id if job.since else None,
        exact=job.exact,
        is_new=job.is_new,
        why=tuple(map(partial(culprit_link, site), job.culprits)),
        unexplained=unexplained if job.by_dependency and not job.culprits else "",
    )


def _news(site: Site, news: News) -> NewsRow:
    found = news.evaluation
    return NewsRow(
        evaluation=Link(label=str(found.id), href=site.links.evaluation(found.id)),
        jobset=site.jobset_link(found.jobset_key, full=True),
        timestamp=found.evaluated_at,
        broken=tuple(change_row(site, change) for change in news.broken),
        fixed=tuple(change_row(site, change) for change in news.fixed),
    )
