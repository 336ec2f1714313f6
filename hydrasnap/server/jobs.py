"""What is below ``/job/P/J/JOB``: the badge, numbers over time, and redirects to a build."""

from collections.abc import Callable

from starlette.responses import Response

from hydrasnap.model import Build, SizeSeries
from hydrasnap.report.latest import present_first
from hydrasnap.report.tally import tally_of
from hydrasnap.server import hydra_json
from hydrasnap.server.replies import missing, quoted, redirect, reply
from hydrasnap.server.request_view import View


def shield(view: View) -> Response:
    """Show the badge of the newest finished build."""
    key = view.job_key
    done = (build for build in view.index.builds_of_job(key) if build.finished)
    newest = next(done, None)
    if newest is None:
        missing(f"No latest build for job {quoted(key.name)}.")
    return reply(hydra_json.shield(newest.status))


def metric(view: View) -> Response:
    """List the values of a metric, oldest first."""
    return reply([
        {"id": each.id, "timestamp": each.timestamp, "value": found.value, "unit": found.unit}
        for each in reversed(view.index.builds_of_job(view.job_key))
        for found in each.metrics
        if found.name == view.segment("metric")
    ])  # fmt: skip


def build_times(view: View) -> Response:
    """List the seconds that the successes took; those that came from a cache are left out."""
    key = view.job_key
    known = {point.build for point in _series(view, "closure").points}
    return reply([
        {"id": each.id, "timestamp": each.timestamp, "value": each.duration}
        for each in reversed(view.index.builds_of_job(key))
        if each.status.succeeded and each.duration and (not known or each.id in known)
    ])  # fmt: skip


def closure_sizes(view: View) -> Response:
    """List the sizes of the outputs with all that they need."""
    return _sizes(_series(view, "closure"))


def output_sizes(view: View) -> Response:
    """List the sizes of the outputs."""
    return _sizes(_series(view, "output"))


def _series(view: View, kind: str) -> SizeSeries:
    sizes = view.snapshot.sizes.get(view.job_key)
    return sizes.series.get(kind, SizeSeries()) if sizes else SizeSeries()


def _sizes(series: SizeSeries) -> Response:
    return reply([
        {"id": point.build, "timestamp": point.timestamp, "value": point.value}
        for point in series.points
    ])  # fmt: skip


def latest(view: View) -> Response:
    """Redirect to the newest success."""
    return _latest(view, lambda build: True)


def latest_for(view: View) -> Response:
    """Redirect to the newest success on a system."""
    system = view.segment("system")
    return _latest(view, lambda build: build.system == system, f"for platform `{system}' ")


def latest_finished(view: View) -> Response:
    """Redirect to the newest success in an evaluation all of whose builds have finished."""

    def in_finished_evaluation(build: Build) -> bool:
        held = view.index.evaluations_with(build.id)
        return any(tally_of(view.index, each).finished for each in held)

    return _latest(view, in_finished_evaluation)


def _latest(view: View, is_wanted: Callable[[Build], bool], where: str = "") -> Response:
    for build in present_first(view.index.builds_of_job(view.job_key)):
        if build.status.succeeded and is_wanted(build):
            raise redirect(view.request, ["build", build.id, *view.rest])
    missing(f"There is no successful build {where}to redirect to.")
