"""Why a build fails, in the few words of a list: the derivations at fault, and a log."""

from hydrasnap.model import Build, BuildStatus
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.root_causes import Culprit, culprits

FORGOTTEN, UNREAD = "a dependency, not known any more", "a dependency, not looked up yet"

# Builds with these results may never have run: they have a log only if a failed step names one.
_MAY_NOT_HAVE_RUN = {
    BuildStatus.DEPENDENCY_FAILED,
    BuildStatus.ABORTED,
    BuildStatus.CANCELLED,
    BuildStatus.UNSUPPORTED_SYSTEM,
}


class CulpritLink(View, frozen=True, kw_only=True):
    """A derivation that makes a job fail."""

    name: str
    job: Link | None  # the job that builds it, None if none is known
    log: str  # its address on the Hydra, empty if there is none


class FailureCause(View, frozen=True, kw_only=True):
    """Why a build fails: by `culprits`, by something `unexplained`, or else by itself."""

    culprits: tuple[CulpritLink, ...]
    unexplained: str  # why the cause is unknown, else empty
    log: str  # of the build itself, on the Hydra; empty if none is known


def failure_cause(site: Site, build: Build) -> FailureCause:
    """Describe why a build that did not succeed fails."""
    found = culprits(site.index, build)
    is_open = not found and build.status is BuildStatus.DEPENDENCY_FAILED
    unexplained = UNREAD if site.snapshot.reasons_of(build) is None else FORGOTTEN
    return FailureCause(
        culprits=tuple(culprit_link(site, one) for one in found),
        unexplained=unexplained if is_open else "",
        log="" if found else own_log(site, build),
    )


def culprit_link(site: Site, found: Culprit) -> CulpritLink:
    """Describe a derivation at fault."""
    return CulpritLink(
        name=found.name,
        job=site.job_link(found.job) if found.job else None,
        log=site.origin + found.log if found.log else "",
    )


def own_log(site: Site, build: Build) -> str:
    """Return the address of a build's log on the Hydra; empty if it is not known to have one.

    A build that took no time was substituted, and one that was aborted may never have begun.
    """
    if build.deleted_upstream or not build.finished:
        return ""
    reasons = site.snapshot.reasons_of(build)
    steps = [s for s in (reasons.steps if reasons else ()) if s.propagated_from is None and s.log]
    has_run = bool(build.duration) and build.status not in _MAY_NOT_HAVE_RUN
    mine = {output.path for output in build.outputs if output.path}
    if has_run or any(mine.intersection(step.outputs) for step in steps):
        return site.live("build", str(build.id), "log")
    return ""
