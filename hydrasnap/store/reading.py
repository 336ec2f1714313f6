"""Reading the files of a cache; a damaged one is reported, remembered, and counts as absent."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from hydrasnap.errors import CacheError
from hydrasnap.store.layout import MANIFEST, ORIGIN, SCHEMA, Manifest

T = TypeVar("T")
Damaged = Callable[[Path, str], None]


class Reader:
    """Reads one cache folder; `broken` are the bytes of the files that could not be read."""

    def __init__(self, folder: Path, damaged: Damaged) -> None:
        self._folder = folder
        self._damaged = damaged
        self.broken: dict[Path, bytes] = {}

    def manifest(self) -> Manifest | None:
        """Read `snapshot.json`, unless it is of a newer form than this program knows."""
        path = self._folder / MANIFEST
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        schema = _schema_of(data)
        if schema is not None and schema > SCHEMA:
            raise CacheError(
                f"The cache {self._folder} is of a newer hydrasnap (schema {schema}; this one "
                f"reads {SCHEMA}).",
                hint="Update hydrasnap, or use another --cache.",
            )
        return self._decode(path, data, Manifest)

    def origin(self) -> str:
        """Read the file that says whose cache it is where `snapshot.json` is lost; empty if not."""
        try:
            return (self._folder / ORIGIN).read_text(encoding="utf-8", errors="replace").strip()
        except FileNotFoundError:
            return ""

    def all(self, pattern: str, kind: type[T]) -> Iterator[T]:
        """Read all files that match a pattern."""
        for path in sorted(self._folder.glob(pattern)):
            found = self._decode(path, path.read_bytes(), kind)
            if found is not None:
                yield found

    def _decode(self, path: Path, data: bytes, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._damaged(path, str(error))
            self.broken[path] = data
            return None


def _schema_of(data: bytes) -> int | None:
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    schema = found.get("schema") if isinstance(found, dict) else None
    return schema if isinstance(schema, int) else None
