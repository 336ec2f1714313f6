"""How data becomes a script that any page can load, and where in the index a name lives."""

import json
from math import ceil
from posixpath import normpath
from zlib import crc32

from hydrasnap.pages.page import File

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SHARED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def shard(name: str, value: object) -> File:
    """Write a value as a script: ASCII, and harmless even where it is pasted into a page.

    The name leads to it from the folder of the index, as the scripts load it.
    """
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return File(normpath(f"search/{name}.js"), f'hydrasnapShard("{name}",{text});\n')


def after(before: str, name: str) -> str:
    """Write a name after another: how many characters they share, and what follows.

    As scripts count other characters differently, only those of ASCII are shared.

    >>> after("python3.x86_64-linux", "python313.x86_64-linux")
    '713.x86_64-linux'
    """
    shared = 0
    if before.isascii() and name.isascii():
        longest = min(len(before), len(name), len(_SHARED) - 1)
        shared = next((i for i in range(longest) if before[i] != name[i]), longest)
    return _SHARED[shared] + name[shared:]


def home_of(project: str, jobset: str, package: str, shards: int) -> int:
    """Return the number of the shard that knows a job, out of a power of two.

    >>> home_of("nixpkgs", "trunk", "hello", 256)
    41
    """
    text = f"{project}/{jobset}/{package}"
    return crc32(text.encode("utf-16-le", "surrogatepass")) & (shards - 1)


def power_of_two(amount: float) -> int:
    """Return the smallest power of two that is not below `amount`."""
    return 1 << (max(1, ceil(amount)) - 1).bit_length()


def base36(number: int) -> str:
    """Write a number in few characters, as JavaScript's ``parseInt(text, 36)`` reads it.

    >>> base36(0), base36(35), base36(36)
    ('0', 'z', '10')
    """
    text = ""
    while True:
        number, rest = divmod(number, 36)
        text = DIGITS[rest] + text
        if not number:
            return text
