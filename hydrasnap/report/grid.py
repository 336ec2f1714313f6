"""The table of jobs against evaluations."""

from dataclasses import dataclass
from itertools import islice

from hydrasnap.model import Build, Evaluation, JobKey, JobsetKey, Outcome
from hydrasnap.report.index import Index
from hydrasnap.report.limited import Limited

_BEST_FIRST = (Outcome.SUCCEEDED, Outcome.QUEUED, Outcome.ABORTED, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class GridRow:
    """A job; `cells` are its builds in the grid's columns, None where it has none (known).

    Of several builds of one job in one evaluation the cell has the worst. `active` says whether
    the newest evaluation has the job.
    """

    job: JobKey
    cells: tuple[Build | None, ...]

    @property
    def active(self) -> bool:
        """Whether the newest evaluation has the job."""
        return bool(self.cells) and self.cells[0] is not None

    @property
    def steady(self) -> bool:
        """Whether the job is in every evaluation and succeeded in all."""
        return all(cell is not None and cell.status.succeeded for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """Jobs by name against evaluations, newest first; `unknown` counts for each column."""

    columns: tuple[Evaluation, ...]
    unknown: tuple[int, ...]
    jobs: Limited[GridRow]


def job_grid(index: Index, key: JobsetKey, columns: int = 20, rows: int | None = None) -> Grid:
    """Lay out the jobs of the newest evaluations.

    Where there are more jobs than `rows`, those that always succeeded go first, then those that
    the newest evaluation has no more; `jobs.omitted` counts them.
    """
    newest = tuple(islice(index.shown_evaluations(key), columns))
    cells: dict[str, list[Build | None]] = {}
    for column, evaluation in enumerate(newest):
        for build in index.builds_of(evaluation):
            row = cells.setdefault(build.job, [None] * len(newest))
            row[column] = _worse(row[column], build)
    every = [GridRow(JobKey(*key, job), tuple(cells[job])) for job in sorted(cells)]
    kept = sorted(every, key=_interest)[:rows]
    return Grid(
        columns=newest,
        unknown=tuple(map(index.unknown, newest)),
        jobs=Limited(tuple(sorted(kept, key=lambda row: row.job)), len(every)),
    )


def _worse(one: Build | None, other: Build) -> Build:
    return other if one is None else max(one, other, key=_badness)


def _badness(build: Build) -> tuple[int, int]:
    return _BEST_FIRST.index(build.status.outcome), build.id


def _interest(row: GridRow) -> int:
    return 2 if row.steady else int(not row.active)
