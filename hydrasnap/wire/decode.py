"""From bytes to raw structures, and the small conversions that all kinds of object share."""

from typing import Any

import msgspec

from hydrasnap.errors import NotAHydraError

_LONGEST_NUMBER = 18


def decode(body: bytes, kind: Any, where: str) -> Any:
    """Decode a body into its raw structure, or say what is wrong with it."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise wrong_shape(where, str(error)) from error


def wrong_shape(where: str, what: str) -> NotAHydraError:
    """Return the error of an answer that no Hydra gives."""
    return NotAHydraError(f"{where} did not answer as a Hydra does: {what}.")


def whole(text: str) -> int | None:
    """Read a whole number from text, or return None."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def text_of(value: Any) -> str:
    """Return a value as Hydra's own forms show it: booleans as words, null as nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
