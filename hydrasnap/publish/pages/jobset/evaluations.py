"""The lists of evaluations: of one jobset, and of the whole Hydra."""

from collections.abc import Iterator

from hydrasnap.formatting import plural
from hydrasnap.model import Evaluation, Jobset
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.jobset_head import JobsetPart, jobset_head, live
from hydrasnap.publish.pages.common.page import Page, PageContext
from hydrasnap.publish.pages.common.rows import EvaluationRow, evaluation_rows
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.files.data import REVISIONS
from hydrasnap.publish.pages.files.data_file import data_link


class EvaluationsPage(JobsetPart, frozen=True, kw_only=True):
    """All evaluations of a jobset that the snapshot shows; `complete` if Hydra lists no more."""

    rows: tuple[EvaluationRow, ...]
    complete: bool
    deleted: int  # how many of them Hydra has deleted since


class AllEvaluationsPage(PageContext, frozen=True, kw_only=True):
    """The newest evaluations of all jobsets; `total` counts all that have a page."""

    rows: tuple[EvaluationRow, ...]
    total: int


def evaluations_page(site: Site, jobset: Jobset) -> EvaluationsPage:
    """Describe all evaluations of a jobset that have a page."""
    key = jobset.key
    shown = site.index.shown_evaluations(key)
    return EvaluationsPage(
        title=f"Evaluations of {key}",
        description=f"The {plural(len(shown), 'newest evaluation')} of {key}.",
        shows=f"This page lists the evaluations of {key} that the snapshot holds.",
        crumbs=site.breadcrumbs(*key),
        live=live(site, jobset, "evals"),
        alternates=(
            data_link(site.links.jobset(key, REVISIONS), f"The inputs' revisions in {key}"),
        ),
        head=jobset_head(site, jobset, "Evaluations"),
        rows=evaluation_rows(site, shown),
        complete=any(site.index.is_first(evaluation) for evaluation in shown[-1:]),
        deleted=sum(evaluation.deleted_upstream for evaluation in shown),
    )


def all_evaluations_page(site: Site) -> Iterator[Page]:
    """Return the page of the newest evaluations."""
    shown = newest_evaluations(site)
    context = AllEvaluationsPage(
        title="Latest evaluations",
        description=f"The newest evaluations of all jobsets of {site.host}.",
        shows="This page lists the newest evaluations of the snapshot, of all its jobsets.",
        live=site.live("evals"),
        rows=evaluation_rows(site, shown[: site.limits.evaluations]),
        total=len(shown),
    )
    yield Page(Links.EVALUATIONS, "all-evals.html", context)


def newest_evaluations(site: Site) -> list[Evaluation]:
    """Return all evaluations that have a page, newest first."""
    shown = filter(site.index.is_comparable, site.snapshot.evaluations.values())
    return sorted(shown, key=lambda evaluation: -evaluation.id)
