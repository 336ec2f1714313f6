"""Which folders can be a cache: new and empty ones, and those that are one already."""

import os
from pathlib import Path

import msgspec

from hydrasnap.errors import CacheError
from hydrasnap.store.atomic import cannot_read, read_whole
from hydrasnap.store.layout import JOURNAL, LIVE, MANIFEST, ORIGIN, UNFINISHED, UNREADABLE, Manifest

_OBJECTS = {"projects", "jobsets", "evals", "builds", "reasons", "sizes"}
_OURS = {MANIFEST, f"{MANIFEST}.damaged", ORIGIN, JOURNAL, UNFINISHED, LIVE, *_OBJECTS}
_EVERYWHERE = {"lost+found"}


def check_folder(folder: Path) -> None:
    """Raise CacheError for a folder with other files that is not a cache already.

    Names that start with a dot do not count: a cache may lie in a Git repository.
    """
    try:
        if os.path.lexists(folder) and not folder.is_dir():
            raise CacheError(
                f"The cache {folder} is no folder, nor a link to one.",
                hint="Choose another place with --cache.",
            )
        if folder.is_dir() and not is_cache(folder):
            names = {entry.name for entry in folder.iterdir() if not entry.name.startswith(".")}
            foreign = sorted(names - _OURS - _EVERYWHERE)
            if foreign:
                raise CacheError(
                    f"The folder {folder} is no cache: it holds files that are not from hydrasnap "
                    f"(such as {foreign[0]!r}).",
                    hint="Choose an empty folder with --cache.",
                )
    except OSError as error:
        raise cannot_read(folder, error) from error


def is_cache(folder: Path) -> bool:
    """Whether a folder has the file that says whose cache it is, and it is readable."""
    try:
        msgspec.json.decode(read_whole(folder / MANIFEST), type=Manifest)
    except (OSError, *UNREADABLE):
        return False
    return True
