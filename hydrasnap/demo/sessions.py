"""Sessions of the embedded Hydra: a cookie for everyone, a login for a private one."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from hydrasnap.demo.replies import SIGN_IN, VARY_PRIVATE, Data, Redirect, Refusal, Reply, Text
from hydrasnap.demo.requests import Request
from hydrasnap.demo.rows import revision

_OPEN = ("login", "static", "logo")


@dataclass(slots=True)
class Sessions:
    """The sessions, and who may log in: `account` is None for a public Hydra.

    A login lasts for `lifetime` further requests; None is for ever. Without it the answer is the
    same 403 as before the login, as on a real server.
    """

    account: tuple[str, str] | None = None
    lifetime: int | None = None
    logins: int = 0
    left: dict[str, int | None] = field(default_factory=dict)
    _made: int = 0

    def open(self, request: Request) -> str:
        """Return the session a request belongs to, or a new one's id."""
        found = re.search(r"hydra_session=([0-9a-f]{40})", request.headers.get("cookie", ""))
        if found:
            return found[1]
        self._made += 1
        return revision("session", self._made)

    def signed_in(self, session: str) -> bool:
        """Whether a session is logged in still; asking uses up one request of it."""
        if session not in self.left:
            return False
        left = self.left[session]
        if left == 0:
            del self.left[session]
            return False
        self.left[session] = None if left is None else left - 1
        return True

    def end_all(self) -> None:
        """Forget all logins, as when the server is restarted."""
        self.left.clear()

    def check(self, request: Request, session: str) -> bool:
        """Return whether the session is logged in; refuse where a private Hydra wants that."""
        segments = request.segments or ("",)
        if segments[0] in _OPEN:
            return False
        signed_in = self.signed_in(session)
        if self.account and not signed_in:
            raise Refusal(403, SIGN_IN, VARY_PRIVATE)
        return signed_in

    def log_in(self, request: Request, session: str) -> Reply:
        """Answer ``POST /login``: a redirect with the user as its body."""
        if request.method != "POST":
            message = f"Method {request.method} not implemented for {request.base}/login"
            return Text(405, message, (("Allow", "POST"),))
        given = _credentials(request)
        if isinstance(given, Text):
            return given
        for name, word in (("username", "user name"), ("password", "password")):
            if not given.get(name):
                raise Refusal(400, f"You must specify a {word}.")
        if (given["username"], given["password"]) != self.account:
            raise Refusal(403, "Bad username or password.")
        self.left[session] = self.lifetime
        self.logins += 1
        return Redirect(["current-user"], value=self._user())

    def log_out(self, session: str) -> Reply:
        """Answer ``POST /logout``."""
        self.left.pop(session, None)
        return Text(204, "")

    def current_user(self, *, signed_in: bool) -> Reply:
        """Answer ``/current-user``."""
        if not signed_in:
            raise Refusal(403, SIGN_IN)
        return Data(self._user())

    def _user(self) -> dict[str, object]:
        name = self.account[0] if self.account else ""
        address = f"{name}@demo.example"
        return {"username": name, "fullname": None, "emailaddress": address, "userroles": []}


def _credentials(request: Request) -> dict[str, object] | Text:
    if "urlencoded" in request.headers.get("content-type", ""):
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    try:
        given = json.loads(request.body)
    except ValueError:
        return Text(400, "Content-Type application/json had a problem with your request.\n")
    if not isinstance(given, dict):
        raise Refusal(500, 'Caught exception in Hydra::Controller::Root->begin "Not a HASH"')
    return given
