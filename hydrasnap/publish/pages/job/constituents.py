"""The table of a job's constituents against its newest builds."""

from hydrasnap.model import Build, BuildStatus
from hydrasnap.publish.pages.common.frame import Link
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.view import View
from hydrasnap.publish.pages.jobset.grid import Cell, cell
from hydrasnap.report.constituents import ConstituentRow, constituent_grid
from hydrasnap.report.history import JobHistory

_FEWEST = 2


class AggregateColumn(View, frozen=True, kw_only=True):
    """A build of the aggregate."""

    id: int
    status: BuildStatus
    label: str


class PartRow(View, frozen=True, kw_only=True):
    """A constituent and its builds, one place per column."""

    job: Link
    system: str
    cells: tuple[Cell | None, ...]


class PartsGrid(View, frozen=True, kw_only=True):
    """Builds of an aggregate, newest first, and its constituents."""

    columns: tuple[AggregateColumn, ...]
    rows: tuple[PartRow, ...]


def parts_grid(site: Site, history: JobHistory) -> PartsGrid | None:
    """Describe the constituents of an aggregate that has two builds or more."""
    grid = constituent_grid(site.index, history.builds)
    if len(grid.columns) < _FEWEST or not grid.rows:
        return None
    return PartsGrid(
        columns=tuple(map(_column, grid.columns)),
        rows=tuple(_row(site, row) for row in grid.rows),
    )


def _column(build: Build) -> AggregateColumn:
    status = build.status
    return AggregateColumn(id=build.id, status=status, label=status.label_for(build.buildstatus))


def _row(site: Site, row: ConstituentRow) -> PartRow:
    known = next(build for build in row.cells if build is not None)
    return PartRow(
        job=site.job_link(known.job_key),
        system=row.system,
        cells=tuple(map(cell, row.cells)),
    )
