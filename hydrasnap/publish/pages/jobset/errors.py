"""The errors of a jobset, readable: fetch errors and evaluation errors, their colours kept."""

from collections.abc import Iterator

from hydrasnap.formatting import plural
from hydrasnap.model import Jobset
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.ansi import TextSpan, spans, split_lines
from hydrasnap.publish.pages.common.jobset_head import JobsetPart, jobset_head, live
from hydrasnap.publish.pages.common.page import View
from hydrasnap.publish.pages.common.site import Site


class ErrorText(View, frozen=True, kw_only=True):
    """An error as Hydra reports it; `cut` counts the characters that only the errors page has.

    Of a long text `folded` are the spans beyond the first lines; `lines` counts those lines.
    """

    title: str
    time: int | None
    spans: tuple[TextSpan, ...]
    folded: tuple[TextSpan, ...] = ()
    lines: int = 0
    cut: int = 0


class ErrorsPage(JobsetPart, frozen=True, kw_only=True):
    """What went wrong when the jobset was fetched and evaluated last."""

    errors: tuple[ErrorText, ...]


def error_texts(site: Site, jobset: Jobset, longest: int | None = None) -> tuple[ErrorText, ...]:
    """Return the errors of a jobset, in full or the first whole lines of each."""
    time = jobset.overview.errortime if jobset.overview else None
    return tuple(
        _error(site.limits, title, time, text, longest) for title, text in titled_errors(jobset)
    )


def titled_errors(jobset: Jobset) -> Iterator[tuple[str, str]]:
    """Yield the errors of a jobset, each with its title."""
    if jobset.overview and jobset.overview.fetcherrormsg:
        yield "Fetching the inputs failed", jobset.overview.fetcherrormsg
    if jobset.errormsg:
        yield "Evaluation errors", jobset.errormsg


def _error(
    limits: Limits, title: str, time: int | None, text: str, longest: int | None
) -> ErrorText:
    kept = text
    if longest is not None and len(kept) > longest:
        kept = kept[:longest].rpartition("\n")[0] or kept[:longest]
    is_long = kept.count("\n") >= limits.folded_error
    seen, folded = split_lines(spans(kept), limits.error_lines) if is_long else (spans(kept), ())
    return ErrorText(
        title=title,
        time=time,
        spans=seen,
        folded=folded,
        lines=kept.count("\n") + 1 - limits.error_lines if folded else 0,
        cut=len(text) - len(kept),
    )


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
