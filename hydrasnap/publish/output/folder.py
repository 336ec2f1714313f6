"""The output folder: files appear whole and only if they changed; what is not ours is not touched.

A manifest names every file that hydrasnap wrote. New and changed files first go to a staging folder
and move to their places when all of them are there, so a render that fails leaves the old site.
Any process may stage a file; the one that holds the folder takes them all. It alone may write there
until it is done.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from errno import EACCES, ENOTDIR
from os import strerror
from pathlib import Path
from typing import NamedTuple

from hydrasnap.errors import BusyError, OutputError
from hydrasnap.publish.output import files as places

MANIFEST = ".hydrasnap-manifest"
STATE = ".hydrasnap-state"
_STAGING = ".hydrasnap-staging"
_LOCK = ".hydrasnap-lock"
_OWN = (MANIFEST, STATE, _STAGING, _LOCK)
_HEADER = "hydrasnap 1: the files that hydrasnap wrote here and may remove\n"


@dataclass(frozen=True, slots=True)
class Written:
    """What a run did to the folder; `bytes` is the size of the whole site."""

    written: int
    unchanged: int
    removed: int
    bytes: int


class Staged(NamedTuple):
    """A file of the site: its size, and whether it is new."""

    path: str
    size: int
    changed: bool


class Stage:
    """Where a process leaves the files that it made."""

    def __init__(self, folder: Path, *, empty: bool = False) -> None:
        self._folder = str(folder)
        self._empty = empty
        self._staging = f"{self._folder}/{_STAGING}"

    def put(self, path: str, content: bytes) -> Staged:
        """Stage a file unless it stands in its place already; `path` uses slashes."""
        _check(path)
        try:
            if not self._empty and places.holds(self._folder, path, content):
                return Staged(path, len(content), changed=False)
            places.write(f"{self._staging}/{path}", content)
        except OSError as error:
            raise places.unusable(f"{self._folder}/{path}", error) from error
        return Staged(path, len(content), changed=True)


class Output:
    """A folder that holds one site; use as ``with Output(folder) as out: out.put(…)``.

    Leaving the block without an error moves the new files into their places, those in `last` at
    the end, and removes what an earlier run wrote and this one did not.
    """

    def __init__(self, folder: Path, last: Iterable[str] = ("index.html",)) -> None:
        self._folder = folder
        self._last = tuple(last)
        self._staging = folder / _STAGING
        self._replaced: set[str] | None = None
        self._changed: set[str] = set()
        self._paths: set[str] = set()
        self._standing = 0
        self._removed = 0
        self._bytes = 0
        self._state = b""
        self._held = ExitStack()
        self.stage = Stage(folder)

    def __enter__(self) -> "Output":
        """Claim the folder: it must be absent, empty or ours, and no other run at work there."""
        places.forget()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            is_new = not _is_ours(self._folder)
            self._held.enter_context(_locked(self._folder))
            _remove_folder(self._staging)
            self._staging.mkdir()
            self.stage = Stage(self._folder, empty=is_new)
        except OSError as error:
            self._held.close()
            raise places.unusable(str(self._folder), error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Publish what was put, or drop it if the block failed."""
        try:
            if kind is None:
                self._publish()
        except OSError as error:
            raise places.unusable(str(self._folder), error) from error
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)
            self._held.close()

    @property
    def result(self) -> Written:
        """Count what was done so far."""
        changed = len(self._changed)
        files = len(self._paths) + self._standing
        return Written(changed, files - changed, self._removed, self._bytes)

    def put(self, path: str, content: bytes) -> Staged:
        """Stage a file of the site unless it stands there already, and take it."""
        if path in self._paths:
            raise _twice(path)
        staged = self.stage.put(path, content)
        self.take((path,), staged.size, (path,) if staged.changed else ())
        return staged

    def take(self, paths: Sequence[str], size: int, changed: Iterable[str]) -> None:
        """Count files in, of `size` bytes together, that a process staged or found unchanged."""
        fresh = set(paths)
        twice = self._paths & fresh or (len(fresh) != len(paths) and fresh)
        if twice:
            raise _twice(max(twice, key=paths.count))
        self._paths |= fresh
        self._bytes += size
        self._changed.update(changed)

    def leave(self, files: int, size: int) -> None:
        """Count files in, of `size` bytes together, that stand as an earlier run left them."""
        self._standing += files
        self._bytes += size

    def replace(self, paths: Iterable[str]) -> None:
        """Tell what an earlier run wrote instead of what was taken, if that is not all it wrote."""
        self._replaced = set(paths)

    def keep(self, state: bytes) -> None:
        """Leave notes for the next run beside the manifest once the site is in place."""
        self._state = state

    def _publish(self) -> None:
        before = set(_manifest(self._folder)) if self._replaced is None else self._replaced
        new, gone = self._paths - before, before - self._paths
        if self._changed or new or gone:
            self._move(new, gone)
        if self._state:
            self._own(STATE, self._state)
            os.utime(self._folder / STATE)  # files are as we left them if they are older than this

    def _move(self, new: set[str], gone: set[str]) -> None:
        folder, staging = str(self._folder), str(self._staging)
        (self._folder / STATE).unlink(missing_ok=True)  # a run that is killed leaves no wrong notes
        every = _manifest(self._folder) if new or gone else []
        if new:
            every = sorted((*every, *sorted(new.difference(every))))  # two runs, soon merged
            self._remember(every)
        places.move_in(staging, folder, self._last, _refuse)
        for path in sorted(self._changed.intersection(self._last)):
            os.replace(f"{staging}/{path}", f"{folder}/{path}")  # noqa: PTH105
        places.forget()
        for path in sorted(filter(places.is_inside, gone)):
            self._removed += places.remove(folder, path)
        if gone:
            self._remember([path for path in every if path not in gone])

    def _remember(self, paths: Iterable[str]) -> None:
        self._set(MANIFEST, (_HEADER + "\n".join((*paths, ""))).encode())

    def _own(self, name: str, content: bytes) -> None:
        """Write one of our own notes if it is another."""
        if not places.holds(str(self._folder), name, content):
            self._set(name, content)

    def _set(self, name: str, content: bytes) -> None:
        """Write one of our own notes, whole or not at all."""
        places.write(f"{self._staging}/{name}", content)
        os.replace(f"{self._staging}/{name}", f"{self._folder}/{name}")  # noqa: PTH105


