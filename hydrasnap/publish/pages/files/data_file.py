"""Data files: JSON that is stable, sorted, and has one object a line."""

import json
from collections.abc import Mapping
from functools import lru_cache

from msgspec.json import Encoder

from hydrasnap.publish.pages.common.frame import Alternate
from hydrasnap.publish.pages.common.page import File

SCHEMA = 1
"""The version of all files, which each has as ``schema``; one that breaks a reader raises it."""

Data = Mapping[str, object]

_json = Encoder(order="sorted")


def data_file(path: str, data: Data) -> File:
    """Return a data file."""
    return File(path, _lines({"schema": SCHEMA, **data}, 2) + "\n")


def data_link(path: str, title: str, label: str = "JSON") -> Alternate:
    """Return the link to a data file for the page of the same thing."""
    return Alternate(label=label, href=path, type="application/json", title=title)


def _lines(value: object, depth: int) -> str:
    """Return JSON with sorted keys, broken into lines down to a depth."""
    if depth and value and isinstance(value, dict):
        rows = (f"{_key(key)}: {_lines(value[key], depth - 1)}" for key in sorted(value))
        return "{\n" + ",\n".join(rows) + "\n}"
    if depth and value and isinstance(value, (list, tuple)):
        return "[\n" + ",\n".join(_lines(item, depth - 1) for item in value) + "\n]"
    return _line(value)


def _line(value: object) -> str:
    line = _json.encode(value)
    if line.isascii():
        return line.decode()
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


_key = lru_cache(maxsize=1024)(_line)  # the same few names, file after file
