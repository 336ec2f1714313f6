"""The table of a jobset's jobs against its newest evaluations."""

from hydrasnap.formatting import listed, plural
from hydrasnap.model import Build, BuildStatus, Evaluation, Jobset
from hydrasnap.publish.pages.common.jobset_head import JobsetPart, jobset_head, live
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.rows import evaluation_commits
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.jobset.builds_file import builds_path
from hydrasnap.report.grid import Grid, Interest, job_grid


class Column(View, frozen=True, kw_only=True):
    """An evaluation; `partial` where builds of it are not in the snapshot."""

    id: int
    timestamp: int | None
    commits: str  # what changed in it, in words
    partial: bool


class Cell(View, frozen=True, kw_only=True):
    """A build of the row's job in the column's evaluation."""

    id: int
    status: BuildStatus
    label: str


class Row(View, frozen=True, kw_only=True):
    """A job and its builds, one place per column."""

    job: Link
    active: bool
    cells: tuple[Cell | None, ...]


class GridPage(JobsetPart, frozen=True, kw_only=True):
    """Jobs against evaluations.

    `columns` are the newest evaluations, newest first; `rows` the jobs by name; `omitted` says
    which jobs are left out and how many, empty if none are. `builds` is the file that has all of
    the `total`, empty if the page has them.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    omitted: str
    total: int
    builds: str


def grid_page(site: Site, jobset: Jobset) -> GridPage:
    """Describe the jobs of a jobset over its newest evaluations."""
    key = jobset.key
    grid = job_grid(site.index, key, site.limits.grid_columns, site.limits.grid_rows)
    return GridPage(
        title=f"Jobs of {key}",
        description=f"The jobs of {key} in its {len(grid.columns)} newest evaluations.",
        shows=f"This page shows the jobs of {key} in its newest evaluations, the newest first.",
        crumbs=site.breadcrumbs(*key),
        live=live(site, jobset, tab="#tabs-jobs"),
        head=jobset_head(site, jobset, "Jobs"),
        columns=tuple(
            _column(site, found, is_partial=bool(unknown))
            for found, unknown in zip(grid.columns, grid.unknown, strict=True)
        ),
        rows=tuple(
            Row(job=site.job_link(row.job), active=row.active, cells=tuple(map(cell, row.cells)))
            for row in grid.jobs.rows
        ),
        omitted=_omitted(grid),
        total=grid.jobs.total,
        builds=builds_path(site, key) if grid.omitted else "",
    )


def _column(site: Site, evaluation: Evaluation, *, is_partial: bool) -> Column:
    commits = evaluation_commits(site, evaluation)
    return Column(
        id=evaluation.id,
        timestamp=evaluation.evaluated_at,
        commits=", ".join(f"{commit.name} {commit.short}" for commit in commits),
        partial=is_partial,
    )


_LEFT_OUT = {
    Interest.NEWLY_FAILING: "that fail newly",
    Interest.FAILING: "that fail",
    Interest.UNDECIDED: "that are queued or aborted",
    Interest.CHANGING: "that succeed now and did not always",
    Interest.UNKNOWN: "of which the newest evaluation is not known",
    Interest.GONE: "that the newest evaluation has no more",
    Interest.STEADY: "that succeeded in every evaluation shown",
}


def _omitted(grid: Grid) -> str:
    """Return a sentence on the jobs that are left out; empty if none are."""
    if not grid.omitted:
        return ""
    words = dict(_LEFT_OUT)
    if any(grid.unknown):
        words[Interest.STEADY] = "that succeeded wherever it is known"
    parts = [f"{count:,} {words[interest]}" for interest, count in grid.omitted.items()]
    return f"{plural(grid.jobs.omitted, 'more job')} left out: {listed(parts)}"


def cell(build: Build | None) -> Cell | None:
    """Describe a build in a grid."""
    if build is None:
        return None
    return Cell(id=build.id, status=build.status, label=build.label)
