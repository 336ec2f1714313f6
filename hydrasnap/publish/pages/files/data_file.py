"""Data files: JSON that is stable, sorted, and has one object a line."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from msgspec import UNSET, Struct
from msgspec.json import Encoder

from hydrasnap.publish.pages.common.page import Alternate, File

SCHEMA: Final = 1
"""The version of all files, which each has as ``schema``; one that breaks a reader raises it."""

_json = Encoder(order="sorted")
_BEYOND_ASCII = re.compile(r"[^\0-\x7f]")


def data_file(path: str, data: Struct | Mapping[str, object]) -> File:
    """Return a data file."""
    text = _lines(data, 2)
    return File(path, f"{text if text.isascii() else _BEYOND_ASCII.sub(_escaped, text)}\n")


def data_link(path: str, title: str, label: str = "JSON") -> Alternate:
    """Return the link to a data file for the page of the same thing."""
    return Alternate(label=label, href=path, type="application/json", title=title)


def _lines(value: object, depth: int) -> str:
    """Return JSON with sorted keys, broken into lines down to a depth."""
    if depth and isinstance(value, Struct):
        value = _fields(value)
    if depth and value and isinstance(value, dict):
        rows = (f"{_key(key)}: {_lines(value[key], depth - 1)}" for key in sorted(value))
        return "{\n" + ",\n".join(rows) + "\n}"
    if depth and value and isinstance(value, (list, tuple)):
        items = _json.encode_lines(value).decode()
        return "[\n" + items.replace("\n", ",\n", len(value) - 1) + "]"
    return _line(value)


def _fields(value: Struct) -> dict[str, object]:
    """Return the fields of a value that are set, by their names in JSON."""
    names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
    fields = ((name, getattr(value, field)) for name, field in names)
    return {name: found for name, found in fields if found is not UNSET}


def _line(value: object) -> str:
    return _json.encode(value).decode()


_key = lru_cache(maxsize=1024)(_line)  # the same few names, file after file


def _escaped(letter: re.Match[str]) -> str:
    return json.dumps(letter[0])[1:-1]
