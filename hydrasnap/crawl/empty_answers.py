"""Confirms empty lists, which a broken Hydra may answer to any request."""

from collections.abc import Callable, Sized
from typing import TypeVar

from hydrasnap.client.client import Client
from hydrasnap.client.responses import SuspectEmptyError

T = TypeVar("T", bound=Sized)

_IN_TROUBLE = 3


def confirm_empty(
    client: Client, read: Callable[[bytes], T], where: str, *, unlikely: bool = False
) -> Callable[[bytes], T]:
    """Wrap a reader so that an empty list is accepted only when it comes often enough.

    Once is enough from a host that has made no errors in this run, twice if an empty list is
    `unlikely`. After an error it must come three times.
    """
    empty = 0

    def parse(body: bytes) -> T:
        nonlocal empty
        found = read(body)
        empty += not found
        if not found and empty < (_IN_TROUBLE if client.has_faults else 1 + unlikely):
            raise SuspectEmptyError(f"{where} was empty where something was expected.")
        return found

    return parse
