"""What pages are made of: the values that templates get, and the files that come of them."""

from typing import NamedTuple

from msgspec import Struct

from hydrasnap.publish.links import outward


class View(Struct, frozen=True, kw_only=True, gc=False):
    """The base of all that templates get: finished words and addresses, nothing left to compute."""


class Link(View, frozen=True, kw_only=True):
    """A page of the site and the words for it; `href` starts at the site's root."""

    label: str
    href: str


class Outside(View, frozen=True, kw_only=True):
    """Words, and an address of another host where one is known and safe."""

    label: str
    href: str | None = None


def outside(label: str, address: str) -> Outside | None:
    """Return words with an address, if that is safe to link to; None if there are no words."""
    return Outside(label=label, href=outward(address)) if label else None


class Alternate(View, frozen=True, kw_only=True):
    """The same thing in another form, for programs: a file of the site and its media type."""

    label: str
    href: str
    type: str
    title: str


class PageContext(View, frozen=True, kw_only=True):
    """The base of every page's context.

    `title` is for tabs and search results, `shows` is the footer's sentence on what the page shows,
    `live` the address of the same thing on the Hydra, if it has one, `alternates` its other forms.
    """

    title: str
    description: str
    shows: str
    crumbs: tuple[Link, ...] = ()
    live: str = ""
    alternates: tuple[Alternate, ...] = ()


class Document(View, frozen=True, kw_only=True):
    """A Markdown page: where it lives on the site, its title and its text."""

    path: str
    title: str
    text: str


class Appearance(NamedTuple):
    """The user's logo and style sheet, files below the site's root; colours; the introduction."""

    logo: str = ""
    accent: str = ""
    css: str = ""
    intro: bool = True


class Page(Struct, frozen=True):
    """A file of the site that a template renders; `path` is below the site's root."""

    path: str
    template: str
    context: PageContext


class File(Struct, frozen=True):
    """A file of the site that is already text: badges, data, scripts."""

    path: str
    text: str
