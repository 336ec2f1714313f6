"""The builds that finished last: of the whole Hydra, of a project, of a jobset."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from hydrasnap.model import Build, Jobset, JobsetKey
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.jobset_head import JobsetPart, jobset_head, live
from hydrasnap.publish.pages.common.page import Page, PageContext
from hydrasnap.publish.pages.common.rows import BuildRow, build_rows
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.jobset.builds_file import builds_paths
from hydrasnap.report.index import Index
from hydrasnap.report.latest import newest_results
from hydrasnap.report.memoized import Memoized


class BuildsPage(PageContext, frozen=True, kw_only=True):
    """The builds that finished last; `finished` counts all that the snapshot holds.

    `files` hold all of them; there are none if the page holds all.
    """

    heading: str
    rows: tuple[BuildRow, ...]
    finished: int
    files: tuple[str, ...]


class JobsetBuildsPage(JobsetPart, frozen=True, kw_only=True):
    """The builds of one jobset that finished last."""

    rows: tuple[BuildRow, ...]
    finished: int
    files: tuple[str, ...]


def latest_builds_page(site: Site) -> Iterator[Page]:
    """Return the page of the newest builds of all jobsets."""
    keys = list(site.snapshot.jobsets)
    rows, most = _newest(site, keys), sum(map(site.index.finished, keys))
    context = BuildsPage(
        title="Latest builds",
        description=f"The builds of {site.host} that finished last.",
        shows="This page lists the builds of the snapshot that finished last, newest first.",
        live=site.live("all"),
        heading="Latest builds",
        rows=build_rows(site, rows),
        finished=most,
        files=_files(site, keys, rows, most),
    )
    yield Page(Links.BUILDS, "builds.html", context)


def project_builds_page(site: Site, project: str, keys: Sequence[JobsetKey]) -> Page:
    """Return the page of the newest builds of a project, whose jobsets are `keys`."""
    rows, most = _newest(site, keys), sum(map(site.index.finished, keys))
    context = BuildsPage(
        title=f"Latest builds of {project}",
        description=f"The builds of the project {project} that finished last.",
        shows=f"This page lists the builds of {project} that finished last, newest first.",
        crumbs=site.breadcrumbs(project),
        live=site.live("project", project, "all"),
        heading=f"Latest builds of {project}",
        rows=build_rows(site, rows),
        finished=most,
        files=_files(site, keys, rows, most),
    )
    return Page(site.links.project(project, "/all.html"), "builds.html", context)


def jobset_builds_page(site: Site, jobset: Jobset) -> JobsetBuildsPage:
    """Describe the builds of a jobset that finished last."""
    key = jobset.key
    builds = site.index.builds_of_jobset(key)
    rows, most = (
        newest_results(builds, site.limits.latest_builds_of_jobset),
        site.index.finished(key),
    )
    return JobsetBuildsPage(
        title=f"Latest builds of {key}",
        description=f"The builds of the jobset {key} that finished last.",
        shows=f"This page lists the builds of {key} that finished last, newest first.",
        crumbs=site.breadcrumbs(*key),
        live=live(site, jobset, "all"),
        head=jobset_head(site, jobset, "Builds"),
        rows=build_rows(site, rows),
        finished=most,
        files=_files(site, [key], rows, most),
    )


def _files(
    site: Site, keys: Iterable[JobsetKey], rows: Sequence[Build], finished: int
) -> tuple[str, ...]:
    """Return the files that have all builds of some jobsets, none if the page has them."""
    return builds_paths(site, keys) if finished > len(rows) else ()


def _newest(site: Site, keys: Iterable[JobsetKey]) -> tuple[Build, ...]:
    """Return the builds of some jobsets that finished last, newest first."""
    most = site.limits.latest_builds
    found = (newest(most).of(site.index, key) for key in keys)
    return newest_results(chain.from_iterable(found), most)


def newest(most: int) -> Memoized[tuple[Build, ...]]:
    """Ask for the builds of a jobset that finished last, newest first, `most` of them."""

    def find(index: Index, key: JobsetKey) -> tuple[Build, ...]:
        return newest_results(index.builds.of_jobset(key), most)

    return Memoized("newest", tuple[Build, ...], find, most)
