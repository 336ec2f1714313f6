"""Mutations of answers and of files: seeded, so that a failure can be repeated from its seed."""

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

import httpx
from hydras import page, reply

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, -(2**63), 10**400, 0.5, -1e308, 1e308,
    1_700_000_000_000, float("1e-320"), float("nan"), float("inf"), "", "1", "-1", "9" * 400,
    "\u202e\x00\n::error::x", "x" * 70_000, "A" * 300, "..", "../../x", "a/b", "\ud7ff", "\ud800",
    "https://u:secret@h/", [], {}, [[]], [None], {"": None}, {"error": "odd"},
)  # fmt: skip
STATUSES = (
    200, 201, 204, 206, 300, 400, 401, 403, 404, 408, 410, 418, 429, 500, 501, 502, 503, 504, 520,
    524, 599,
)  # fmt: skip
PLACES = (
    "/", "", "//x/", "?page=2", "/eval/1", "/build/1?x=%C3%A9", "/jobset/one/trunk", "/login",
    "/jobset/one/%0a%1b[31m", "http://[", "http://u:secret@h/", "https://evil.example/eval/1",
)  # fmt: skip
PACKINGS = ("gzip", "br", "gzip, gzip, gzip", "zstd", "deflate", "nonsense", "identity")


def mutated(raw: Any, chance: Random) -> Any:
    """Change one place of a JSON value, anywhere in its depth."""
    if isinstance(raw, dict) and raw and chance.random() < 0.9:
        key = chance.choice(sorted(raw))
        return _in_object(raw, key, chance)
    if isinstance(raw, list) and raw and chance.random() < 0.9:
        place = chance.randrange(len(raw))
        return _in_list(raw, place, chance)
    return chance.choice(ODD)


def _in_object(raw: dict[str, Any], key: str, chance: Random) -> dict[str, Any]:
    how = chance.randrange(4)
    if how == 0:
        return {name: value for name, value in raw.items() if name != key}
    if how == 1:
        return {**raw, str(chance.choice(ODD))[:50]: raw[key]}
    return {**raw, key: mutated(raw[key], chance)}


def _in_list(raw: list[Any], place: int, chance: Random) -> list[Any]:
    how = chance.randrange(5)
    if how == 0:
        return raw[:place] + raw[place + 1 :]
    if how == 1:
        return [*raw, raw[place]]
    if how == 2:
        return raw[:place]
    return [*raw[:place], mutated(raw[place], chance), *raw[place + 1 :]]


def mutated_html(body: bytes, chance: Random) -> bytes:
    """Change one number, tag or text of a page."""
    parts = re.split(rb"(\d+|<[^>]*>)", body)
    place = chance.randrange(len(parts))
    odd = str(chance.choice(ODD)).encode("utf-8", "surrogatepass")
    parts[place] = chance.choice([b"", odd, parts[place] * 2, b"<" + odd[:100] + b">"])
    return b"".join(parts)


def repeated_key(body: bytes, chance: Random) -> bytes:
    """Give an object of a JSON text one of its keys twice, with another value."""
    keys = list(re.finditer(rb'"[a-z_]+":', body))
    if not keys:
        return body
    found = chance.choice(keys)
    value = json.dumps(chance.choice(ODD)).encode()
    return body[: found.start()] + found[0] + value + b"," + body[found.start() :]


def spoiled_bytes(body: bytes, chance: Random) -> bytes:
    """Change bytes of a body: cut it, double it, flip bits in it, nest it."""
    how = chance.randrange(5)
    if how == 0:
        return body[: chance.randrange(len(body) + 1)]
    if how == 1:
        return body + body
    if how == 2:
        return b"[" * 5000 + body
    data = bytearray(body or b" ")
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def answers(body: bytes, chance: Random) -> httpx.Response:
    """Spoil an answer: its value, its bytes, its status, its type, its packing, or its place."""
    how = chance.randrange(10)
    if body[:1] == b"<" and how < 7:
        change = spoiled_bytes if how < 2 else mutated_html
        return page(change(body, chance))
    if how < 5 and body[:1] in b"[{":
        return reply(json.dumps(mutated(json.loads(body), chance)))
    if how < 7:
        return reply((repeated_key if how == 6 else spoiled_bytes)(body, chance))
    status = chance.choice(STATUSES)
    kinds: list[Callable[[], httpx.Response]] = [
        lambda: reply(body, status),
        lambda: page("<html>maintenance</html>", status),
        lambda: page("", chance.choice((301, 302, 307)), Location=chance.choice(PLACES)),
        lambda: reply(body, Content_Encoding=chance.choice(PACKINGS)),
        lambda: reply(body, status, Retry_After=chance.choice(("-1", "soon", "9" * 30, "0.5"))),
        lambda: reply(b"", status),
    ]
    return chance.choice(kinds)()
