"""What a render leaves for the next one: of every share and file what it was made from.

A file that stands as it was left, and whose making would be fed the same, is not made again.
"""

import os
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

from hydrasnap.publish.output.folder import STATE

DIGEST = 16


class FileRecord(Struct, frozen=True, array_like=True, gc=False):
    """A file as it was left: its size, and the digest of what it was made from."""

    path: str
    size: int
    digest: bytes
    is_page: bool


_entries = msgspec.msgpack.Decoder(list[FileRecord])


class TaskRecord(Struct, frozen=True, array_like=True):
    """A share: the digest of what it was made from, empty if that was anything, and its files.

    `size` is that of all of them, in bytes; `folders` are those that they lie in.

    Of most shares a run asks no more than whether their folders were touched, so what it counts
    stands here, and the entries stay packed.
    """

    digest: bytes
    files: int
    pages: int
    size: int
    folders: tuple[str, ...]
    packed: msgspec.Raw

    @classmethod
    def of(cls, digest: bytes, entries: Sequence[FileRecord]) -> "TaskRecord":
        """Pack the files of a share."""
        return cls(
            digest=digest,
            files=len(entries),
            pages=sum(entry.is_page for entry in entries),
            size=sum(entry.size for entry in entries),
            folders=tuple(sorted({entry.path.rpartition("/")[0] for entry in entries})),
            packed=msgspec.Raw(msgspec.msgpack.encode(entries)),
        )

    def entries(self) -> list[FileRecord]:
        """Unpack the files."""
        return _entries.decode(self.packed)

    def paths(self) -> list[str]:
        """Unpack where the files are."""
        return [entry.path for entry in self.entries()]


class BuildState(Struct, frozen=True, array_like=True):
    """A whole site; `stamp` tells the cache and settings apart, `settings` the latter alone.

    `left` is when the render ended, by the file's own time and not in it, so that equal sites have
    equal notes: a file that was touched later is not as it was left.
    """

    stamp: bytes = b""
    settings: bytes = b""
    render_tasks: dict[str, TaskRecord] = {}
    previous: int = 0
    why: str = ""
    lost: str = ""
    remarks: tuple[str, ...] = ()


def load(output: Path) -> BuildState:
    """Read the notes of the last render; what cannot be read counts as none."""
    file = output / STATE
    try:
        found = msgspec.msgpack.decode(file.read_bytes(), type=BuildState)
        return msgspec.structs.replace(found, previous=file.stat().st_mtime_ns)
    except (OSError, msgspec.DecodeError):
        return BuildState()


def renewed(found: BuildState, output: Path) -> BuildState:
    """Return notes that were read before, or those that another run has left since."""
    try:
        previous = (output / STATE).stat().st_mtime_ns
    except OSError:
        previous = 0
    return found if found.previous == previous else load(output)


def dump(state: BuildState) -> bytes:
    """Write the notes of a render."""
    render_tasks = dict(sorted(state.render_tasks.items()))
    return msgspec.msgpack.encode(
        msgspec.structs.replace(state, render_tasks=render_tasks, previous=0)
    )


def digest(*parts: bytes) -> bytes:
    """Return what tells different sequences of texts apart."""
    found = blake2b(digest_size=DIGEST)
    for part in parts:
        found.update(b"%d " % len(part))
        found.update(part)
    return found.digest()


def stamp(folder: Path) -> bytes:
    """Return what changes when any file of a folder does: all names, sizes and times."""
    lines = sorted(_lines(str(folder), "")) if folder.is_dir() else []
    return digest("".join(lines).encode("utf-8", "surrogateescape"))


def _lines(folder: str, below: str) -> Iterator[str]:
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir():
                yield from _lines(entry.path, f"{below}{entry.name}/")
            else:
                state = entry.stat()
                yield f"{below}{entry.name}\t{state.st_size}\t{state.st_mtime_ns}\n"
