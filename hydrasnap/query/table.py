"""The answer to a question: rows of plain values, and how each column is to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hydrasnap.model import Build

Value = str | int | float | bool | None
Row = tuple[Value, ...]


class Kind(Enum):
    """How a value is written for people; programs get it as it is."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name is the key for programs and the title for people."""

    name: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a question; times are Unix seconds, durations seconds."""

    columns: Sequence[Column]
    rows: Sequence[Row]


TIME, NUMBER, DURATION = Kind.TIME, Kind.NUMBER, Kind.DURATION
JOB_COLUMNS = (Column("jobset"), Column("job"), Column("system"))


def job_cells(build: Build) -> tuple[str, str, str]:
    """Return the cells of `JOB_COLUMNS`."""
    return build.jobset_key.path, build.job, build.system


def id_cell(build: Build | None) -> int | None:
    """Return the id of a build."""
    return None if build is None else build.id


def finish_of(build: Build) -> int:
    """Return when a build ended, or else when it was queued."""
    return build.stoptime or build.timestamp
