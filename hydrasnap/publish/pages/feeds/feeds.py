"""The feeds: what broke and what was fixed, by jobset and by project."""

from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from hydrasnap.formatting import plural
from hydrasnap.model import Build, JobsetKey, Watch
from hydrasnap.model.value_bounds import LATEST
from hydrasnap.publish.links import relative
from hydrasnap.publish.pages.common.page import Alternate, File, Link, Page
from hydrasnap.publish.pages.common.redirects import with_old_names
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.feeds.atom import TYPE, Entry, Feed, Group, atom
from hydrasnap.report.changes import Change, ChangeKind
from hydrasnap.report.history import JobHistory
from hydrasnap.report.selections import newest_time
from hydrasnap.report.transitions import News


def feed_files(site: Site) -> Iterator[Page | File]:
    """Yield the feed of each jobset and project that has an evaluation with a known time."""
    for project in site.health:
        for health in project.jobsets:
            own = _feed_of(site, site.jobset_link(health.key, full=True), [health.key])
            yield from with_old_names(site, health.key, own)
        shown = site.shown_jobsets(project.name)
        yield from _feed_of(site, site.project_link(project.name), shown)


def _feed_of(site: Site, page: Link, keys: Collection[JobsetKey]) -> Iterator[File]:
    """Yield the feed beside a page on the news of some jobsets, newest first."""
    news = merge(*map(site.news, keys), key=lambda found: -found.evaluation.id)
    return feed_file(site, page, newest_time(site.index, keys), news)


def job_feed(site: Site, history: JobHistory) -> Iterator[File]:
    """Return the feed of a job: each result that differs from the one before it on its system."""
    if not has_job_feed(site, history):
        return
    key = history.key
    path = site.links.job(key, "/feed.atom")
    title = f"{key.name} of {key.project}:{key.jobset} on {site.name}: broken and fixed"
    updated = max(filter(_is_known, (build.stoptime or 0 for build in history.results)))
    entries = (entry for entry in _entries(site, path, history) if _is_known(entry.updated))
    yield _file(site, path, Link(label=title, href=site.links.job(key)), updated, entries)


def job_feed_link(site: Site, history: JobHistory) -> tuple[Alternate, ...]:
    """Point to the feed of a job, or of its jobset where the job has none of its own."""
    key = history.key
    if has_job_feed(site, history):
        return (alternate(site.links.job(key, "/feed.atom"), key.name),)
    jobset = site.jobset_feeds.get(key.jobset_key)
    return (alternate(_beside(site.links.jobset(jobset)), str(jobset)),) if jobset else ()


def has_job_feed(site: Site, history: JobHistory) -> bool:
    """Return whether a job has a feed of its own: it ever failed, or somebody looks at it.

    That is an aggregate or on a watch list. One of its results must have a time. Of all other jobs
    the feed of the jobset tells as soon as they fail.
    """
    results = history.results
    return any(_is_known(build.stoptime or 0) for build in results) and (
        results[0].constituents is not None
        or not all(build.status.succeeded for build in results)
        or any(_is_watched(watch, history) for watch in site.watches)
    )


def _is_watched(watch: Watch, history: JobHistory) -> bool:
    key = history.key
    return watch.has_jobset(key.jobset_key) and any(
        watch.has(key.name, system) for system in history.systems
    )


def _entries(site: Site, path: str, history: JobHistory) -> Iterator[Entry]:
    """Yield the builds of a job that changed its result, newest first."""
    later: dict[str, Build] = {}
    found: list[Build] = []
    for build in (build for build in history.results if build.status.decided):
        newer = later.get(build.system)
        if newer is not None and newer.status.succeeded != build.status.succeeded:
            found.append(newer)
        later[build.system] = build
    for build in sorted(found, key=lambda one: -one.id):
        label = build.label.lower()
        yield Entry(
            id=_id(site, f"{path.removesuffix('/feed.atom')}/build/{build.id}"),
            title=f"{build.job} ({build.system}): {label} in build {build.id}",
            href=_address(site, site.links.build(build.id), path),
            updated=build.stoptime or 0,
            groups=(),
        )


def feed_link(page: Link, updated: int | None) -> tuple[Alternate, ...]:
    """Return the link to the feed beside a page; empty if the time it was `updated` is unknown."""
    return () if updated is None else (alternate(_beside(page.href), page.label),)


