"""The output folder: files appear whole and only if they changed; foreign files are left alone.

A manifest names every file that hydrasnap wrote. New and changed files are staged in a folder of
the run's own, and move to their places once all of them are there, so that a render that fails
leaves the old site. Any process may stage a file; the one that holds the lock moves them in.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from hydrasnap.errors import BusyError, OutputError
from hydrasnap.publish.output import file_operations as files
from hydrasnap.publish.output.ownership import LOCK, MANIFEST, OWN, STAGING, STATE, is_ours

_HEADER = "hydrasnap 1: the files that hydrasnap wrote here and may remove\n"


class Written(Struct, frozen=True):
    """How many files a run wrote, left unchanged and removed; `bytes` is the whole site's size."""

    written: int
    unchanged: int
    removed: int
    bytes: int


class Staged(NamedTuple):
    """A file of the site: its path, its size in bytes, and whether its content is new."""

    path: str
    size: int
    changed: bool


class Stage:
    """The staging folder of a run, into which any of its processes writes files.

    With `compare`, a file that stands in the output folder with the same content is not written.
    """

    def __init__(self, folder: Path, staging: Path, *, compare: bool) -> None:
        self._folder = str(folder)
        self._staging = str(staging)
        self._compare = compare

    def put(self, path: str, content: bytes) -> Staged:
        """Stage a file, unless it stands in its place already; `path` uses slashes.

        Raises OutputError where the path leaves the folder or the file system refuses to write.
        """
        _check(path)
        try:
            if self._compare and files.holds(self._folder, path, content):
                return Staged(path, len(content), changed=False)
            files.write(f"{self._staging}/{path}", content)
        except OSError as error:
            raise files.unusable(f"{self._folder}/{path}", error) from error
        return Staged(path, len(content), changed=True)

    def file(self, path: str) -> Path:
        """Return where a file of the site is now: staged, or in its place already."""
        staged = Path(self._staging, path)
        return staged if staged.exists() else Path(self._folder, path)


