"""Reading the files of a cache; a damaged one is reported, remembered, and counts as absent."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from hydrasnap.errors import CacheError
from hydrasnap.model import Build
from hydrasnap.store.atomic import read_whole
from hydrasnap.store.layout import (
    MANIFEST,
    ORIGIN,
    SCHEMA,
    UNREADABLE,
    Manifest,
    is_line_checked,
    is_line_intact,
    is_object_intact,
)

T = TypeVar("T")
Damaged = Callable[[Path, str], None]
_TAIL = 64


class NotByLineError(Exception):
    """A file of builds that does not have one build a line."""


class FileReader:
    """Reads one cache folder.

    `broken` are the files that could not be read, with their bytes, or None for a folder. `files`
    counts what was read, `unchecked` are those of them that have no checksum.
    """

    def __init__(self, folder: Path, damaged: Damaged) -> None:
        self._folder = folder
        self._damaged = damaged
        self.broken: dict[Path, bytes | None] = {}
        self.files = 0
        self.unchecked: set[Path] = set()

    def manifest(self) -> Manifest | None:
        """Read `snapshot.json`, unless it is of a newer form than this program knows."""
        path = self._folder / MANIFEST
        try:
            data = read_whole(path)
        except FileNotFoundError:
            return None
        schema = _schema_of(data)
        if schema is not None and schema > SCHEMA:
            raise CacheError(
                f"The cache {self._folder} is of a newer hydrasnap (schema {schema}, this one "
                f"reads {SCHEMA}).",
                hint="Update hydrasnap, or use another --cache.",
            )
        return self._decode(path, data, Manifest)

    def origin(self) -> str:
        """Read the file that says whose cache it is where `snapshot.json` is lost; empty if not."""
        try:
            return read_whole(self._folder / ORIGIN).decode(errors="replace").strip()
        except FileNotFoundError:
            return ""

    def all(self, pattern: str, kind: type[T], place: Callable[[T], Path]) -> Iterator[T]:
        """Read all files that match a pattern and hold one object; `place` is where it belongs."""
        for path, data in self._files(pattern):
            found = self._decode(path, data, kind)
            if found is not None and self._folder / place(found) == path:
                yield found
            elif found is not None:
                self._reject(path, data, f"it holds what belongs into {place(found)}")

    def shards(self, pattern: str, kind: type[T]) -> Iterator[tuple[int, list[T], bool]]:
        """Read all files that match a pattern and hold an object a line.

        Yield the first id, the readable objects, and whether these are all.
        """
        for path, data in self._files(pattern):
            if not path.stem.isdecimal():
                self._reject(path, data, "its name is no number")
                continue
            lines, intact = _lines_of(data)
            try:
                if len(intact) < len(lines):
                    raise msgspec.DecodeError("the checksum does not match")
                yield int(path.stem), msgspec.json.decode(data, type=list[kind]), True  # type: ignore[valid-type]
            except UNREADABLE as error:
                self._reject(path, data, str(error))
                yield int(path.stem), list(_readable(intact, kind)), False

    def build_lines(self, path: Path) -> Iterator[tuple[int, bytes]]:
        """Read a file of builds as it is: each line, which holds a build, and its place in bytes.

        Lines with a checksum are known to be readable; those of a file without are decoded. Raises
        NotByLineError for a file that somebody has laid out otherwise.
        """
        data = read_whole(path)
        lines, intact = _lines_of(data)
        self.files += 1
        try:
            if len(intact) < len(lines):
                raise msgspec.DecodeError("the checksum does not match")
            is_ours = data.startswith(b"[\n") and all(map(is_line_checked, lines))
            if not is_ours and len(msgspec.json.decode(data, type=list[Build])) != len(lines):
                raise NotByLineError
        except UNREADABLE as error:
            self._reject(path, data, str(error))
            return
        place = len(b"[\n")
        for line in lines:
            yield place, line
            place += len(line) + len(b",\n")

    def _files(self, pattern: str) -> Iterator[tuple[Path, bytes]]:
        """Read the files that match a pattern; one that is removed meanwhile is absent."""
        for path in sorted(self._folder.glob(pattern), key=_numbers_in_order):
            try:
                data = read_whole(path)
            except FileNotFoundError:
                continue
            except IsADirectoryError:
                self._reject(path, None, "it is a folder")
                continue
            self.files += 1
            if b'"checksum"' not in data[-_TAIL:]:
                self.unchecked.add(path.relative_to(self._folder))
            yield path, data

    def _reject(self, path: Path, data: bytes | None, reason: str) -> None:
        self._damaged(path, reason)
        self.broken[path] = data
        self.unchecked.discard(path.relative_to(self._folder))

    def _decode(self, path: Path, data: bytes, kind: type[T]) -> T | None:
        try:
            if is_object_intact(data):
                return msgspec.json.decode(data, type=kind)
            reason = "the checksum does not match"
        except UNREADABLE as error:
            reason = str(error)
        self._reject(path, data, reason)
        return None


def _lines_of(data: bytes) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """Return the lines of a file that hold an object each, and those that are intact."""
    lines = [line.removesuffix(b",") for line in data.split(b"\n")[1:-2]]
    checked = any(map(is_line_checked, lines))
    return lines, [n for n in lines if is_line_intact(n) and (is_line_checked(n) or not checked)]


def _numbers_in_order(path: Path) -> tuple[Path, int, str]:
    return path.parent, len(path.name), path.name


def _readable(lines: Sequence[bytes], kind: type[T]) -> Iterator[T]:
    for line in lines:
        with suppress(*UNREADABLE):
            yield msgspec.json.decode(line, type=kind)


def _schema_of(data: bytes) -> int | None:
    try:
        found = msgspec.json.decode(data)
    except UNREADABLE:
        return None
    schema = found.get("schema") if isinstance(found, dict) else None
    return schema if isinstance(schema, int) else None
