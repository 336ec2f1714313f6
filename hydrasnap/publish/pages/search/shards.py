"""How data becomes a script that any page can load."""

import json
from collections.abc import Iterable
from contextlib import suppress
from posixpath import normpath
from typing import Generic, TypeVar

import msgspec

from hydrasnap.publish.pages.common.page import File

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SHARED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


Thing = TypeVar("Thing")


class Numbers(Generic[Thing]):
    """Gives things numbers in the order in which they are first asked for."""

    def __init__(self) -> None:
        self.known: dict[Thing, int] = {}

    def __call__(self, thing: Thing) -> int:
        """Return the thing's number."""
        return self.known.setdefault(thing, len(self.known))


def shard(name: str, value: object) -> File:
    """Return a value as a script in ASCII, which is harmless even inside a page.

    The name leads to it from the folder of the index, as the scripts load it.
    """
    text = _json(value).replace("<", "\\u003c")
    return File(normpath(f"search/{name}.js"), f'hydrasnapShard("{name}",{text});\n')


def _json(value: object) -> str:
    with suppress(UnicodeEncodeError):  # a lone surrogate
        text = msgspec.json.encode(value).decode()
        if text.isascii():
            return text
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def after(before: str, name: str) -> str:
    """Return a name relative to the one before: the length of the shared prefix, and the rest.

    As scripts count other characters differently, only those of ASCII are shared.

    >>> after("python3.x86_64-linux", "python313.x86_64-linux")
    '713.x86_64-linux'
    """
    shared = _shared_prefix(before, name) if before.isascii() and name.isascii() else 0
    return _SHARED[shared] + name[shared:]


def front_coded(names: Iterable[str]) -> str:
    """Return names in one text, each relative to the one before, with ``|`` between."""
    before, coded = "", []
    for each in names:
        name = each.replace("~", "~0").replace("|", "~1")
        coded.append(after(before, name))
        before = name
    return "|".join(coded)


def _shared_prefix(before: str, name: str) -> int:
    """Return how many characters two names of ASCII have alike at their start, as far as counts.

    The first bit in which they differ, read as numbers, tells that sooner than a loop.
    """
    longest = min(len(before), len(name), len(_SHARED) - 1)
    one, other = before[:longest].encode(), name[:longest].encode()
    bits = (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_length()
    return longest - (bits + 7) // 8


def base36(number: int) -> str:
    """Return a number in base 36, as JavaScript's ``parseInt(text, 36)`` reads it.

    >>> base36(0), base36(35), base36(36)
    ('0', 'z', '10')
    """
    text = ""
    while True:
        number, rest = divmod(number, 36)
        text = DIGITS[rest] + text
        if not number:
            return text
