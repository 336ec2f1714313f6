"""What is wrong in a configuration, in everyday words: the key, what it must be, what it is."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import inspect

Step = str | int
_STEPS = re.compile(r"\.(\w+)|\[(\d+)\]|\[(\.\.\.)\]")
_TOML_PLACE = re.compile(r" \(at (line \d+), column \d+\)$| \(at end of document\)$")
_SHOWN = 60


def mistake(error: msgspec.ValidationError, tables: Mapping[str, Any], kind: Any) -> str:
    """Say which key of `tables` does not fit the type `kind`, and what it must be."""
    what, _, where = str(error).partition(" - at `$")
    steps: list[Step] = [
        int(number) if number else name or rest
        for name, number, rest in _STEPS.findall(where.rstrip("`"))
    ]
    value, found = _walk(tables, inspect.type_info(kind), steps)
    if unknown := re.match(r"Object contains unknown field `(.+)`", what):
        return _unknown(unknown[1], steps, value, found)
    if missing := re.match(r"Object missing required field `(.+)`", what):
        return f"{key(steps)} has no {missing[1]}. Give it one."
    return f"{key(steps)} must be {_allowed(found, value)}, not {_shown(value)}."


def key(steps: list[Step]) -> str:
    """Name a key as one finds it in the file.

    >>> key(["crawl", "rate"]), key(["watch", 0, "jobs", 1])
    ('[crawl] rate', '[[watch]] number 1: jobs, item 2')
    """
    table, *rest = steps
    name = f"[{table}]"
    if rest and isinstance(rest[0], int) and table == "watch":
        name = f"[[watch]] number {rest[0] + 1}{':' if rest[1:] else ''}"
        rest = rest[1:]
    for step in rest:
        name += f", item {step + 1}" if isinstance(step, int) else f" {step}"
    return name


def toml_mistake(text: str, problem: str) -> str:
    """Say in words what makes a text no TOML, and in which line; `problem` is Python's."""
    place = _TOML_PLACE.search(problem)
    line = place and place[1]
    what = problem[: place.start()] if place else problem
    if named := re.match(r"Cannot (?:declare|mutate|overwrite)\D*?\((.+?),?\)", what):
        name = ".".join(re.findall(r"'([^']*)'", named[1]))
        what = f"[{name}] stands there a second time; put all its keys below the first"
    elif what == "Cannot overwrite a value":
        what = "a key stands there a second time; keep one of them"
    elif what == r"Illegal character '\n'":
        what = "a text has no closing quotation mark"
    else:
        what = what[:1].lower() + what[1:]
    where = line or f"line {text.count(chr(10), 0, len(text.rstrip())) + 1}"
    return f"is not valid TOML, {where}: {what}."


def _walk(value: Any, kind: inspect.Type, steps: list[Step]) -> tuple[Any, inspect.Type]:
    """Go down to the value that is wrong and to its type; name keys that are not named yet."""
    kind = _plain(kind)
    for number, step in enumerate(steps):
        if isinstance(kind, inspect.StructType):
            kind = _plain(next(field.type for field in kind.fields if field.name == step))
        elif isinstance(kind, inspect.DictType):
            step = next(_misfits(value, kind))  # noqa: PLW2901 - the error does not name it
            steps[number] = json.dumps(step, ensure_ascii=False)
            kind = kind.value_type
        elif isinstance(kind, inspect.VarTupleType):
            kind = kind.item_type
        value = value[step]
    return value, kind


def _misfits(values: Mapping[str, Any], kind: inspect.DictType) -> Iterator[str]:
    for name, value in values.items():
        least, most = getattr(kind.value_type, "ge", value), getattr(kind.value_type, "lt", None)
        if type(value) is not int or value < least or (most is not None and value >= most):
            yield name


def _plain(kind: inspect.Type) -> inspect.Type:
    """Leave out that a key may be absent."""
    if isinstance(kind, inspect.UnionType):
        return next(part for part in kind.types if not isinstance(part, inspect.NoneType))
    return kind


def _unknown(name: str, steps: list[Step], table: Any, kind: inspect.Type) -> str:
    known = [field.name for field in kind.fields] if isinstance(kind, inspect.StructType) else []
    near = get_close_matches(name, known, 1)
    if steps:
        hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
        return f"{key([*steps, name])} is not a setting. {hint}"
    tables = ", ".join(f"[[{name}]]" if name == "watch" else f"[{name}]" for name in known)
    hint = f"Did you mean [{near[0]}]?" if near else f"Known are {tables}."
    if isinstance(table[name], dict | list):
        return f"[{name}] is no table of settings. {hint}"
    return f"{name} stands outside of a table. {hint}"


def _allowed(kind: inspect.Type, value: Any) -> str:
    """Say what a value must be."""
    if isinstance(kind, inspect.LiteralType):
        *most, last = (json.dumps(value) for value in kind.values)
        return f"{', '.join(most)} or {last}"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        noun = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
        return f"{noun}{_range(kind, value)}"
    if isinstance(kind, inspect.StrType):
        return f"a text{_length(kind)}"
    if isinstance(kind, inspect.VarTupleType):
        return "a list of tables, each below [[watch]]" if _is_tables(kind) else "a list of texts"
    return "true or false" if isinstance(kind, inspect.BoolType) else "a table"


def _is_tables(kind: inspect.VarTupleType) -> bool:
    return isinstance(kind.item_type, inspect.StructType)


def _range(kind: inspect.IntType | inspect.FloatType, value: Any) -> str:
    if kind.lt is not None and isinstance(value, int) and value >= kind.lt:
        return f" below {kind.lt:,}"
    most = "" if kind.le is None else f"{kind.le:,}"
    if kind.gt is not None:
        return f" above {kind.gt}{f' and at most {most}' if most else ''}"
    if kind.ge is not None:
        return f" from {kind.ge} to {most}" if most else f", {kind.ge} or more"
    return f", at most {most}" if most else ""


def _length(kind: inspect.StrType) -> str:
    if kind.max_length is not None:
        return f" of {kind.min_length or 0} to {kind.max_length} characters"
    return " that is not empty" if kind.min_length else ""


def _shown(value: Any) -> str:
    """Show a value as it stands in the file, or say what it is."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) and text in ("NaN", "Infinity", "-Infinity"):
        return {"NaN": "nan", "Infinity": "inf"}.get(text, "-inf")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
