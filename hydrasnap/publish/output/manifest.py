"""``manifest.json``: the size and SHA-256 of every file of a site, by which a copy is checked."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

NAME = "manifest.json"


class Entry(Struct, frozen=True):
    """A file of the site: its size in bytes, and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


class Manifest(Struct, frozen=True):
    """All files of the site but the manifest itself, by path."""

    schema: Literal[1]
    files: dict[str, Entry]


def read_manifest(site: Path) -> dict[str, Entry]:
    """Return the entries of a site's manifest; none if it is missing or damaged."""
    try:
        return msgspec.json.decode((site / NAME).read_bytes(), type=Manifest).files
    except (OSError, msgspec.DecodeError):
        return {}


def manifest(
    paths: Iterable[str], known: Mapping[str, Entry], file_of: Callable[[str], Path]
) -> bytes:
    """Return the manifest of some paths; files without a `known` entry are read."""
    entries = {path: known.get(path) or _entry(file_of(path)) for path in sorted(paths)}
    lines = (f" {_json(path)}:{_json(entry)}" for path, entry in entries.items())
    return "".join(['{"schema":1,"files":{\n', ",\n".join(lines), "\n}}\n"]).encode()


def _entry(file: Path) -> Entry:
    with file.open("rb") as content:
        found = file_digest(content, "sha256").hexdigest()
        return Entry(bytes=content.tell(), sha256=found)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
