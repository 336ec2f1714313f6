"""The map of the site for search engines, where its address is known: sitemap.xml and robots.txt.

It lists what people look for and what lasts: the lists at the top, projects, jobsets with the
newest evaluation of each, and the jobs that have a page. Builds are left out: they come and go, a
large Hydra has a million of them, and each is a link away from its job. What Hydra hides is left
out too. A job's line takes some 130 bytes beside its page of 17,000, so the map adds little.

There is no ``lastmod``, which would move with every run. Of a large site the jobs stand in parts
of their own, which a new evaluation does not change. https://www.sitemaps.org/protocol.html has
the limits, and asks that the files lie above all that they list.
"""

from collections.abc import Iterator
from html import escape
from itertools import chain
from urllib.parse import quote

from hydrasnap.model import Jobset
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site

ROBOTS, SITEMAP = "robots.txt", "sitemap.xml"
_TOP = (Links.OVERVIEW, Links.EVALUATIONS, Links.BUILDS, Links.QUEUE)
_FILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{1}</{0}>
"""


def sitemap_files(site: Site) -> Iterator[File]:
    """Yield the parts of the map, and robots.txt, which leads to it."""
    if not site.base:
        return
    jobsets = [found for found in site.snapshot.jobsets.values() if _is_listed(site, found)]
    places = [_entry(site, "url", path) for path in _places(site, jobsets)]
    keys = chain.from_iterable(site.index.jobs_of(jobset.key) for jobset in jobsets)
    paged = filter(site.policy.has_job_page, keys)
    jobs = [_entry(site, "url", site.links.job(key)) for key in paged]
    if len(list(_parts(site, places + jobs))) == 1:
        yield _file(SITEMAP, "urlset", places + jobs)
    else:
        yield from _divided(site, [*_parts(site, places), *_parts(site, jobs)])
    yield File(ROBOTS, f"User-agent: *\nAllow: /\n\nSitemap: {site.base.rstrip('/')}/{SITEMAP}\n")


def _divided(site: Site, parts: list[list[str]]) -> Iterator[File]:
    """Yield the parts of a long map, and the index of them in its place."""
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield _file(name, "urlset", part)
    yield _file(SITEMAP, "sitemapindex", [_entry(site, "sitemap", name) for name in names])


def _is_listed(site: Site, jobset: Jobset) -> bool:
    hidden = site.snapshot.projects[jobset.project].hidden or not jobset.configuration.visible
    return jobset.renamed_to is None and not hidden


def _places(site: Site, jobsets: list[Jobset]) -> Iterator[str]:
    """Yield the paths of all pages but those of jobs; only documents need quoting."""
    yield from _TOP
    yield from (quote(document.path) for document in site.documents)
    if site.watches:
        yield Links.WATCH
        yield from (site.links.watch(watch.name) for watch in site.watches)
    if site.staff:
        yield Links.MAINTAINERS
        people = (site.maintainer_link(one.person).href for one in site.staff)
        yield from filter(None, people)
    for project in site.snapshot.projects.values():
        if not project.hidden:
            yield site.links.project(project.name)
    for jobset in jobsets:
        for part in (".html", "/evals.html", "/jobs.html"):
            yield site.links.jobset(jobset.key, part)
        newest = site.index.latest(jobset.key)
        if newest is not None and site.index.is_comparable(newest):
            yield site.links.evaluation(newest.id)


def _parts(site: Site, entries: list[str]) -> Iterator[list[str]]:
    """Cut entries into files that are not too long and not too large."""
    part: list[str] = []
    size = 0
    for entry in entries:
        if len(part) == site.limits.map_entries or size + len(entry) > site.limits.map_bytes:
            yield part
            part, size = [], 0
        part.append(entry)
        size += len(entry)
    if part:
        yield part


def _file(name: str, kind: str, entries: list[str]) -> File:
    return File(name, _FILE.format(kind, "".join(entries)))


def _entry(site: Site, kind: str, path: str) -> str:
    return f"<{kind}><loc>{escape(site.base.rstrip('/'))}/{path}</loc></{kind}>\n"
