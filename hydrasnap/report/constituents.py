"""The table of an aggregate's constituents against its newest builds."""

from collections.abc import Sequence
from dataclasses import dataclass

from hydrasnap.model import Build
from hydrasnap.report.index import Index


@dataclass(frozen=True, slots=True)
class ConstituentRow:
    """A constituent by job and system; `cells` has its build in each column, or None."""

    job: str
    system: str
    cells: tuple[Build | None, ...]


@dataclass(frozen=True, slots=True)
class ConstituentGrid:
    """Builds of an aggregate, newest first, and its constituents, what fails now first."""

    columns: tuple[Build, ...]
    rows: tuple[ConstituentRow, ...]


def constituent_grid(index: Index, builds: Sequence[Build], columns: int = 15) -> ConstituentGrid:
    """Lay out the known constituents of the newest aggregates among the builds of a job."""
    newest = tuple(build for build in builds if build.constituents is not None)[:columns]
    cells: dict[tuple[str, str], list[Build | None]] = {}
    for column, aggregate in enumerate(newest):
        for number in aggregate.constituents or ():
            part = index.snapshot.builds.get(number)
            if part is not None:
                row = cells.setdefault((part.job, part.system), [None] * len(newest))
                row[column] = part
    rows = [ConstituentRow(job, system, tuple(row)) for (job, system), row in cells.items()]
    return ConstituentGrid(newest, tuple(sorted(rows, key=_order)))


def _order(row: ConstituentRow) -> tuple[int, str, str]:
    newest = row.cells[0]
    if newest is None:
        return 2, row.job, row.system
    return int(newest.status.succeeded), row.job, row.system
