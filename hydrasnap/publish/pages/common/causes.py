"""Root causes as pages show them: the failed derivation, its log, and the jobs below it."""

from hydrasnap.model import Build, Evaluation, FailedStep
from hydrasnap.publish.pages.common.failure_cause import own_log
from hydrasnap.publish.pages.common.page import Link, Page, PageContext, View
from hydrasnap.publish.pages.common.rows import BuildRow, build_rows
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.history import job_history
from hydrasnap.report.root_causes import RootCause, RootCauses, cause_since, root_causes

PAGE = "/causes.html"


class CauseRow(View, frozen=True, kw_only=True):
    """A derivation that failed, and the builds that fail because of it."""

    name: str
    job: Link | None  # the job that builds the derivation, None if none is known
    label: str  # status of its build, or Hydra's word for the failed step
    log: str  # its address on the Hydra, empty if there is none
    since: BuildRow | None  # the build since which the job fails
    since_evaluation: Link | None  # else the first of the unbroken run in which it fails builds
    since_time: int | None  # of that evaluation
    exact: bool  # whether it did not fail before that
    count: int  # number of builds below
    systems: tuple[str, ...]  # of the builds below
    builds: tuple[BuildRow, ...]  # the builds below; only the first of very many


class CausesBox(View, frozen=True, kw_only=True):
    """What is known of the root causes of an evaluation, in short."""

    rows: tuple[CauseRow, ...]  # the causes of most failures, without their builds
    total: int  # number of all causes
    harmful: int  # number of those that make other builds fail
    explained: int  # failures by dependency whose cause is known
    unread: int  # failures whose cause was not read yet
    vanished: int  # failures whose cause the Hydra no longer knows
    href: str  # the whole page


class CausesPage(PageContext, frozen=True, kw_only=True):
    """The root causes of an evaluation: `box` has them, each with the builds below.

    Long lists are cut, both that of the causes and those of builds; `data` has all causes that
    take builds down.
    """

    evaluation: Link
    box: CausesBox
    data: str


def causes_box(site: Site, evaluation: Evaluation) -> CausesBox | None:
    """Describe an evaluation's worst causes; None if no build fails because of a dependency."""
    found = root_causes(site.index, evaluation)
    worst = [cause for cause in found.causes if cause.builds][: site.limits.blocked]
    if not (worst or found.unread or found.vanished):
        return None
    return _box(
        site, evaluation, found, tuple(_row(site, evaluation, c, below=False) for c in worst)
    )


def causes_page(site: Site, evaluation: Evaluation) -> Page:
    """Make the page of root causes of an evaluation that has a box of them."""
    found = root_causes(site.index, evaluation)
    first = found.causes[: site.limits.rows_of_page]
    rows = tuple(_row(site, evaluation, cause, below=True) for cause in first)
    link = Link(label=f"evaluation {evaluation.id}", href=site.links.evaluation(evaluation.id))
    context = CausesPage(
        title=f"Root causes of evaluation {evaluation.id} of {evaluation.jobset_key}",
        description=f"What fails at the root in {link.label}, and what that takes down.",
        shows="This page shows what Hydra's pages of the failed builds say.",
        crumbs=(
            *site.breadcrumbs(evaluation.project, evaluation.jobset),
            Link(label=link.label.capitalize(), href=link.href),
        ),
        live=site.live("eval", str(evaluation.id)),
        evaluation=link,
        box=_box(site, evaluation, found, rows),
        data=site.links.evaluation(evaluation.id, ".json"),
    )
    return Page(site.links.evaluation(evaluation.id, PAGE), "causes.html", context)


def _box(
    site: Site, evaluation: Evaluation, found: RootCauses, rows: tuple[CauseRow, ...]
) -> CausesBox:
    return CausesBox(
        rows=rows,
        total=len(found.causes),
        harmful=sum(bool(cause.builds) for cause in found.causes),
        explained=found.explained,
        unread=found.unread,
        vanished=found.vanished,
        href=site.links.evaluation(evaluation.id, PAGE),
    )


def _row(site: Site, evaluation: Evaluation, cause: RootCause, *, below: bool) -> CauseRow:
    own, maker = cause.own, cause.maker
    history = job_history(site.index, own.job_key) if own else None
    since = history.failing_since if history else None
    first = cause_since(site.index, evaluation, cause.name) if cause.builds else None
    return CauseRow(
        name=cause.name,
        job=site.job_link(maker.job_key) if maker else None,
        label=own.label if own else step_label(cause.step),
        log=log_of(site, maker, cause.step),
        since=build_rows(site, [since])[0] if since else None,
        since_evaluation=site.evaluation_link(first.evaluation) if first and not since else None,
        since_time=first.evaluation.evaluated_at if first and not since else None,
        exact=history.since_is_exact if history and since else bool(first and first.exact),
        count=len(cause.builds),
        systems=cause.systems,
        builds=build_rows(site, cause.builds[: site.limits.rows_of_list]) if below else (),
    )


def step_label(step: FailedStep | None) -> str:
    """Return Hydra's word for the status of a failed step."""
    return step.status if step else ""


def log_of(site: Site, own: Build | None, step: FailedStep | None) -> str:
    """Return the address of the step's log, or else of the build's, if it is known to have one."""
    if step is not None and step.log:
        return site.origin + step.log
    return own_log(site, own) if own else ""
