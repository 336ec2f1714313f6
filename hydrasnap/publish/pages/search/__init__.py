"""The search index as scripts, and the page that searches it.

A page loads ``search/directory.js`` when the reader first turns to the search; all else is loaded
as asked for. Each shard is a script of one call, ``hydrasnapShard(name, value)``, in ASCII:

* ``names``: what the names are read with; ``names-N``: every distinct name of a job without its
  system, in order, with where it occurs;
* ``job/PROJECT/JOBSET/N``: the known builds of a bucket of jobs; N follows from the name;
* ``ids-N``: which bucket a build is in; N follows from the directory's list of first ids;
* ``paths-X``: the builds of store paths whose hash begins with X;
* ``people``: the maintainers; ``people-N``: the jobs of some; N follows from the label;
* ``evals``: the evaluations; ``commits``: the revisions of their inputs.

Nothing here moves with the clock: a crawl in which nothing happened changes no shard.
"""

from hydrasnap.publish.pages.search.catalogue import Catalogue
from hydrasnap.publish.pages.search.directory import directory_files
from hydrasnap.publish.pages.search.jobs import bucket_file, id_files
from hydrasnap.publish.pages.search.names import name_files
from hydrasnap.publish.pages.search.page import page_files
from hydrasnap.publish.pages.search.paths import path_files
from hydrasnap.publish.pages.search.people import people_files

__all__ = [
    "Catalogue",
    "bucket_file",
    "directory_files",
    "id_files",
    "name_files",
    "page_files",
    "path_files",
    "people_files",
]  # fmt: skip
