"""Which pages of failed builds to read first, within a budget."""

from collections.abc import Iterable, Mapping

from hydrasnap.model import Build, BuildStatus, Reasons

_FIRST = (
    BuildStatus.DEPENDENCY_FAILED,
    BuildStatus.TIMED_OUT,
    BuildStatus.LOG_LIMIT,
    BuildStatus.OUTPUT_LIMIT,
)
"""The failures that can come from another build: only their page names it."""


def unexplained(
    newest: Iterable[tuple[Iterable[Build], Iterable[Build]]],
    older: Iterable[Build],
    reasons: Mapping[int, Reasons],
) -> list[int]:
    """Return the failed builds whose pages are to be read, the most important first.

    `newest` are the builds of the newest evaluations, each with those of the evaluation before.
    What fails there and did not before comes first, then what still fails, then the `older` builds;
    in each group first those that may have failed by a dependency. Each result is explained once.
    """
    ranked: dict[int, tuple[int, int, int]] = {}
    for builds, before in newest:
        outcomes = {(build.job, build.system): build.status.outcome for build in before}
        for build in builds:
            is_new = outcomes.get((build.job, build.system)) is not build.status.outcome
            _rank(ranked, build, 0 if is_new else 1, reasons)
    for build in older:
        _rank(ranked, build, 2, reasons)
    return sorted(ranked, key=lambda number: ranked[number])


def _rank(
    ranked: dict[int, tuple[int, int, int]],
    build: Build,
    group: int,
    reasons: Mapping[int, Reasons],
) -> None:
    has_page = build.status.lists_steps and not build.deleted_upstream
    if build.id in ranked or not has_page:
        return
    known = reasons.get(build.id)
    if known is None or known.stoptime != build.stoptime:
        ranked[build.id] = group, int(build.status not in _FIRST), -build.id
