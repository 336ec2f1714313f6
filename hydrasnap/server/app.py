"""The application: a request → the snapshot → an answer."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import starmap
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from hydrasnap.report.index import Index
from hydrasnap.server.markup import page
from hydrasnap.server.negotiation import is_browser, wants_json
from hydrasnap.server.openapi import document
from hydrasnap.server.replies import reply
from hydrasnap.server.request_view import Source, View
from hydrasnap.server.routes import ENDPOINTS, READ_ONLY, Endpoint, Form, Handler

Finish = Callable[[View, Response], Response]

_FILE = re.compile(r"\.(html|json|svg|atom|xml|js|css|txt)$")
_ROUTE = "hydrasnap.route"
_READING = {"GET", "HEAD", "OPTIONS"}
_ORDER = (Form.FORBIDDEN, Form.JSON, Form.REDIRECT, Form.NEGOTIATED, Form.PAGE)


def hydra_app(
    source: Source,
    pages: ASGIApp,
    *,
    middleware: Sequence[Middleware] = (),
    finish: Finish = lambda view, response: response,
    more: Sequence[BaseRoute] = (),
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """Make the application; `pages` answers what the API does not, browsers above all.

    `finish` completes an answer of the API before it is sent; `more` are routes beside the API, and
    `lifespan` surrounds the time in which the application runs.
    """
    views = _Views(source)

    def route(path: str, handler: Handler, kind: type[Route] = Route) -> Route:
        async def respond(request: Request) -> Response:
            seen = views.of(request)
            return finish(seen, handler(seen))

        return kind(path, respond)

    def routes() -> Iterator[BaseRoute]:
        for each in sorted(ENDPOINTS, key=lambda each: _ORDER.index(each.form)):
            yield from starmap(route, _routes_of(each))
        yield route("/openapi.json", lambda seen: reply(document(seen.snapshot.origin)))
        yield from more

    return Starlette(
        routes=[_Addresses(routes()), Mount("/", pages)],
        middleware=[*middleware, Middleware(_ReadingOnly), Middleware(_TidyPath)],
        exception_handlers={HTTPException: _refuse},
        lifespan=lifespan,
    )


class _Views:
    """Gives each request a view of the newest snapshot, of which an index is made once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._index = Index(source.snapshot)

    def of(self, request: Request) -> View:
        snapshot = self._source.snapshot
        if snapshot is not self._index.snapshot:
            self._index = Index(snapshot)
        return View(request, self._index, self._source)


class _Addresses(BaseRoute):
    """Routes by the first segment of their paths, so that a request tries only a few of them."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._groups: defaultdict[str, list[BaseRoute]] = defaultdict(list)
        for route in routes:
            self._groups[_first_segment(getattr(route, "path", "/"))].append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return the first match, which may be of another method, with its route."""
        for route in self._groups.get(_first_segment(scope["path"]), ()):
            match, found = route.matches(scope)
            if match is not Match.NONE:
                return match, {**found, _ROUTE: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that matched answer."""
        await scope[_ROUTE].handle(scope, receive, send)


def _first_segment(path: str) -> str:
    return path.split("/", 2)[1]


class _JsonRoute(Route):
    """A route for those who ask for JSON, and not for a file of the site."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found = super().matches(scope)
        if found[0] is Match.NONE or _FILE.search(scope["path"]):
            return Match.NONE, {}
        return found if wants_json(HTTPConnection(scope)) else (Match.NONE, {})


class _PageRoute(Route):
    """A route for programs that read Hydra's pages: people get those of the site."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found = super().matches(scope)
        if found[0] is Match.NONE or _FILE.search(scope["path"]):
            return Match.NONE, {}
        return (Match.NONE, {}) if is_browser(HTTPConnection(scope)) else found


def _routes_of(endpoint: Endpoint) -> Iterator[tuple[str, Handler, type[Route]]]:
    """Yield path, handler and class of each route of an endpoint, by kind of client."""
    if endpoint.form is Form.PAGE:
        yield endpoint.path, _as_page(endpoint.handler), _PageRoute
    elif endpoint.form is Form.NEGOTIATED:
        yield endpoint.path, endpoint.handler, _JsonRoute
        if endpoint.page:
            yield endpoint.path, _as_page(endpoint.page), _PageRoute
    else:
        yield endpoint.path, endpoint.handler, Route
        if endpoint.form is Form.REDIRECT:
            yield f"{endpoint.path}/{{rest:path}}", endpoint.handler, Route


def _as_page(handler: Handler) -> Handler:
    """Answer an error with a page, except to clients that ask for JSON."""

    def answer(view: View) -> Response:
        try:
            return handler(view)
        except HTTPException as error:
            if error.headers or wants_json(view.request):  # a redirect has headers
                raise
            status = error.status_code
            return page(view, "error.html", status, title=str(status), message=error.detail)

    return answer


class _ReadingOnly:
    """Refuses every request that could change something."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _READING:
            await reply({"error": READ_ONLY}, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class _TidyPath:
    """Ignores doubled and trailing slashes of a path, as Hydra does.

    A browser is sent to the tidy address, because the links of a page depend on it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            path = "/" + "/".join(filter(None, scope["path"].split("/")))
            if path != scope["path"] and not wants_json(HTTPConnection(scope)):
                query = scope["query_string"].decode("latin-1")
                app = RedirectResponse(quote(path) + (f"?{query}" if query else ""), 301)
            else:
                scope = {**scope, "path": path}
        await app(scope, receive, send)


def _refuse(request: Request, error: Exception) -> Response:
    """Return an error in Hydra's shape."""
    if not isinstance(error, HTTPException):
        raise error
    return reply({"error": error.detail}, error.status_code, error.headers)
