"""The errors of a jobset, readable: fetch errors and evaluation errors, their colours kept."""

from collections.abc import Iterator

from hydrasnap.formatting import plural
from hydrasnap.model import Jobset
from hydrasnap.publish.pages.common.error_text import ErrorText, error_text
from hydrasnap.publish.pages.common.jobset_head import JobsetPart, jobset_head, live
from hydrasnap.publish.pages.common.site import Site


class ErrorsPage(JobsetPart, frozen=True, kw_only=True):
    """What went wrong when the jobset was fetched and evaluated last."""

    errors: tuple[ErrorText, ...]


def error_texts(site: Site, jobset: Jobset, longest: int | None = None) -> tuple[ErrorText, ...]:
    """Return the errors of a jobset, in full or the first whole lines of each."""
    time = jobset.overview.errortime if jobset.overview else None
    return tuple(
        error_text(site.limits, title, time, text, longest) for title, text in titled_errors(jobset)
    )


def titled_errors(jobset: Jobset) -> Iterator[tuple[str, str]]:
    """Yield the errors of a jobset, each with its title."""
    if jobset.overview and jobset.overview.fetcherrormsg:
        yield "Fetching the inputs failed", jobset.overview.fetcherrormsg
    if jobset.errormsg:
        yield "Evaluation errors", jobset.errormsg


def errors_page(site: Site, jobset: Jobset) -> ErrorsPage:
    """Describe what went wrong last."""
    key = jobset.key
    errors = error_texts(site, jobset)
    return ErrorsPage(
        title=f"Errors of {key}",
        description=f"{plural(len(errors), 'error')} of the jobset {key}.",
        shows=f"This page shows what went wrong when {key} was fetched and evaluated last.",
        crumbs=site.breadcrumbs(*key),
        live=live(site, jobset, tab="#tabs-errors"),
        head=jobset_head(site, jobset, "Errors"),
        errors=errors,
    )
