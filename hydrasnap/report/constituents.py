"""The table of an aggregate's constituents against its newest builds."""

from collections.abc import Sequence

from msgspec import Struct

from hydrasnap.model import Build
from hydrasnap.report.index import Index

_FEWEST = 2  # builds of an aggregate that are worth a table


class ConstituentRow(Struct, frozen=True):
    """A constituent by job and system; `cells` has its build in each column, or None."""

    job: str
    system: str
    cells: tuple[Build | None, ...]


class ConstituentGrid(Struct, frozen=True):
    """Builds of an aggregate, newest first, and its constituents, what fails now first."""

    columns: tuple[Build, ...]
    rows: tuple[ConstituentRow, ...]

    @property
    def compares(self) -> bool:
        """Whether it has two builds of the aggregate or more, and constituents."""
        return len(self.columns) >= _FEWEST and bool(self.rows)


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


def tells_constituents(index: Index, builds: Sequence[Build]) -> bool:
    """Return whether the page of a job with these builds, newest first, shows constituents."""
    newest = next(iter(builds), None)
    is_aggregate = newest is not None and newest.constituents is not None
    return is_aggregate or constituent_grid(index, builds).compares


def _order(row: ConstituentRow) -> tuple[int, str, str]:
    newest = row.cells[0]
    if newest is None:
        return 2, row.job, row.system
    return int(newest.status.succeeded), row.job, row.system
