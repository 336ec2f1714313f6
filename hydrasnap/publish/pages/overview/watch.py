"""The watch lists of the configuration: what fails, since when, what was fixed."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from hydrasnap.formatting import plural
from hydrasnap.model import Jobset, JobsetKey, Watch
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.changes import ChangeRow, change_row
from hydrasnap.publish.pages.common.frame import Link, PageContext
from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.rows import BuildRow, Figures, build_row, figures
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.view import View
from hydrasnap.publish.pages.feeds.feeds import feed_file, feed_link, merged
from hydrasnap.publish.pages.files.badges import BadgeBox, badge_box, badge_files, tally_badge
from hydrasnap.report.tally import tally
from hydrasnap.report.transitions import News
from hydrasnap.report.watch import Watched, watched_builds, watched_news

_LONG_AGO = 0


class FailingRow(View, frozen=True, kw_only=True):
    """A watched job that fails, and the first build that did; `exact` as for a job.

    `tag` tells of a jobset that is no longer evaluated, whose builds stay as they are.
    """

    build: BuildRow
    tag: str
    since: int | None
    since_build: int | None
    exact: bool


class NewsRow(View, frozen=True, kw_only=True):
    """What an evaluation did to the watched jobs."""

    evaluation: Link | None
    jobset: Link
    timestamp: int | None
    broken: tuple[ChangeRow, ...]
    fixed: tuple[ChangeRow, ...]


class WatchRow(View, frozen=True, kw_only=True):
    """A watch list in a table."""

    link: Link
    jobs: int
    failing: int
    figures: Figures


class WatchPage(PageContext, frozen=True, kw_only=True):
    """A watch list; `rules` are its globs in words."""

    name: str
    jobs: int
    figures: Figures
    failing: tuple[FailingRow, ...]
    news: tuple[NewsRow, ...]
    rules: tuple[tuple[str, str], ...]
    badge: BadgeBox


class WatchesPage(PageContext, frozen=True, kw_only=True):
    """All watch lists."""

    rows: tuple[WatchRow, ...]


def watch_pages(site: Site) -> Iterator[Page | File]:
    """Yield each watch list's page, feed and badge, and the page that lists them."""
    rows = []
    for watch in site.watches:
        found = _watched(site, watch)
        yield from _pages(site, watch, found)
        rows.append(_row(site, watch, found))
    if rows:
        context = WatchesPage(
            title="Watch lists",
            description=f"The watch lists of {site.name}: what fails in each.",
            shows="This page lists the watch lists that the site was set up with.",
            rows=tuple(rows),
        )
        yield Page(Links.WATCH, "watches.html", context)


def watch_rows(site: Site) -> tuple[WatchRow, ...]:
    """Describe all watch lists for a table."""
    return tuple(_row(site, watch, _watched(site, watch)) for watch in site.watches)


def _keys(site: Site) -> list[JobsetKey]:
    every = site.snapshot.jobsets.values()
    return [
        jobset.key for jobset in every if not jobset.deleted_upstream and jobset.renamed_to is None
    ]


def _watched_keys(site: Site, watch: Watch) -> list[JobsetKey]:
    return list(filter(watch.has_jobset, _keys(site)))


def _watched(site: Site, watch: Watch) -> list[Watched]:
    keys = _keys(site)
    return [found for key in keys for found in watched_builds(site.index, watch, key)]


def _row(site: Site, watch: Watch, found: list[Watched]) -> WatchRow:
    return WatchRow(
        link=Link(label=watch.name, href=site.links.watch(watch.name)),
        jobs=len(found),
        failing=sum(1 for row in found if row.build.status.failed),
        figures=figures(tally(row.build for row in found)),
    )


def _pages(site: Site, watch: Watch, found: list[Watched]) -> Iterator[Page | File]:
    paths = partial(site.links.watch, watch.name)
    news = merged(site, _watched_keys(site, watch))
    shown = [row for item in news if (row := watched_news(watch, item))]
    page = Link(label=watch.name, href=paths())
    yield Page(paths(), "watch.html", _page(site, watch, found, shown))
    yield from feed_file(site, paths("/feed.atom"), page, _watched_keys(site, watch), shown)
    badge = tally_badge(tally(row.build for row in found))
    yield from badge_files(badge, paths("/shield.json"), paths(".svg"))


def _page(site: Site, watch: Watch, found: list[Watched], news: list[News]) -> WatchPage:
    row = _row(site, watch, found)
    paths = partial(site.links.watch, watch.name)
    failing = [item for item in found if item.build.status.failed or item.build.status.aborted]
    failing.sort(key=lambda item: (-_since(item), item.build.job_key, item.build.system))
    return WatchPage(
        title=f"{watch.name}: watch list",
        description=f"{row.failing:,} of {plural(row.jobs, 'watched job')} fail: {watch.name}.",
        shows="This page shows the jobs of one watch list in the newest evaluations.",
        crumbs=(Link(label="Watch lists", href=Links.WATCH),),
        alternates=feed_link(site, paths("/feed.atom"), watch.name, _watched_keys(site, watch)),
        name=watch.name,
        jobs=row.jobs,
        figures=row.figures,
        failing=tuple(_failing(site, item) for item in failing),
        news=tuple(_news(site, item) for item in islice(news, site.limits.transitions)),
        rules=tuple(_rules(watch)),
        badge=badge_box(site, tally_badge(tally(i.build for i in found)), paths(), watch.name),
    )


def _since(found: Watched) -> int:
    return found.run.since.id if found.run.since else _LONG_AGO


def _failing(site: Site, found: Watched) -> FailingRow:
    since = found.run.since
    return FailingRow(
        build=build_row(site, found.build),
        tag=_tag(site.snapshot.jobsets[found.build.jobset_key]),
        since=since.stoptime if since else None,
        since_build=since.id if since else None,
        exact=found.run.last_good is not None,
    )


def _tag(jobset: Jobset) -> str:
    return "" if jobset.configuration.state.enabled else "disabled"


def _news(site: Site, news: News) -> NewsRow:
    key = news.evaluation.jobset_key
    return NewsRow(
        evaluation=site.evaluation_link(news.evaluation),
        jobset=site.jobset_link(key, full=True),
        timestamp=news.evaluation.timestamp or None,
        broken=tuple(change_row(site, change) for change in news.broken),
        fixed=tuple(change_row(site, change) for change in news.fixed),
    )


def _rules(watch: Watch) -> Iterator[tuple[str, str]]:
    """Return the globs of a list in words."""
    for name, globs in (("Jobs", watch.jobs), ("Jobsets", watch.jobsets)):
        yield name, ", ".join(globs) or "all"
    yield "Systems", ", ".join(watch.systems) or "all"
