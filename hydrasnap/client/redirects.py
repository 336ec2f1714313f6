"""Where a redirect may lead: hydrasnap does not leave the Hydra that it copies."""

from urllib.parse import urljoin, urlsplit

import httpx

from hydrasnap.client import endpoints
from hydrasnap.client.secrets import Redactor
from hydrasnap.client.throttle import is_this_machine
from hydrasnap.errors import NotAHydraError


def target_within(origin: str, answer: httpx.Response, redact: Redactor) -> str:
    """Return the address that a redirect leads to; NotAHydraError if that is not of `origin`."""
    target = _location(answer)
    if target != origin and not target.startswith(f"{origin}/"):
        raise NotAHydraError(
            f"{answer.url} redirects to {redact.text(target)[:500]}, which is outside "
            f"{origin}, where hydrasnap does not go by itself.",
            hint="" if is_this_machine(target) else "Use that address, if you trust it.",
        )
    return target


def check_target(path: str, answer: httpx.Response) -> None:
    """Raise NotAHydraError for a redirect to an address that is not asked for, such as a login."""
    try:
        endpoints.check(path)
    except NotAHydraError:
        wants_login = any(word in path.lower() for word in ("login", "signin", "sign_in", "auth"))
        raise NotAHydraError(
            f"{answer.url} redirects to {path[:200]}, which hydrasnap does not ask for.",
            hint="A server in front of the Hydra wants a login." if wants_login else "",
        ) from None


def target_path(origin: str, answer: httpx.Response, redact: Redactor) -> str:
    """Return the path that a redirect names, on whatever host, if it is one of a Hydra."""
    target = _location(answer)
    if target.startswith(f"{origin}/"):
        return target.removeprefix(origin).partition("?")[0]
    path = urlsplit(target).path if target.startswith(("http://", "https://")) else ""
    if path != urlsplit(str(answer.url)).path and path.startswith(("/jobset/", "/eval/")):
        return path
    return target_within(origin, answer, redact)


async def check_location(answer: httpx.Response) -> None:
    """Raise NotAHydraError for a redirect to an invalid address; httpx says that it broke off."""
    try:
        httpx.URL(answer.headers.get("Location", ""))
    except (httpx.InvalidURL, UnicodeError):
        raise NotAHydraError(f"{answer.request.url} redirects to an invalid address.") from None


def _location(answer: httpx.Response) -> str:
    try:
        return urljoin(str(answer.url), str(answer.headers.get("Location", "")))
    except ValueError:
        return "an invalid address"
