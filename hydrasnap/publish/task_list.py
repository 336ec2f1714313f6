"""The tasks of a render: each makes some files of the site, in any order and in any process.

A task declares what it reads by naming jobsets and perhaps a bucket of their jobs. Pages that are
made from the whole snapshot are one task for each kind.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from urllib.parse import quote

from msgspec import Struct

from hydrasnap.model import Jobset, JobsetKey
from hydrasnap.publish.incremental.reads import selection_reads
from hydrasnap.publish.pages.activity.activity import activity_pages
from hydrasnap.publish.pages.build.build import build_pages
from hydrasnap.publish.pages.common.job_buckets import Bucket
from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.evaluation.comparison import (
    hub_pages,
    newest_against_others,
    pages_against,
)
from hydrasnap.publish.pages.evaluation.evaluation import evaluation_pages
from hydrasnap.publish.pages.feeds.feeds import feed_files
from hydrasnap.publish.pages.files.api import api_files
from hydrasnap.publish.pages.files.listing import listing_files
from hydrasnap.publish.pages.files.schemas.files import schema_files
from hydrasnap.publish.pages.files.sitemap import sitemap_files
from hydrasnap.publish.pages.job.job import job_pages
from hydrasnap.publish.pages.jobset.evaluations import all_evaluations_page
from hydrasnap.publish.pages.jobset.jobset import jobset_list_pages, jobset_pages
from hydrasnap.publish.pages.jobset.latest_builds import latest_builds_page
from hydrasnap.publish.pages.overview.markdown_pages import document_pages, missing_page
from hydrasnap.publish.pages.overview.overview import overview_pages
from hydrasnap.publish.pages.overview.project import project_pages
from hydrasnap.publish.pages.overview.queue import queue_pages
from hydrasnap.publish.pages.search.directory import search_directory_files
from hydrasnap.publish.pages.search.job_catalogue import Catalogue
from hydrasnap.publish.pages.search.jobs import bucket_file, build_id_files
from hydrasnap.publish.pages.search.package_names import package_name_files
from hydrasnap.publish.pages.search.page import search_page_files
from hydrasnap.publish.pages.search.people import people_files
from hydrasnap.publish.pages.search.store_paths import store_path_files
from hydrasnap.publish.pages.selections.maintainers import maintainer_pages
from hydrasnap.publish.pages.selections.watch import watch_pages

Items = Iterator[Page | File]
WATCH_LISTS, MAINTAINERS = "watch lists", "maintainers"
"""The keys of the tasks whose data are selections of jobs."""


class RenderTask(Struct, frozen=True):
    """Files that are made together; `key` names the task, the same in every run.

    A task with `jobsets` reads what `publish.incremental.reads` declares for these, and for all
    their buckets or for its `bucket` alone. A task with `data` reads nothing but that. Any other
    task may read the whole snapshot, and is run in every render.
    """

    key: str
    make: Callable[[], Items]
    jobsets: tuple[JobsetKey, ...] = ()
    bucket: Bucket | None = None
    data: Callable[[], object] | None = None


# Pages and files that are made from the whole snapshot: add a kind of page here.
WHOLE_SITE_KINDS: tuple[Callable[[Site], Items], ...] = (
    store_path_files,
    build_id_files,
    search_directory_files,
    search_page_files,
    project_pages,
    feed_files,
    queue_pages,
    activity_pages,
    latest_builds_page,
    all_evaluations_page,
    document_pages,
    missing_page,
    hub_pages,
    sitemap_files,
    api_files,
    listing_files,
)


def render_tasks(site: Site) -> Iterator[RenderTask]:
    """Yield all tasks of a site, long ones first, so that workers end at about the same time."""
    yield from _with_data(site)
    for kind in WHOLE_SITE_KINDS:
        yield RenderTask(kind.__name__, partial(kind, site))
    compared = dict(_comparisons(site))
    for key, jobset in site.snapshot.jobsets.items():  # one after the other, as they are read
        for found in site.index.evaluations_of(key):
            make = partial(evaluation_pages, site, found)
            yield RenderTask(f"evaluation {found.id}", make, (key,))
        yield from compared.get(key, ())
        yield from _of_jobset(site, key, jobset)
    yield RenderTask(overview_pages.__name__, partial(overview_pages, site))


def _with_data(site: Site) -> Iterator[RenderTask]:
    """Yield the tasks that read nothing but some data."""
    catalogue = cache(lambda: Catalogue.of(site))
    yield RenderTask(
        "names",
        lambda: package_name_files(site, catalogue()),
        data=lambda: (catalogue(), sorted(site.policy.jobs or ())),
    )
    yield RenderTask(
        MAINTAINERS,
        partial(maintainer_pages, site),
        data=lambda: (
            site.staff,
            site.unmatched if site.staff else (),
            [selection_reads(site, found) for found in site.maintained.values()],
        ),
    )
    yield RenderTask(
        WATCH_LISTS,
        partial(watch_pages, site),
        data=lambda: [selection_reads(site, found) for found in site.watched.values()],
    )
    yield RenderTask(
        "people",
        partial(people_files, site),
        data=lambda: (site.jobs_of_people, sorted(site.people)),
    )
    yield RenderTask("schemas", partial(schema_files, site), data=tuple)  # the program alone counts


def _comparisons(site: Site) -> Iterator[tuple[JobsetKey, list[RenderTask]]]:
    """Yield, by jobset, the tasks that compare its newest evaluation with those of others."""
    for evaluation, others in newest_against_others(site):
        if site.policy.has_long_lists(evaluation):
            key = evaluation.jobset_key
            tasks = [
                RenderTask(
                    f"comparison {evaluation.id} {other.evaluation.id}",
                    partial(pages_against, site, evaluation, other),
                    (key, other.evaluation.jobset_key),
                )
                for other in others
            ]
            yield key, tasks


def _of_jobset(site: Site, key: JobsetKey, jobset: Jobset) -> Iterator[RenderTask]:
    name = spelled(key)
    yield RenderTask(f"jobset {name}", partial(jobset_pages, site, jobset), (key,))
    lists = partial(jobset_list_pages, site, jobset)
    yield RenderTask(f"lists of jobset {name}", lists, (key,))
    for bucket in site.buckets[key]:
        make = partial(_bucket_files, site, bucket)
        yield RenderTask(f"jobs {name} {bucket.number}/{bucket.out_of}", make, (key,), bucket)


def _bucket_files(site: Site, bucket: Bucket) -> Items:
    yield from job_pages(site, bucket.jobs)
    yield from build_pages(site, bucket.builds)
    yield bucket_file(site, bucket)


def spelled(key: JobsetKey) -> str:
    """Return the name of a jobset in an unambiguous spelling."""
    return "/".join(map(partial(quote, safe=""), key))
