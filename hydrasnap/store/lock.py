"""One writer for each cache: a second one is refused, with the name of the first."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hydrasnap.errors import LockedError
from hydrasnap.store.atomic import cannot

_LOCK, _HOLDER = ".lock", ".lock-holder"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the cache's lock, or raise LockedError; the system frees it when its process dies.

    Folders and files that exist for the lock alone are removed with it.
    """
    from filelock import FileLock, Timeout  # readers do without

    try:
        new = [place for place in (folder, *folder.parents) if not place.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        who = holder(folder) or "another process"
        raise LockedError(
            f"The cache {folder} is in use by {who}.",
            hint="Wait until it ends, or use another --cache.",
        ) from None
    except OSError as error:
        raise cannot("lock", folder, error) from error
    try:
        _write_holder(folder, {"pid": os.getpid(), "host": socket.gethostname()})
        yield
    finally:
        with suppress(OSError):
            (folder / _HOLDER).unlink(missing_ok=True)
            _remove_lock(folder, new)
        lock.release()


def _remove_lock(folder: Path, new: list[Path]) -> None:
    if [entry.name for entry in folder.iterdir()] == [_LOCK]:
        (folder / _LOCK).unlink()
        for place in new:
            place.rmdir()


def _write_holder(folder: Path, holder: dict[str, object]) -> None:
    try:
        (folder / _HOLDER).write_text(json.dumps(holder), encoding="utf-8")
    except OSError as error:
        raise cannot("write", folder, error) from error


def holder(folder: Path) -> str:
    """Return the process that is writing to a cache; empty if none is known."""
    try:
        found = json.loads((folder / _HOLDER).read_text(encoding="utf-8"))
        here = found["host"] == socket.gethostname()
        if here and os.name == "posix":
            os.kill(found["pid"], 0)  # 0 is no signal: it asks whether the process is there
    except PermissionError:
        pass
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return ""
    return f"process {found['pid']} on {found['host']}"
