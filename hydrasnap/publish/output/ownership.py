"""Which folders can be an output folder: new and empty ones, and those that are one already."""

import os
from errno import EACCES, ENOTDIR
from os import strerror
from pathlib import Path

from hydrasnap.errors import OutputError
from hydrasnap.publish.output import file_operations as files

MANIFEST = ".hydrasnap-manifest"
STATE = ".hydrasnap-state"
STAGING = ".hydrasnap-staging"  # the beginning of the name: each run has a folder of its own
LOCK = ".hydrasnap-lock"
OWN = (MANIFEST, STATE, STAGING, LOCK)
_TOLERATED = frozenset({"CNAME", "LICENSE", "README.md", "lost+found"})  # and all dotfiles


def check_output_folder(folder: Path) -> None:
    """Raise OutputError if a folder cannot become the output folder; write nothing."""
    try:
        if folder.exists():
            is_ours(folder)
        elif folder.is_symlink():
            raise OutputError(
                f"The output folder {folder} is a link that leads to nothing.",
                hint="Remove the link, or choose another folder with --output.",
            )
        above = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not above.is_dir():
            raise files.unusable(str(folder), NotADirectoryError(ENOTDIR, strerror(ENOTDIR)))
        if not os.access(above, os.W_OK | os.X_OK):
            raise files.unusable(str(folder), PermissionError(EACCES, strerror(EACCES)))
    except OSError as error:
        raise files.unusable(str(folder), error) from error


def is_ours(folder: Path) -> bool:
    """Return whether an earlier run wrote to a folder; refuse one that holds other things.

    What a worktree, a host or a volume puts there is left alone: dotfiles, ``CNAME`` and the like.
    """
    try:
        with (folder / MANIFEST).open(encoding="utf-8", errors="replace") as file:
            if file.readline().startswith("hydrasnap "):
                return True
    except FileNotFoundError:
        pass
    names = sorted(entry.name for entry in folder.iterdir())
    found = [name for name in names if not name.startswith(".") and name not in _TOLERATED]
    if found:
        raise OutputError(
            f"The output folder {folder} holds files that are not from hydrasnap "
            f"(such as {found[0]!r}).",
            hint="Choose an empty folder with --output, or empty this one.",
        )
    return False
