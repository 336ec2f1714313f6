"""Why a build failed, as its page shows it."""

from hydrasnap.model import Build, BuildStatus, FailedStep
from hydrasnap.publish.pages.common.causes import log_of, step_label
from hydrasnap.publish.pages.common.page import Link, Outside, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.root_causes import dependency_steps, maker_of, step_name


class StepRow(View, frozen=True, kw_only=True):
    """A failed step of another derivation: its name, how it failed in Hydra's words, and its log.

    `job` leads to the job that builds it, None where there is none. `source` leads to the build on
    whose behalf it ran, `elsewhere` to its page on the Hydra where the snapshot lacks it; both are
    None where Hydra does not name it.
    """

    name: str
    label: str
    message: str
    log: str
    job: Link | None
    source: Link | None
    elsewhere: Outside | None


class Why(View, frozen=True, kw_only=True):
    """The derivations whose failures made a build fail.

    Without `steps`, `vanished` tells that the Hydra no longer knows them; otherwise the
    snapshot has not looked them up yet.
    """

    steps: tuple[StepRow, ...]
    vanished: bool


def why(site: Site, build: Build) -> Why | None:
    """Describe where the failure of a build comes from; None for any other build."""
    reasons = site.snapshot.reasons_of(build)
    steps = tuple(dependency_steps(build, reasons))
    is_by_dependency = build.finished and build.status is BuildStatus.DEPENDENCY_FAILED
    if not steps and not is_by_dependency:
        return None
    vanished = reasons is not None and not reasons.steps
    return Why(steps=tuple(_step(site, step) for step in steps), vanished=vanished)


def _step(site: Site, step: FailedStep) -> StepRow:
    number = step.propagated_from
    found = None if number is None else site.snapshot.builds.get(number)
    label = f"build {number}" if found is None else f"build {number} of {found.job}"
    is_elsewhere = number is not None and found is None
    maker = maker_of(site.index, step)
    return StepRow(
        name=step_name(step),
        label=step_label(step),
        message=step.message,
        log=log_of(site, maker, step),
        job=site.job_link(maker.job_key) if maker else None,
        source=Link(label=label, href=site.links.build(found.id)) if found else None,
        elsewhere=Outside(label=label, href=site.live("build", f"{number}"))
        if is_elsewhere
        else None,
    )
