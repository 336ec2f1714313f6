"""The page of the search: without scripts it leads to the lists that hold everything."""

from collections.abc import Iterator
from html import escape

from hydrasnap.formatting import visible
from hydrasnap.publish.pages.common.page import File, Link, Page, PageContext, View
from hydrasnap.publish.pages.common.site import Site

_DESCRIPTOR = """<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>{name}</ShortName>
<Description>Search the projects, jobsets, jobs and builds of {host}</Description>
<InputEncoding>UTF-8</InputEncoding>
<Image type="image/svg+xml">{base}static/icon.svg</Image>
<Url type="text/html" method="get" template="{base}search.html?q={{searchTerms}}"/>
</OpenSearchDescription>
"""
_SHORT_NAME = 16  # characters that OpenSearch 1.1 allows


class Lists(View, frozen=True, kw_only=True):
    """A project and its jobsets."""

    project: Link
    jobsets: tuple[Link, ...]


class SearchPage(PageContext, frozen=True, kw_only=True):
    """Where to look: `lists` names every project with its jobsets."""

    lists: tuple[Lists, ...]


def search_page_files(site: Site) -> Iterator[Page | File]:
    """Yield the page of the search, and its OpenSearch description."""
    yield Page(site.links.SEARCH, "search.html", search_page(site))
    if site.base:
        yield descriptor(site)


def search_page(site: Site) -> SearchPage:
    """Describe the search page, and the lists that stand in for it without scripts."""
    return SearchPage(
        title="Search",
        description=f"Search the projects, jobsets, jobs and builds of {site.host}.",
        shows="This page searches the snapshot; nothing is sent to any server.",
        live=site.live("search"),
        lists=tuple(_lists(site)),
    )


def _lists(site: Site) -> Iterator[Lists]:
    for project in site.snapshot.projects:
        keys = (key for key in site.snapshot.jobsets if key.project == project)
        jobsets = tuple(Link(label=key.name, href=site.links.jobset(key)) for key in keys)
        yield Lists(project=site.project_link(project), jobsets=jobsets)


def descriptor(site: Site) -> File:
    """Return the OpenSearch description, by which browsers search the site from the address bar."""
    text = _DESCRIPTOR.format(
        name=escape(visible(site.name)[:_SHORT_NAME]),
        host=escape(visible(site.host)),
        base=escape(site.base.rstrip("/") + "/"),
    )
    return File("opensearch.xml", text)
