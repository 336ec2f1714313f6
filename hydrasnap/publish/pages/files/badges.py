"""Badges of jobs, evaluations, jobsets and projects: a picture and a file for shields.io.

Jobs, of which there are many, have the picture alone: shields.io can read their data. The words
are those of Hydra, which has badges of jobs only (``Hydra::Controller::Job``, action ``shield``).
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape

from hydrasnap.formatting import visible
from hydrasnap.model import Build
from hydrasnap.publish.pages.common.page import File, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.tally import Tally

_COLOURS = {"green": "#1a7f37", "red": "#c4232f", "yellow": "#8a5a00", "lightgrey": "#59626c"}
_LABEL = "hydra build"
_NARROW, _WIDE = frozenset("fijlrt.,:;|!'()[] I"), frozenset("mwMW@%")


class Badge(View, frozen=True, kw_only=True):
    """A badge; `color` is a name that shields.io knows."""

    message: str
    color: str
    label: str = _LABEL


def build_badge(build: Build) -> Badge:
    """Return the badge of a job, by its last finished build."""
    return Badge(message=build.status.badge_message, color=build.status.badge_color)


def tally_badge(tally: Tally, *, is_read: bool = True) -> Badge:
    """Return the badge of an evaluation, or of a project's newest ones, by their worst result.

    Where `is_read` is false, builds may be missing that nobody has counted.
    """
    if tally.failed:
        return Badge(message=f"{tally.failed:,} of {tally.total:,} failing", color="red")
    if tally.aborted:
        return Badge(message=f"{tally.aborted:,} of {tally.total:,} aborted", color="yellow")
    for count, word in ((tally.queued, "queued"), (tally.unknown, "not known")):
        if count:
            return Badge(message=f"{count:,} of {tally.total:,} {word}", color="lightgrey")
    if not is_read:
        return Badge(message="not known", color="lightgrey")
    if not tally.total:
        return Badge(message="no builds", color="lightgrey")
    return Badge(message="passing", color="green")


class Snippet(View, frozen=True, kw_only=True):
    """What to write in a language of markup to show a badge."""

    language: str
    text: str


class BadgeBox(View, frozen=True, kw_only=True):
    """A badge on a page: what it says, its width in pixels, its files, and what to write elsewhere.

    Jobs have no `shield`: a file for shields.io, which can read the status in the data of a job.

    Where the address of the site is not known, `snippets` have `PLACEHOLDER` for it, which a script
    replaces by the address that the page was opened at.
    """

    words: str
    width: int
    picture: str
    shield: str
    snippets: tuple[Snippet, ...]


PLACEHOLDER = "https://ADDRESS-OF-THIS-SITE"


def badge_box(
    site: Site, badge: Badge, page: str, name: str, *, has_shield: bool = True
) -> BadgeBox:
    """Return the box with the badge of `page`: the picture lies beside it, the file below it."""
    stem = page.removesuffix(".html")
    base = site.base.rstrip("/") or PLACEHOLDER
    return BadgeBox(
        words=f"{badge.label}: {badge.message}",
        width=_total(badge),
        picture=f"{stem}.svg",
        shield=f"{stem}/shield.json" if has_shield else "",
        snippets=tuple(_snippets(visible(name), f"{base}/{stem}.svg", f"{base}/{page}")),
    )


def _snippets(name: str, picture: str, page: str) -> Iterator[Snippet]:
    """Return the markup of a badge that links to its page; `name` may hold any character."""
    marked = re.sub(r"([\\\[\]])", r"\\\1", name)
    quoted = re.sub(r'[\]"\n]', " ", name)
    yield Snippet(language="Markdown", text=f"[![{marked}]({picture})]({page})")
    yield Snippet(
        language="HTML", text=f'<a href="{page}"><img src="{picture}" alt="{escape(name)}"></a>'
    )
    yield Snippet(language="AsciiDoc", text=f'image:{picture}["{quoted}",link="{page}"]')
    rest = f".. image:: {picture}\n   :target: {page}\n   :alt: {quoted.strip() or 'badge'}"
    yield Snippet(language="reStructuredText", text=rest)


def badge_files(badge: Badge, stem: str) -> Iterator[File]:
    """Yield both files of the badge of a page, whose path is `stem` without its ending."""
    yield File(f"{stem}/shield.json", shield(badge))
    yield File(f"{stem}.svg", picture(badge))


@lru_cache(maxsize=1024)
def shield(badge: Badge) -> str:
    """Return what shields.io reads: https://shields.io/badges/endpoint-badge."""
    content = {
        "schemaVersion": 1,
        "label": badge.label,
        "color": badge.color,
        "message": badge.message,
    }
    return json.dumps(content, separators=(",", ":")) + "\n"


@lru_cache(maxsize=1024)
def picture(badge: Badge) -> str:
    """Return the SVG of a badge; both texts have a fixed width, whatever the font."""
    left, right, total = _width(badge.label), _width(badge.message), _total(badge)
    label, message = escape(visible(badge.label)), escape(visible(badge.message))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img"'
        f' aria-label="{label}: {message}"><title>{label}: {message}</title>'
        f'<rect width="{total}" height="20" rx="3" fill="#3d444d"/>'
        f'<path d="M{left + 12} 0H{total - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left + 12}z"'
        f' fill="{_COLOURS[badge.color]}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="6" y="14" textLength="{left}">{label}</text>'
        f'<text x="{left + 18}" y="14" textLength="{right}">{message}</text></g></svg>\n'
    )


@lru_cache(maxsize=1024)
def _total(badge: Badge) -> int:
    return _width(badge.label) + _width(badge.message) + 24


def _width(text: str) -> int:
    """Estimate the width of a text in pixels, in 11 pixels of Verdana."""
    halves = sum(7 if c in _NARROW else 20 if c in _WIDE else 14 for c in text)
    return halves // 2
