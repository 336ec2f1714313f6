"""Compare, write, move and remove files of the output folder.

Paths are plain strings here: a large site has hundreds of thousands of them.
"""

# ruff: noqa: PTH103, PTH104, PTH105, PTH106, PTH108, PTH112, PTH114, PTH123

import os
import stat
from collections.abc import Callable, Collection
from functools import lru_cache
from pathlib import PurePosixPath

from hydrasnap.errors import OutputError


def holds(root: str, path: str, content: bytes) -> bool:
    """Return whether there is a plain file of this content below `root`."""
    place = f"{root}/{path}"
    try:
        found = os.lstat(place)
        if not stat.S_ISREG(found.st_mode) or found.st_size != len(content):
            return False
        with open(place, "rb", buffering=0) as file:
            same = file.read() == content
    except (FileNotFoundError, NotADirectoryError):
        return False
    return same and not leads_outside(root, path)


def is_unmodified(root: str, path: str, size: int, since: int) -> bool:
    """Return whether a plain file has this size and is no newer than `since` (nanoseconds)."""
    try:
        found = os.lstat(f"{root}/{path}")
    except OSError:
        return False
    same = found.st_size == size and found.st_mtime_ns <= since and stat.S_ISREG(found.st_mode)
    return same and not leads_outside(root, path)


def folder_unmodified(root: str, folder: str, since: int) -> bool:
    """Return whether no file was added to a folder, removed or replaced in it `since` a time."""
    try:
        found = os.lstat(f"{root}/{folder}")
    except OSError:
        return False
    same = found.st_mtime_ns <= since and stat.S_ISDIR(found.st_mode)
    return same and not leads_outside(root, folder)


def leads_outside(root: str, path: str) -> bool:
    """Return whether a folder on the way to a file is a link, which may lead anywhere."""
    folder = path.rpartition("/")[0]
    return bool(folder) and _is_linked(root, folder)


@lru_cache(maxsize=1024)
def _is_linked(root: str, folder: str) -> bool:
    return os.path.islink(f"{root}/{folder}") or leads_outside(root, folder)


def forget_links() -> None:
    """Clear the cache of which folders are links, so that each run checks afresh."""
    _is_linked.cache_clear()


def write(place: str, content: bytes) -> None:
    """Write a file, and make the folders above it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    try:
        file = os.open(place, flags, 0o666)
    except FileNotFoundError:
        os.makedirs(place.rpartition("/")[0], exist_ok=True)
        file = os.open(place, flags, 0o666)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(file, view) :]
    finally:
        os.close(file)


def move_in(staged: str, target: str, but: Collection[str], foreign: Callable[[str], None]) -> None:
    """Move all files of the staging folder into the output folder; a new folder moves as a whole.

    `but` are files of the top folder that are not moved; `foreign` is called with the path of a
    link that stands in place of a folder.
    """
    with os.scandir(staged) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        place = f"{target}/{entry.name}"
        if not entry.is_dir(follow_symlinks=False):
            if entry.name not in but:
                os.replace(entry.path, place)
            continue
        if os.path.islink(place):
            foreign(place)
        if os.path.isdir(place):
            move_in(entry.path, place, (), foreign)
        else:
            os.rename(entry.path, place)


def remove(root: str, path: str) -> int:
    """Remove a file and the folders that it leaves empty; return 1 if it existed."""
    place = f"{root}/{path}"
    if leads_outside(root, path) or (os.path.isdir(place) and not os.path.islink(place)):
        return 0
    try:
        os.unlink(place)
        removed = 1
    except (FileNotFoundError, NotADirectoryError):
        removed = 0
    for parent in list(PurePosixPath(path).parents)[:-1]:
        try:
            os.rmdir(f"{root}/{parent}")
        except OSError:
            break
    return removed


def is_inside(path: str) -> bool:
    """Return whether a path with slashes stays below the folder that it starts from."""
    parts = path.split("/")
    return all(parts) and ".." not in parts and "." not in parts


def unusable(path: str, error: OSError) -> OutputError:
    """Explain why the file system refused to write."""
    reason = error.strerror or str(error)
    return OutputError(
        f"Cannot write the site to {path}: {reason}.",
        hint="Check the folder and its permissions, or choose another with --output.",
    )
