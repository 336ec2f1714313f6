"""What the pages of one jobset share: their heading and the way between them."""

from hydrasnap.model import Jobset, JobsetConfiguration
from hydrasnap.publish.pages.common.frame import Link, PageContext
from hydrasnap.publish.pages.common.site import Site


class JobsetPart(PageContext, frozen=True, kw_only=True):
    """The base of a jobset's pages; `here` is the label of the part that the page is."""

    key: str
    parts: tuple[Link, ...]
    here: str
    gone: bool


def parts(site: Site, jobset: Jobset) -> tuple[Link, ...]:
    """Return links to the pages of a jobset."""
    return (
        Link(label="Overview", href=site.links.jobset(jobset.key)),
        Link(label="Evaluations", href=site.links.jobset(jobset.key, "/evals.html")),
        Link(label="Jobs", href=site.links.jobset(jobset.key, "/jobs.html")),
        Link(label="Errors", href=site.links.jobset(jobset.key, "/errors.html")),
        Link(label="Builds", href=site.links.jobset(jobset.key, "/all.html")),
    )


def expression(configuration: JobsetConfiguration) -> str:
    """Return which Nix expression a jobset evaluates; empty for a flake."""
    path, found = configuration.nixexprpath, configuration.nixexprinput
    return f"{path} in {found}" if path else ""
