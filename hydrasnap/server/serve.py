"""The application behind `hydrasnap serve`: the API, the site, CORS, compression and caching."""

import hashlib
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from hydrasnap.server.app import hydra_app
from hydrasnap.server.background import RELOAD, RELOAD_SCRIPT, Follower
from hydrasnap.server.request_view import Source, View

_LEVEL = 4  # of nine: while a large answer is compressed, others wait
_MIDDLEWARE = (
    Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD"],
        allow_headers=["*"],
        expose_headers=["ETag", "Last-Modified", "Location"],
    ),
    Middleware(GZipMiddleware, minimum_size=500, compresslevel=_LEVEL),
)


def serve_app(source: Source, pages: ASGIApp, follower: Follower | None = None) -> Starlette:
    """Make the application from a source of snapshots and the pages of a site."""
    return hydra_app(
        source,
        pages,
        middleware=_MIDDLEWARE,
        finish=validated,
        more=[*_reloading(follower)] if follower else (),
        lifespan=follower.lifespan if follower else None,
    )


def _reloading(follower: Follower) -> Iterator[Route]:
    """Give the addresses by which a page learns that it was rendered again."""

    def script(request: Request) -> Response:
        return Response(RELOAD_SCRIPT, media_type="text/javascript")

    yield Route(RELOAD, follower.reloads)
    yield Route(f"{RELOAD}.js", script)


def validated(view: View, response: Response) -> Response:
    """Let clients ask whether an answer is still the same.

    The tag is of the content. An answer that is sent while it is made has a tag of the crawl.
    """
    run = view.snapshot.run
    content = repr(run).encode() if isinstance(response, StreamingResponse) else response.body
    headers = {
        "ETag": f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"',
        "Last-Modified": formatdate(run.finished, usegmt=True),
        "Cache-Control": "no-cache",
        "Vary": "Accept",
    }
    if _is_current(view.request, headers["ETag"], run.finished):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def _is_current(request: Request, tag: str, modified: int) -> bool:
    """Return whether the client has this answer, by the tag that it sends, or else by the time."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or tag in (each.strip() for each in tags.split(","))
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return modified <= since.timestamp()
