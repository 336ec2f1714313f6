"""What the pages of one jobset share: their head, with the links between them."""

from hydrasnap.model import Jobset, JobsetConfiguration
from hydrasnap.publish.pages.common.page import Link, PageContext, View
from hydrasnap.publish.pages.common.site import Site


class JobsetHead(View, frozen=True, kw_only=True):
    """The head of a jobset's pages: links to all of them, `here` is the label of this one."""

    key: str
    parts: tuple[Link, ...]
    here: str
    gone: bool


class JobsetPart(PageContext, frozen=True, kw_only=True):
    """The base of a jobset's pages."""

    head: JobsetHead


def jobset_head(site: Site, jobset: Jobset, here: str) -> JobsetHead:
    """Return the head of the page `here` of a jobset."""
    pages = {
        "Overview": ".html",
        "Evaluations": "/evals.html",
        "Jobs": "/jobs.html",
        "Errors": "/errors.html",
        "Builds": "/all.html",
    }
    return JobsetHead(
        key=str(jobset.key),
        parts=tuple(
            Link(label=label, href=site.links.jobset(jobset.key, end))
            for label, end in pages.items()
        ),
        here=here,
        gone=jobset.deleted_upstream,
    )


def live(site: Site, jobset: Jobset, *page: str, tab: str = "") -> str:
    """Return the address of a jobset's page on the Hydra; empty if Hydra has deleted the jobset."""
    return "" if jobset.deleted_upstream else site.live("jobset", *jobset.key, *page) + tab


def expression(configuration: JobsetConfiguration) -> str:
    """Return which Nix expression a jobset evaluates; empty for a flake."""
    path, found = configuration.nixexprpath, configuration.nixexprinput
    return f"{path} in {found}" if path else ""
