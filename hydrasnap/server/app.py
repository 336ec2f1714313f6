"""Which address answers what."""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hydrasnap.report import Index
from hydrasnap.server import builds, evaluations, jobs, live, projects
from hydrasnap.server.negotiation import wants_json
from hydrasnap.server.replies import reply
from hydrasnap.server.view import Source, View

Handler = Callable[[View], Response]

READ_ONLY = "This is a read-only snapshot of a Hydra: nobody can sign in or change anything here."
_READING = {"GET", "HEAD", "OPTIONS"}

JSON: dict[str, Handler] = {
    "/": projects.projects,
    "/project/{project}": projects.project,
    "/jobset/{project}/{jobset}": projects.jobset,
    "/jobset/{project}/{jobset}/errors": projects.errors,
    "/jobset/{project}/{jobset}/evals": projects.evaluations,
    "/evals": evaluations.evaluations,
    "/eval/{id}": evaluations.evaluation,
    "/eval/{id}/errors": evaluations.evaluation,
    "/eval/{id}/builds": evaluations.builds,
    "/build/{id}": builds.build,
    "/build/{id}/constituents": builds.constituents,
    "/queue": builds.queue,
    "/search": builds.search,
    "/status": live.running,
    "/machines": live.machines,
    "/queue-runner-status": live.queue_runner,
    "/job/{project}/{jobset}/{job}/metric/{metric}": jobs.metric,
    "/job/{project}/{jobset}/{job}/build-times": jobs.build_times,
    "/job/{project}/{jobset}/{job}/closure-sizes": jobs.closure_sizes,
    "/job/{project}/{jobset}/{job}/output-sizes": jobs.output_sizes,
}
"""Addresses that answer JSON to those who ask for it, and have a page for all others."""

ALWAYS: dict[str, Handler] = {
    "/api/jobsets": projects.overview,
    "/api/queue": builds.brief_queue,
    "/api/nrqueue": builds.queue_size,
    "/api/nrbuilds": live.throughput,
    "/api/latestbuilds": builds.latest_builds,
    "/eval/{id}/store-paths": evaluations.store_paths,
    "/job/{project}/{jobset}/{job}/shield": jobs.shield,
}
"""Addresses that answer JSON whatever is asked for."""

REDIRECTS: dict[str, Handler] = {
    "/jobset/{project}/{jobset}/latest-eval": projects.latest_evaluation,
    "/eval/{id}/job/{job}": evaluations.job,
    "/build/{id}/eval": builds.newest_evaluation,
    "/job/{project}/{jobset}/{job}/latest": jobs.latest,
    "/job/{project}/{jobset}/{job}/latest-finished": jobs.latest_finished,
    "/job/{project}/{jobset}/{job}/latest-for/{system}": jobs.latest_for,
}
"""Addresses that redirect; what follows them is passed on."""

FORBIDDEN = (
    "/login", "/logout", "/current-user", "/api/push", "/api/push-github", "/api/push-gitea",
    "/build/{id}/restart", "/build/{id}/cancel", "/build/{id}/bump", "/build/{id}/keep/{n}",
    "/eval/{id}/cancel", "/eval/{id}/restart-failed", "/eval/{id}/restart-aborted",
    "/eval/{id}/bump", "/eval/{id}/release",
)  # fmt: skip
"""Addresses that change something in a Hydra, or are for those who may."""


def hydra_app(source: Source, pages: ASGIApp, middleware: Sequence[Middleware] = ()) -> Starlette:
    """Make the application; `pages` answers what the API does not, browsers above all."""
    index = Index(source.snapshot)

    def view(request: Request) -> View:
        nonlocal index
        snapshot = source.snapshot
        if snapshot is not index.snapshot:
            index = Index(snapshot)
        return View(request, index, source.live)

    def route(path: str, handler: Handler, kind: type[Route] = Route) -> Route:
        async def respond(request: Request) -> Response:
            return handler(view(request))

        return kind(path, respond)

    routes: list[BaseRoute] = [route(path, _forbid) for path in FORBIDDEN]
    routes += [route(path, handler) for path, handler in ALWAYS.items()]
    for path, handler in REDIRECTS.items():
        routes += [route(path, handler), route(f"{path}/{{rest:path}}", handler)]
    routes += [route(path, handler, _JsonRoute) for path, handler in JSON.items()]
    routes += [route("/eval/{id}", evaluations.listing, _ListingRoute), Mount("/", pages)]
    return Starlette(
        routes=routes,
        middleware=[*middleware, Middleware(_ReadingOnly), Middleware(_TidyPath)],
        exception_handlers={HTTPException: _refuse},
    )


class _JsonRoute(Route):
    """A route for those who ask for JSON."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and wants_json(HTTPConnection(scope)):
            return super().matches(scope)
        return Match.NONE, {}


class _ListingRoute(Route):
    """A route for crawlers that want a page with every job: the parameter ``full`` tells them."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and HTTPConnection(scope).query_params.get("full") == "1":
            return super().matches(scope)
        return Match.NONE, {}


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
    """Leaves doubled and trailing slashes of a path out, as Hydra does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": "/" + "/".join(filter(None, scope["path"].split("/")))}
        await self._app(scope, receive, send)


def _forbid(view: View) -> Response:
    raise HTTPException(403, READ_ONLY)


def _refuse(request: Request, error: Exception) -> Response:
    """Write an error in Hydra's shape."""
    if not isinstance(error, HTTPException):
        raise error
    return reply({"error": error.detail}, error.status_code, error.headers)
