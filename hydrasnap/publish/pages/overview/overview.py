"""The first page: whether anything is wrong, and how old the data are."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from hydrasnap.formatting import clock, plural
from hydrasnap.model import Evaluation, Gap, JobsetKey, Run, Snapshot
from hydrasnap.publish.links import Links, outward
from hydrasnap.publish.pages.activity.activity import LiveNote, live_note
from hydrasnap.publish.pages.common.change_rows import BrokenRow, broken_row
from hydrasnap.publish.pages.common.channels import ChannelBox, channel_boxes
from hydrasnap.publish.pages.common.page import File, Link, Page, PageContext, View
from hydrasnap.publish.pages.common.rows import EvaluationRow, evaluation_rows
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.files.badges import Badge, badge_files
from hydrasnap.publish.pages.files.data import INDEX, index_data
from hydrasnap.publish.pages.files.data_file import data_file, data_link
from hydrasnap.publish.pages.jobset.errors import titled_errors
from hydrasnap.publish.pages.jobset.evaluations import newest_evaluations
from hydrasnap.publish.pages.overview.project import HIDDEN, JobsetRow, jobset_rows
from hydrasnap.publish.pages.selections.watch import WatchRow, watch_rows
from hydrasnap.report.health import (
    Broken,
    JobsetHealth,
    is_polled,
    knows_since,
    newly_broken,
    snapshot_time,
)
from hydrasnap.report.transitions import News

DATA = "snapshot.js"
_DAY = 86_400


class Lately(View, frozen=True, kw_only=True):
    """What broke within some time before the snapshot.

    `span` is that time in words; `broke` counts the jobs that an evaluation of that time broke, and
    `still` those of them that have not succeeded since. `rows` are the newest of these. `is_known`
    tells that all evaluations of that time are known in full.
    """

    span: str
    broke: int
    still: int
    rows: tuple[BrokenRow, ...]
    is_known: bool


class ProjectRow(View, frozen=True, kw_only=True):
    """A project by the sum of its jobsets' newest evaluations."""

    link: Link
    name: str
    summary: str
    homepage: str | None
    tags: tuple[str, ...]
    disabled: bool
    jobsets: tuple[JobsetRow, ...]


class Trouble(View, frozen=True, kw_only=True):
    """A jobset that deserves a look, and why."""

    jobset: Link
    why: tuple[Link, ...]


class Stale(View, frozen=True, kw_only=True):
    """A jobset that was not checked when it should have been, and when it was last."""

    jobset: Link
    checked: int | None


class OverviewPage(PageContext, frozen=True, kw_only=True):
    """The first page; it, ``snapshot.js`` and the badge hold what changes with every crawl."""

    origin: str
    as_of: int  # Unix seconds
    run: Run
    gaps: tuple[Gap, ...]
    sums: str
    channels: tuple[ChannelBox, ...]
    running: LiveNote | None
    watches: tuple[WatchRow, ...]
    broken: tuple[BrokenRow, ...]  # newly failing jobs, the first of broken_total
    broken_total: int
    lately: tuple[Lately, ...]
    unread: int  # jobsets of which it is unknown whether something newly fails
    first_run: bool  # whether nothing was known before
    troubles: tuple[Trouble, ...]  # jobsets that deserve a look
    troubled: int  # number of jobsets with errors or stale
    stale: tuple[Stale, ...]  # jobsets that were not checked in time
    checked: int  # number of jobsets that Hydra checks by itself
    projects: tuple[ProjectRow, ...]
    off: tuple[ProjectRow, ...]  # projects that are disabled or gone
    newest: tuple[int, ...]  # the newest evaluation of each jobset in use
    evaluations: tuple[EvaluationRow, ...]


def overview_pages(site: Site) -> Iterator[Page | File]:
    """Yield the first page, its data, and the small file with the age of the snapshot."""
    yield data_file(INDEX, index_data(site))
    yield File(DATA, snapshot_script(site))
    yield from badge_files(snapshot_badge(site), "snapshot")
    yield Page(Links.OVERVIEW, "overview.html", overview_page(site))


def snapshot_badge(site: Site) -> Badge:
    """Return the badge with the time of the snapshot; yellow if parts could not be read."""
    color = "green" if site.snapshot.run.complete else "yellow"
    taken = snapshot_time(site.snapshot)
    return Badge(label="snapshot", message=f"{clock(taken)} UTC" if taken else "empty", color=color)


def snapshot_script(site: Site) -> str:
    """Return the script with the time of the snapshot, which every page loads."""
    data = {"asOf": snapshot_time(site.snapshot), "complete": site.snapshot.run.complete}
    return f"var hydrasnap = {json.dumps(data, sort_keys=True)};\n"


