"""The addresses below ``/job/P/J/JOB``: badge, metrics and redirects to the newest build."""

from collections.abc import Callable, Iterator
from operator import attrgetter

from hydrasnap.demo import answers
from hydrasnap.demo.replies import Data, Page, Redirect, Reply, missing, quoted
from hydrasnap.demo.rows import BuildRow
from hydrasnap.demo.world import World
from hydrasnap.model import JobsetKey


def builds_of(world: World, jobset: JobsetKey, job: str) -> list[BuildRow]:
    """Return the builds of a job, oldest first."""
    rows = (row for row in world.builds.values() if row.job == job and row.jobset == jobset)
    return sorted(rows, key=lambda row: row.id)


def job_page(world: World, jobset: JobsetKey, path: tuple[str, ...]) -> Reply:
    """Answer for a job; its own page exists as HTML alone, even for a job that never was."""
    job, *rest = path
    rows = builds_of(world, jobset, job)
    match rest:
        case []:
            return Page(f"Job {jobset}:{job}")
        case ["shield"]:
            return _shield(rows, job)
        case ["metric", name]:
            return _metric(rows, name)
        case ["build-times" | "closure-sizes" | "output-sizes" as kind]:
            return Data(list(_series(rows, kind)), browsable=False)
    return _redirect(world, rows, rest)


def _shield(rows: list[BuildRow], job: str) -> Reply:
    finished = [row for row in rows if row.finished]
    if not finished:
        missing(f"No latest build for job {quoted(job)}.")
    return Data(answers.shield(finished[-1]), api=True)


def _metric(rows: list[BuildRow], name: str) -> Reply:
    return Data([
        {"id": row.id, "timestamp": row.timestamp, "value": value, "unit": unit}
        for row in rows
        for metric, value, unit in row.metrics
        if metric == name
    ])  # fmt: skip


def _series(rows: list[BuildRow], kind: str) -> Iterator[answers.Json]:
    """Tell a number of each success with a closure; a cached build has no time of its own."""
    value = _VALUES[kind]
    for row in rows:
        told = kind != "build-times" or row.starttime != row.stoptime
        if told and row.finished and row.status == 0 and row.closuresize:
            yield {"id": row.id, "timestamp": row.timestamp, "value": value(row)}


_VALUES: dict[str, Callable[[BuildRow], int]] = {
    "build-times": lambda row: (row.stoptime or 0) - (row.starttime or 0),
    "closure-sizes": attrgetter("closuresize"),
    "output-sizes": attrgetter("size"),
}


def _in_finished_evaluation(world: World, row: BuildRow) -> bool:
    held = (world.evaluations[number].builds for number in row.evaluations)
    return any(all(world.builds[number].finished for number in builds) for builds in held)


def _redirect(world: World, rows: list[BuildRow], path: list[str]) -> Reply:
    match path:
        case ["latest", *tail]:
            return _latest(rows, tail, lambda row: True)
        case ["latest-for", system, *tail]:
            return _latest(rows, tail, lambda row: row.system == system)
        case ["latest-finished", *tail]:
            return _latest(rows, tail, lambda row: _in_finished_evaluation(world, row))
    return missing()


def _latest(rows: list[BuildRow], tail: list[str], wanted: Callable[[BuildRow], bool]) -> Reply:
    for row in reversed(rows):
        if row.finished and row.status == 0 and wanted(row):
            return Redirect(["build", str(row.id), *tail])
    return missing("There is no successful build to redirect to.")
