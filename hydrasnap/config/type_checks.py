"""Finds all values of a table that do not fit its type."""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import inspect

from hydrasnap.config.messages import Mistake, Step

Path = tuple[Step, ...]
Namer = Callable[[Path], str]


def misfits(value: Any, kind: inspect.Type, where: Namer, path: Path = ()) -> Iterator[Mistake]:
    """Yield a mistake for each part of `value` that does not fit `kind`; `where` names a path."""
    kind = _bare(kind)
    parts = _PARTS.get(type(kind))
    if parts is not None and isinstance(value, _CONTAINERS[type(kind)]):
        yield from parts(value, kind, where, path)
    elif not _fits(value, kind):
        yield Mistake(where(path), path, expected=_expected(kind, value, path), found=value)


def _bare(kind: inspect.Type) -> inspect.Type:
    """Return a type without its description and without the mark that it may be absent."""
    while True:
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        elif isinstance(kind, inspect.UnionType):
            kind = next(part for part in kind.types if not isinstance(part, inspect.NoneType))
        else:
            return kind


def _keys(value: Any, kind: Any, where: Namer, path: Path) -> Iterator[Mistake]:
    known = {field.name: field for field in kind.fields}
    for name, part in value.items():
        if name in known:
            yield from misfits(part, known[name].type, where, (*path, name))
        else:
            yield _unknown(name, part, list(known), where, path)
    for name, field in known.items():
        if field.required and name not in value:
            yield Mistake(where(path), path, problem=f" has no {name}.", hint="Give it one.")


def _entries(value: Any, kind: Any, where: Namer, path: Path) -> Iterator[Mistake]:
    for name, part in value.items():
        quoted = json.dumps(name, ensure_ascii=False)
        yield from misfits(part, kind.value_type, where, (*path, quoted))


def _items(value: Any, kind: Any, where: Namer, path: Path) -> Iterator[Mistake]:
    for number, part in enumerate(value):
        yield from misfits(part, kind.item_type, where, (*path, number))


_PARTS = {inspect.StructType: _keys, inspect.DictType: _entries, inspect.VarTupleType: _items}
_CONTAINERS: dict[type, type | tuple[type, ...]] = {
    inspect.StructType: dict, inspect.DictType: dict, inspect.VarTupleType: (list, tuple),
}  # fmt: skip


def _fits(value: Any, kind: inspect.Type) -> bool:
    """Whether a value that has no parts fits its type."""
    if isinstance(kind, inspect.LiteralType):
        return value in kind.values
    if isinstance(kind, inspect.BoolType):
        return isinstance(value, bool)
    if isinstance(kind, inspect.StrType):
        return isinstance(value, str) and _within(len(value), kind.min_length, kind.max_length)
    if isinstance(kind, inspect.IntType):
        return type(value) is int and _in_range(value, kind)
    if isinstance(kind, inspect.FloatType):
        return type(value) in (int, float) and math.isfinite(value) and _in_range(value, kind)
    return False


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _in_range(value: float, kind: inspect.IntType | inspect.FloatType) -> bool:
    above = kind.gt is None or value > kind.gt
    below = kind.lt is None or value < kind.lt
    return above and below and _within(value, kind.ge, kind.le)


def _unknown(name: str, part: Any, known: list[str], where: Namer, path: Path) -> Mistake:
    from difflib import get_close_matches  # most files have no mistakes

    near = get_close_matches(name, known, 1)
    here = (*path, name)
    if path:
        hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
        return Mistake(where(here), here, problem=" is not a setting.", hint=hint)
    lists = ("watch", "notify")
    tables = ", ".join(f"[[{name}]]" if name in lists else f"[{name}]" for name in known)
    hint = f"Did you mean [{near[0]}]?" if near else f"Known are {tables}."
    if isinstance(part, dict | list):
        return Mistake(where(here), here, problem=" is no table of settings.", hint=hint)
    return Mistake(where(path), here, problem=f": {name} stands outside of a table.", hint=hint)


def _expected(kind: inspect.Type, value: Any, path: Path) -> str:
    """Return in words what a value must be."""
    if isinstance(kind, inspect.LiteralType):
        *most, last = (json.dumps(value) for value in kind.values)
        return f"{', '.join(most)} or {last}"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        noun = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
        return f"{noun}{_range(kind, value)}"
    if isinstance(kind, inspect.StrType):
        return f"a text{_length(kind)}"
    if isinstance(kind, inspect.VarTupleType):
        is_tables = isinstance(_bare(kind.item_type), inspect.StructType)
        return f"a list of tables, each below [[{path[-1]}]]" if is_tables else "a list of texts"
    return "true or false" if isinstance(kind, inspect.BoolType) else "a table"


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
