"""A set of ids that takes little memory where they lie close together, as those of a Hydra do."""

from collections.abc import Iterable, Iterator, MutableSet

from hydrasnap.store.layout import shard_of


class IdSet(MutableSet[int]):
    """Ids, ascending: a bit for each, in numbers for a thousand of them."""

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._bits: dict[int, int] = {}
        self._count = 0
        for number in ids:
            self.add(number)

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        first = shard_of(number)
        return bool(self._bits.get(first, 0) >> (number - first) & 1)

    def __iter__(self) -> Iterator[int]:
        for first in sorted(self._bits):
            bits = self._bits[first]
            yield from (first + place for place in range(bits.bit_length()) if bits >> place & 1)

    def __len__(self) -> int:
        return self._count

    def add(self, value: int) -> None:
        """Take an id in."""
        first = shard_of(value)
        before = self._bits.get(first, 0)
        self._bits[first] = after = before | 1 << (value - first)
        self._count += after != before

    def discard(self, value: int) -> None:
        """Take an id out, if it is there."""
        if value not in self:
            return
        first = shard_of(value)
        self._count -= 1
        if left := self._bits[first] & ~(1 << (value - first)):
            self._bits[first] = left
        else:
            del self._bits[first]

    def has_shard(self, first: int) -> bool:
        """Return whether there are ids of a shard."""
        return first in self._bits
