"""The base of everything a template is given: frozen, typed, by keyword."""

from msgspec import Struct


class View(Struct, frozen=True, kw_only=True, gc=False):
    """A value made for one place of a page: words and addresses, no questions left open."""
