"""The feeds: what broke and what was mended, by jobset and by project."""

import re
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from urllib.parse import urlsplit

from hydrasnap.model import JobsetKey
from hydrasnap.publish.links import relative
from hydrasnap.publish.pages.common.frame import Alternate, Link
from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.redirects import with_former
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.feeds.atom import TYPE, Entry, Feed, Group, atom
from hydrasnap.report.changes import Change, ChangeKind
from hydrasnap.report.transitions import News

ENTRIES = 20
ITEMS = 100
_NOT_IN_A_TAG = re.compile(r"[^A-Za-z0-9.-]+")


def feed_files(site: Site) -> Iterator[Page | File]:
    """Give the feed of each jobset and project."""
    for project in site.health:
        keys = [jobset.key for jobset in project.jobsets]
        for key in keys:
            path, page = site.links.jobset(key, "/feed.atom"), site.links.jobset(key)
            feed = feed_file(site, path, Link(label=str(key), href=page), site.news(key))
            yield from with_former(site, key, [feed])
        name = project.name
        path, page = site.links.project(name, "/feed.atom"), site.links.project(name)
        yield feed_file(site, path, Link(label=name, href=page), merged(site, keys))


def merged(site: Site, keys: Iterable[JobsetKey]) -> Iterator[News]:
    """Give the news of several jobsets, newest first."""
    return merge(*map(site.news, keys), key=lambda found: -found.evaluation.id)


def feed_link(path: str, of: str) -> Alternate:
    """Point to a feed from the page of the same thing."""
    return Alternate(label="Atom feed", href=path, type=TYPE, title=f"What broke in {of}")


def feed_file(site: Site, path: str, page: Link, found: Iterable[News]) -> File:
    """Write a feed at `path` for what `page` shows."""
    feed = Feed(
        id=_tag(site, path.removesuffix("/feed.atom")),
        title=f"{page.label} on {site.host}: what broke and what was fixed",
        author=site.host,
        self_href=_address(site, path, path),
        page_href=_address(site, page.href, path),
        entries=tuple(_entry(site, path, news) for news in islice(found, ENTRIES)),
    )
    return File(path, atom(feed))


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
        id=_tag(site, f"{path.removesuffix('/feed.atom')}/eval/{evaluation.id}"),
        title=f"{evaluation.jobset_key}: {words} in evaluation {evaluation.id}",
        href=_address(site, page, path),
        updated=_updated(news),
        groups=groups,
    )


def _updated(news: News) -> int:
    """Return when the news became what it is: by the last of its builds, where that is later."""
    ends = (change.build.stoptime for change in (*news.broken, *news.fixed) if change.build)
    return max(news.evaluation.timestamp, *filter(None, ends), 0)


def _groups(site: Site, path: str, news: News) -> Iterator[Group]:
    lists = ((ChangeKind.NEWLY_FAILING, news.broken), (ChangeKind.NEWLY_SUCCEEDING, news.fixed))
    for kind, changes in lists:
        if changes:
            items = tuple(_item(site, path, change) for change in changes[:ITEMS])
            omitted = len(changes) - len(items)
            yield Group(heading=kind.title, items=items, omitted=omitted)


def _item(site: Site, path: str, change: Change) -> Link:
    build = change.build
    assert build is not None, "only a removed job has no build"  # noqa: S101 - narrows the type
    label = f"{change.job} ({change.system}): {build.status.label_for(build.buildstatus).lower()}"
    return Link(label=label, href=_address(site, site.links.build(build.id), path))


def _address(site: Site, target: str, path: str) -> str:
    """Return the absolute address of a page where the site's is known, else a relative one."""
    return f"{site.base.rstrip('/')}/{target}" if site.base else relative(target, path)


def _tag(site: Site, name: str) -> str:
    """Name a thing for ever (RFC 4151), wherever the site lies."""
    place = urlsplit(site.snapshot.origin)
    host = _NOT_IN_A_TAG.sub("-", place.hostname or "").strip("-.") or "hydra"
    port = f"{place.port}/" if place.port else ""
    return f"tag:{host},2026:{port}{name}"