def overview_page(site: Site) -> OverviewPage:
    """Describe the whole snapshot."""
    snapshot = site.snapshot
    jobsets = list(site.jobset_health.values())
    shown = [health for health in jobsets if not health.hidden]
    broken = newly_broken(jobsets, site.limits.broken_jobs)
    newest = newest_evaluations(site)
    projects = _projects(site)
    return OverviewPage(
        title="Overview",
        description=f"A static snapshot of the Hydra at {site.host}: what broke, jobset by jobset.",
        shows="This page shows the newest state of every jobset in the snapshot.",
        live=snapshot.origin,
        alternates=(data_link(INDEX, "All projects"),),
        origin=snapshot.origin,
        as_of=snapshot_time(snapshot),
        run=snapshot.run,
        gaps=snapshot.run.gaps,
        sums=_sums(snapshot, len(jobsets)),
        channels=tuple(_channels(site, jobsets)),
        running=live_note(site),
        watches=watch_rows(site),
        broken=tuple(_broken(site, row) for row in broken.rows),
        broken_total=broken.total,
        lately=tuple(_lately(site, jobsets)),
        unread=sum(health.in_use and not health.knows_failures for health in jobsets),
        first_run=not (snapshot.run.known_evaluations or snapshot.run.known_builds),
        troubles=tuple(_troubles(site, shown)),
        troubled=sum(1 for health in shown if health.has_errors or health.stale),
        stale=tuple(_stale(site, health) for health in shown if health.stale),
        checked=sum(is_polled(health.jobset) for health in shown),
        projects=tuple(row for row in projects if not row.disabled),
        off=tuple(row for row in projects if row.disabled),
        newest=tuple(health.latest.id for health in jobsets if health.in_use and health.latest),
        evaluations=evaluation_rows(
            site, islice(_visible(site, newest), site.limits.newest_evaluations)
        ),
    )


def _sums(snapshot: Snapshot, jobsets: int) -> str:
    """Return in words how many objects of each kind there are, renamed jobsets counted once."""
    counts = {
        "project": len(snapshot.projects),
        "jobset": jobsets,
        "evaluation": len(snapshot.evaluations),
        "build": len(snapshot.builds),
    }
    return ", ".join(plural(count, name) for name, count in counts.items())


def _visible(site: Site, evaluations: Iterable[Evaluation]) -> Iterator[Evaluation]:
    """Leave out the evaluations of jobsets that Hydra hides."""
    hidden = {key for key, health in site.jobset_health.items() if health.hidden}
    return (found for found in evaluations if found.jobset_key not in hidden)


def _channels(site: Site, jobsets: list[JobsetHealth]) -> list[ChannelBox]:
    """Describe the aggregates of the jobsets in use: first what is blocked, the largest first."""
    used = (health.latest for health in jobsets if health.in_use)
    boxes = [box for latest in used for box in channel_boxes(site, latest)]
    return sorted(boxes, key=lambda box: (not box.blocking, -box.size))


def _lately(site: Site, jobsets: list[JobsetHealth]) -> Iterator[Lately]:
    """Return what broke in the last day and week, by the times of evaluations."""
    now = snapshot_time(site.snapshot)
    used = [health.key for health in jobsets if health.in_use]
    news = sorted(
        (found for key in used for found in site.news(key)),
        key=lambda found: -found.evaluation.id,
    )
    for span, seconds in (("24 hours", _DAY), ("7 days", 7 * _DAY)):
        start, run = now - seconds, site.snapshot.run
        rows = list(_each_once(news, start, now))
        still = [row for row in rows if _still_fails(site, row)]
        yield Lately(
            span=span,
            broke=len(rows),
            still=len(still),
            rows=tuple(_broken(site, row) for row in still[: site.limits.broken_jobs]),
            is_known=run.complete
            and not run.gaps
            and all(knows_since(site.index, key, start) for key in used),
        )


def _each_once(news: Iterable[News], start: int, end: int) -> Iterator[Broken]:
    """Yield the jobs that evaluations of a time broke, each with the last that did."""
    seen: set[tuple[JobsetKey, str, str]] = set()
    for found in news:
        for change in found.broken if start <= found.evaluation.timestamp <= end else ():
            name = (found.evaluation.jobset_key, change.job, change.system)
            if name not in seen:
                seen.add(name)
                yield Broken(found.evaluation, change)


def _still_fails(site: Site, row: Broken) -> bool:
    """Return whether the newest result of a job that broke is no success."""
    build = row.change.shown
    later = (b for b in site.index.builds_of_job(build.job_key) if b.system == build.system)
    newest = next((b for b in later if b.status.decided), build)
    return not newest.status.succeeded


def _broken(site: Site, row: Broken) -> BrokenRow:
    return broken_row(site, row.evaluation, row.change)


def _troubles(site: Site, jobsets: list[JobsetHealth]) -> Iterator[Trouble]:
    for health in jobsets:
        href = site.links.jobset(health.key, "/errors.html")
        titles = (title for title, _ in titled_errors(health.jobset))
        why = tuple(Link(label=title.lower(), href=href) for title in titles)
        if why:
            yield Trouble(jobset=site.jobset_link(health.key, full=True), why=why)


def _stale(site: Site, health: JobsetHealth) -> Stale:
    seen = health.jobset.overview
    return Stale(
        jobset=site.jobset_link(health.key, full=True),
        checked=seen.lastcheckedtime if seen else None,
    )


def _projects(site: Site) -> tuple[ProjectRow, ...]:
    rows = []
    for health in site.health:
        project = site.snapshot.projects[health.name]
        homepage = outward(project.homepage)
        marks = {
            "gone": project.deleted_upstream,
            "disabled": not project.enabled,
            HIDDEN: project.hidden,
        }
        row = ProjectRow(
            link=site.project_link(project.name),
            name=project.displayname.strip() or project.name,
            summary=project.description.strip() or homepage or "",
            homepage=homepage,
            tags=tuple(mark for mark, is_set in marks.items() if is_set),
            disabled=project.deleted_upstream or not project.enabled,
            jobsets=jobset_rows(site, health),
        )
        rows.append(row)
    return tuple(sorted(rows, key=lambda row: (HIDDEN in row.tags, row.disabled, row.link.label)))
