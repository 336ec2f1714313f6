"""A list that was cut, and says so."""

from collections.abc import Iterable
from itertools import islice
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Limited(Struct, Generic[T], frozen=True):
    """The first `rows` of a longer list of `total`."""

    rows: tuple[T, ...]
    total: int

    @property
    def omitted(self) -> int:
        """Count what was left out."""
        return self.total - len(self.rows)


def limit(rows: Iterable[T], count: int | None) -> Limited[T]:
    """Keep the first `count` rows, or all for None."""
    every = tuple(rows)
    return Limited(tuple(islice(every, count)), len(every))
