"""Snapshot and report become pages: one module per kind of page, each with a typed context."""

from collections.abc import Iterator

from hydrasnap.pages.page import File, Page
from hydrasnap.pages.shares import Share, shares
from hydrasnap.pages.site import Document, Site

__all__ = ["Document", "File", "Page", "Share", "Site", "all_pages", "shares"]


def all_pages(site: Site) -> Iterator[Page | File]:
    """Give every page of the site, one after the other, each made when it is asked for.

    A new kind of page is added to `WHOLE` in `hydrasnap.pages.shares`.
    """
    for share in shares(site):
        yield from share.make()
