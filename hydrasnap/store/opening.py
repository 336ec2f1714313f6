"""Opening a cache: to write to it as its only writer, or to read it as it is."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from hydrasnap.errors import CacheError
from hydrasnap.model import Snapshot
from hydrasnap.store.atomic import cannot_read
from hydrasnap.store.cache import Cache
from hydrasnap.store.file_reader import Damaged, NotByLineError
from hydrasnap.store.layout import MANIFEST, ORIGIN
from hydrasnap.store.loaded_cache import LoadedCache
from hydrasnap.store.lock import holder, locked
from hydrasnap.store.ownership import check_folder

IN_MEMORY = 200_000_000
"""Bytes of files that hold 400,000 builds; in memory these take 500 MiB."""


@contextmanager
def open_cache(folder: Path, origin: str, damaged: Damaged) -> Iterator[Cache]:
    """Open a cache for a crawl of `origin`: locked, recovered from a kill, checked to be its own.

    `damaged` is called with each unreadable file and the reason; what it held counts as absent.
    """
    check_folder(folder)
    with locked(folder):
        cache = Cache(folder, damaged)
        with cache.writing():
            cache.load()
        _check_origin(folder, cache, origin)
        cache.manifest = replace(cache.manifest, origin=origin)
        cache.recover()
        yield cache


def _check_origin(folder: Path, cache: Cache, origin: str) -> None:
    """Raise CacheError for the cache of another Hydra, or of an unknown one."""
    known = cache.manifest.origin
    if known and known != origin:
        raise CacheError(
            f"The cache {folder} is of {known}, not of {origin}.",
            hint="Use another --cache for it.",
        )
    if not known and not cache.empty:
        raise CacheError(
            f"The cache {folder} does not say which Hydra it is of: its files {MANIFEST} and "
            f"{ORIGIN} are missing or damaged.",
            hint=f"If it is of {origin}, write that address into {folder / ORIGIN} and run again; "
            "if not, use another --cache.",
        )


def read_snapshot(folder: Path, in_memory: int | None = IN_MEMORY) -> Snapshot:
    """Read the cache as it is, without a lock, also while a crawl writes to it.

    Where the files of builds take more than `in_memory` bytes, builds are read when they are asked
    for, and CacheChangedError is raised then if a crawl has changed a file meanwhile; None holds
    all in memory.
    """
    if not (folder / MANIFEST).is_file():
        raise _nothing(folder, f"There is no cache in {folder}", "Make one with")
    check_folder(folder)
    cache = LoadedCache(folder, _refuse, unpacked=sys.maxsize)
    try:
        try:
            many = in_memory is not None and _size_of_builds(folder) > in_memory
            cache.load(lazy_builds=many)
        except NotByLineError:
            cache.load()
    except OSError as error:
        raise cannot_read(folder, error) from error
    if not cache.projects and not any(run.complete for run in cache.manifest.runs):
        raise _nothing(folder, f"The cache {folder} holds nothing yet", "Fill it with")
    return cache.snapshot()


def _size_of_builds(folder: Path) -> int:
    with suppress(FileNotFoundError), os.scandir(folder / "builds") as found:
        return sum(entry.stat().st_size for entry in found)
    return 0


class CacheCheck(Struct, frozen=True):
    """How many files a cache has, and which cannot be used, or not in full, with the reason."""

    files: int
    damaged: tuple[tuple[Path, str], ...]


def check_cache(folder: Path) -> CacheCheck:
    """Read every file of a cache and compare it with its checksum and its place."""
    if not (folder / MANIFEST).is_file():
        raise _nothing(folder, f"There is no cache in {folder}", "Make one with")
    check_folder(folder)
    damaged: list[tuple[Path, str]] = []
    cache = LoadedCache(folder, lambda path, reason: damaged.append((path, reason)))
    try:
        cache.load()
    except OSError as error:
        raise cannot_read(folder, error) from error
    return CacheCheck(cache.reader.files, tuple(damaged))


def _nothing(folder: Path, what: str, remedy: str) -> CacheError:
    writer = holder(folder)
    if writer:
        return CacheError(f"{what}.", hint=f"{writer.capitalize()} is filling it now.")
    return CacheError(
        f"{what}.", hint=f"{remedy} `hydrasnap crawl`, or name another place with --cache."
    )


def _refuse(path: Path, reason: str) -> None:
    raise CacheError(
        f"{path} is damaged ({reason}).",
        hint="Run `hydrasnap crawl`: it fetches again what that file held, and nothing else.",
    )
