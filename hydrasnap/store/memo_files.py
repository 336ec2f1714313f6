"""Results that take long to compute, memoized in ``.index`` beside the cache they come from.

Each has a file. These only save time: a file that is missing, damaged or stale is made again, and
where the disk is full, nothing is lost.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec

from hydrasnap.store.atomic import read_whole, write_whole
from hydrasnap.store.layout import INDEXES

T = TypeVar("T")

_DIGEST = 16  # bytes
_PREFIXES = ("memo-", "answer-")  # of the files of results; the second was that of version 0.1


def memoized(
    folder: Path,
    key: tuple[str, ...],
    fingerprint: bytes,
    kind: type[T],
    compute: Callable[[], T],
) -> T:
    """Return the memoized result of a `key`, or compute and memoize it.

    `key` is what the result is of, such as a project and a jobset, and its name. `fingerprint` is a
    digest of all that the result depends on; one with another is stale.
    """
    name = _file_name(key)
    with suppress(msgspec.DecodeError):
        return msgspec.msgpack.decode(read_index_file(folder, name, fingerprint), type=kind)
    found = compute()
    write_index_file(folder, name, msgspec.msgpack.encode(found), fingerprint)
    return found


def has_memo(folder: Path, key: tuple[str, ...], fingerprint: bytes) -> bool:
    """Return whether there is a result with this fingerprint; its file may be damaged."""
    with suppress(OSError), (folder / INDEXES / _file_name(key)).open("rb") as file:
        return file.read(len(fingerprint)) == fingerprint
    return False


def can_memoize(folder: Path) -> bool:
    """Return whether files can be written beside a cache, as far as permissions tell."""
    place = folder / INDEXES
    if place.exists():
        return place.is_dir() and os.access(place, os.W_OK)
    return os.access(folder, os.W_OK)


def forget_results(folder: Path, kept: Iterable[tuple[str, ...]]) -> None:
    """Remove the results of all that is not `kept`, and those that older versions left."""
    prefixes = {_prefix(subject) for subject in ((), *kept)}
    with suppress(OSError):
        for file in (folder / INDEXES).iterdir():
            is_result = file.name.startswith(_PREFIXES)
            if is_result and file.name.rpartition("-")[0] not in prefixes:
                file.unlink()


def _file_name(key: tuple[str, ...]) -> str:
    return f"{_prefix(key[:-1])}-{digest_of(key[-1].encode()).hex()}"


def _prefix(subject: tuple[str, ...]) -> str:
    return f"memo-{digest_of(msgspec.msgpack.encode(subject)).hex()}"


def read_index_file(folder: Path, name: str, fingerprint: bytes = b"") -> bytes:
    """Return what was written to a file of ``.index``; empty if it is missing, stale or damaged."""
    with suppress(OSError):
        content = read_whole(folder / INDEXES / name)
        head, data = content[: len(fingerprint) + _DIGEST], content[len(fingerprint) + _DIGEST :]
        if head == fingerprint + digest_of(data):
            return data
    return b""


def write_index_file(folder: Path, name: str, data: bytes, fingerprint: bytes = b"") -> None:
    """Write a file of ``.index``; where the file system refuses, do without."""
    with suppress(OSError):
        write_whole(index_folder(folder) / name, fingerprint + digest_of(data) + data)


def index_folder(folder: Path) -> Path:
    """Make the folder of the index of a cache, which git ignores. Raises OSError."""
    (folder / INDEXES).mkdir(exist_ok=True)
    (folder / INDEXES / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder / INDEXES


def digest_of(*parts: bytes) -> bytes:
    """Return a digest of the concatenated parts."""
    return blake2b(b"".join(parts), digest_size=_DIGEST).digest()