def check(folder: Path) -> None:
    """Refuse what cannot become the output folder, before anything is written."""
    try:
        if folder.exists():
            _is_ours(folder)
        above = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not above.is_dir():
            raise places.unusable(str(folder), NotADirectoryError(ENOTDIR, strerror(ENOTDIR)))
        if not os.access(above, os.W_OK | os.X_OK):
            raise places.unusable(str(folder), PermissionError(EACCES, strerror(EACCES)))
    except OSError as error:
        raise places.unusable(str(folder), error) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, or say that another does; it is gone afterwards."""
    from filelock import FileLock, Timeout  # a quick look does without

    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        message = f"Another run writes to {folder}. Wait until it ends, or use another --output."
        raise BusyError(message) from None
    try:
        yield
    finally:
        with suppress(OSError):
            (folder / _LOCK).unlink(missing_ok=True)
        lock.release()


def _twice(path: str) -> OutputError:
    return OutputError(f"Two pages want the file {path}; please report this as a defect.")


def _is_ours(folder: Path) -> bool:
    """Whether an earlier run wrote to a folder; refuse one that holds anything but ours."""
    try:
        with (folder / MANIFEST).open(encoding="utf-8", errors="replace") as file:
            if file.readline().startswith("hydrasnap "):
                return True
    except FileNotFoundError:
        pass
    found = sorted(entry.name for entry in folder.iterdir() if entry.name not in (_STAGING, _LOCK))
    if found:
        message = (
            f"The output folder {folder} holds files that are not from hydrasnap "
            f"(such as {found[0]!r}). Choose an empty folder with --output, or empty this one."
        )
        raise OutputError(message)
    return False


def _manifest(folder: Path) -> list[str]:
    """Read what earlier runs wrote."""
    try:
        return (folder / MANIFEST).read_text(encoding="utf-8").splitlines()[1:]
    except FileNotFoundError:
        return []


def _check(path: str) -> None:
    if not places.is_inside(path) or "\\" in path or "\n" in path or path.startswith(_OWN):
        message = f"The path {path!r} leaves the output folder; please report this as a defect."
        raise OutputError(message)


def _refuse(place: str) -> None:
    message = (
        f"The folder {place} is a symbolic link, which hydrasnap does not follow. "
        "Remove the link and run again."
    )
    raise OutputError(message)


def _remove_folder(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
