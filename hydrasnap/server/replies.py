"""The parts that all answers are made of: JSON, errors in Hydra's shape, redirects."""

from collections.abc import Mapping, Sequence
from typing import NoReturn
from urllib.parse import quote, urlencode

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

LARGEST_ID = 2**31 - 1
encode = msgspec.json.Encoder().encode
"""Write JSON."""


def reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON, whose media type names no character set in a Hydra."""
    return Response(encode(value), status, headers, media_type="application/json")


def quoted(name: str) -> str:
    """Put a name into typographic quotes, as Hydra's messages do."""
    return f"\u2018{name}\u2019"


def missing(message: str = "Page not found.") -> NoReturn:
    """Refuse with 404."""
    raise HTTPException(404, message)


def bad(message: str) -> NoReturn:
    """Refuse with 400 what makes no sense; a real Hydra answers 500 to much of it."""
    raise HTTPException(400, message)


def redirect(
    request: Request,
    segments: Sequence[object],
    extra: dict[str, str] | None = None,
    status: int = 302,
) -> HTTPException:
    """Return a redirect to a path of this server, with the request's parameters and `extra`."""
    extra = extra or {}
    query = {name: v for name, v in request.query_params.items() if name not in extra} | extra
    path = "/".join(quote(str(segment), safe="") for segment in segments if segment != "")
    location = f"{request.base_url}{path}" + (f"?{urlencode(query)}" if query else "")
    return HTTPException(status, f"This item has moved to {location}", {"Location": location})


def number(text: str) -> int | None:
    """Read an id; None where no object can have it."""
    if not (text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= len(str(LARGEST_ID)) else None