class Output:
    """The folder of one site; use as ``with Output(folder) as out: out.put(…)``.

    Leaving the block without an error moves the new files into their places, those in `last` at
    the end, and removes files that an earlier run wrote and this one did not.
    """

    stage: Stage

    def __init__(self, folder: Path, last: Iterable[str] = ("index.html",)) -> None:
        self._folder = folder
        self._last = tuple(last)
        self._staging = folder / STAGING
        self._previous: set[str] | None = None
        self._changed: set[str] = set()
        self._paths: set[str] = set()
        self._unchanged = 0
        self._removed = 0
        self._bytes = 0
        self._state = b""
        self._held = ExitStack()

    def __enter__(self) -> "Output":
        """Lock the folder, which must be absent, empty or ours, and remove what dead runs left."""
        from tempfile import mkdtemp  # most runs write nothing

        files.forget_links()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            is_new = not is_ours(self._folder)
            self._held.enter_context(_locked(self._folder))
            for abandoned in self._folder.glob(f"{STAGING}*"):
                _remove_folder(abandoned)
            self._staging = Path(mkdtemp(prefix=f"{STAGING}-", dir=self._folder))
            self.stage = Stage(self._folder, self._staging, compare=not is_new)
        except OSError as error:
            self._held.close()
            raise files.unusable(str(self._folder), error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Move the staged files in, or drop them if the block failed."""
        try:
            if kind is None:
                self._publish()
        except OSError as error:
            raise files.unusable(str(self._folder), error) from error
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)
            self._held.close()

    @property
    def result(self) -> Written:
        """Count the files so far."""
        changed = len(self._changed)
        count = len(self._paths) + self._unchanged
        return Written(changed, count - changed, self._removed, self._bytes)

    def put(self, path: str, content: bytes) -> Staged:
        """Stage a file of the site, unless it stands there already, and register it."""
        if path in self._paths:
            raise _twice(path)
        staged = self.stage.put(path, content)
        self.register((path,), staged.size, (path,) if staged.changed else ())
        return staged

    def register(self, paths: Sequence[str], size: int, changed: Iterable[str]) -> None:
        """Count files of the site, of `size` bytes together; those in `changed` were staged.

        Raises OutputError where a path is registered for the second time.
        """
        fresh = set(paths)
        twice = self._paths & fresh or (len(fresh) != len(paths) and fresh)
        if twice:
            raise _twice(max(twice, key=paths.count))
        self._paths |= fresh
        self._bytes += size
        self._changed.update(changed)

    def mark_unchanged(self, count: int, size: int) -> None:
        """Count files, of `size` bytes together, that stay as an earlier run left them."""
        self._unchanged += count
        self._bytes += size

    def set_previous(self, paths: Iterable[str]) -> None:
        """Name the files of the last run that were not marked as unchanged.

        Without this, the manifest is read to find the files that are no more.
        """
        self._previous = set(paths)

    def save_state(self, state: bytes) -> None:
        """Write this state for the next run beside the manifest, once the site is in place."""
        self._state = state

    def _publish(self) -> None:
        before = set(manifest_paths(self._folder)) if self._previous is None else self._previous
        new, gone = self._paths - before, before - self._paths
        if self._changed or new or gone:
            self._move(new, gone)
        if self._previous is None and manifest_paths(self._folder) != sorted(self._paths):
            self._remember(sorted(self._paths))  # it was damaged
        if self._state:
            if not files.holds(str(self._folder), STATE, self._state):
                self._set(STATE, self._state)
            os.utime(self._folder / STATE)  # files that are older are as we left them

    def _move(self, new: set[str], gone: set[str]) -> None:
        folder, staging = str(self._folder), str(self._staging)
        (self._folder / STATE).unlink(missing_ok=True)  # a killed run leaves no wrong state
        every = manifest_paths(self._folder) if new or gone else []
        if new:
            every = sorted((*every, *sorted(new.difference(every))))  # two runs, soon merged
            self._remember(every)
        files.move_in(staging, folder, self._last, _refuse)
        for path in sorted(self._changed.intersection(self._last)):
            os.replace(f"{staging}/{path}", f"{folder}/{path}")  # noqa: PTH105
        files.forget_links()
        for path in sorted(filter(files.is_inside, gone)):
            self._removed += files.remove(folder, path)
        if gone:
            self._remember([path for path in every if path not in gone])

    def _remember(self, paths: Iterable[str]) -> None:
        self._set(MANIFEST, (_HEADER + "\n".join((*paths, ""))).encode())

    def _set(self, name: str, content: bytes) -> None:
        """Write one of our own files, whole or not at all."""
        files.write(f"{self._staging}/{name}", content)
        os.replace(f"{self._staging}/{name}", f"{self._folder}/{name}")  # noqa: PTH105


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, and remove it afterwards; BusyError where another run holds it."""
    from filelock import FileLock, Timeout  # most runs do without

    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(
            f"Another run writes to {folder}.", hint="Wait until it ends, or use another --output."
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):
            (folder / LOCK).unlink(missing_ok=True)
        lock.release()


def _twice(path: str) -> OutputError:
    return OutputError(f"Two pages want the file {path}.", hint="Please report this as a defect.")


def manifest_paths(folder: Path) -> list[str]:
    """Return the files that earlier runs wrote."""
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [line for line in text.split("\n")[1:] if line and "\0" not in line]


def _check(path: str) -> None:
    if not files.is_inside(path) or "\\" in path or "\n" in path or path.startswith(OWN):
        raise OutputError(
            f"The path {path!r} leaves the output folder.", hint="Please report this as a defect."
        )


def _refuse(place: str) -> None:
    raise OutputError(
        f"The folder {place} is a symbolic link, which hydrasnap does not follow.",
        hint="Remove the link and run again.",
    )


def _remove_folder(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
