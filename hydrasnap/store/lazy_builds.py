"""The builds of a large cache, read from their files when they are asked for.

Only what finds a build is in memory: its id, its offset in a file, and hashes of its job's name.
That is kept in ``.index`` too, so that a later run reads only the files that have changed.
"""

import os
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from contextlib import contextmanager, suppress
from io import FileIO
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import msgspec

from hydrasnap import __version__
from hydrasnap.errors import CacheError
from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.model.builds import Builds, job_hash
from hydrasnap.store.build_offsets import JobsetOffsets, ShardOffsets
from hydrasnap.store.layout import SHARD, shard_path
from hydrasnap.store.memo_files import can_memoize, digest_of, forget_results, has_memo, memoized

T = TypeVar("T")

_NONE: Mapping[int, Build] = {}
_decode = msgspec.json.Decoder(Build).decode
_decode_many = msgspec.json.Decoder(list[Build]).decode
# low bits for the place of a build in its jobset; the hash of its job is above them
_PLACE_BITS = 31
_PLACE = (1 << _PLACE_BITS) - 1
_FEW = 500  # builds; with fewer, a result is computed as quickly as a memoized one is read


class CacheChangedError(CacheError):
    """A file of a cache was changed while the cache was read."""


class _Part:
    """The builds of a jobset in one file: that of the builds from `first` on."""

    def __init__(self, first: int, group: JobsetOffsets, lines: int) -> None:
        self.first, self.group = first, group
        self.ids = array("q", group.ids)
        self.is_whole = len(self.ids) == lines  # whether the file has no builds of other jobsets
        self.offsets = array("i", group.offsets)
        self.lengths = array("i", group.lengths)


