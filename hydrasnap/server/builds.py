"""Builds: what is below ``/build/ID``, the queue, the newest builds, and the search for them."""

import re
from collections.abc import Iterable
from itertools import islice

from starlette.responses import Response

from hydrasnap.model import Build
from hydrasnap.server import hydra_json
from hydrasnap.server.hydra_json import Json
from hydrasnap.server.replies import bad, missing, number, redirect, reply
from hydrasnap.server.request_view import View

_FILTERS = ("project", "jobset", "job", "system")
_FOUND, _MOST_FOUND = 10, 50


def find(view: View) -> Build:
    """Find the build that the path names, or refuse."""
    text = view.segment("id")
    build = view.snapshot.builds.get(number(text) or 0)
    if build is None:
        missing(f"Build with ID {text} doesn't exist.")
    return build


def build(view: View) -> Response:
    """Show a build."""
    value = find(view)
    return reply(hydra_json.full_build(view.index, value))


def constituents(view: View) -> Response:
    """List the builds that an aggregate is made of, by job; nothing for other builds."""
    return reply(hydra_json.constituents(view.index, find(view)))


def newest_evaluation(view: View) -> Response:
    """Redirect to the newest evaluation that holds a build."""
    value = find(view)
    held = view.index.evaluations_with(value.id)
    if not held:
        missing(f"No evaluation of build {value.id} is known.")
    raise redirect(view.request, ["eval", held[0].id, *view.rest])


def queue(view: View) -> Response:
    """List the unfinished builds in full, but for three fields that Hydra leaves out."""
    return reply([
        hydra_json.queued_build(view.index, each) for each in view.index.queued()
    ])  # fmt: skip


def queue_size(view: View) -> Response:
    """Count the unfinished builds."""
    return reply(len(view.index.queued()))


def brief_queue(view: View) -> Response:
    """List the first unfinished builds in short."""
    rows = number_of_rows(view)
    return reply([hydra_json.brief_build(each) for each in view.index.queued()[:rows]])


def latest_builds(view: View) -> Response:
    """List the finished builds that were created last, in short."""
    rows = number_of_rows(view)
    wanted = {name: view.parameter(name) for name in _FILTERS if view.parameter(name)}
    held = view.snapshot.builds
    newest = (held[n] for n in sorted(held, reverse=True))
    matching = (
        each
        for each in newest
        if each.finished and all(getattr(each, name) == wanted[name] for name in wanted)
    )
    return reply([hydra_json.brief_build(each) for each in islice(matching, rows)])


def number_of_rows(view: View) -> int:
    """Read how many rows a request asks for."""
    rows = number(view.parameter("nr"))
    if not rows:
        bad("Parameter 'nr' must be a positive number.")
    return rows


def search(view: View) -> Response:
    """Find what has a text in its name or description, and builds by their store paths.

    An underscore stands for any character, as in the database of a Hydra.
    """
    text = view.parameter("query").strip()
    if not re.fullmatch(r"[A-Za-z0-9_./-]+", text):
        bad("The query must be made of letters, digits and the characters _ . / -")
    has = re.compile(re.escape(text).replace("_", "."), re.IGNORECASE | re.DOTALL).search
    limit = min(number(view.parameter("limit")) or _FOUND, _MOST_FOUND)
    snapshot = view.snapshot
    projects = [each for each in snapshot.projects.values() if not each.hidden]
    names = {each.name for each in projects}
    jobsets = [
        each
        for key, each in snapshot.jobsets.items()
        if key.project in names and each.configuration.visible and each.renamed_to is None
    ]
    newest = [snapshot.builds[n] for n in sorted(snapshot.builds, reverse=True)]
    # A build comes once for each of its outputs that match.
    by_output = (b for b in newest for output in b.outputs if has(output.path))

    def first(matching: Iterable[Build]) -> list[Json]:
        return [hydra_json.full_build(view.index, b) for b in islice(matching, limit)]

    return reply({
        "projects": [
            hydra_json.project(each)
            for each in projects
            if has(each.name) or has(each.displayname) or has(each.description)
        ],
        "jobsets": [
            hydra_json.jobset(each)
            for each in jobsets
            if has(each.name) or has(each.configuration.description)
        ],
        "builds": first(by_output),
        "buildsdrv": first(each for each in newest if has(each.drvpath)),
    })  # fmt: skip
