"""The output folder: files appear whole and only if they changed; what is not ours is not touched.

A manifest names every file that hydrasnap wrote. New and changed files first go to a staging folder
and move to their places when all of them are there, so a render that fails leaves the old site.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hydrasnap.errors import OutputError

MANIFEST = ".hydrasnap-manifest"
_STAGING = ".hydrasnap-staging"
_OWN = (MANIFEST, _STAGING)
_HEADER = "hydrasnap 1: the files that hydrasnap wrote here and may remove\n"


@dataclass(frozen=True, slots=True)
class Written:
    """What a run did to the folder; `bytes` is the size of the whole site."""

    written: int
    unchanged: int
    removed: int
    bytes: int


class Output:
    """A folder that holds one site; use as ``with Output(folder) as out: out.put(…)``.

    Leaving the block without an error moves the new files into their places, those in `last` at
    the end, and removes what an earlier run wrote and this one did not.
    """

    def __init__(self, folder: Path, last: Iterable[str] = ("index.html",)) -> None:
        self._folder = folder
        self._last = tuple(last)
        self._staging = folder / _STAGING
        self._before: frozenset[str] = frozenset()
        self._changed: list[str] = []
        self._paths: set[str] = set()
        self._removed = 0
        self._bytes = 0

    def __enter__(self) -> "Output":
        """Claim the folder: it must be absent, empty or ours."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._before = _manifest(self._folder)
            _remove_folder(self._staging)
            self._staging.mkdir()
        except OSError as error:
            raise _unusable(self._folder, error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Publish what was put, or drop it if the block failed."""
        try:
            if kind is None:
                self._publish()
        except OSError as error:
            raise _unusable(self._folder, error) from error
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)

    @property
    def result(self) -> Written:
        """Count what was done so far."""
        changed = len(self._changed)
        return Written(changed, len(self._paths) - changed, self._removed, self._bytes)

    def put(self, path: str, content: bytes) -> None:
        """Stage a file of the site unless it stands there already; `path` uses slashes."""
        _check(path)
        if path in self._paths:
            message = f"Two pages want the file {path}; please report this as a defect."
            raise OutputError(message)
        self._paths.add(path)
        self._bytes += len(content)
        try:
            if not _holds(self._folder, path, content):
                _write(self._staging / path, content)
                self._changed.append(path)
        except OSError as error:
            raise _unusable(self._folder / path, error) from error

    def _publish(self) -> None:
        stale = self._before - self._paths
        self._remember(self._before | self._paths)
        for path in sorted(self._changed, key=lambda path: (path in self._last, path)):
            _place(self._staging / path, self._folder, path)
        for path in sorted(stale):
            self._removed += _remove(self._folder, path)
        self._remember(self._paths)

    def _remember(self, paths: Iterable[str]) -> None:
        text = _HEADER + "".join(f"{path}\n" for path in sorted(paths))
        if not _holds(self._folder, MANIFEST, text.encode()):
            _write(self._staging / MANIFEST, text.encode())
            (self._staging / MANIFEST).replace(self._folder / MANIFEST)


def _unusable(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(
        f"Cannot write the site to {path}: {reason}. "
        "Check the folder and its permissions, or choose another with --output."
    )


def _manifest(folder: Path) -> frozenset[str]:
    """Read what an earlier run wrote; refuse a folder that holds anything but ours."""
    file = folder / MANIFEST
    if file.is_file():
        header, _, rest = file.read_text(encoding="utf-8").partition("\n")
        if header.startswith("hydrasnap "):
            return frozenset(path for path in rest.splitlines() if _is_inside(path))
    found = sorted(entry.name for entry in folder.iterdir() if entry.name != _STAGING)
    if found:
        message = (
            f"The output folder {folder} holds files that are not from hydrasnap "
            f"(such as {found[0]!r}). Choose an empty folder with --output, or empty this one."
        )
        raise OutputError(message)
    return frozenset()


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts


def _check(path: str) -> None:
    if not _is_inside(path) or "\\" in path or "\n" in path or path.startswith(_OWN):
        message = f"The path {path!r} leaves the output folder; please report this as a defect."
        raise OutputError(message)


def _leads_outside(folder: Path, path: str) -> bool:
    """Whether a folder on the way to the file is a link, which may lead anywhere."""
    parents = PurePosixPath(path).parents
    return any((folder / parent).is_symlink() for parent in list(parents)[:-1])


def _holds(folder: Path, path: str, content: bytes) -> bool:
    file = folder / path
    try:
        if file.is_symlink() or file.stat().st_size != len(content):
            return False
        return file.read_bytes() == content and not _leads_outside(folder, path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _place(staged: Path, folder: Path, path: str) -> None:
    """Move a file to its place; a link on the way would lead out of the folder: refuse."""
    if _leads_outside(folder, path):
        message = (
            f"A folder on the way to {folder / path} is a symbolic link, which hydrasnap does not "
            "follow. Remove the link and run again."
        )
        raise OutputError(message)
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(target)


def _remove(folder: Path, path: str) -> int:
    """Remove a file of an earlier run and the folders that it leaves empty; count it."""
    if _leads_outside(folder, path):
        return 0
    file = folder / path
    if file.is_dir() and not file.is_symlink():
        return 0
    there = file.is_symlink() or file.exists()
    file.unlink(missing_ok=True)
    for parent in list(PurePosixPath(path).parents)[:-1]:
        try:
            (folder / parent).rmdir()
        except OSError:
            break
    return int(there)


def _remove_folder(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
