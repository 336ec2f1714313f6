"""The addresses below ``/jobset/P/J``, and the redirects that renamed jobsets leave."""

import re

from hydrasnap.demo import answers
from hydrasnap.demo.replies import Data, Page, Redirect, Refusal, Reply, missing, quoted
from hydrasnap.demo.requests import Request
from hydrasnap.demo.rows import JobsetRow
from hydrasnap.demo.world import World
from hydrasnap.model import JobsetKey

PAGE_SIZE = 20
_LARGEST_PAGE = 2**58


def find_jobset(world: World, request: Request, rest: tuple[str, ...]) -> JobsetRow | Redirect:
    """Find the jobset that a path names, or the redirect that a rename left."""
    project, name, *_ = (*rest, "", "")
    if project not in world.projects:
        missing(f"Project {quoted(project)} doesn't exist.")
    key = JobsetKey(project, name)
    if key in world.jobsets:
        return world.jobsets[key]
    new = world.renames.get(key)
    if new is None:
        missing(f"Jobset {quoted(name)} doesn't exist.")
    kind = (request.segments or ("",))[0]
    return Redirect([kind, *new, *rest[2:]], request.parameters, 301)


def jobset_page(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    """Answer what follows ``/jobset``."""
    row = find_jobset(world, request, rest)
    if isinstance(row, Redirect):
        return row
    match rest[2:]:
        case () | ("errors",) as part:
            return Data(answers.jobset(row, with_error=bool(part)))
        case ("evals",):
            return _evaluations(world, request, row.key)
        case ("latest-eval", *tail):
            return _latest_evaluation(world, request, row.key, tail)
        case ("jobs-tab" | "all" as tab,):
            return Page(f"{tab} of {row.key}")
    return missing()


def page_number(text: str) -> int:
    """Read a page number as Perl does: nonsense and 0 are 1; refuse what no database takes."""
    found = re.match(r"\s*([-+]?\d+)", text)
    number = int(found[1]) if found else 0
    if not 0 <= number < _LARGEST_PAGE:
        raise Refusal(500, "DBIx::Class::Storage::DBI::_select_args(): A supplied offset attribute "
                           "must be a non-negative integer\n")  # fmt: skip
    return number or 1


def _evaluations(world: World, request: Request, key: JobsetKey) -> Reply:
    number = page_number(request.parameters.get("page", ""))
    rows = world.evaluations_of(key)
    return Data(answers.evaluation_page(rows, number, PAGE_SIZE))


def _latest_evaluation(world: World, request: Request, key: JobsetKey, tail: list[str]) -> Reply:
    for row in world.evaluations_of(key):
        if all(world.builds[number].finished for number in row.builds):
            query = {**request.parameters}
            query.setdefault("name", key.name)
            return Redirect(["eval", str(row.id), *tail], query)
    return missing("No evaluation found.")
