"""The disorder of a real Hydra's JSON: Perl's hashes have no order, nor have PostgreSQL's rows."""

import json
from typing import TypeVar

Item = TypeVar("Item")


def disordered(body: bytes, turn: int) -> bytes:
    """Rotate the keys of every object, and every ``jobsetevals``, by `turn` places."""
    value = _turn_all(json.loads(body), turn)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _turn_all(value: object, turn: int) -> object:
    if isinstance(value, list):
        return [_turn_all(item, turn + n) for n, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    items = [
        (key, _turned(held, turn) if key == "jobsetevals" else _turn_all(held, turn))
        for key, held in value.items()
    ]
    return dict(_turned(items, turn))


def _turned(items: list[Item], turn: int) -> list[Item]:
    cut = turn % len(items) if items else 0
    return items[cut:] + items[:cut]
