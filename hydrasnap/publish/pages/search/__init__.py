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
