"""The Markdown pages, ours and the user's, and the page for what is not there."""

from collections.abc import Iterator

from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.page import Page, PageContext
from hydrasnap.publish.pages.common.site import Site


class DocumentPage(PageContext, frozen=True, kw_only=True):
    """A Markdown page."""

    heading: str
    text: str


class MissingPage(PageContext, frozen=True, kw_only=True):
    """The page for an address that leads nowhere; `base` is the site's address, if known."""

    base: str
    origin: str


def document_pages(site: Site) -> Iterator[Page]:
    """Yield each Markdown page."""
    for document in site.documents:
        context = DocumentPage(
            title=document.title,
            description=f"{document.title}: a page of {site.name}.",
            shows="This page belongs to the site; it is not from the Hydra.",
            heading=document.title,
            text=document.text,
        )
        yield Page(document.path, "document.html", context)


def missing_page(site: Site) -> Iterator[Page]:
    """Return the page that a static host shows for an unknown address, at any depth."""
    context = MissingPage(
        title="Not in this snapshot",
        description=f"The snapshot of {site.host} has no such page.",
        shows="This page stands in for addresses that the snapshot does not have.",
        base=site.base.rstrip("/") + "/" if site.base else "",
        origin=site.origin,
    )
    yield Page(Links.NOT_FOUND, "404.html", context)
