"""The embedded Hydra as an ASGI application: without a socket, a clock or randomness."""

import re
from collections.abc import Callable
from html import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hydrasnap.demo.login_sessions import COOKIE, Sessions
from hydrasnap.demo.shuffled_json import disordered
from hydrasnap.demo.story.stages import world_at
from hydrasnap.demo.world.machines import live
from hydrasnap.demo.world.snapshot import snapshot
from hydrasnap.demo.world.world import World
from hydrasnap.model import Live, Snapshot
from hydrasnap.server.app import hydra_app
from hydrasnap.server.negotiation import wants_json
from hydrasnap.server.replies import reply

_CHANGES = re.compile(
    r"/build/[^/]+/(restart|cancel|bump|keep)\b"
    r"|/eval/[^/]+/(cancel|restart-failed|restart-aborted|bump|release)\b"
)


class DemoHydra:
    """A small Hydra that answers like a real one: ``httpx.ASGITransport(app=DemoHydra())``.

    `world` is its data and may be edited between two answers; without one it is the story's, at a
    stage from 1 to `story.stages.COUNT`. Setting `stage` later replaces the world. `before_answer`
    is called with each target before it is answered. `requests` are the methods and targets seen,
    `violations` those that would change something on a real server. `SIZED` are globs of the jobs
    whose sizes are worth a look.
    """

    ORIGIN = "https://hydra.demo.example"
    REASONS = 400  # pages of builds that a crawl may read, which is more than there are
    SIZED = ("tools/*/chromium.*", "tools/*/nixosTests.*", "tools/*/qemu.*", "tools/*/iso_*")

    def __init__(
        self,
        stage: int = 1,
        private: tuple[str, str] | None = None,
        *,
        world: World | None = None,
        session_requests: int | None = None,
    ) -> None:
        self._stage = stage
        self.world = world_at(stage) if world is None else world
        self.sessions = Sessions(private, session_requests)
        self.requests: list[str] = []
        self.violations: list[str] = []
        self.before_answer: Callable[[str], None] | None = None
        self._api: ASGIApp = hydra_app(self, _stand_in)

    @property
    def stage(self) -> int:
        """The stage of the story, from 1."""
        return self._stage

    @stage.setter
    def stage(self, stage: int) -> None:
        self.world = world_at(stage)
        self._stage = stage

    @property
    def snapshot(self) -> Snapshot:
        """The world as it is now."""
        return snapshot(self.world, self.ORIGIN)

    @property
    def live(self) -> Live:
        """What the machines are doing now."""
        return live(self.world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise ValueError(f"the embedded Hydra speaks HTTP alone, not {scope['type']}")
        request = Request(scope, receive)
        self._note(request)
        session = self.sessions.open(request)
        answer = _Answer(send, session)
        try:
            app: ASGIApp = await self.sessions.answer(request, session) or self._api
        except HTTPException as error:
            app = reply({"error": error.detail}, error.status_code, error.headers)
        await app(scope, receive, answer.collect)
        await answer.finish(len(self.requests))

    def _note(self, request: Request) -> None:
        """Record a request, and whether it would change something on a real server."""
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if self.before_answer:
            self.before_answer(target)
        line = f"{request.method} {target}"
        self.requests.append(line)
        harmless = request.method in {"GET", "HEAD", "OPTIONS"}
        login = line in {"POST /login", "POST /logout"}
        if _CHANGES.match(request.url.path) or not (harmless or login):
            self.violations.append(line)


class _Answer:
    """An answer on its way: it gets the cookie of its session, and its JSON is disordered."""

    def __init__(self, send: Send, session: str) -> None:
        self._send = send
        self._cookie = f"{COOKIE}={session}; path=/; max-age=604800; HttpOnly; SameSite=Lax"
        self._start: Message = {}
        self._parts: list[bytes] = []

    async def collect(self, message: Message) -> None:
        """Collect a message of the application."""
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._parts.append(message.get("body", b""))

    async def finish(self, turn: int) -> None:
        """Send the answer in one piece, as Hydra does."""
        headers, body = dict(self._start["headers"]), b"".join(self._parts)
        if headers.get(b"content-type") == b"application/json" and body:
            body = disordered(body, turn)
        headers |= {
            b"content-length": b"%d" % len(body),
            b"set-cookie": self._cookie.encode(),
        }
        headers.setdefault(b"vary", b"Accept")
        await self._send({**self._start, "headers": list(headers.items())})
        await self._send({"type": "http.response.body", "body": body})


async def _stand_in(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for the pages that a Hydra has for browsers."""
    request = Request(scope)
    if wants_json(request):
        raise HTTPException(404, "Page not found.")
    title = escape(f"Hydra - {request.url.path}")
    page: Response = HTMLResponse(f"<!DOCTYPE html><title>{title}</title><h1>{title}</h1>")
    await page(scope, receive, send)
