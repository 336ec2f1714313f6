"""Answers that take long to compute, kept beside the cache from which they follow.

They lie in ``.index``, one file for each question, and only save time: a file that is missing,
damaged or follows from other data is made again, and on a full disk nothing is lost.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec

from hydrasnap.store.atomic import write_whole
from hydrasnap.store.layout import INDEXES

T = TypeVar("T")

_DIGEST = 16  # bytes


def remembered(
    folder: Path,
    question: tuple[str, ...],
    situation: bytes,
    kind: type[T],
    answer: Callable[[], T],
) -> T:
    """Return the kept answer to a question, or compute and keep it.

    `situation` is a digest of all that the answer follows from; one kept under another is stale.
    """
    name = _file_name(question)
    with suppress(msgspec.DecodeError):
        return msgspec.msgpack.decode(kept(folder, name, situation), type=kind)
    found = answer()
    keep(folder, name, msgspec.msgpack.encode(found), situation)
    return found


def is_kept(folder: Path, question: tuple[str, ...], situation: bytes) -> bool:
    """Return whether there is an answer to a question in this situation, which may be damaged."""
    with suppress(OSError), (folder / INDEXES / _file_name(question)).open("rb") as file:
        return file.read(len(situation)) == situation
    return False


def can_keep(folder: Path) -> bool:
    """Return whether answers can be kept beside a cache; a disk that is full is not foreseen."""
    place = folder / INDEXES
    if place.exists():
        return place.is_dir() and os.access(place, os.W_OK)
    return os.access(folder, os.W_OK)


def _file_name(question: tuple[str, ...]) -> str:
    return f"answer-{digest_of(msgspec.msgpack.encode(question)).hex()}"


def kept(folder: Path, name: str, situation: bytes = b"") -> bytes:
    """Return what was kept in the index of a cache; empty where it is missing, stale or damaged."""
    with suppress(OSError):
        content = (folder / INDEXES / name).read_bytes()
        head, data = content[: len(situation) + _DIGEST], content[len(situation) + _DIGEST :]
        if head == situation + digest_of(data):
            return data
    return b""


def keep(folder: Path, name: str, data: bytes, situation: bytes = b"") -> None:
    """Write a file of the index of a cache, unless the disk does not take it."""
    with suppress(OSError):
        write_whole(index_folder(folder) / name, situation + digest_of(data) + data)


def index_folder(folder: Path) -> Path:
    """Make the folder of the index of a cache, which git ignores. Raises OSError."""
    (folder / INDEXES).mkdir(exist_ok=True)
    (folder / INDEXES / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder / INDEXES


def digest_of(*parts: bytes) -> bytes:
    """Return a digest of the concatenated parts."""
    return blake2b(b"".join(parts), digest_size=_DIGEST).digest()
