"""Which form of an answer a request asks for."""

from starlette.requests import HTTPConnection

_JSON = {"application/json", "text/x-json"}
_HTML = "text/html"


def wants_json(request: HTTPConnection) -> bool:
    """Tell whether a request asks for JSON, by Catalyst's rules.

    The header Content-Type comes first, then the parameter ``content-type``, then Accept by weight.
    A request that names neither JSON nor HTML gets HTML: ``*/*`` does.
    """
    asked = (
        request.headers.get("content-type", ""),
        request.query_params.get("content-type", ""),
        *_accepted(request.headers.get("accept", "")),
    )
    kinds = (kind.partition(";")[0].strip().lower() for kind in asked)
    return next((kind for kind in kinds if kind == _HTML or kind in _JSON), _HTML) in _JSON


def _accepted(header: str) -> list[str]:
    """Return the media types of an Accept header, the one with the largest weight first."""
    return sorted(header.split(","), key=_weight, reverse=True)


def _weight(media_type: str) -> float:
    for option in media_type.split(";")[1:]:
        name, _, value = option.strip().partition("=")
        if name == "q" and value.replace(".", "", 1).isdecimal():
            return float(value)
    return 1.0
