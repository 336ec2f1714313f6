"""A request as the embedded Hydra sees it: decoded path, query, and the format it asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

Fingerprinter = Mapping[str, Any]

JSON = "application/json"
DOUBLE_JSON = "text/x-json"
HTML = "text/html"
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `segments` is None where the path cannot be decoded, `base` ends in no slash."""

    method: str
    target: str
    base: str
    segments: tuple[str, ...] | None
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def format(self) -> str:
        """Choose the answer's format as Catalyst does: Content-Type, then query, then Accept."""
        given = self.headers.get("content-type", "").partition(";")[0].strip()
        asked = (given, self.parameters.get("content-type", ""), *self._accepted())
        known = (kind.lower() for kind in asked if kind.lower() in {JSON, DOUBLE_JSON, HTML})
        return next(known, HTML)

    def _accepted(self) -> list[str]:
        """Return the media types of Accept, the wanted first."""
        ranked: list[tuple[float, str]] = []
        for part in self.headers.get("accept", "").split(","):
            kind, *options = (piece.strip() for piece in part.split(";"))
            weights = [option[2:] for option in options if re.fullmatch(r"q=[\d.]+", option)]
            ranked.append((-float(weights[0]) if weights else -1.0, kind))
        return [kind for _, kind in sorted(ranked, key=lambda pair: pair[0])]

    @property
    def wants_json(self) -> bool:
        """Whether errors and pages come as JSON."""
        return self.format != HTML


def _segments(raw_path: bytes) -> tuple[str, ...] | None:
    """Decode twice, as Hydra does: ``%2F`` splits a name, a ``%`` in a name fails."""
    if _BAD_ESCAPE.search(raw_path):
        return None
    once = unquote_to_bytes(raw_path)
    if _BAD_ESCAPE.search(once):
        return None
    try:
        return tuple(unquote_to_bytes(part).decode() for part in once.split(b"/") if part)
    except UnicodeDecodeError:
        return None


def read_request(scope: Fingerprinter, body: bytes = b"") -> Request:
    """Read an ASGI scope."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in
               scope["headers"]}  # fmt: skip
    raw_path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
    query = scope.get("query_string", b"").decode("latin-1")
    host = headers.get("host", "localhost")
    target = raw_path.decode("latin-1") + (f"?{query}" if query else "")
    return Request(
        method=scope["method"],
        target=target,
        base=f"{scope.get('scheme', 'http')}://{host}",
        segments=_segments(raw_path),
        parameters=dict(reversed(parse_qsl(query, keep_blank_values=True))),
        headers=headers,
        body=body,
    )
