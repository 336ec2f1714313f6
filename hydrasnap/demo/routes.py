"""Which address answers what: the first path segment names a handler, which may refuse."""

from collections.abc import Callable

from hydrasnap.demo import answers
from hydrasnap.demo.api_routes import api_route
from hydrasnap.demo.build_routes import build_route, evaluation_route
from hydrasnap.demo.job_routes import job_page
from hydrasnap.demo.jobset_routes import PAGE_SIZE, find_jobset, jobset_page
from hydrasnap.demo.live_routes import machine_list, queue_runner, running_builds
from hydrasnap.demo.replies import Data, Page, Redirect, Reply, Text, missing, quoted
from hydrasnap.demo.requests import Request
from hydrasnap.demo.world import World
from hydrasnap.model import JobsetKey

Handler = Callable[[World, Request, tuple[str, ...]], Reply]


def answer(world: World, request: Request) -> Reply:
    """Answer a GET from the world."""
    first, *rest = request.segments or ("",)
    handler = _HANDLERS.get(first)
    if handler is None:
        missing()
    return handler(world, request, tuple(rest))


def _overview(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    if rest:
        missing()
    rows = sorted(world.projects.values(), key=lambda row: (not row.enabled, row.name))
    return Data([answers.project(world, row) for row in rows])


def _project(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    name, *tail = rest or ("",)
    row = world.projects.get(name)
    if row is None:
        missing(f"Project {quoted(name)} doesn't exist.")
    if tail == ["all"]:
        return Page(f"Latest builds in project {name}")
    return missing() if tail else Data(answers.project(world, row))


def _queue(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    return Data([answers.queued_build(row) for row in world.unfinished_builds()])


def _all_evaluations(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    rows = [row for row in world.evaluations.values() if row.hasnewbuilds]
    newest = sorted(rows, key=lambda row: -row.id)[:PAGE_SIZE]
    return Data([answers.evaluation_summary(world, row) for row in newest])


def _job(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    if len(rest) <= len(JobsetKey._fields):
        missing()
    row = find_jobset(world, request, rest)
    return row if isinstance(row, Redirect) else job_page(world, row.key, rest[2:])


def _robots(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    return Text(200, "User-agent: *\nDisallow: /*\n")


_HANDLERS: dict[str, Handler] = {
    "": _overview,
    "project": _project,
    "jobset": jobset_page,
    "eval": evaluation_route,
    "build": build_route,
    "job": _job,
    "api": api_route,
    "queue": _queue,
    "evals": _all_evaluations,
    "robots.txt": _robots,
    "machines": machine_list,
    "status": running_builds,
    "queue-runner-status": queue_runner,
    "steps": lambda *_: Page("Latest steps"),
    "queue-summary": lambda *_: Page("Queue"),
}
