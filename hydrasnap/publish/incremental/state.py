"""What a render leaves for the next one: what each task and file was made from.

A file that is still as it was left, and would be made from the same, is not made again.
"""

import os
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

from hydrasnap.publish.output.ownership import MANIFEST, STATE

DIGEST = 16  # bytes
_DERIVED = ".index"  # the folder of indexes


class FileRecord(Struct, frozen=True, array_like=True, gc=False):
    """A file as it was left: its path, its size in bytes, and the fingerprint of its content."""

    path: str
    size: int
    fingerprint: bytes
    is_page: bool


_records = msgspec.msgpack.Decoder(list[FileRecord])


class TaskRecord(Struct, frozen=True, array_like=True):
    """A task as it was left; `fingerprint` is empty if it may read the whole snapshot.

    `files` and `pages` are counts, `size` is in bytes, `folders` are those that hold the files. The
    records of the files stay packed: of most tasks a run only asks whether their folders changed.
    """

    fingerprint: bytes
    files: int
    pages: int
    size: int
    folders: tuple[str, ...]
    packed: msgspec.Raw

    @classmethod
    def of(cls, fingerprint: bytes, files: Sequence[FileRecord]) -> "TaskRecord":
        """Pack the records of a task's files."""
        return cls(
            fingerprint=fingerprint,
            files=len(files),
            pages=sum(file.is_page for file in files),
            size=sum(file.size for file in files),
            folders=tuple(sorted({file.path.rpartition("/")[0] for file in files})),
            packed=msgspec.Raw(msgspec.msgpack.encode(files)),
        )

    def records(self) -> list[FileRecord]:
        """Unpack the records of the files."""
        return _records.decode(self.packed)

    def paths(self) -> list[str]:
        """Return the paths of the files."""
        return [record.path for record in self.records()]


class SiteState(Struct, frozen=True, array_like=True):
    """What a run leaves for the next one, in ``.hydrasnap-state``."""

    stamp: bytes = b""  # digest of cache and settings
    settings: bytes = b""  # digest of the settings, and of what every page shows
    tasks: dict[str, TaskRecord] = {}  # by key
    # modification time of the file (ns), kept out of it so that equal sites have equal files
    saved: int = 0
    why: str = ""  # why not everything has a page
    lost: str = ""  # what the cache lacks
    remarks: tuple[str, ...] = ()  # on settings without effect
    matched: str = ""  # of how many jobs the package is known
    jobsets: dict[str, bytes] = {}  # digests of all that the tasks of a jobset read, where known


def load(output: Path) -> SiteState:
    """Read the state that the last run left; a damaged one counts as none.

    So does one whose manifest was written after it: somebody else did that.
    """
    file = output / STATE
    try:
        content, saved = file.read_bytes(), file.stat().st_mtime_ns
        is_last = (output / MANIFEST).stat().st_mtime_ns <= saved
    except OSError:
        return SiteState()
    if not is_last or content[:DIGEST] != digest(content[DIGEST:]):
        return SiteState()
    try:
        found = msgspec.msgpack.decode(content[DIGEST:], type=SiteState)
    except msgspec.DecodeError:  # of another version
        return SiteState()
    return msgspec.structs.replace(found, saved=saved)


def renewed(found: SiteState, output: Path) -> SiteState:
    """Return a state, or the one that another run has written since it was read."""
    try:
        saved = (output / STATE).stat().st_mtime_ns
    except OSError:
        saved = 0
    return found if found.saved == saved else load(output)


def dump(state: SiteState) -> bytes:
    """Encode a state behind its digest, the same for equal sites."""
    tasks = dict(sorted(state.tasks.items()))
    content = msgspec.msgpack.encode(msgspec.structs.replace(state, tasks=tasks, saved=0))
    return digest(content) + content


def digest(*parts: bytes) -> bytes:
    """Return a digest of a sequence of texts; other sequences have other digests."""
    found = blake2b(digest_size=DIGEST)
    for part in parts:
        found.update(b"%d " % len(part))
        found.update(part)
    return found.digest()


def stamp(folder: Path) -> bytes:
    """Digest the names, sizes and modification times of all files below a cache.

    The files in `_DERIVED` are left out: they are made from the others.
    """
    lines = sorted(_lines(str(folder), "")) if folder.is_dir() else []
    return digest("".join(lines).encode("utf-8", "surrogateescape"))


def _lines(folder: str, below: str) -> Iterator[str]:
    with os.scandir(folder) as found:
        for entry in found:
            if entry.name == _DERIVED:
                continue
            if entry.is_dir():
                yield from _lines(entry.path, f"{below}{entry.name}/")
            else:
                try:
                    state = entry.stat()
                except FileNotFoundError:  # removed while the folder is read
                    continue
                yield f"{below}{entry.name}\t{state.st_size}\t{state.st_mtime_ns}\n"
