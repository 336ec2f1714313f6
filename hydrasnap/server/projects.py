"""Projects and jobsets: ``/``, ``/project/P``, ``/api/jobsets``, and all below ``/jobset/P/J``."""

import re
from collections.abc import Sequence

from starlette.responses import Response

from hydrasnap.model import Evaluation, Jobset
from hydrasnap.report.health import latest_finished
from hydrasnap.server import hydra_json
from hydrasnap.server.replies import bad, missing, quoted, redirect, reply
from hydrasnap.server.request_view import View

_LARGEST_PAGE = 2**58


def projects(view: View) -> Response:
    """List all projects, the enabled ones first, hidden ones included."""
    return reply(hydra_json.projects(view.snapshot.projects.values()))


def project(view: View) -> Response:
    """Show a project."""
    name = view.segment("project")
    if name not in view.snapshot.projects:
        missing(f"Project {quoted(name)} doesn't exist.")
    return reply(hydra_json.project(view.snapshot.projects[name]))


def overview(view: View) -> Response:
    """Count the builds of a project's visible jobsets."""
    name = view.parameter("project")
    if not name:
        bad("Parameter 'project' not defined!")
    if name not in view.snapshot.projects:
        missing(f"Project {name} doesn't exist.")
    held = view.snapshot.jobsets
    return reply(hydra_json.overviews(held[key] for key in held if key.project == name))


def jobset(view: View) -> Response:
    """Show a jobset without the text of its errors."""
    return reply(hydra_json.jobset(view.jobset))


def errors(view: View) -> Response:
    """Show a jobset with the text of its errors."""
    return reply(hydra_json.jobset(view.jobset, with_error=True))


def evaluations(view: View) -> Response:
    """List a page of a jobset's evaluations, newest first."""
    jobset = view.jobset
    listed = view.index.evaluations_of(jobset.key)
    whole, page = is_whole(jobset, listed), page_number(view.parameter("page"))
    if page > 1 and not whole and (page - 1) * hydra_json.PAGE_SIZE >= len(listed):
        missing(f"Older evaluations of {jobset.key} are not in this snapshot.")
    return reply(hydra_json.evaluation_page(listed, page, is_whole=whole))


def is_whole(jobset: Jobset, listed: Sequence[Evaluation]) -> bool:
    """Return whether the first evaluation of a jobset is among those that are `listed`."""
    return jobset.first_evaluation == (listed[-1].id if listed else 0)


def page_number(text: str) -> int:
    """Parse a page number as Perl does (nonsense and 0 are 1); refuse negative or huge ones."""
    digits = re.match(r"\s*([-+]?[0-9]{1,20})", text)
    number = int(digits[1]) if digits else 0
    if not 0 <= number < _LARGEST_PAGE:
        bad("The page must be a positive number.")
    return number or 1


def latest_evaluation(view: View) -> Response:
    """Redirect to a jobset's newest finished evaluation."""
    jobset = view.jobset
    newest = latest_finished(view.index, jobset.key)
    if newest is None:
        missing("No evaluation found.")
    raise redirect(view.request, ["eval", newest.id, *view.rest], {"name": jobset.name})
