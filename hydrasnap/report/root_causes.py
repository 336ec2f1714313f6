"""Why the builds of an evaluation fail: the derivations at the root, and the jobs they take down.

A build that failed by a dependency names the failed derivation on its page at Hydra, which the
crawl reads for some builds in each run; a build that failed itself is a root of its own.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from hydrasnap.model import Build, BuildStatus, Evaluation, FailedStep, JobKey, JobsetKey, Reasons
from hydrasnap.report.index import Index, build_order
from hydrasnap.report.memoized import Memoized

# The status of a build that a failed dependency takes down. If the dependency timed out or hit a
# limit, Hydra's queue runner gives its dependants that status instead.
_BY_DEPENDENCY = BuildStatus.DEPENDENCY_FAILED
_ROW = Struct("<Iq")  # the hash of a path, and a build


class RootCause(NamedTuple):
    """A derivation that failed, and the builds of an evaluation that fail because of it."""

    name: str  # of its outputs
    outputs: tuple[str, ...]  # store paths, which a content-addressed derivation lacks
    own: Build | None  # the build of the evaluation that builds it as a job, None if there is none
    maker: Build | None  # a build of it in any evaluation or jobset, None if there is none
    step: FailedStep | None  # as the page of a build below shows it, None if only `own` is known
    builds: tuple[Build, ...]  # those below by job, without `own`

    @property
    def systems(self) -> tuple[str, ...]:
        """Return the systems of the builds, by name."""
        return tuple(sorted({build.system for build in (*self.builds, *filter(None, [self.own]))}))


class Culprit(NamedTuple):
    """A derivation because of which a build fails."""

    name: str
    status: str  # Hydra's word
    job: JobKey | None  # that builds it, if any is known
    log: str  # path on the Hydra, empty if there is none


class Since(NamedTuple):
    """The first of some consecutive evaluations that all have a root cause.

    `exact` says that the evaluation before, if there is one, is known to lack it.
    """

    evaluation: Evaluation
    exact: bool


class RootCauses(NamedTuple):
    """The root causes of an evaluation, those first that take down most builds.

    `unread` counts the failures by dependency whose pages were not read yet, `vanished` those whose
    pages no longer show the cause.
    """

    causes: tuple[RootCause, ...]
    unread: int
    vanished: int

    @property
    def explained(self) -> int:
        """The number of builds that fail because of a known dependency."""
        return len({build.id for cause in self.causes for build in cause.builds})


def root_causes(index: Index, evaluation: Evaluation) -> RootCauses:
    """Group the failures of an evaluation by the derivations that really failed."""
    return index.once_loaded(
        evaluation.jobset_key,
        ("root causes", evaluation.id),
        lambda: _root_causes(index, index.builds_of(evaluation)),
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
        for step in dependency_steps(build, reasons):
            key = step.outputs or (step_name(step),)
            below.setdefault(key, []).append(build)
            steps.setdefault(key, step)
    found = [_cause(index, steps[key], own, taken) for key, taken in below.items()]
    found += _own_failures(failing, found)
    found.sort(key=lambda cause: (-len(cause.builds), cause.name, cause.outputs))
    return RootCauses(tuple(found), unread, vanished)


def dependency_steps(build: Build, reasons: Reasons | None) -> Iterator[FailedStep]:
    """Yield the failed steps that are other derivations than the one of the build itself."""
    mine = {output.path for output in build.outputs}
    for step in reasons.causes if reasons else ():
        is_own = not step.outputs or not mine.isdisjoint(step.outputs)
        if step.propagated_from is not None or not is_own:
            yield step


def step_name(step: FailedStep) -> str:
    """Name a failed step by its outputs; the outputs of a content-addressed one are not known."""
    return step.names[0] if step.names else f"a dependency of build {step.propagated_from}"


def culprits(index: Index, build: Build) -> tuple[Culprit, ...]:
    """Return the other derivations because of which a build is known to fail."""
    steps = dependency_steps(build, index.snapshot.reasons_of(build))
    return tuple(_culprit(index, step) for step in steps)


def _culprit(index: Index, step: FailedStep) -> Culprit:
    maker = maker_of(index, step)
    return Culprit(step_name(step), step.status, maker.job_key if maker else None, step.log)


def maker_of(index: Index, step: FailedStep) -> Build | None:
    """Return a build, of whatever jobset, of the derivation that failed in a step.

    One that failed itself comes before others, then the newest.
    """
    makers = index.once("makers of failed steps", lambda: _makers(index))
    return next((makers[path] for path in step.outputs if path in makers), None)


def _makers(index: Index) -> dict[str, Build]:
    steps = (step for reasons in index.snapshot.reasons.values() for step in reasons.steps)
    wanted = {path for step in steps for path in step.outputs}
    found: dict[str, Build] = {}
    for build in _with_outputs(index, wanted) if wanted else ():
        for output in build.outputs:
            if output.path in wanted:
                known = found.get(output.path)
                if known is None or _order_of_makers(build) > _order_of_makers(known):
                    found[output.path] = build
    return found


def _with_outputs(index: Index, wanted: set[str]) -> Iterable[Build]:
    """Return at least all builds that have one of some outputs."""
    if index.builds.in_memory:
        return index.builds.values()
    hashes = set(map(_hash, wanted))
    rows = (_ROW.iter_unpack(OUTPUTS.of(index, key)) for key in index.builds.jobsets())
    numbers = (number for found, number in chain.from_iterable(rows) if found in hashes)
    return map(index.builds.__getitem__, numbers)


def _hash(path: str) -> int:
    return crc32(path.encode("utf-8", "surrogatepass"))


def _rows(index: Index, key: JobsetKey) -> bytes:
    """Return of each output of a jobset's builds the hash of its path, and the build."""
    builds = index.builds.of_jobset(key)
    outputs = ((output.path, build.id) for build in builds for output in build.outputs)
    return b"".join(_ROW.pack(_hash(path), number) for path, number in outputs if path)


