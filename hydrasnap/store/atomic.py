"""Files that appear whole or not at all, and what becomes of damaged ones."""

import os
import stat
from contextlib import suppress
from errno import EACCES, EPERM, EROFS
from pathlib import Path

from hydrasnap.errors import CacheError

_NOT_ALLOWED = frozenset({EACCES, EPERM, EROFS})
NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
"""The flag by which `open` does not wait for the other end of a pipe."""


def write_whole(path: Path, data: bytes) -> bool:
    """Put `data` at `path` by way of a synced temporary file; return whether bytes changed."""
    try:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    return True


def read_whole(path: Path) -> bytes:
    """Read a file; a pipe or a device in its place counts as empty, as it may never end."""
    with open(path, "rb", opener=_open_at_once) as file:
        return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | NO_WAIT)


def set_aside(path: Path) -> None:
    """Rename a damaged file, or a folder in the place of one, to ``NAME.damaged``."""
    name = path.with_name(f"{path.name}.damaged")
    number = 1
    while name.is_dir() or (path.is_dir() and name.exists()):
        number += 1
        name = path.with_name(f"{path.name}.damaged-{number}")
    path.replace(name)


def cannot(action: str, folder: Path, error: OSError) -> CacheError:
    """Explain why a cache is not written or locked."""
    remedy = "Check the permissions" if error.errno in _NOT_ALLOWED else "Make room"
    return CacheError(
        f"Cannot {action} the cache {folder}: {_reason(folder, error)}.",
        hint=f"Nothing that it held is lost. {remedy} or give it another place with --cache, and "
        "run again.",
    )


def cannot_read(folder: Path, error: OSError) -> CacheError:
    """Explain why a cache is not read."""
    return CacheError(
        f"Cannot read the cache {folder}: {_reason(folder, error)}.",
        hint="Check the disk and the permissions, then run again.",
    )


def _reason(folder: Path, error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    if error.filename and Path(error.filename) != folder:
        reason += f" ({error.filename})"
    return reason
