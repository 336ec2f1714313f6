"""From bytes to raw structures, and the small conversions that all kinds of object share.

An answer is read as it should be, in one pass. Only where that fails it is read again value by
value: an unreadable field then counts as absent, and an unreadable element of a list is left out.
"""

import json
import re
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

from hydrasnap.errors import NotAHydraError
from hydrasnap.model.value_bounds import LONGEST_TEXT

_LONGEST_NUMBER = 15
_MOST_DIGITS = sys.int_info.str_digits_check_threshold
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAYBE_SURROGATE = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(slots=True)
class Oddities:
    """What could not be read of an answer: `values` that count as unknown, and `lost` elements."""

    values: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.values or self.lost)

    def __str__(self) -> str:
        """Return how many there are, and the first."""
        found = [*self.lost, *self.values]
        many = "1 value is" if len(found) == 1 else f"{len(found)} values are"
        return f"{many} not readable: {found[0]}" if found else ""


T = TypeVar("T", list[Any], dict[str, Any])
Note = Callable[[Oddities], None]


def ignore(_: Oddities) -> None:
    """Ignore what could not be read."""


def decode(
    body: bytes | bytearray | msgspec.Raw, kind: Any, where: str, note: Note = ignore
) -> Any:
    """Decode a body into its raw structure; raise NotAHydraError if it has another shape.

    `note` is called with the unreadable parts of an answer that is readable as a whole.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error)
    try:
        raw = _leniently(body)
    except (ValueError, RecursionError):  # the length tells apart answers with the same fault
        raise wrong_shape(where, f"{reason} ({len(memoryview(body)):,} bytes)") from None
    oddities = Oddities()
    try:
        found = _salvage(raw, kind, "$", oddities)
    except _UnreadableError:
        raise wrong_shape(where, reason) from None
    note(oddities)
    return found


@dataclass(frozen=True, slots=True)
class _Mended:
    """A text that cannot be written as UTF-8, with U+FFFD in place of what is wrong."""

    text: str


def _leniently(body: bytes | bytearray | msgspec.Raw) -> Any:
    """Decode JSON with numbers and texts that no JSON should have. Raises ValueError."""
    text = bytes(memoryview(body)).decode("utf-8", "surrogateescape")
    raw = json.loads(text, strict=False, parse_int=_number, parse_constant=float)
    return _mended(raw) if _MAYBE_SURROGATE.search(text) else raw


def _number(digits: str) -> float:
    """Read a whole number; Python reads one of very many digits only as a fraction."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def _mended(raw: Any) -> Any:
    """Return decoded JSON with each text that is not UTF-8 marked; such keys of maps are mended."""
    if isinstance(raw, str):
        mended = _SURROGATE.sub(_REPLACEMENT, raw)
        return raw if mended == raw else _Mended(mended)
    if isinstance(raw, list):
        return [_mended(each) for each in raw]
    if isinstance(raw, dict):
        return {_SURROGATE.sub(_REPLACEMENT, key): _mended(each) for key, each in raw.items()}
    return raw


class _UnreadableError(Exception):
    """A value that is of no use without what could not be read."""


def _salvage(raw: Any, kind: Any, at: str, oddities: Oddities) -> Any:
    """Convert what is readable of a value; `at` is its place in the answer."""
    if isinstance(raw, _Mended):
        return _text(raw, kind, at, oddities)
    try:
        return msgspec.convert(raw, kind)
    except (msgspec.ValidationError, RecursionError):
        pass
    for each in _choices(kind):
        if isinstance(raw, list) and get_origin(each) is list:
            return _elements(raw, get_args(each)[0], at, oddities)
        if isinstance(raw, dict) and get_origin(each) is dict:
            return _entries(raw, get_args(each)[1], at, oddities)
        if isinstance(raw, dict) and isinstance(each, type) and issubclass(each, msgspec.Struct):
            return _fields(raw, each, at, oddities)
    raise _UnreadableError


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _text(raw: _Mended, kind: Any, at: str, oddities: Oddities) -> Any:
    """Take a text with replaced characters, unless it is a name, which must be exact."""
    try:
        found = msgspec.convert(raw.text, kind)
    except msgspec.ValidationError:
        raise _UnreadableError from None
    if any(_is_marked(each, "exact") for each in _choices(kind)):
        raise _UnreadableError
    oddities.values.append(at)
    return found


def _elements(raw: list[Any], kind: Any, at: str, oddities: Oddities) -> list[Any]:
    found = []
    for number, element in enumerate(raw):
        try:
            found.append(_salvage(element, kind, f"{at}[{number}]", oddities))
        except _UnreadableError:
            oddities.lost.append(f"{at}[{number}]")
    return _readable(found, of=raw)


def _entries(raw: dict[str, Any], kind: Any, at: str, oddities: Oddities) -> dict[str, Any]:
    found = {}
    for key, value in raw.items():
        try:
            found[key] = _salvage(value, kind, f"{at}.{key[:40]}", oddities)
        except _UnreadableError:
            oddities.values.append(f"{at}.{key[:40]}")
    return _readable(found, of=raw)


def _readable(found: T, of: T) -> T:
    """Return the readable elements; raise if there were some and none was readable.

    Otherwise an answer of mere junk would say that there is nothing.
    """
    if of and not found:
        raise _UnreadableError
    return found


def _fields(
    raw: dict[str, Any], kind: type[msgspec.Struct], at: str, oddities: Oddities
) -> msgspec.Struct:
    found = {}
    for each in msgspec.structs.fields(kind):
        if each.encode_name not in raw:
            if each.required:
                raise _UnreadableError
            continue
        try:
            place = f"{at}.{each.encode_name}"
            found[each.name] = _salvage(raw[each.encode_name], each.type, place, oddities)
        except _UnreadableError:
            if each.required or _is_marked(each.type, "vital"):
                raise
            oddities.values.append(place)
    return kind(**found)


def _is_marked(kind: Any, mark: str) -> bool:
    """Return whether a type has a mark.

    Without a ``vital`` field its object would be useless or wrong, and is not taken. An ``exact``
    text is read in full or not at all.
    """
    metas = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return any(isinstance(meta, msgspec.Meta) and (meta.extra or {}).get(mark) for meta in metas)


def wrong_shape(where: str, what: str) -> NotAHydraError:
    """Return the error of an answer that no Hydra gives."""
    return NotAHydraError(f"{where} did not answer as a Hydra does: {what[:300]}.")


def whole(text: str) -> int | None:
    """Read a whole number from text, or return None."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def text_of(value: Any) -> str:
    """Return a value as Hydra's own forms show it: booleans as words, null as nothing.

    What is no plain value, or too long, has no such form.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        return ""
    text = str(value)
    return text if len(text) <= LONGEST_TEXT else ""