OUTPUTS = Memoized("outputs", bytes, _rows)


def _order_of_makers(build: Build) -> tuple[bool, int]:
    unsuccessful = build.finished and not build.status.succeeded
    return unsuccessful and build.status is not _BY_DEPENDENCY, build.id


def cause_since(index: Index, evaluation: Evaluation, name: str) -> Since:
    """Return since when a root cause of a name takes builds of a jobset down, as far as is known.

    A derivation has another hash in every evaluation, so it is recognized by its name.
    """
    first = evaluation
    for before in index.earlier(evaluation):
        known = root_causes(index, before)
        if not any(cause.name == name and cause.builds for cause in known.causes):
            is_exact = not (known.unread or known.vanished or index.unknown(before))
            return Since(first, exact=is_exact)
        first = before
    return Since(first, exact=index.is_first(first))


def _cause(index: Index, step: FailedStep, own: dict[str, Build], taken: list[Build]) -> RootCause:
    job = next((own[path] for path in step.outputs if path in own), None)
    below = sorted((build for build in taken if build is not job), key=build_order)
    maker = job or maker_of(index, step)
    return RootCause(step_name(step), step.outputs, job, maker, step, tuple(below))


def _own_failures(failing: Iterable[Build], known: Iterable[RootCause]) -> Iterator[RootCause]:
    """Yield the builds that failed themselves and are not known to take others down."""
    named = {cause.own.id for cause in known if cause.own is not None}
    explained = {build.id for cause in known for build in cause.builds}
    for build in failing:
        is_root = build.status.failed and build.status is not _BY_DEPENDENCY
        if is_root and build.id not in named and build.id not in explained:
            outputs = tuple(output.path for output in build.outputs if output.path)
            yield RootCause(build.nixname or build.job, outputs, build, build, None, ())