class _Places:
    """The builds of a jobset in all files: the part in each, and the position at which it ends."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self.parts = parts
        self.ends = list(accumulate(len(part.ids) for part in parts))
        self.count = self.ends[-1] if parts else 0

    def ids(self) -> "array[int]":
        """Return the ids of the builds, ascending."""
        return array("q", b"".join(part.group.ids for part in self.parts))

    def job_hashes(self) -> "array[int]":
        """Return of each build the hash of its job."""
        return array("I", b"".join(part.group.hashes for part in self.parts))

    def job_count(self) -> int:
        """Count the jobs; two hashes together tell their names apart."""
        second = array("I", b"".join(part.group.second_hashes for part in self.parts))
        return len(set(zip(self.job_hashes(), second, strict=True)))

    def find(self, place: int) -> tuple[_Part, int]:
        """Return the part that holds the build at a position, and the position within that part."""
        number = bisect_right(self.ends, place)
        return self.parts[number], place - (self.ends[number - 1] if number else 0)


class LazyBuilds(Builds):
    """Builds that stay in their files; `replaced` are in memory and take precedence over these.

    CacheChangedError is raised where a file has changed since its offsets were read.
    """

    def __init__(
        self,
        folder: Path,
        shards: Mapping[int, ShardOffsets],
        replaced: Mapping[int, Build] = _NONE,
    ) -> None:
        self._folder, self._shards, self._replaced = folder, shards, replaced
        self._parts: dict[int, list[_Part]] = {}
        by_jobset: defaultdict[JobsetKey, list[_Part]] = defaultdict(list)
        for first, shard in shards.items():
            self._parts[first] = [_Part(first, one, shard.lines) for one in shard.groups]
            for part in self._parts[first]:
                by_jobset[JobsetKey(part.group.project, part.group.jobset)].append(part)
        self._places = {key: _Places(by_jobset[key]) for key in sorted(by_jobset)}
        self._count = sum(places.count for places in self._places.values())
        self._digests: dict[JobsetKey, bytes] = {}
        self._hashes: dict[JobsetKey, array[int]] = {}

    def __getitem__(self, number: int) -> Build:
        part = self._part_of(number)
        if part is None:
            raise KeyError(number)
        return self._read(part, bisect_left(part.ids, number))

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self._part_of(number) is not None

    def __iter__(self) -> Iterator[int]:
        for parts in self._parts.values():
            yield from sorted(number for part in parts for number in part.ids)

    def __len__(self) -> int:
        return self._count

    def values(self) -> "ValuesView[Build]":
        """Return all builds, those of a jobset after those of another: ids are not in order."""
        return _Values(self)

    @property
    def in_memory(self) -> bool:
        """Always false: builds are read from their files when they are asked for."""
        return False

    def jobsets(self) -> Iterable[JobsetKey]:
        """Return the jobsets that have builds."""
        return self._places.keys()

    def ids_of(self, key: JobsetKey) -> Sequence[int]:
        """Return the ids of the builds of a jobset, ascending."""
        return self._places_of(key).ids()

    def absent(self, ids: Iterable[int], near: JobsetKey) -> Set[int]:
        """Return the ids of which there is no build; most are expected in the jobset `near`."""
        strangers = set(ids).difference(self.ids_of(near))
        return {number for number in strangers if number not in self}

    def count(self, key: JobsetKey) -> int:
        """Count the builds of a jobset."""
        return self._places_of(key).count

    def jobset_of(self, number: int) -> JobsetKey | None:
        """Return the jobset of a build, or None where there is no such build."""
        part = self._part_of(number)
        return None if part is None else JobsetKey(part.group.project, part.group.jobset)

    def count_jobs(self, key: JobsetKey) -> int:
        """Count the jobs of a jobset that have builds."""
        return self.memoized(key, "job count", b"", int, self._places_of(key).job_count)

    def job_hashes(self, key: JobsetKey) -> Iterable[tuple[int, int]]:
        """Return the id of each build of a jobset, and the hash of its job."""
        places = self._places_of(key)
        return zip(places.ids(), places.job_hashes(), strict=True)

    def digest(self, key: JobsetKey) -> bytes:
        """Return a digest of the builds of a jobset."""
        if key not in self._digests:
            own = (n for n in sorted(self._replaced) if self.jobset_of(n) == key)
            changed = msgspec.msgpack.encode([self._replaced[number] for number in own])
            self._digests[key] = digest_of(
                *(part.group.digest for part in self._places_of(key).parts), changed
            )
        return self._digests[key]

    def memoized(
        self, key: JobsetKey, name: str, inputs: bytes, kind: type[T], compute: Callable[[], T]
    ) -> T:
        """Return a result of a jobset: a memoized one, or a new one, which is memoized.

        It depends on the jobset's builds and on `inputs`. With few builds, none is memoized.
        """
        if self.count(key) < _FEW:
            return compute()
        return memoized(self._folder, (*key, name), self._fingerprint(key, inputs), kind, compute)

    def lacks_memo(self, key: JobsetKey, name: str, inputs: bytes) -> bool:
        """Return whether a result would be kept for later runs, and none has computed it yet."""
        if self.count(key) < _FEW or not can_memoize(self._folder):
            return False
        return not has_memo(self._folder, (*key, name), self._fingerprint(key, inputs))

    def forget_lost_jobsets(self) -> None:
        """Remove the memoized results of jobsets that are gone, or have few builds now."""
        kept = (key for key in self._places if self.count(key) >= _FEW)
        forget_results(self._folder, kept)

    def _fingerprint(self, key: JobsetKey, inputs: bytes) -> bytes:
        return digest_of(self.digest(key), inputs, __version__.encode())

    def of_jobset(self, key: JobsetKey) -> Sequence[Build]:
        """Read the builds of a jobset, by id."""
        found: list[Build] = []
        for part in self._places_of(key).parts:
            found += self._decode_part(part)
        if self._replaced:
            return [self._replaced.get(build.id, build) for build in found]
        return found

    def _decode_part(self, part: _Part) -> list[Build]:
        with self._open(part.first) as file:
            data = file.read()
        if part.is_whole:
            return _decode_many(data)
        places = zip(part.offsets, part.lengths, strict=True)
        return _decode_many(b"[%b]" % b",".join([data[at : at + n] for at, n in places]))

    def of_job(self, key: JobKey) -> Sequence[Build]:
        """Read the builds of a job, by id."""
        jobset = key.jobset_key
        places = self._places_of(jobset)
        wanted = self._with_hash(jobset, places, job_hash(key.name))
        found = [self._read(*places.find(place)) for place in wanted]
        return [build for build in found if build.job == key.name]

    def _with_hash(self, key: JobsetKey, places: _Places, value: int) -> Iterator[int]:
        """Yield the places of the builds of a jobset whose job has a hash."""
        hashes = self._hashes.get(key)
        if hashes is None:
            every = enumerate(places.job_hashes())
            hashes = array("q", sorted(found << _PLACE_BITS | place for place, found in every))
            self._hashes[key] = hashes
        start = bisect_left(hashes, value << _PLACE_BITS)
        while start < len(hashes) and hashes[start] >> _PLACE_BITS == value:
            yield hashes[start] & _PLACE
            start += 1

    def aggregates(self) -> Sequence[Build]:
        """Read the builds that are known to have constituents, by id."""
        return [self[number] for shard in self._shards.values() for number in shard.aggregates]

    def unfinished(self) -> Sequence[Build]:
        """Read the builds that wait or run, by id."""
        return [self[number] for shard in self._shards.values() for number in shard.unfinished]

    def with_at_sign(self) -> Iterable[Build]:
        """Read the builds in whose text an ``@`` may stand."""
        return [self[number] for shard in self._shards.values() for number in shard.with_at_sign]

    def replace(self, changed: Mapping[int, Build]) -> Builds:
        """Return these builds with some replaced; those stay in memory."""
        return LazyBuilds(self._folder, self._shards, {**self._replaced, **changed})

    def _places_of(self, key: JobsetKey) -> _Places:
        return self._places.get(key) or _Places(())

    def _part_of(self, number: int) -> _Part | None:
        for part in self._parts.get(number - number % SHARD, ()):
            place = bisect_left(part.ids, number)
            if place < len(part.ids) and part.ids[place] == number:
                return part
        return None

    def _read(self, part: _Part, place: int) -> Build:
        found = self._replaced.get(part.ids[place]) if self._replaced else None
        if found is not None:
            return found
        with self._open(part.first) as file:
            return _decode(os.pread(file.fileno(), part.lengths[place], part.offsets[place]))

    @contextmanager
    def _open(self, first: int) -> Iterator[FileIO]:
        """Open a file of builds, which must be as it was when its offsets were read."""
        shard, path = self._shards[first], self._folder / shard_path(first)
        with suppress(FileNotFoundError), FileIO(path) as file:
            state = os.fstat(file.fileno())
            if (state.st_size, state.st_mtime_ns) == (shard.size, shard.modified):
                yield file
                return
        raise CacheChangedError(
            f"{path} was changed while the cache was read.",
            hint="Perhaps a crawl is at work. Run the command again when it has ended.",
        )


class _Values(ValuesView[Build]):
    """The builds of files, one jobset after the other."""

    _mapping: LazyBuilds

    def __iter__(self) -> Iterator[Build]:
        for key in self._mapping.jobsets():
            yield from self._mapping.of_jobset(key)
