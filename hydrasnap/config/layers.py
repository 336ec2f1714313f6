"""The settings as plain tables, a layer for each source; later layers take precedence."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDERS = {
    "cache": ("folder",),
    "site": ("output", "templates", "pages", "notes", "files"),
    "packages": ("file",),
    "hydra": ("password_file", "basic_password_file"),
}
"""The keys of each table that name a file or folder."""

Layer = dict[str, Any]


def merge_layers(layers: Iterable[Layer]) -> Layer:
    """Merge tables; later ones take precedence."""
    merged: Layer = {}
    for layer in layers:
        for name, table in layer.items():
            is_table = isinstance(table, dict)
            merged[name] = {**merged.get(name, {}), **table} if is_table else table
    return merged


def anchored(tables: Layer, folder: Path) -> Layer:
    """Return the tables with the folders that they name relative to `folder`."""
    anchored = dict(tables)
    for table, keys in FOLDERS.items():
        named = {key: name for key in keys if (name := value_of(tables, table, key))}
        if named:
            paths = {key: str(folder / (with_home(name) or name)) for key, name in named.items()}
            anchored[table] = {**tables[table], **paths}
    return anchored


def value_of(tables: Layer, table: str, key: str) -> Any:
    """Return a value; None where the key is absent, or its table is no table."""
    found = tables.get(table)
    return found.get(key) if isinstance(found, dict) else None


def with_home(name: str) -> Path | None:
    """Return a path with ``~`` as the home folder; None if there is none."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return None
