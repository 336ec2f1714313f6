"""The page of a project: its jobsets and how they do."""

from collections.abc import Iterator
from functools import partial

from hydrasnap.formatting import plural
from hydrasnap.model import Declarative, JobsetOverview, Project
from hydrasnap.publish.links import outward
from hydrasnap.publish.pages.common.page import File, Link, Outside, Page, PageContext, View
from hydrasnap.publish.pages.common.permalinks import Permalink, permalink_page, project_permalinks
from hydrasnap.publish.pages.common.rows import Figures, Verdict, figures, verdict
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.feeds.feeds import jobsets_feed_link
from hydrasnap.publish.pages.files.badges import BadgeBox, badge_box, badge_files, tally_badge
from hydrasnap.publish.pages.files.data import project_data
from hydrasnap.publish.pages.files.data_file import data_file, data_link
from hydrasnap.publish.pages.jobset.latest_builds import project_builds_page
from hydrasnap.report.health import JobsetHealth, ProjectHealth

HIDDEN = "hidden"


class JobsetRow(View, frozen=True, kw_only=True):
    """A jobset by its newest evaluation; `tags` say what is special about it.

    `checked`, `running` and `pending` (since when) change with every crawl: for the overview only.
    """

    link: Link
    summary: str
    latest: Link | None
    evaluated: int | None
    figures: Figures
    verdict: Verdict | None
    newly_failing: int | None
    errors: str
    tags: tuple[str, ...]
    checked: int | None
    running: int | None
    pending: int | None
    disabled: bool


class ProjectPage(PageContext, frozen=True, kw_only=True):
    """A project; `off` are the jobsets that are disabled or gone."""

    name: str
    displayname: str
    summary: str
    homepage: Outside
    owner: str
    disabled: bool
    hidden: bool
    gone: bool
    run_command: bool
    declarative: Declarative | None
    jobsets: tuple[JobsetRow, ...]
    off: tuple[JobsetRow, ...]
    badge: BadgeBox
    builds: str
    permalinks: tuple[Permalink, ...]
    note: str


def project_pages(site: Site) -> Iterator[Page | File]:
    """Yield the page, data and badge of each project."""
    for health in site.health:
        project = site.snapshot.projects[health.name]
        paths = partial(site.links.project, health.name)
        page = _page(site, project, health)
        yield Page(paths(), "project.html", page)
        yield from (permalink_page(health.name, link) for link in page.permalinks)
        yield project_builds_page(site, health.name, [found.key for found in health.jobsets])
        yield data_file(paths(".json"), project_data(site, health))
        badge = tally_badge(health.tally, is_read=health.is_read)
        yield from badge_files(badge, paths(""))


def _page(site: Site, project: Project, health: ProjectHealth) -> ProjectPage:
    rows = jobset_rows(site, health)
    keys = [jobset.key for jobset in health.jobsets]
    return ProjectPage(
        title=f"{project.displayname.strip() or project.name} ({project.name})",
        description=f"The project {project.name} on {site.host}: {plural(len(rows), 'jobset')}.",
        shows=f"This page shows the jobsets of {project.name} by their newest evaluations.",
        crumbs=site.breadcrumbs(project.name)[:1],
        live=site.live("project", project.name),
        alternates=(
            *jobsets_feed_link(
                site, site.project_link(project.name), site.shown_jobsets(project.name)
            ),
            data_link(site.links.project(project.name, ".json"), f"The jobsets of {project.name}"),
        ),
        name=project.name,
        displayname=project.displayname.strip() or project.name,
        summary=project.description,
        homepage=Outside(label=project.homepage, href=outward(project.homepage)),
        owner=project.owner,
        disabled=not project.enabled,
        hidden=project.hidden,
        gone=project.deleted_upstream,
        run_command=project.enable_dynamic_run_command,
        declarative=project.declarative,
        jobsets=tuple(row for row in rows if not row.disabled),
        off=tuple(row for row in rows if row.disabled),
        badge=badge_box(
            site,
            tally_badge(health.tally, is_read=health.is_read),
            site.links.project(project.name),
            project.name,
        ),
        builds=site.links.project(project.name, "/all.html"),
        permalinks=tuple(project_permalinks(site, project.name, keys)),
        note=site.note(project.name),
    )


def jobset_rows(site: Site, health: ProjectHealth) -> tuple[JobsetRow, ...]:
    """Describe the jobsets of a project as Hydra orders them: what is hidden or disabled last."""
    rows = [_row(site, jobset) for jobset in health.jobsets]
    return tuple(sorted(rows, key=lambda row: (HIDDEN in row.tags, row.disabled, row.link.label)))


def _row(site: Site, health: JobsetHealth) -> JobsetRow:
    jobset, latest = health.jobset, health.latest
    seen = jobset.overview or JobsetOverview(*health.key)
    return JobsetRow(
        link=site.jobset_link(health.key),
        summary=jobset.configuration.description,
        latest=site.evaluation_link(latest),
        evaluated=latest.evaluated_at if latest else None,
        figures=figures(health.tally, is_read=health.is_read),
        verdict=verdict(health.tally),
        newly_failing=health.newly_failing,
        errors=site.links.jobset(health.key, "/errors.html") if health.has_errors else "",
        tags=tuple(_tags(health)),
        checked=seen.lastcheckedtime,
        running=seen.starttime,
        pending=None if seen.starttime else seen.triggertime,
        disabled=jobset.deleted_upstream or not jobset.configuration.state.enabled,
    )


def _tags(health: JobsetHealth) -> Iterator[str]:
    """Return what is special about a jobset, without what a mere check changes."""
    jobset = health.jobset
    if jobset.deleted_upstream:
        yield "gone"
    if not jobset.configuration.state.enabled:
        yield "disabled"
    if not jobset.configuration.visible:
        yield HIDDEN
    if not health.is_read:
        yield "not read yet"
    elif health.tally.unknown:
        yield "partly known"
