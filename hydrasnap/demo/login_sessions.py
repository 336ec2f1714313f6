"""Sessions of the embedded Hydra: a cookie for everyone, a login for a private one."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hydrasnap.demo.world.database_rows import revision
from hydrasnap.server.hydra_json import Json
from hydrasnap.server.replies import quoted, reply

SIGN_IN = "This page requires you to sign in."
COOKIE = "hydra_session"
_PRIVATE = {"Vary": "Content-Type"}


@dataclass(slots=True)
class Sessions:
    """The sessions, and who may log in: `account` is None for a public Hydra.

    A login lasts for `lifetime` further requests; None is for ever. `made` counts the sessions and
    `logins` the logins.
    """

    account: tuple[str, str] | None = None
    lifetime: int | None = None
    made: int = 0
    logins: int = 0
    remaining: dict[str, int | None] = field(default_factory=dict)

    def open(self, request: Request) -> str:
        """Return the session that a request belongs to, or a new one's id."""
        if COOKIE in request.cookies:
            return request.cookies[COOKIE]
        self.made += 1
        return revision("session", self.made)

    async def answer(self, request: Request, session: str) -> Response | None:
        """Answer requests about sessions, refuse those that need a login; else return None."""
        path, method = request.url.path.strip("/"), request.method
        signed_in = path != "login" and self._is_signed_in(session)
        if self.account and not signed_in and path != "login":
            raise HTTPException(403, SIGN_IN, _PRIVATE)
        if method == "POST":
            _check_origin(request)
        if path == "login":
            return await self._log_in(request, session)
        if (method, path) == ("POST", "logout"):
            self.remaining.pop(session, None)
            return Response(status_code=204)
        if path == "current-user" and signed_in:
            return reply(self._user())
        if path == "current-user":
            raise HTTPException(403, SIGN_IN)
        return None

    def _is_signed_in(self, session: str) -> bool:
        """Whether a session is logged in still; each question uses up one of its requests."""
        if session not in self.remaining:
            return False
        left = self.remaining[session]
        if left == 0:
            del self.remaining[session]
            return False
        self.remaining[session] = None if left is None else left - 1
        return True

    async def _log_in(self, request: Request, session: str) -> Response:
        """Answer ``POST /login``: a redirect with the user as its body."""
        if request.method != "POST":
            message = f"Method {request.method} not implemented for {request.url}"
            return PlainTextResponse(message, 405, {"Allow": "POST"})
        given = await _credentials(request)
        for name, word in (("username", "user name"), ("password", "password")):
            if not given.get(name):
                raise HTTPException(400, f"You must specify a {word}.")
        if (given["username"], given["password"]) != self.account:
            raise HTTPException(403, "Bad username or password.")
        self.remaining[session] = self.lifetime
        self.logins += 1
        return reply(self._user(), 302, {"Location": f"{request.base_url}current-user"})

    def _user(self) -> Json:
        name = self.account[0] if self.account else ""
        address = f"{name}@demo.example"
        return {"username": name, "fullname": None, "emailaddress": address, "userroles": []}


def _check_origin(request: Request) -> None:
    """Refuse a POST that does not come from a page of this server."""
    source = request.headers.get("referer", request.headers.get("origin", ""))
    base = str(request.base_url)
    if not f"{source}/".startswith(base):
        raise HTTPException(500, f"POST requests should come from {quoted(base)}.", _PRIVATE)


async def _credentials(request: Request) -> dict[str, object]:
    body = await request.body()
    if "urlencoded" in request.headers.get("content-type", ""):
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    try:
        given = json.loads(body)
    except ValueError:
        raise HTTPException(
            400, "Content-Type application/json had a problem with your request."
        ) from None
    if not isinstance(given, dict):
        raise HTTPException(500, 'Caught exception in Hydra::Controller::Root->begin "Not a HASH"')
    return given
