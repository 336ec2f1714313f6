"""The embedded Hydra as an ASGI application: no socket, no clock, no chance."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hydrasnap.demo.build_routes import changes_state
from hydrasnap.demo.moments import COUNT, world_at
from hydrasnap.demo.replies import SIGN_IN, Refusal, Reply, Response, Text, quoted, refuse, render
from hydrasnap.demo.replies import VARY_PRIVATE as VARY
from hydrasnap.demo.requests import HTML, Fingerprinter, Request, read_request
from hydrasnap.demo.routes import answer
from hydrasnap.demo.sessions import Sessions
from hydrasnap.demo.world import World

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class DemoHydra:
    """A small Hydra that answers like a real one: ``httpx.ASGITransport(app=DemoHydra())``.

    `world` is its data and may be edited between two answers; without one it is the story's, at a
    `moment` from 1 to `moments`. Setting `moment` later replaces the world. `before_answer` is
    called with each target before it is answered. `requests` are the methods and targets seen,
    `violations` those that would change something on a real server. `SIZED` are globs of the jobs
    whose sizes are worth a look.
    """

    ORIGIN = "https://hydra.demo.example"
    SIZED = ("tools/*/chromium.*", "tools/*/nixosTests.*", "tools/*/qemu.*", "tools/*/iso_*")

    def __init__(
        self,
        moment: int = 1,
        private: tuple[str, str] | None = None,
        *,
        world: World | None = None,
        session_requests: int | None = None,
    ) -> None:
        self._moment = moment
        self.world = world_at(moment) if world is None else world
        self.sessions = Sessions(private, session_requests)
        self.requests: list[str] = []
        self.violations: list[str] = []
        self.before_answer: Callable[[str], None] | None = None

    @property
    def moments(self) -> int:
        """How many moments the story has."""
        return COUNT

    @property
    def moment(self) -> int:
        """The moment of the story, from 1."""
        return self._moment

    @moment.setter
    def moment(self, moment: int) -> None:
        self.world = world_at(moment)
        self._moment = moment

    async def __call__(self, scope: Fingerprinter, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise ValueError(f"the embedded Hydra speaks HTTP alone, not {scope['type']}")
        request = read_request(scope, await _body(receive))
        if self.before_answer:
            self.before_answer(request.target)
        self._witness(request)
        session = self.sessions.open(request)
        response = self._respond(request, session)
        await send({
            "type": "http.response.start",
            "status": response.status,
            "headers": _headers(response, session),
        })  # fmt: skip
        await send({"type": "http.response.body", "body": response.body})

    def _witness(self, request: Request) -> None:
        line = f"{request.method} {request.target}"
        self.requests.append(line)
        harmless = request.method in {"GET", "HEAD", "OPTIONS"}
        login = request.method == "POST" and request.segments in {("login",), ("logout",)}
        if changes_state(request.segments or ()) or not (harmless or login):
            self.violations.append(line)

    def _respond(self, request: Request, session: str) -> Response:
        try:
            response = render(request, self._reply(request, session), len(self.requests))
        except Refusal as refusal:
            response = refuse(request, refusal)
        if request.method == "HEAD":
            return Response(response.status, b"", HTML)
        return response

    def _reply(self, request: Request, session: str) -> Reply:
        if request.segments is None:
            return Text(400, "Bad Request")
        signed_in = self.sessions.check(request, session)
        if request.method == "POST":
            _check_origin(request)
        if request.segments == ("login",):
            return self.sessions.log_in(request, session)
        if request.segments == ("current-user",):
            return self.sessions.current_user(signed_in=signed_in)
        if request.method == "POST":
            return self._post(request, session)
        if request.method in {"PUT", "DELETE"}:
            raise Refusal(403, SIGN_IN)
        return answer(self.world, request)

    def _post(self, request: Request, session: str) -> Reply:
        if request.segments == ("logout",):
            return self.sessions.log_out(session)
        message = f"Method POST not implemented for {request.base}{request.target}"
        return Text(405, message, (("Allow", "GET, HEAD"),))


def _check_origin(request: Request) -> None:
    """Refuse a POST that does not come from a page of this server."""
    source = request.headers.get("referer", request.headers.get("origin", ""))
    if not f"{source}/".startswith(f"{request.base}/"):
        raise Refusal(500, f"POST requests should come from {quoted(f'{request.base}/')}.", VARY)


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _headers(response: Response, session: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer; the cookie has an age, as a date would need a clock."""
    headers = {
        "vary": "Accept",
        "content-type": response.content_type,
        "content-length": str(len(response.body)),
        "set-cookie": f"hydra_session={session}; path=/; max-age=604800; HttpOnly; SameSite=Lax",
        **{name.lower(): value for name, value in response.headers},
    }
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
