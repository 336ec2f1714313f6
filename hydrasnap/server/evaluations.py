"""Evaluations: ``/evals`` and what is below ``/eval/ID``."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from hydrasnap.model import Evaluation
from hydrasnap.report.index import Index
from hydrasnap.server import hydra_json
from hydrasnap.server.replies import encode, missing, number, redirect, reply
from hydrasnap.server.request_view import View

_CHUNK = 250


def evaluations(view: View) -> Response:
    """List the newest evaluations of all jobsets."""
    every = (each for each in view.snapshot.evaluations.values() if each.hasnewbuilds)
    newest = sorted(every, key=lambda each: -each.id)[: hydra_json.PAGE_SIZE]
    return reply([hydra_json.evaluation_summary(view.index, each) for each in newest])


def find(view: View, text: str) -> Evaluation:
    """Find an evaluation by the text of its id, or refuse."""
    evaluation = view.snapshot.evaluations.get(number(text) or 0)
    if evaluation is None:
        missing(f"Evaluation {text} doesn't exist.")
    return evaluation


def evaluation(view: View) -> Response:
    """Show an evaluation; ``/eval/ID/errors`` answers the same, without any error."""
    baseline = view.parameter("compare")
    if baseline.isdecimal():
        find(view, baseline)
    return reply(hydra_json.evaluation(find(view, view.segment("id"))))


def builds(view: View) -> Response:
    """Send all builds of an evaluation, a part at a time."""
    every = _chunks(view.index, find(view, view.segment("id")))
    return StreamingResponse(every, media_type="application/json")


async def _chunks(index: Index, evaluation: Evaluation) -> AsyncIterator[bytes]:
    """Write the array of the known builds; other requests get their turn between two parts."""
    held, before = index.snapshot.builds, b"["
    for start in range(0, len(evaluation.builds), _CHUNK):
        numbers = (n for n in evaluation.builds[start : start + _CHUNK] if n in held)
        written = [encode(hydra_json.full_build(index, held[n])) for n in numbers]
        if written:
            yield before + b",".join(written)
            before = b","
        await asyncio.sleep(0)
    yield b"]" if before == b"," else b"[]"


def job(view: View) -> Response:
    """Redirect to the build that an evaluation has of a job."""
    known = view.index.builds_at(find(view, view.segment("id")), view.segment("job"))
    if not known:
        missing("This evaluation has no job with the specified name.")
    raise redirect(view.request, ["build", known[0].id, *view.rest])


def store_paths(view: View) -> Response:
    """List the outputs of an evaluation's successful builds."""
    held = view.index.builds_of(find(view, view.segment("id")))
    done = (build for build in held if build.status.succeeded)
    return reply(sorted({each.path for build in done for each in build.outputs if each.path}))
