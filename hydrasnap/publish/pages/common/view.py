"""The base class of everything passed to a template: frozen, typed, keyword-only."""

from msgspec import Struct


class View(Struct, frozen=True, kw_only=True, gc=False):
    """Data for one place on a page: finished words and addresses, nothing left to compute."""