def jobsets_feed_link(site: Site, page: Link, keys: Iterable[JobsetKey]) -> tuple[Alternate, ...]:
    """Return the link to the feed of some jobsets beside a page, if there is one."""
    return feed_link(page, newest_time(site.index, keys))


def _beside(page: str) -> str:
    return f"{page.removesuffix('.html')}/feed.atom"


def alternate(path: str, of: str) -> Alternate:
    """Return the link to a feed."""
    return Alternate(label="Atom feed", href=path, type=TYPE, title=f"What broke in {of}")


def feed_file(site: Site, page: Link, updated: int | None, found: Iterable[News]) -> Iterator[File]:
    """Yield the feed beside a page on what that shows; nothing if its `updated` is not known."""
    if updated is None:
        return
    path = _beside(page.href)
    title = f"{page.label} on {site.name}: what broke and what was fixed"
    entries = (_entry(site, path, news) for news in found if _updated(news))
    yield _file(site, path, Link(label=title, href=page.href), updated, entries)


def _file(site: Site, path: str, page: Link, updated: int, entries: Iterable[Entry]) -> File:
    """Return the feed at `path` on a page; the label of the link to it is the feed's title."""
    feed = Feed(
        id=_id(site, path.removesuffix("/feed.atom")),
        title=page.label,
        author=site.host,
        self_href=_address(site, path, path),
        page_href=_address(site, page.href, path),
        updated=updated,
        entries=tuple(islice(entries, site.limits.feed_entries)),
    )
    return File(path, atom(feed))


def _is_known(seconds: int) -> bool:
    """Return whether a time is one that the calendar has."""
    return 0 < seconds <= LATEST


def _entry(site: Site, path: str, news: News) -> Entry:
    evaluation = news.evaluation
    page = site.links.evaluation(evaluation.id)
    groups = tuple(_groups(site, path, news))
    words = ", ".join(
        f"{len(changes):,} {word}"
        for changes, word in ((news.broken, "newly failing"), (news.fixed, "fixed"))
        if changes
    )
    return Entry(
        id=_id(site, f"{path.removesuffix('/feed.atom')}/eval/{evaluation.id}"),
        title=f"{evaluation.jobset_key}: {words} in evaluation {evaluation.id}",
        href=_address(site, page, path),
        updated=_updated(news),
        groups=groups,
    )


def _updated(news: News) -> int:
    """Return when the news became what it is: by the last of its builds, where that is later.

    0 where no time is known.
    """
    ends = (change.build.stoptime for change in (*news.broken, *news.fixed) if change.build)
    times = (news.evaluation.timestamp, *filter(None, ends))
    return max(filter(_is_known, times), default=0)


def _groups(site: Site, path: str, news: News) -> Iterator[Group]:
    lists = ((ChangeKind.NEWLY_FAILING, news.broken), (ChangeKind.NEWLY_SUCCEEDING, news.fixed))
    for kind, changes in lists:
        if changes:
            items = tuple(_item(site, path, change) for change in changes[: site.limits.feed_items])
            omitted = len(changes) - len(items)
            yield Group(heading=kind.title, items=items, omitted=omitted)
    if news.causes:
        yield _causes(site, path, news)


def _causes(site: Site, path: str, news: News) -> Group:
    page = _address(site, site.links.evaluation(news.evaluation.id, "/causes.html"), path)
    shown = news.causes[: site.limits.blocked]
    items = (f"{one.name} fails and takes down {plural(one.jobs, 'job')}" for one in shown)
    return Group(
        heading="Root causes",
        items=tuple(Link(label=words, href=page) for words in items),
        omitted=len(news.causes) - len(shown),
    )


def _item(site: Site, path: str, change: Change) -> Link:
    build = change.shown
    label = f"{change.job} ({change.system}): {build.label.lower()}"
    return Link(label=label, href=_address(site, site.links.build(build.id), path))


def _address(site: Site, target: str, path: str) -> str:
    """Return the absolute address of a page where the site's is known, else a relative one."""
    return f"{site.base.rstrip('/')}/{target}" if site.base else relative(target, path)


def _id(site: Site, name: str) -> str:
    """Return a permanent id that does not depend on the address of the site."""
    return uuid5(NAMESPACE_URL, f"{site.origin}/{name}").urn
