"""Why a build failed, and what its package says of itself, as its page shows them."""

from hydrasnap.model import Build, BuildStatus, FailedStep
from hydrasnap.publish.links import outward
from hydrasnap.publish.pages.common.causes import log_of, step_label
from hydrasnap.publish.pages.common.frame import Link, Outside
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.view import View
from hydrasnap.report.root_causes import dependency_steps


class StepRow(View, frozen=True, kw_only=True):
    """A failed step of another derivation: its name, Hydra's word for what became of it, its log.

    `source` leads to the build on whose behalf it ran, `elsewhere` to its page on the Hydra where
    the snapshot lacks it; both are None where Hydra does not name it.
    """

    name: str
    label: str
    message: str
    log: str
    source: Link | None
    elsewhere: Outside | None


class Why(View, frozen=True, kw_only=True):
    """The derivations that a build failed by.

    Without `steps`, `vanished` tells that the Hydra does not know them any more; otherwise the
    snapshot has not looked them up yet.
    """

    steps: tuple[StepRow, ...]
    vanished: bool


class PackageFacts(View, frozen=True, kw_only=True):
    """What a package says of itself; `maintainers` are names, without e-mail addresses."""

    description: str
    license: str
    homepage: Outside | None
    maintainers: tuple[str, ...]


def why(site: Site, build: Build) -> Why | None:
    """Describe where the failure of a build comes from; None for any other build."""
    reasons = site.snapshot.reasons_of(build)
    steps = tuple(dependency_steps(build, () if reasons is None else reasons.causes))
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
    return StepRow(
        name=step.names[0],
        label=step_label(step),
        message=step.message,
        log=log_of(site, None, step),
        source=Link(label=label, href=site.links.build(found.id)) if found else None,
        elsewhere=Outside(label=label, href=site.live("build", f"{number}"))
        if is_elsewhere
        else None,
    )


def package_facts(site: Site, build: Build) -> PackageFacts | None:
    """Describe the package of a build; None where its page was not read."""
    reasons = site.snapshot.reasons_of(build)
    package = reasons.package if reasons is not None else None
    if package is None:
        return None
    homepage = package.homepage
    return PackageFacts(
        description=package.description,
        license=package.license,
        homepage=Outside(label=homepage, href=outward(homepage)) if homepage else None,
        maintainers=tuple(filter(None, map(_without_address, package.maintainers))),
    )


def _without_address(maintainer: str) -> str:
    """Return the name before an e-mail address, or the part of it before the host."""
    name = maintainer.partition("<")[0].strip() or maintainer.strip("<> ")
    return name.partition("@")[0]
