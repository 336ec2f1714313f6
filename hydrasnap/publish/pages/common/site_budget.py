"""A budget of bytes and files, and how jobsets share one."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter

from msgspec import Struct

from hydrasnap.formatting import number, size

# The level of shares is a multiple of a step, so that a little more in one jobset seldom moves it.
# The steps of all jobsets together are this part of the budget, at most so many bytes and files.
STEP, STEP_BYTES, STEP_FILES = 0.01, 2_000_000, 400


class Budget(Struct, frozen=True):
    """How big a site may become: bytes, and number of files."""

    bytes: int
    files: int

    def share(self, part: float) -> "Budget":
        """Return a part (0 to 1) of the budget."""
        return Budget(int(self.bytes * part), int(self.files * part))

    def times(self, count: int) -> "Budget":
        """Return what a number of equal things take."""
        return Budget(self.bytes * count, self.files * count)

    def __add__(self, other: "Budget") -> "Budget":
        return Budget(self.bytes + other.bytes, self.files + other.files)

    def __sub__(self, other: "Budget") -> "Budget":
        return Budget(self.bytes - other.bytes, self.files - other.files)

    def larger(self, other: "Budget") -> "Budget":
        """Return the larger number of bytes and the larger number of files."""
        return Budget(max(self.bytes, other.bytes), max(self.files, other.files))

    def smaller(self, other: "Budget") -> "Budget":
        """Return the smaller number of bytes and the smaller number of files."""
        return Budget(min(self.bytes, other.bytes), min(self.files, other.files))

    @property
    def exceeded(self) -> bool:
        """Return whether more was taken from the budget than it had."""
        return self.bytes < 0 or self.files < 0

    def __str__(self) -> str:
        return f"{size(self.bytes)} and {number(self.files)} files"


def total(costs: Iterable[Budget]) -> Budget:
    """Add up what several things take."""
    return sum(costs, Budget(0, 0))


def shares(budget: Budget, needs: Sequence[Budget], wishes: Sequence[Budget]) -> list[Budget]:
    """Share a budget among jobsets, each of which needs some of it and wishes for more.

    Each gets what it needs. The rest raises all shares to one level, none above its wish. So a
    jobset that grows uses up its own share first, and until then the others keep theirs.
    """
    step = budget.share(STEP).smaller(Budget(STEP_BYTES, STEP_FILES)).share(1 / max(len(needs), 1))
    sizes, files = (
        _levelled(amount(budget), list(map(amount, needs)), list(map(amount, wishes)), amount(step))
        for amount in (attrgetter("bytes"), attrgetter("files"))
    )
    return list(map(Budget, sizes, files))


def _levelled(budget: int, needs: Sequence[int], wishes: Sequence[int], step: int) -> list[int]:
    """Share one kind of amount, up to the highest level that the budget allows."""
    step = max(step, 1)

    def at(level: int) -> list[int]:
        pairs = zip(needs, wishes, strict=True)
        return [max(need, min(wish, level * step)) for need, wish in pairs]

    levels = range(2 + max(wishes, default=0) // step)
    highest = bisect_right(levels, budget, key=lambda level: sum(at(level))) - 1
    return at(max(highest, 0))
