"""The search index as scripts, and the page that searches it.

A page loads ``search/directory.js`` when the reader first turns to the search; all else is loaded
as asked for. Each shard is a script of one call, ``hydrasnapShard(name, value)``, in ASCII:

* ``names-N``: every distinct name of a job without its system, in order, with where it occurs;
* ``jobs-N``: what is known of the builds of some jobs; N follows from the job's name (`home_of`);
* ``ids-N``: which of those shards knows a build; N follows from the directory's list of first ids;
* ``paths-X``: the builds of store paths whose hash begins with X;
* ``evals``: the evaluations.

Nothing here moves with the clock: a crawl in which nothing happened changes no shard.
"""

from collections.abc import Iterator

from hydrasnap.pages.page import File, Page
from hydrasnap.pages.search.catalogue import Catalogue
from hydrasnap.pages.search.directory import directory, evaluations
from hydrasnap.pages.search.jobs import id_shards, job_shards
from hydrasnap.pages.search.names import name_shards
from hydrasnap.pages.search.page import descriptor, search_page
from hydrasnap.pages.search.paths import path_shards
from hydrasnap.pages.search.shards import shard
from hydrasnap.pages.site import Site

__all__ = ["search_files"]


def search_files(site: Site) -> Iterator[Page | File]:
    """Give the page of the search and every shard of its index."""
    catalogue = Catalogue.of(site)
    names = name_shards(catalogue)
    jobs = job_shards(catalogue)
    ids, first = id_shards(catalogue, len(jobs))
    paths, prefix = path_shards(site.snapshot.builds.values())
    sizes = {"names": names.sizes, "jobs": len(jobs), "ids": first, "paths": prefix}
    shards: dict[str, object] = {
        "directory": directory(site, catalogue, names, sizes),
        "evals": evaluations(site, catalogue),
    }
    yield Page(site.links.SEARCH, "search.html", search_page(site))
    if site.base:
        yield descriptor(site)
    for group in (shards, names.shards, jobs, ids, paths):
        for name, value in group.items():
            yield shard(name, value)
