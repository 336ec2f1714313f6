"""Addresses in the settings: what is wrong with one, and what that of a Hydra's page names."""

import re
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

_HARMLESS = re.compile(r"(?:\w+://)?[^:@]*(?::\d{0,5}(?:/[^:@]*)?)?")
_PAGE = re.compile(
    r"(?P<base>.*?)/(?:"
    r"project/(?P<project>[^/]+)(?:/.*)?"
    r"|(?P<kind>jobset|job|job-shortcut)/(?P<jobset>[^/]+/[^/]+)(?:/.*)?"
    r"|(?P<other>eval|build)/\d+(?:/.*)?"
    r"|(?:queue|queue-summary|queue-runner-status|machines|status|steps|evals|builds|search|all|jobs"
    r"|login|news|user|admin|topbar-.*|dashboard)(?:/.*)?"
    r")/?"
)


class PastedPage(Struct, frozen=True):
    """The address of a page, taken apart: its Hydra, and the project or jobset that it names."""

    origin: str
    project: str = ""
    jobset: str = ""


def problem_of(value: str) -> tuple[str, str]:
    """Return what is wrong with an address and what to do; two empty texts if it can be used.

    A text that could hold a login is not repeated, however it is spelled.
    """
    hint = "Write it like https://hydra.example.org."
    parts = _split(value)
    named = repr(value) if _HARMLESS.fullmatch(value) else "what is given"
    if "@" in (value if parts is None else parts.netloc):  # also in what only looks like a login
        return " must not hold a login.", "Use [hydra] username and HYDRASNAP_PASSWORD."
    if not is_address(value):
        return f": {named} is not an address.", hint
    return "", ""


def is_address(value: str) -> bool:
    """Return whether a text is an address of the web; it may hold a login."""
    return _split(value) is not None and not re.search(r"\s", value)


def _split(value: str) -> SplitResult | None:
    """Split an address of the web; None for any other text."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (raises for an impossible port)
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def pasted_page(value: str) -> PastedPage | None:
    """Take the address of a page of a Hydra apart; None for the address of a Hydra itself.

    >>> pasted_page("https://h/hydra/jobset/nixos/trunk#tabs-jobs")
    PastedPage(origin='https://h/hydra', project='', jobset='nixos/trunk')
    """
    parts = _split(value)
    found = _PAGE.fullmatch(parts.path) if parts else None
    if parts is None or found is None:
        return None
    return PastedPage(
        f"{parts.scheme}://{parts.netloc}{found['base']}",
        project=unquote(found["project"] or ""),
        jobset=unquote(found["jobset"] or ""),
    )
