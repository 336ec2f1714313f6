"""An empty list is what a Hydra says of nothing, and what a broken one says of anything."""

from collections.abc import Callable
from typing import TypeVar

from hydrasnap.client import DoubtError

T = TypeVar("T")

_BELIEVED = 3


def doubting(read: Callable[[bytes], list[T]], where: str) -> Callable[[bytes], list[T]]:
    """Wrap a reader so that an unexpected empty list is believed only when it comes three times."""
    empty = 0

    def parse(body: bytes) -> list[T]:
        nonlocal empty
        found = read(body)
        empty += not found
        if not found and empty < _BELIEVED:
            raise DoubtError(f"{where} was empty where something was expected.")
        return found

    return parse
