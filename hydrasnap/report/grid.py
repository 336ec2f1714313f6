"""The table of jobs against evaluations."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from itertools import islice

from msgspec import Struct

from hydrasnap.model import Build, Evaluation, JobKey, JobsetKey, Outcome
from hydrasnap.report.index import Index
from hydrasnap.report.limited import Limited

_BEST_FIRST = (Outcome.SUCCEEDED, Outcome.QUEUED, Outcome.ABORTED, Outcome.FAILED)


class Interest(Enum):
    """How interesting a row of the grid is; the most interesting come first."""

    NEWLY_FAILING = 1
    FAILING = 2
    UNDECIDED = 3
    CHANGING = 4
    UNKNOWN = 5
    GONE = 6
    STEADY = 7

    __hash__ = object.__hash__


class GridRow(Struct, frozen=True):
    """A job and its builds: `cells` has one for each column, None where none is known.

    Where an evaluation holds several builds of the job, the cell has the worst. Where evaluations
    hold builds of another jobset alone, the job is that jobset's. `whole` tells of each column
    whether all its builds are known: only there does an empty cell say that there is none.
    """

    job: JobKey
    cells: tuple[Build | None, ...]
    whole: tuple[bool, ...]

    @property
    def active(self) -> bool:
        """Whether the newest evaluation has the job, or may have it."""
        return bool(self.cells) and (self.cells[0] is not None or not self.whole[0])

    @property
    def interest(self) -> Interest:
        """How interesting the row is: its newest build decides first, then the others."""
        newest = self.cells[0] if self.cells else None
        if newest is None:
            return Interest.UNKNOWN if self.active else Interest.GONE
        earlier = [cell.status for cell in self.cells[1:] if cell and cell.status.decided]
        if newest.status.failed:
            broke = bool(earlier) and earlier[0].succeeded
            return Interest.NEWLY_FAILING if broke else Interest.FAILING
        if not newest.status.succeeded:
            return Interest.UNDECIDED
        steady = all(
            cell.status.succeeded if cell else not whole
            for cell, whole in zip(self.cells, self.whole, strict=True)
        )
        return Interest.STEADY if steady else Interest.CHANGING


class Grid(Struct, frozen=True):
    """Jobs by name against evaluations, newest first; `unknown` counts for each column.

    `omitted` counts the jobs that are left out, the most interesting first.
    """

    columns: tuple[Evaluation, ...]
    unknown: tuple[int, ...]
    jobs: Limited[GridRow]
    omitted: Mapping[Interest, int]


def job_grid(index: Index, key: JobsetKey, columns: int = 20, rows: int | None = None) -> Grid:
    """Lay out the jobs of the newest evaluations.

    Where there are more jobs than `rows`, the least interesting are left out: see `Interest`.
    """
    newest = tuple(islice(index.shown_evaluations(key), columns))
    cells: dict[str, list[Build | None]] = {}
    for column, evaluation in enumerate(newest):
        for build in index.builds_of(evaluation):
            row = cells.setdefault(build.job, [None] * len(newest))
            row[column] = _worse(row[column], build)
    unknown = tuple(map(index.unknown, newest))
    whole = tuple(not count for count in unknown)
    every = [GridRow(_job(key, row), tuple(row), whole) for _, row in sorted(cells.items())]
    interests = [row.interest for row in every]
    ranked = sorted(range(len(every)), key=lambda place: interests[place].value)
    kept, left = ranked[:rows], ranked[rows:] if rows is not None else []
    return Grid(
        columns=newest,
        unknown=unknown,
        jobs=Limited(tuple(every[place] for place in sorted(kept)), len(every)),
        omitted=dict(
            sorted(
                Counter(interests[place] for place in left).items(), key=lambda one: one[0].value
            )
        ),
    )


def _job(key: JobsetKey, cells: Iterable[Build | None]) -> JobKey:
    """Name the job of a row: one of the jobset itself comes before others, then the newest."""
    known = [build for build in cells if build is not None]
    own = (build for build in known if build.jobset_key == key)
    return next(own, known[0]).job_key


def _worse(one: Build | None, other: Build) -> Build:
    return other if one is None else max(one, other, key=_badness)


def _badness(build: Build) -> tuple[int, int]:
    return _BEST_FIRST.index(build.status.outcome), build.id
