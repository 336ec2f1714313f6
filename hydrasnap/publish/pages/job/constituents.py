"""The table of a job's constituents against its newest builds."""

from collections.abc import Sequence

from hydrasnap.model import Build, BuildStatus
from hydrasnap.publish.pages.build.build import constituents_of, constituents_sentence
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.rows import BuildRow, build_row
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.jobset.grid import Cell, cell
from hydrasnap.report.constituents import ConstituentRow, constituent_grid
from hydrasnap.report.history import JobHistory, failing_run


class PartSince(View, frozen=True, kw_only=True):
    """A constituent without success, and since when it fails in the builds of the aggregate.

    `whole` is the id of the first build of the aggregate since which it always fails, `first` its
    own build there; both are None where it was aborted. `exact` says that it succeeded just before.
    """

    build: BuildRow
    first: BuildRow | None
    whole: int | None
    exact: bool


class AggregateState(View, frozen=True, kw_only=True):
    """The newest build of an aggregate, and what blocks it."""

    build: BuildRow
    sentence: str  # on its constituents
    blocking: tuple[PartSince, ...]


class AggregateColumn(View, frozen=True, kw_only=True):
    """A build of the aggregate."""

    id: int
    status: BuildStatus
    label: str
    time: int | None  # when it finished, or else was queued


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
    if not grid.compares:
        return None
    return PartsGrid(
        columns=tuple(map(_column, grid.columns)),
        rows=tuple(_row(site, row) for row in grid.rows),
    )


def aggregate_state(site: Site, history: JobHistory) -> AggregateState | None:
    """Describe the newest build of an aggregate; None for any other job."""
    newest = history.builds[0] if history.builds else None
    parts = constituents_of(site, newest) if newest else None
    if newest is None or parts is None:
        return None
    mine = tuple(build for build in history.builds if build.system == newest.system)
    rows = constituent_grid(site.index, mine).rows
    bad = (row for row in rows if row.cells[0] and row.cells[0].status.unsuccessful)
    return AggregateState(
        build=build_row(site, newest),
        sentence=constituents_sentence(newest, parts),
        blocking=tuple(_part_since(site, mine, row) for row in bad),
    )


def _part_since(site: Site, wholes: Sequence[Build], row: ConstituentRow) -> PartSince:
    aggregates = [build for build in wholes if build.constituents is not None]
    cells = [(whole, part) for whole, part in zip(aggregates, row.cells, strict=False) if part]
    run = failing_run(part for _, part in cells)
    first = run.since
    holders = [whole.id for whole, part in cells if first and part.id == first.id]
    return PartSince(
        build=build_row(site, cells[0][1]),
        first=build_row(site, first) if first else None,
        whole=holders[-1] if holders else None,
        exact=run.last_good is not None,
    )


def _column(build: Build) -> AggregateColumn:
    return AggregateColumn(
        id=build.id,
        status=build.status,
        label=build.label,
        time=(build.stoptime if build.finished else build.timestamp) or None,
    )


def _row(site: Site, row: ConstituentRow) -> PartRow:
    known = next(build for build in row.cells if build is not None)
    return PartRow(
        job=site.job_link(known.job_key),
        system=row.system,
        cells=tuple(map(cell, row.cells)),
    )
