"""The page that lists the files for programs, and the style sheet of the user's colour."""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from hydrasnap.model import JobsetKey
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.page import File, Link, Page, PageContext, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.feeds.feeds import jobsets_feed_link
from hydrasnap.publish.pages.files.data import INDEX, REVISIONS

ACCENT = "accent.css"


class FilesRow(View, frozen=True, kw_only=True):
    """A project or jobset and its files; `evaluation` is its newest, with the files of that."""

    of: Link
    files: tuple[Link, ...]
    evaluation: Link | None = None
    evaluation_files: tuple[Link, ...] = ()


class DataKind(View, frozen=True, kw_only=True):
    """A kind of data file: its path, what it holds, its JSON Schema, and a short example."""

    file: str
    holds: str
    schema: Link
    example: str


class DataPage(PageContext, frozen=True, kw_only=True):
    """The files for programs: those of the whole site, of projects, of jobsets, of watch lists.

    `maintainers` lists the maintainers, each of whom has files too; `kinds` explain the data files.
    """

    files: tuple[Link, ...]
    projects: tuple[FilesRow, ...]
    jobsets: tuple[FilesRow, ...]
    watches: tuple[FilesRow, ...]
    maintainers: Link | None
    kinds: tuple[DataKind, ...]


def listing_files(site: Site) -> Iterator[Page | File]:
    """Yield the page that lists the files for programs, and the style sheet of the accent."""
    context = DataPage(
        title="Data and feeds",
        description=f"Feeds, badges and data files of {site.name}.",
        shows="This page lists the files of the site that programs read.",
        files=tuple(_whole(site)),
        projects=tuple(
            _row(site, site.project_link(name), site.shown_jobsets(name))
            for name in site.snapshot.projects
        ),
        jobsets=tuple(
            _jobset(site, key)
            for key, jobset in site.snapshot.jobsets.items()
            if jobset.renamed_to is None
        ),
        watches=tuple(
            _row(site, Link(label=name, href=site.links.watch(name)), found.jobsets)
            for name, found in site.watched.items()
        ),
        maintainers=Link(label="maintainer", href=Links.MAINTAINERS) if site.staff else None,
        kinds=tuple(data_kinds()),
    )
    yield Page(Links.DATA, "data.html", context)
    if site.look.accent:
        light, _, dark = site.look.accent.partition(",")
        colour = f"light-dark({light}, {dark.strip() or light})"
        yield File(ACCENT, f":root {{ --link: {colour}; }}\n")


def data_kinds() -> Iterator[DataKind]:
    """Yield every kind of data file."""
    text = Path(__file__).with_name("data_kinds.json").read_text(encoding="utf-8")
    for name, kind in json.loads(text).items():
        yield DataKind(
            file=kind["file"],
            holds=kind["holds"],
            schema=Link(label=f"schema/{name}.json", href=f"schema/{name}.json"),
            example=json.dumps(kind["example"], indent=1, ensure_ascii=False),
        )


def _whole(site: Site) -> Iterator[Link]:
    yield Link(label="All projects", href=INDEX)
    yield Link(label="Time of the snapshot, as a badge", href="snapshot.svg")
    yield Link(label="and for shields.io", href="snapshot/shield.json")
    if site.snapshot.live is not None:
        yield Link(label="What the Hydra was doing", href="status.json")
    if site.base:
        yield Link(label="Site map", href="sitemap.xml")


def _row(site: Site, of: Link, keys: Iterable[JobsetKey]) -> FilesRow:
    return FilesRow(of=of, files=(*_feed(site, of, keys), *_beside(of.href)))


def _jobset(site: Site, key: JobsetKey) -> FilesRow:
    latest = site.index.latest(key)
    newest = latest if latest and site.index.is_comparable(latest) else None
    link, revisions = site.jobset_link(key, full=True), site.links.jobset(key, REVISIONS)
    return FilesRow(
        of=link,
        files=(
            *_feed(site, link, [key]),
            *_beside(link.href),
            Link(label="revisions", href=revisions),
        ),
        evaluation=site.evaluation_link(newest),
        evaluation_files=_of_evaluation(site, newest.id) if newest else (),
    )


def _of_evaluation(site: Site, number: int) -> tuple[Link, ...]:
    path = partial(site.links.evaluation, number)
    return (
        *_beside(path()),
        Link(label="all jobs", href=path("/jobs.json")),
        Link(label="Markdown", href=path(".md")),
        Link(label="failing jobs", href=path("/failing.txt")),
    )


def _feed(site: Site, page: Link, keys: Iterable[JobsetKey]) -> Iterator[Link]:
    for found in jobsets_feed_link(site, page, keys):
        yield Link(label="feed", href=found.href)


def _beside(page: str) -> Iterator[Link]:
    stem = page.removesuffix(".html")
    yield Link(label="data", href=f"{stem}.json")
    yield Link(label="badge", href=f"{stem}.svg")
    yield Link(label="shield", href=f"{stem}/shield.json")
