"""The offset of each build in its file, kept in ``.index`` beside the cache for later runs."""

import os
import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from zlib import crc32

import msgspec
from msgspec import Struct

from hydrasnap.model.builds import job_hash
from hydrasnap.store.layout import shard_of
from hydrasnap.store.memo_files import digest_of, read_index_file, write_index_file

_AT_SIGNS = (b"@", b"\\u")  # as JSON may write it
_INDEX = f"builds-1-{sys.byteorder}"


class _Brief(Struct):
    """The fields of a build by which it is found."""

    id: int
    project: str
    jobset: str
    job: str
    finished: bool = False
    constituents: tuple[int, ...] | None = None


_brief = msgspec.json.Decoder(_Brief).decode
ReadLines = Callable[[Path], Iterable[tuple[int, bytes]]]
"""Reads a file of builds, checks it, and gives each build's line with its offset."""


class JobsetOffsets(Struct, frozen=True, array_like=True):
    """The builds of a jobset in a file: packed arrays, by id."""

    project: str
    jobset: str
    ids: bytes  # 8 bytes each
    offsets: bytes  # 4 bytes each, as in the arrays below
    lengths: bytes
    hashes: bytes  # see `job_hash`
    second_hashes: bytes  # of the same names, by another function
    digest: bytes  # of the lines of the builds


class ShardOffsets(Struct, frozen=True, array_like=True):
    """A file of builds: its size in bytes, when it was modified (ns), and what is in it."""

    size: int
    modified: int
    lines: int
    groups: tuple[JobsetOffsets, ...]
    aggregates: tuple[int, ...]
    unfinished: tuple[int, ...]
    with_at_sign: tuple[int, ...]


_index = msgspec.msgpack.Decoder(dict[int, ShardOffsets])


def read_offsets(folder: Path, read_lines: ReadLines) -> dict[int, ShardOffsets]:
    """Return by first id what is in each file of builds; `read_lines` reads one and checks it.

    Only files that are not as an earlier run found them are read. Raises OSError where one cannot
    be read.
    """
    known, shards = _known(folder), {}
    numbered = (path for path in folder.glob("builds/*.json") if path.stem.isdecimal())
    for path in sorted(numbered, key=lambda path: int(path.stem)):
        first, state = int(path.stem), path.stat()
        shard = known.get(first)
        if shard is None or (shard.size, shard.modified) != (state.st_size, state.st_mtime_ns):
            shard = _scan(first, read_lines(path), state)
        shards[first] = shard
    if shards != known:
        write_index_file(folder, _INDEX, msgspec.msgpack.encode(shards))
    return shards


def _known(folder: Path) -> dict[int, ShardOffsets]:
    """Return what an earlier run left; a damaged file counts as none."""
    with suppress(msgspec.DecodeError):
        return _index.decode(read_index_file(folder, _INDEX))
    return {}


def _scan(first: int, lines: Iterable[tuple[int, bytes]], state: os.stat_result) -> ShardOffsets:
    """Find what is in a file, whose lines are given with their offsets."""
    found: dict[int, tuple[_Brief, int, bytes]] = {}
    count = 0
    for count, (offset, line) in enumerate(lines, start=1):  # noqa: B007 - it is the last
        brief = _brief(line)
        if shard_of(brief.id) == first:
            found[brief.id] = (brief, offset, line)
    rows = [found[number] for number in sorted(found)]
    groups: defaultdict[tuple[str, str], list[tuple[_Brief, int, bytes]]] = defaultdict(list)
    for row in rows:
        groups[row[0].project, row[0].jobset].append(row)
    return ShardOffsets(
        size=state.st_size,
        modified=state.st_mtime_ns,
        lines=count,
        groups=tuple(_group(*key, group) for key, group in groups.items()),
        aggregates=tuple(brief.id for brief, *_ in rows if brief.constituents),
        unfinished=tuple(brief.id for brief, *_ in rows if not brief.finished),
        with_at_sign=tuple(b.id for b, _, line in rows if any(sign in line for sign in _AT_SIGNS)),
    )


def _group(project: str, jobset: str, rows: Sequence[tuple[_Brief, int, bytes]]) -> JobsetOffsets:
    jobs = [brief.job for brief, *_ in rows]
    return JobsetOffsets(
        project=project,
        jobset=jobset,
        ids=array("q", [brief.id for brief, *_ in rows]).tobytes(),
        offsets=array("i", [offset for _, offset, _ in rows]).tobytes(),
        lengths=array("i", [len(line) for *_, line in rows]).tobytes(),
        hashes=array("I", list(map(job_hash, jobs))).tobytes(),
        second_hashes=array(
            "I", [crc32(job.encode("utf-8", "surrogatepass")) for job in jobs]
        ).tobytes(),
        digest=digest_of(b"\n".join([line for *_, line in rows])),
    )
