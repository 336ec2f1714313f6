"""The addresses below ``/api``, which answer JSON whatever is asked for."""

import re

from hydrasnap.demo import answers
from hydrasnap.demo.live_routes import throughput
from hydrasnap.demo.replies import Data, Refusal, Reply, missing
from hydrasnap.demo.requests import Request
from hydrasnap.demo.world import World


def api_route(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    """Answer what follows ``/api``."""
    match rest:
        case ("jobsets",):
            return _api_jobsets(world, request)
        case ("nrqueue",):
            return Data(len(world.unfinished_builds()), api=True)
        case ("queue",):
            rows = world.unfinished_builds()[: _number_of_rows(request)]
            return Data([answers.brief_build(row) for row in rows], api=True)
        case ("nrbuilds",):
            return throughput(world, request, _number_of_rows(request))
        case ("latestbuilds",):
            return _latest_builds(world, request)
    return missing()


def _api_jobsets(world: World, request: Request) -> Reply:
    if "project" not in request.parameters:
        raise Refusal(500, "Parameter 'project' not defined!")
    name = request.parameters["project"]
    if name not in world.projects:
        missing(f"Project {name} doesn't exist.")
    keys = answers.visible_jobsets(world, name)
    return Data([answers.overview(world, world.jobsets[key]) for key in keys], api=True)


def _number_of_rows(request: Request) -> int:
    if "nr" not in request.parameters:
        raise Refusal(500, "Parameter not defined!")
    if not re.fullmatch(r"0*[1-9][0-9]*", request.parameters["nr"]):
        raise Refusal(500, "DBIx::Class::Storage::DBI::_select_args(): The rows attribute must be "
                           "a positive integer if present\n")  # fmt: skip
    return int(request.parameters["nr"])


def _latest_builds(world: World, request: Request) -> Reply:
    """Tell the newest created of the finished builds, whatever is hidden."""
    limit = _number_of_rows(request)
    names = ("project", "jobset", "job", "system")
    asked = {name: request.parameters[name] for name in names if request.parameters.get(name)}
    rows = (row for row in sorted(world.builds.values(), key=lambda row: -row.id) if row.finished)
    found = [answers.brief_build(row) for row in rows]
    matching = [each for each in found if all(each[name] == asked[name] for name in asked)]
    return Data(matching[:limit], api=True)
