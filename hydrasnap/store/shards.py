"""Objects by id as a crawl holds them: packed by the thousand, unpacked where they are used.

Two million builds take 2.4 GB as objects, and less than a tenth of that packed.
"""

import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from hydrasnap.model.objects import Value
from hydrasnap.store.id_set import IdSet
from hydrasnap.store.layout import encode_shard, shard_of

T = TypeVar("T", bound=Value)

UNPACKED = 100_000
"""How many objects are held unpacked: about those that were asked for last."""

_FASTEST = 1  # level of zlib


class Shards(Mapping[int, T], Generic[T]):
    """Objects of one `kind` by id, ascending, in shards of a thousand ids each.

    `key` names the field that holds the id, and `path` gives the file for the first id of a shard.
    `labels` gives the labels of an object, by which it can be found. At most `unpacked` objects are
    unpacked at a time, and one shard in any case.
    """

    def __init__(
        self,
        kind: type[T],
        key: str,
        path: Callable[[int], Path],
        labels: Callable[[T], Collection[Hashable]] = lambda value: (),
        unpacked: int = UNPACKED,
    ) -> None:
        self.kind = kind
        self.key_of: Callable[[T], int] = attrgetter(key)
        self._path = path
        self._labels = labels
        self._most = unpacked
        self._labelled: defaultdict[Hashable, set[int]] = defaultdict(
            set
        )  # of shards that may hold such objects
        self._decode = msgspec.msgpack.Decoder(list[kind]).decode  # type: ignore[valid-type]
        self._encode = msgspec.msgpack.Encoder().encode
        self._ids = IdSet()
        self._firsts: set[int] = set()  # of all shards, empty ones included
        self._packed: dict[int, bytes] = {}  # also of shards that are unpacked and unchanged
        self._unpacked: dict[int, dict[int, T]] = {}
        self._count = 0  # of unpacked objects

    def __contains__(self, number: object) -> bool:
        return number in self._ids

    def __getitem__(self, number: int) -> T:
        if number not in self:
            raise KeyError(number)
        return self._shard(shard_of(number))[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def unpacked(self) -> int:
        """How many objects are held unpacked."""
        return self._count

    def path_of(self, number: int) -> Path:
        """Return the file that holds an object."""
        return self._path(shard_of(number))

    def content(self, number: int) -> bytes:
        """Return the content of the file that holds an object."""
        return encode_shard(self.of_shard(shard_of(number)))

    def of_shard(self, first: int) -> list[T]:
        """Return the objects of a shard, by id."""
        return [found for _, found in sorted(self._shard(first).items())]

    def put(self, value: T) -> bool:
        """Hold an object in place of one with its id; return whether that is news."""
        number = self.key_of(value)
        first = shard_of(number)
        shard = self._shard(first)
        before = shard.get(number)
        if before == value:
            return False
        shard[number] = value
        self._count += before is None
        self._ids.add(number)
        self._firsts.add(first)
        self._packed.pop(first, None)
        for label in self._labels(value):
            self._labelled[label].add(first)
        return True

    def fill(self, first: int, values: Iterable[T]) -> bool:
        """Hold the objects of a file, as far as they belong there; return whether any does."""
        found = [value for value in values if shard_of(self.key_of(value)) == first]
        for value in found:
            self.put(value)
        return bool(found)

    def remove(self, number: int) -> None:
        """Forget an object; a shard stays, although it may be empty now."""
        first = shard_of(number)
        del self._shard(first)[number]
        self._count -= 1
        self._ids.discard(number)
        self._packed.pop(first, None)

    def take_empty(self) -> list[Path]:
        """Forget the shards that hold nothing; return their files."""
        empty = [first for first in self._firsts if not self._ids.has_shard(first)]
        for first in empty:
            self._firsts.remove(first)
            self._unpacked.pop(first, None)
            self._packed.pop(first, None)
        return list(map(self._path, empty))

    def with_label(self, label: Hashable) -> Iterator[T]:
        """Yield the objects that have a label, by id."""
        for first in sorted(self._labelled.get(label, ())):
            if first in self._firsts:
                yield from (one for one in self.of_shard(first) if label in self._labels(one))

    def frozen(self) -> Mapping[int, T]:
        """Return the objects by id, ascending: a copy, unless they are too many to be unpacked."""
        if len(self) > self._most:
            return self
        return {
            self.key_of(one): one for first in sorted(self._firsts) for one in self.of_shard(first)
        }

    def _shard(self, first: int) -> dict[int, T]:
        """Unpack a shard, and pack the one that was unpacked first where there are too many."""
        found = self._unpacked.get(first)
        if found is None:
            packed = self._packed.get(first)
            values = [] if packed is None else self._decode(zlib.decompress(packed))
            found = {self.key_of(value): value for value in values}
            self._count += len(found)
            while self._count > self._most and self._unpacked:
                self._pack(next(iter(self._unpacked)))
            self._unpacked[first] = found
        return found

    def _pack(self, first: int) -> None:
        found = self._unpacked.pop(first)
        self._count -= len(found)
        if first not in self._packed:
            content = self._encode([value for _, value in sorted(found.items())])
            self._packed[first] = zlib.compress(content, _FASTEST)
