"""A configuration file to start from: chosen values, and every other key as a comment."""

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from hydrasnap.config.keys import Tables

_WIDTH = 96


def example(chosen: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the text of a file with the chosen values, and all other keys as comments."""
    whole = inspect.type_info(Tables)
    assert isinstance(whole, inspect.StructType)  # noqa: S101 - narrows the type
    parts = ["# Settings of hydrasnap. A key behind # has its default, or is an example.\n"]
    for field in whole.fields:
        table, is_list = _table(field.type)
        head = f"# [[{field.name}]]" if is_list else f"[{field.name}]"
        parts.append(f"\n{head}\n# {(table.cls.__doc__ or '').strip()}\n")
        values = chosen.get(field.name, {})
        parts += [_key(found, values, as_comment=is_list) for found in table.fields]
    return "".join(parts)


def _table(kind: inspect.Type) -> tuple[inspect.StructType, bool]:
    is_list = isinstance(kind, inspect.VarTupleType)
    found = kind.item_type if isinstance(kind, inspect.VarTupleType) else kind
    assert isinstance(found, inspect.StructType)  # noqa: S101 - narrows the type
    return found, is_list


def _key(field: inspect.Field, values: Mapping[str, Any], *, as_comment: bool) -> str:
    schema = getattr(field.type, "extra_json_schema", None) or {}
    lines = textwrap.wrap(schema.get("description", ""), _WIDTH)
    text = "\n".join(f"# {line}" for line in lines)
    if field.name in values and not as_comment:
        return f"\n{text}\n{field.name} = {toml_value(values[field.name])}\n"
    shown = next(iter(schema.get("examples", ())), None)
    value = field.default if shown is None else shown
    return f"\n{text}\n# {field.name} = {toml_value(value)}\n"


def toml_value(value: Any) -> str:
    """Return a value as TOML.

    >>> toml_value(["a", 'b"']), toml_value({"x/y": 1}), toml_value(True)
    ('["a", "b\\\\""]', '{ "x/y" = 1 }', 'true')
    """
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_value(key)} = {toml_value(part)}" for key, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{value:_}" if isinstance(value, int) else repr(value)
