"""The endpoints: every address, its handler, and the form of its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hydrasnap.server import builds, evaluations, hydra_pages, jobs, live, projects
from hydrasnap.server.request_view import View

READ_ONLY = "This is a read-only snapshot of a Hydra: nobody can sign in or change anything here."

Handler = Callable[[View], Response]


class Form(Enum):
    """The form of an answer."""

    NEGOTIATED = "JSON for those who ask for it, a page for all others"
    JSON = "JSON whatever is asked for"
    PAGE = "a page in Hydra's markup, to browsers a page of the site"
    REDIRECT = "a redirect, which passes on what follows the path"
    FORBIDDEN = "always 403"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address, its handler, the schema of the answer, and the parameters that it takes.

    `page` answers programs that do not ask for JSON; without it they get a page of the site.
    """

    path: str
    handler: Handler
    schema: str = ""
    query: tuple[str, ...] = ()
    form: Form = Form.NEGOTIATED
    page: Handler | None = None


def forbid(view: View) -> Response:
    """Refuse what only a real Hydra can do."""
    raise HTTPException(403, READ_ONLY)


_JOB = "/job/{project}/{jobset}/{job}"
_JOBSET = "/jobset/{project}/{jobset}"
_BRIEF = ("nr", "project", "jobset", "job", "system")

ENDPOINTS = (
    Endpoint("/", projects.projects, "Project[]"),
    Endpoint("/project/{project}", projects.project, "Project"),
    Endpoint(_JOBSET, projects.jobset, "Jobset"),
    Endpoint(f"{_JOBSET}/errors", projects.errors, "Jobset"),
    Endpoint(
        f"{_JOBSET}/evals", projects.evaluations, "EvaluationPage", ("page",),
        page=hydra_pages.evaluations_of,
    ),
    Endpoint(f"{_JOBSET}/all", hydra_pages.finished, "", ("page",), Form.PAGE),
    Endpoint("/evals", evaluations.evaluations, "EvaluationSummary[]"),
    Endpoint(
        "/eval/{id}", evaluations.evaluation, "Evaluation", ("compare", "filter", "full"),
        page=hydra_pages.evaluation,
    ),
    Endpoint(
        "/eval/{id}/errors", evaluations.evaluation, "Evaluation",
        page=hydra_pages.evaluation_errors,
    ),
    Endpoint("/build/{id}", builds.build, "Build", page=hydra_pages.build),
    Endpoint("/queue", builds.queue, "Build[]"),
    Endpoint("/search", builds.search, "SearchResult", ("query", "limit")),
    Endpoint("/status", live.running, "RunningBuild[]"),
    Endpoint("/machines", live.machines, "Machines"),
    Endpoint("/queue-runner-status", live.queue_runner, "QueueRunner"),
    Endpoint("/api/jobsets", projects.overview, "Overview[]", ("project",), Form.JSON),
    Endpoint("/api/queue", builds.brief_queue, "BriefBuild[]", ("nr",), Form.JSON),
    Endpoint("/api/nrqueue", builds.queue_size, "Number", (), Form.JSON),
    Endpoint("/api/nrbuilds", live.throughput, "Number[]", ("nr", "period"), Form.JSON),
    Endpoint("/api/latestbuilds", builds.latest_builds, "BriefBuild[]", _BRIEF, Form.JSON),
    Endpoint("/eval/{id}/store-paths", evaluations.store_paths, "Path[]", (), Form.JSON),
    Endpoint("/eval/{id}/builds", evaluations.builds, "Build[]", (), Form.JSON),
    Endpoint("/build/{id}/constituents", builds.constituents, "Build[]", (), Form.JSON),
    Endpoint(_JOB, hydra_pages.job, form=Form.PAGE),
    Endpoint(f"{_JOB}/all", hydra_pages.finished_of_job, "", ("page",), Form.PAGE),
    Endpoint(f"{_JOB}/metric/{{metric}}", jobs.metric, "MetricPoint[]", (), Form.JSON),
    Endpoint(f"{_JOB}/build-times", jobs.build_times, "Point[]", (), Form.JSON),
    Endpoint(f"{_JOB}/closure-sizes", jobs.closure_sizes, "Point[]", (), Form.JSON),
    Endpoint(f"{_JOB}/output-sizes", jobs.output_sizes, "Point[]", (), Form.JSON),
    Endpoint(f"{_JOB}/shield", jobs.shield, "Shield", (), Form.JSON),
    *(
        Endpoint(path, handler, form=Form.REDIRECT)
        for path, handler in (
            (f"{_JOBSET}/latest-eval", projects.latest_evaluation),
            ("/eval/{id}/job/{job}", evaluations.job),
            ("/build/{id}/eval", builds.newest_evaluation),
            (f"{_JOB}/latest", jobs.latest),
            (f"{_JOB}/latest-finished", jobs.latest_finished),
            (f"{_JOB}/latest-for/{{system}}", jobs.latest_for),
        )
    ),
    *(
        Endpoint(path, forbid, form=Form.FORBIDDEN)
        for path in (
            "/login", "/logout", "/current-user", "/api/push", "/api/push-github",
            "/api/push-gitea", "/build/{id}/restart", "/build/{id}/cancel", "/build/{id}/bump",
            "/build/{id}/keep/{n}", "/eval/{id}/cancel", "/eval/{id}/restart-failed",
            "/eval/{id}/restart-aborted", "/eval/{id}/bump", "/eval/{id}/release",
        )
    ),
)  # fmt: skip
