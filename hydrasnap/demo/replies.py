"""What a route answers, before it becomes bytes: data, a page, text, a redirect, a refusal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NoReturn, TypeVar
from urllib.parse import quote, urlencode

from hydrasnap.demo.requests import DOUBLE_JSON, JSON, Request

Headers = tuple[tuple[str, str], ...]
Item = TypeVar("Item")

SIGN_IN = "This page requires you to sign in."
PAGE_MISSING = "Page not found."
VARY_PRIVATE: Headers = (("Vary", "Content-Type"),)
_PAGE_TYPE = "text/html; charset=UTF-8"
_FIXED_PAGE_TYPE = "text/html; charset=utf-8"
_TEXT_TYPE = "text/plain; charset=UTF-8"
_REASONS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error"}


def quoted(name: str) -> str:
    """Put a name into typographic quotes, as Hydra's messages do."""
    return f"\u2018{name}\u2019"


def missing(message: str = PAGE_MISSING) -> NoReturn:
    """Refuse with 404."""
    raise Refusal(404, message)


class Refusal(Exception):
    """An error page: JSON or HTML by what the request asks for."""

    def __init__(self, status: int, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


@dataclass(frozen=True, slots=True)
class Data:
    """An object of the API, with its page for browsers: an empty `page` is a stand-in.

    `api` answers JSON whatever is asked for; without a `browsable` page, HTML is an error 500.
    """

    value: object
    page: str = ""
    api: bool = False
    browsable: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """A page that exists as HTML alone, whatever is asked for."""

    title: str


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text."""

    status: int
    text: str
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """Another place on this server, given as path segments and query."""

    segments: Sequence[str]
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 302
    value: object = None


Reply = Data | Page | Text | Redirect


@dataclass(frozen=True, slots=True)
class Response:
    """A finished answer; `headers` are beyond those that every answer has."""

    status: int
    body: bytes
    content_type: str
    headers: Headers = ()


def disordered(value: object, turn: int) -> object:
    """Turn the keys of every object, and ``jobsetevals``, as Perl's hashes and PostgreSQL do."""
    if isinstance(value, list):
        return [disordered(item, turn + n) for n, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    items = [(key, disordered(item, turn)) for key, item in value.items()]
    if isinstance(held := value.get("jobsetevals"), list) and held:
        items = [(k, _turned(held, turn) if k == "jobsetevals" else v) for k, v in items]
    return dict(_turned(items, turn)) if items else {}


def _turned(items: list[Item], turn: int) -> list[Item]:
    cut = turn % len(items)
    return items[cut:] + items[:cut]


def encode(value: object) -> bytes:
    """Write JSON as Hydra does: raw UTF-8, nothing escaped beyond need."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def stand_in(title: str, text: str = "") -> bytes:
    """Return a page with a title and nothing more."""
    title = escape(f"Hydra - {title}")
    return (
        f'<!DOCTYPE html>\n\n<html lang="en">\n\n  <head>\n    <title>{title}</title>\n  </head>\n'
        f"  <body>\n    <h1>{title}</h1>\n    <p>{escape(text)}</p>\n  </body>\n</html>\n"
    ).encode("utf-8", "replace")


def refuse(request: Request, refusal: Refusal) -> Response:
    """Render an error."""
    status, headers = refusal.status, refusal.headers
    if request.wants_json:
        return Response(status, encode({"error": refusal.message}), JSON, headers)
    body = stand_in(f"{status} {_REASONS.get(status, 'Error')}", refusal.message)
    return Response(status, body, _PAGE_TYPE, headers)


def render(request: Request, reply: Reply, turn: int) -> Response:
    """Turn a reply into bytes; `turn` is the number of the answer, which disorders it."""
    match reply:
        case Data():
            return _render_data(request, reply, turn)
        case Page():
            return Response(200, stand_in(reply.title), _FIXED_PAGE_TYPE)
        case Text():
            return Response(reply.status, reply.text.encode(), _TEXT_TYPE, reply.headers)
        case Redirect():
            return _render_redirect(request, reply)


def _render_data(request: Request, reply: Data, turn: int) -> Response:
    wanted = request.format
    if reply.api or wanted == JSON:
        return Response(200, encode(disordered(reply.value, turn)), JSON)
    body = encode(disordered(reply.value, turn))
    if wanted == DOUBLE_JSON:
        twice = body.decode("latin-1").encode()
        return Response(200, twice, f"{DOUBLE_JSON}; charset=UTF-8")
    if not reply.browsable:
        return Response(500, stand_in("Please come back later"), _FIXED_PAGE_TYPE)
    return Response(200, reply.page.encode() or stand_in(request.target), _PAGE_TYPE)


def _render_redirect(request: Request, reply: Redirect) -> Response:
    """Name the new place absolutely, built from the Host header."""
    path = "/".join(quote(part, safe="!$&'()*+,;=:@~") for part in reply.segments)
    query = f"?{urlencode(reply.query)}" if reply.query else ""
    location = f"{request.base}/{path}{query}"
    headers = (("Location", location),)
    if reply.value is not None:
        return Response(reply.status, encode(reply.value), JSON, headers)
    body = (
        '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n<title>Moved</title>\n</head>\n'
        f'<body>\n<p>This item has moved <a href="{escape(location)}">here</a>.</p>\n'
        "</body>\n</html>\n"
    )
    return Response(reply.status, body.encode(), _FIXED_PAGE_TYPE, headers)
