"""Pages at an old address that lead to the new one."""

from collections.abc import Iterator

from hydrasnap.links import relative
from hydrasnap.model import JobsetKey
from hydrasnap.pages.frame import Frame, Link
from hydrasnap.pages.page import Page
from hydrasnap.pages.site import Site


class RedirectPage(Frame, frozen=True, kw_only=True):
    """A page that moved."""

    target: Link
    relative: str


def redirect_pages(site: Site) -> Iterator[Page]:
    """Give a page for each jobset that was renamed."""
    for jobset in site.snapshot.jobsets.values():
        if jobset.renamed_to is None:
            continue
        new = JobsetKey(jobset.project, jobset.renamed_to)
        path = site.links.jobset(jobset.key)
        context = RedirectPage(
            title=f"{jobset.key} is now {new}",
            description=f"The jobset {jobset.key} was renamed to {new}.",
            shows="This page stands at the old address of a renamed jobset.",
            crumbs=site.trail(jobset.project),
            target=Link(label=str(new), href=site.links.jobset(new)),
            relative=relative(site.links.jobset(new), path),
        )
        yield Page(path, "redirect.html", context)
