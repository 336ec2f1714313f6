"""Which form of an answer a request asks for."""

from starlette.requests import HTTPConnection

_JSON = {"application/json", "text/x-json"}
_HTML = "text/html"
_BROWSER = "application/xhtml+xml"
_KEY = "hydrasnap.wants_json"


def wants_json(request: HTTPConnection) -> bool:
    """Return whether a request asks for JSON, by Catalyst's rules.

    The header Content-Type comes first, then the parameter ``content-type``, then Accept by weight.
    A request that names neither JSON nor HTML gets HTML: ``*/*`` does. The answer is kept in the
    scope of the request, as every route asks for it.
    """
    if _KEY not in request.scope:
        request.scope[_KEY] = _names_json(request)
    return bool(request.scope[_KEY])


def is_browser(request: HTTPConnection) -> bool:
    """Return whether people read the answer: every browser accepts XHTML, and hardly a program."""
    return _BROWSER in request.headers.get("accept", "").lower()


def _names_json(request: HTTPConnection) -> bool:
    asked = (
        request.headers.get("content-type", ""),
        request.query_params.get("content-type", ""),
        *sorted(request.headers.get("accept", "").split(","), key=_weight, reverse=True),
    )
    kinds = (kind.partition(";")[0].strip().lower() for kind in asked)
    return next((kind for kind in kinds if kind == _HTML or kind in _JSON), _HTML) in _JSON


def _weight(media_type: str) -> float:
    """Return the weight of a media type in an Accept header."""
    for option in media_type.split(";")[1:]:
        name, _, value = option.strip().partition("=")
        if name == "q" and value.replace(".", "", 1).isdecimal():
            return float(value)
    return 1.0
