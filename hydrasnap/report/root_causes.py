"""Why the builds of an evaluation fail: the derivations at the root, and the jobs they take down.

A build that failed by a dependency names the failed derivation on its page at Hydra, which the
crawl reads for some builds in each run; a build that failed itself is a root of its own.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hydrasnap.model import Build, BuildStatus, Evaluation, FailedStep
from hydrasnap.report.index import Index, build_order

# What a build is called that a failed dependency takes down; a dependency that timed out or hit a
# limit gives its dependants its own status (Hydra's queue runner does so).
_BY_DEPENDENCY = BuildStatus.DEPENDENCY_FAILED


class RootCause(NamedTuple):
    """A derivation that failed, and the builds of an evaluation that fail because of it."""

    name: str  # of its outputs
    outputs: tuple[str, ...]  # store paths
    own: Build | None  # the build of the evaluation that builds it as a job, None if there is none
    step: FailedStep | None  # as the page of a build below shows it, None if only `own` is known
    builds: tuple[Build, ...]  # those below by job, without `own`

    @property
    def systems(self) -> tuple[str, ...]:
        """Return the systems of the builds, by name."""
        return tuple(sorted({build.system for build in (*self.builds, *filter(None, [self.own]))}))


class RootCauses(NamedTuple):
    """The root causes of an evaluation, those first that take down most builds.

    `unread` counts the failures by dependency whose pages were not read yet, `vanished` those whose
    pages do not tell the cause any more.
    """

    causes: tuple[RootCause, ...]
    unread: int
    vanished: int

    @property
    def explained(self) -> int:
        """The number of builds that fail by a dependency which is known."""
        return len({build.id for cause in self.causes for build in cause.builds})


def root_causes(index: Index, evaluation: Evaluation) -> RootCauses:
    """Group the failures of an evaluation by the derivations that really failed."""
    return index.once(
        ("root causes", evaluation.id), lambda: _root_causes(index, index.builds_of(evaluation))
    )


def _root_causes(index: Index, builds: Iterable[Build]) -> RootCauses:
    failing = [build for build in builds if build.finished and not build.status.succeeded]
    own = {output.path: build for build in failing for output in build.outputs if output.path}
    below: dict[tuple[str, ...], list[Build]] = {}
    steps: dict[tuple[str, ...], FailedStep] = {}
    unread = vanished = 0
    for build in failing:
        reasons = index.snapshot.reasons_of(build)
        if build.status is _BY_DEPENDENCY:
            unread += reasons is None
            vanished += reasons is not None and not reasons.steps
        for step in dependency_steps(build, () if reasons is None else reasons.causes):
            below.setdefault(step.outputs, []).append(build)
            steps.setdefault(step.outputs, step)
    found = [_cause(outputs, steps[outputs], own, taken) for outputs, taken in below.items()]
    found += _own_failures(failing, found)
    found.sort(key=lambda cause: (-len(cause.builds), cause.name, cause.outputs))
    return RootCauses(tuple(found), unread, vanished)


def dependency_steps(build: Build, steps: Iterable[FailedStep]) -> Iterator[FailedStep]:
    """Yield the failed steps that are other derivations than the one of the build itself."""
    mine = {output.path for output in build.outputs}
    for step in steps:
        is_own = step.propagated_from is None and not mine.isdisjoint(step.outputs)
        if step.outputs and not is_own:
            yield step


def _cause(
    outputs: tuple[str, ...], step: FailedStep, own: dict[str, Build], taken: list[Build]
) -> RootCause:
    job = next((own[path] for path in outputs if path in own), None)
    below = sorted((build for build in taken if build is not job), key=build_order)
    return RootCause(step.names[0], outputs, job, step, tuple(below))


def _own_failures(failing: Iterable[Build], known: Iterable[RootCause]) -> Iterator[RootCause]:
    """Yield the builds that failed themselves and are not known to take others down."""
    named = {cause.own.id for cause in known if cause.own is not None}
    explained = {build.id for cause in known for build in cause.builds}
    for build in failing:
        is_root = build.status.failed and build.status is not _BY_DEPENDENCY
        if is_root and build.id not in named and build.id not in explained:
            outputs = tuple(output.path for output in build.outputs if output.path)
            yield RootCause(build.nixname or build.job, outputs, build, None, ())
