"""What a question gives: rows of plain values, and how each column is to be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

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
