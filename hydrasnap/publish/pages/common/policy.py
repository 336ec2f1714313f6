"""Which builds and jobs get a page of their own: all, or those that somebody will look for.

What has no page is in the search's shards, which open any build and job of the snapshot.
"""

from dataclasses import dataclass

from hydrasnap.model import Build, Evaluation, JobKey
from hydrasnap.report.changes import Change, ChangeKind, compare
from hydrasnap.report.index import Index

# What a build, a job, and a build in the lists and data of an evaluation take, measured on sites of
# both kinds of Hydra.
BUILD_BYTES, JOB_BYTES, ROW_BYTES = 6_000, 17_000, 600


@dataclass(frozen=True)
class Policy:
    """The builds and jobs with a page, None for all; `why` says in words what was decided."""

    builds: frozenset[int] | None = None
    jobs: frozenset[JobKey] | None = None
    why: str = ""


EVERYTHING = Policy()


def decide(index: Index, wish: str, budget: int) -> Policy:
    """Follow the wish ``all`` or ``notable``; ``auto`` is all that the budget (bytes) can hold."""
    builds = index.snapshot.builds.values()
    if wish == "all":
        return EVERYTHING
    jobs = len({build.job_key for build in builds})
    rows = sum(len(evaluation.builds) for evaluation in _shown(index))
    size = BUILD_BYTES * len(builds) + JOB_BYTES * jobs + ROW_BYTES * rows
    if wish == "auto" and size <= budget:
        return EVERYTHING
    found = frozenset(number for e in _shown(index) for number in _notable(index, e))
    paged = frozenset(index.snapshot.builds[number].job_key for number in found)
    reason = f"pages for all would take some {size // 10**6:,} MB, more than the budget of "
    why = f"{reason}{budget // 10**6:,} MB" if wish == "auto" else "the settings ask for that"
    return Policy(found, paged, why)


def _shown(index: Index) -> list[Evaluation]:
    return [e for e in index.snapshot.evaluations.values() if index.is_comparable(e)]


def _notable(index: Index, evaluation: Evaluation) -> set[int]:
    """Return the builds of an evaluation that did not succeed or did so anew, and aggregates."""
    changes = compare(index, evaluation)
    rows = (change for kind in ChangeKind for change in changes[kind])
    return {row.build.id for row in rows if row.build and _is_notable(row, row.build)}


def _is_notable(change: Change, build: Build) -> bool:
    return (
        not build.status.succeeded
        or change.kind is ChangeKind.NEWLY_SUCCEEDING
        or build.constituents is not None
    )
