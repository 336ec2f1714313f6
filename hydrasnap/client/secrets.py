"""Strips passwords that a server echoes in its answers, before anything else reads them."""

import base64
import html
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from hydrasnap.client.settings import Credentials

HIDDEN = "[password]"
_RARE = 8  # characters; a shorter password may be a word that stands in the data by chance


class Redactor:
    """Replaces the passwords of given logins, in every form in which a server may echo them."""

    def __init__(self, logins: Iterable[Credentials | None]) -> None:
        secrets = [login for login in logins if login is not None and login.password]
        self._all = sorted({form for login in secrets for form in _forms(login)}, key=len)[::-1]
        self._rare = [form.encode() for form in self._all if len(form) >= _RARE]

    def text(self, text: str) -> str:
        """Return text from a server without any of the passwords."""
        for form in self._all:
            text = text.replace(form, HIDDEN)
        return text

    def body(self, body: bytes) -> bytes:
        """Return data without the passwords, unless these are too short to be told from words."""
        for form in self._rare:
            if form in body:
                body = body.replace(form, HIDDEN.encode())
        return body


def _forms(login: Credentials) -> Iterator[str]:
    password = login.password
    yield password
    yield json.dumps(password)[1:-1]
    yield json.dumps(password, ensure_ascii=False)[1:-1]
    yield quote(password, safe="")
    yield quote_plus(password)
    yield html.escape(password)
    yield base64.b64encode(f"{login.username}:{password}".encode()).decode()
