"""The addresses below ``/eval/ID`` and ``/build/ID``."""

import re

from hydrasnap.demo import answers
from hydrasnap.demo.listing import evaluation_page
from hydrasnap.demo.replies import (
    SIGN_IN,
    Data,
    Page,
    Redirect,
    Refusal,
    Reply,
    missing,
    quoted,
)
from hydrasnap.demo.requests import Request
from hydrasnap.demo.rows import BuildRow, EvaluationRow
from hydrasnap.demo.world import World

_LARGEST_ID = 2**31 - 1
CHANGES_BUILD = frozenset({"restart", "cancel", "bump", "keep"})
CHANGES_EVALUATION = frozenset({"cancel", "restart-failed", "restart-aborted", "bump", "release"})


def changes_state(segments: tuple[str, ...]) -> bool:
    """Whether a GET of this path changes something where the session may."""
    match segments:
        case ("build", _, action, *_):
            return action in CHANGES_BUILD
        case ("eval", _, action, *_):
            return action in CHANGES_EVALUATION
    return False


def _identity(text: str) -> int:
    """Read an id as PostgreSQL does: what is no integer there is an error 500."""
    if not re.fullmatch(r"\s*[-+]?\d+\s*", text):
        reason = f'invalid input syntax for type integer: "{text}"'
    elif int(text) > _LARGEST_ID:
        reason = f'value "{text}" is out of range for type integer'
    else:
        return int(text)
    raise Refusal(500, "DBIx::Class::Storage::DBI::_dbh_execute(): DBI Exception: "
                       f"DBD::Pg::st execute failed: ERROR:  {reason}\n")  # fmt: skip


def evaluation_route(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    """Answer what follows ``/eval``; its page for browsers lists the builds."""
    text, *tail = rest or missing()
    row = world.evaluations.get(_identity(text))
    if row is None:
        missing(f"Evaluation {text} doesn't exist.")
    baseline = request.parameters.get("compare", "")
    if baseline.isdecimal() and int(baseline) not in world.evaluations:
        missing(f"Evaluation {baseline} doesn't exist.")
    if tail:
        return _part_of_evaluation(world, row, tail)
    if request.wants_json:
        return Data(answers.evaluation(row))
    return Data(None, page=evaluation_page(world, row, request.base))


def _part_of_evaluation(world: World, row: EvaluationRow, tail: list[str]) -> Reply:
    match tail:
        case ["builds"]:
            builds = [answers.build(world.builds[number]) for number in row.builds]
            return Data(builds, browsable=False)
        case ["errors"]:
            return Data(answers.evaluation(row))
        case ["channel"]:
            return Page("Channel")
        case ["job", name, *more]:
            for number in row.builds:
                if world.builds[number].job == name:
                    return Redirect(["build", str(number), *more])
            missing("This evaluation has no job with the specified name.")
        case [action, *_] if action in CHANGES_EVALUATION:
            raise Refusal(403, SIGN_IN)
    return missing()


def build_route(world: World, request: Request, rest: tuple[str, ...]) -> Reply:
    """Answer what follows ``/build``."""
    text, *tail = rest or missing()
    if not re.fullmatch(r"[0-9]+", text):
        raise Refusal(500, f"Invalid build ID {quoted(text)}.")
    row = world.builds.get(_identity(text))
    if row is None:
        missing(f"Build with ID {text} doesn't exist.")
    if not tail:
        return Data(answers.build(row))
    return _part_of_build(world, row, tail)


def _part_of_build(world: World, row: BuildRow, tail: list[str]) -> Reply:
    match tail:
        case ["constituents"]:
            parts = [world.builds[n] for n in row.constituents or () if n in world.builds]
            parts.sort(key=lambda part: part.job)
            return Data([answers.build(part) for part in parts], browsable=False)
        case ["evals" | "log" as part]:
            return Page(f"{part} of build {row.id}")
        case ["eval", *more]:
            return Redirect(["eval", str(max(row.evaluations)), *more])
        case [action, *_] if action in CHANGES_BUILD:
            raise Refusal(403, SIGN_IN)
    return missing()
