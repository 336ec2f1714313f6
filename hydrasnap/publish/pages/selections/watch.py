"""The watch lists of the configuration: what fails, since when, why, what was fixed."""

from collections.abc import Iterator

from hydrasnap.formatting import plural
from hydrasnap.model import Watch
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.page import File, Link, Page, PageContext, View
from hydrasnap.publish.pages.common.rows import Figures, figures
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.selections.selection import (
    SelectionPage,
    selection_alternates,
    selection_badge,
    selection_pages,
    selection_view,
)
from hydrasnap.report.selections import Selection


class WatchRow(View, frozen=True, kw_only=True):
    """A watch list in a table."""

    link: Link
    jobs: int
    failing: int
    newly: int  # how many of them the newest evaluations broke
    unread: int  # how many jobsets, which may have such jobs, are not known in full
    figures: Figures


class WatchPage(SelectionPage, frozen=True, kw_only=True):
    """A watch list."""

    rules: tuple[tuple[str, str], ...]  # what is matched, and the globs for that


class WatchesPage(PageContext, frozen=True, kw_only=True):
    """All watch lists."""

    rows: tuple[WatchRow, ...]


def watch_pages(site: Site) -> Iterator[Page | File]:
    """Yield each watch list's page and files, and the page that lists them."""
    for watch in site.watches:
        yield from _pages(site, watch, site.watched[watch.name])
    if site.watches:
        context = WatchesPage(
            title="Watch lists",
            description=f"The watch lists of {site.name}: what fails in each.",
            shows="This page lists the watch lists that the site was set up with.",
            rows=watch_rows(site),
        )
        yield Page(Links.WATCH, "watches.html", context)


def watch_rows(site: Site) -> tuple[WatchRow, ...]:
    """Return all watch lists as rows of a table."""
    return tuple(
        WatchRow(
            link=Link(label=name, href=site.links.watch(name)),
            jobs=found.tally.total,
            failing=found.failed,
            newly=found.newly_failing,
            unread=found.unread,
            figures=figures(found.tally),
        )
        for name, found in site.watched.items()
    )


def _pages(site: Site, watch: Watch, selection: Selection) -> Iterator[Page | File]:
    path, jobs = site.links.watch(watch.name), plural(selection.tally.total, "watched job")
    page = WatchPage(
        title=f"{watch.name}: watch list",
        description=f"{selection.failed:,} of {jobs} fail: {watch.name}.",
        shows="This page shows the jobs of one watch list in the newest evaluations.",
        crumbs=(Link(label="Watch lists", href=Links.WATCH),),
        alternates=selection_alternates(path, watch.name, selection),
        name=watch.name,
        selection=selection_view(site, path, selection),
        badge=selection_badge(site, watch.name, path, selection),
        rules=tuple(_rules(watch)),
    )
    yield from selection_pages(site, path, "watch.html", page, selection)


def _rules(watch: Watch) -> Iterator[tuple[str, str]]:
    """Return the globs of a list in words."""
    kinds = (("Jobs", watch.jobs), ("Jobsets", watch.jobsets), ("Systems", watch.systems))
    return ((name, ", ".join(globs) or "all") for name, globs in kinds)
