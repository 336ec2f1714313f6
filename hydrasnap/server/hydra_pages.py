"""Hydra's own pages, which crawlers and command-line tools read for what JSON lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote

from starlette.responses import Response

from hydrasnap.model import Build, Evaluation
from hydrasnap.report.index import Index
from hydrasnap.server import builds, evaluation_tabs, evaluations, hydra_json, projects
from hydrasnap.server.evaluation_summary import summarize
from hydrasnap.server.markup import long_page, page
from hydrasnap.server.replies import bad, missing
from hydrasnap.server.request_view import View

T = TypeVar("T")

_MOST_IN_A_TAB = 250
_MOST_OF_A_JOB = 10


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """A page of a list: its number, its items, and the number of items on all pages."""

    number: int
    items: Sequence[T]
    total: int

    @property
    def first(self) -> int:
        """The place of the first item in the list, from 1."""
        return (self.number - 1) * hydra_json.PAGE_SIZE + 1

    @property
    def last(self) -> int:
        """The place of the last item in the list."""
        return self.first + len(self.items) - 1

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // hydra_json.PAGE_SIZE)


def _cut(view: View, every: Sequence[T]) -> ListPage[T]:
    """Cut out the page that a request asks for."""
    number = projects.page_number(view.parameter("page"))
    start = (number - 1) * hydra_json.PAGE_SIZE
    return ListPage(number, every[start : start + hydra_json.PAGE_SIZE], len(every))


def build(view: View) -> Response:
    """Show a build with the steps that failed and with its package, as far as they are known."""
    value = builds.find(view)
    reasons = view.snapshot.reasons.get(value.id)
    return page(
        view,
        "build.html",
        title=f"Build {value.id} of job {':'.join(value.job_key)}",
        build=value,
        evaluations=view.index.evaluations_with(value.id),
        has_steps=value.status.lists_steps,
        reasons=view.snapshot.reasons_of(value),
        package=reasons and reasons.package,
    )


def finished(view: View) -> Response:
    """List a page of a jobset's finished builds, the last to stop first."""
    jobset = view.jobset
    of_jobset = view.index.builds_of_jobset(jobset.key)
    every = view.index.once(("finished", jobset.key), lambda: _last_to_stop(of_jobset))
    return _builds_page(view, f"Latest builds for jobset {jobset.key}", every, has_job=True)


def finished_of_job(view: View) -> Response:
    """List a page of a job's finished builds, the last to stop first."""
    key = view.job_key
    every = _last_to_stop(view.index.builds_of_job(key))
    return _builds_page(view, f"Latest builds for job {':'.join(key)}", every, has_job=False)


def _last_to_stop(every: Sequence[Build]) -> list[Build]:
    done = (each for each in every if each.finished)
    return sorted(done, key=lambda each: (each.stoptime or 0, each.id), reverse=True)


def _builds_page(view: View, title: str, every: Sequence[Build], *, has_job: bool) -> Response:
    return page(view, "finished.html", title=title, page=_cut(view, every), has_job=has_job)


def job(view: View) -> Response:
    """List the newest builds of a job; a job without any has a page that says so."""
    key = view.job_key
    newest = view.index.builds_of_job(key)[:_MOST_OF_A_JOB]
    path = "/".join(quote(name, safe="") for name in key)
    path = f"{view.request.base_url}job/{path}"
    return page(view, "job.html", title=f"Job {':'.join(key)}", builds=newest, path=path)


def evaluations_of(view: View) -> Response:
    """List a page of a jobset's evaluations, with what changed and which had errors."""
    jobset = view.jobset
    listed = view.index.evaluations_of(jobset.key)
    cut = _cut(view, listed)
    rows = [(each, summarize(view.index, each)) for each in cut.items]
    return page(
        view,
        "evaluations.html",
        title=f"Evaluations of jobset {jobset.key}",
        page=ListPage(cut.number, rows, cut.total),
        is_whole=projects.is_whole(jobset, listed),
    )


def evaluation_errors(view: View) -> Response:
    """Show the errors of an evaluation, where they are known."""
    evaluation = evaluations.find(view, view.segment("id"))
    if evaluation.had_errors is None:
        missing(f"The errors of evaluation {evaluation.id} are not in this snapshot.")
    title = f"Errors of evaluation {evaluation.id}"
    return page(view, "errors.html", title=title, evaluation=evaluation)


def evaluation(view: View) -> Response:
    """List every job of an evaluation in tabs, in long ones the first jobs unless `full` is 1.

    `filter` is a part of the names of the jobs, `compare` the id of the evaluation to compare with.
    """
    value = evaluations.find(view, view.segment("id"))
    baseline = _baseline(view, view.index, value)
    return long_page(
        view,
        "evaluation.html",
        title=f"Evaluation {value.id} of jobset {value.jobset_key}",
        evaluation=value,
        tabs=evaluation_tabs.tabs(view.index, value, baseline, view.parameter("filter")),
        most=len(value.builds) + 1 if view.parameter("full") == "1" else _MOST_IN_A_TAB,
    )


def _baseline(view: View, index: Index, value: Evaluation) -> Evaluation | None:
    wanted = view.parameter("compare")
    if not wanted:
        return index.previous(value)
    if not wanted.isdecimal():
        bad("A snapshot compares with evaluations by id.")
    return evaluations.find(view, wanted)
