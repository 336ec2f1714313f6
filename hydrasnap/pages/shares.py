"""The site's pages in shares: each is made alone, in any order, by any process.

The pages of a jobset's jobs and builds are dealt out by job name. What is made from the whole
snapshot is one share a kind.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from urllib.parse import quote

from hydrasnap.model import Evaluation, Jobset, JobsetKey
from hydrasnap.pages.build import build_pages
from hydrasnap.pages.comparison import hub_pages, newest_against_others, pages_against
from hydrasnap.pages.documents import document_pages, missing_page
from hydrasnap.pages.evaluation import evaluation_pages
from hydrasnap.pages.evaluations import all_evaluations_page
from hydrasnap.pages.feeds import feed_files
from hydrasnap.pages.job import job_pages
from hydrasnap.pages.jobset import jobset_pages
from hydrasnap.pages.latest import latest_builds_page
from hydrasnap.pages.overview import overview_pages
from hydrasnap.pages.page import File, Page
from hydrasnap.pages.piles import Pile
from hydrasnap.pages.project import project_pages
from hydrasnap.pages.queue import queue_pages
from hydrasnap.pages.search import (
    Catalogue,
    directory_files,
    id_files,
    name_files,
    page_files,
    path_files,
    pile_file,
)
from hydrasnap.pages.site import Site
from hydrasnap.pages.sitemap import sitemap_files
from hydrasnap.pages.status import status_pages
from hydrasnap.pages.watch import watch_pages
from hydrasnap.report.baselines import Baseline

Items = Iterator[Page | File]


@dataclass(frozen=True, slots=True)
class Share:
    """Pages that are made together; `key` names them, the same in every run.

    Of a share with `jobsets`, every page is made from the states of these, their evaluations and
    their builds, or only those of the `pile`, and from the parts and the wholes of these builds;
    else from anything, or, if it has `data`, from that and the settings alone.
    """

    key: str
    make: Callable[[], Items]
    jobsets: tuple[JobsetKey, ...] = ()
    pile: Pile | None = None
    data: Callable[[], object] | None = None


# What is made from the whole snapshot: add a kind of page here.
WHOLE: tuple[Callable[[Site], Iterable[Page | File]], ...] = (
    path_files,
    id_files,
    directory_files,
    page_files,
    project_pages,
    feed_files,
    queue_pages,
    status_pages,
    latest_builds_page,
    all_evaluations_page,
    document_pages,
    missing_page,
    watch_pages,
    hub_pages,
    sitemap_files,
)


def shares(site: Site) -> Iterator[Share]:
    """Give all shares of the site: large ones first, so that the work ends evenly."""
    for evaluation in site.snapshot.evaluations.values():
        if evaluation.hasnewbuilds:
            yield _evaluation(site, evaluation)
    for evaluation, others in newest_against_others(site):
        yield from (_comparison(site, evaluation, baseline) for baseline in others)
    yield _names(site)
    for kind in WHOLE:
        yield _whole(site, kind)
    for jobset in site.snapshot.jobsets.values():
        yield _jobset(site, jobset)
        yield from (_pile(site, pile) for pile in site.piles[jobset.key])
    yield _whole(site, overview_pages)


def _whole(site: Site, kind: Callable[[Site], Iterable[Page | File]]) -> Share:
    return Share(kind.__name__, lambda: iter(kind(site)))


def _evaluation(site: Site, evaluation: Evaluation) -> Share:
    return Share(
        f"evaluation {evaluation.id}",
        lambda: evaluation_pages(site, evaluation),
        (evaluation.jobset_key,),
    )


def _comparison(site: Site, evaluation: Evaluation, baseline: Baseline) -> Share:
    other = baseline.evaluation
    return Share(
        f"comparison {evaluation.id} {other.id}",
        lambda: pages_against(site, evaluation, baseline),
        (evaluation.jobset_key, other.jobset_key),
    )


def _jobset(site: Site, jobset: Jobset) -> Share:
    key = jobset.key
    return Share(
        f"jobset {_spelled(key)}",
        lambda: jobset_pages(site, jobset),
        (key,),
    )


def _names(site: Site) -> Share:
    catalogue = cache(lambda: Catalogue.of(site))
    return Share("names", lambda: name_files(site, catalogue()), data=catalogue)


def _pile(site: Site, pile: Pile) -> Share:
    def make() -> Items:
        yield from job_pages(site, pile.jobs)
        yield from build_pages(site, pile.builds)
        yield pile_file(site, pile)

    name = f"jobs {_spelled(pile.key)} {pile.number}/{pile.out_of}"
    return Share(name, make, (pile.key,), pile)


def _spelled(key: JobsetKey) -> str:
    """Write a jobset so that no other one is written alike."""
    return "/".join(map(partial(quote, safe=""), key))
