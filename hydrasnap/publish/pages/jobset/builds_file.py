"""All builds of a jobset as a script, for filters of lists that have not all of them.

It is a table of builds, by job and of each job the newest first. The note of a build is the number
of a list of places in `evaluations`, which are the columns of the jobset's grid that hold it. Where
there are too many builds, it has those of the newest evaluations alone.
"""

from collections.abc import Iterable, Iterator

from hydrasnap.model import Build, Evaluation, JobsetKey
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.builds_table import BuildTable, Row
from hydrasnap.publish.pages.search.shards import Numbers, shard

Places = tuple[int, ...]


def builds_path(site: Site, key: JobsetKey) -> str:
    """Return the path of the file with all builds of a jobset, without its ending."""
    return f"search/{site.links.jobset(key, '')}"


def builds_paths(site: Site, keys: Iterable[JobsetKey]) -> tuple[str, ...]:
    """Return the ways to all builds of some jobsets, of those that have any."""
    return tuple(builds_path(site, key) for key in keys if site.index.builds.count(key))


def builds_files(site: Site, key: JobsetKey) -> Iterator[File]:
    """Yield the file with all builds of a jobset, if there are any."""
    if not site.index.builds.count(key):
        return
    columns = _columns(site, key)
    notes: Numbers[Places] = Numbers()
    rows = sorted(_rows(site, key, columns, notes), key=lambda row: (row[0].job, -row[0].id))
    value = {
        "evaluations": [found.id for found in columns],
        "whole": [int(not site.index.unknown(found)) for found in columns],
        "places": list(notes.known),
        **BuildTable(site).columns(rows),
    }
    yield shard(f"../{builds_path(site, key)}", value)


def _columns(site: Site, key: JobsetKey) -> list[Evaluation]:
    """Return the evaluations of the grid, newest first, as far as all their builds have room."""
    taken: list[Evaluation] = []
    held: set[int] = set()
    for evaluation in site.index.shown_evaluations(key)[: site.limits.grid_columns]:
        held.update(evaluation.builds)
        if taken and len(held) > site.limits.builds_of_jobset:
            break
        taken.append(evaluation)
    return taken


def _rows(
    site: Site, key: JobsetKey, columns: list[Evaluation], notes: Numbers[Places]
) -> Iterator[Row]:
    """Yield the builds, each with the number of the list of its evaluations' places."""
    found: dict[int, Build] = {}
    places: dict[int, Places] = {}
    for place, evaluation in enumerate(columns):
        for build in site.index.builds_of(evaluation):
            found[build.id] = build
            places[build.id] = (*places.get(build.id, ()), place)
    for build in site.index.builds_of_jobset(key):
        if len(found) < site.limits.builds_of_jobset:
            found.setdefault(build.id, build)
    for number, build in found.items():
        yield build, notes(places.get(number, ()))
