"""Questions about failures: what fails, what made it fail, and what blocks aggregates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from operator import attrgetter

from hydrasnap.model import Build, FailedStep, JobsetKey, Reasons, fits
from hydrasnap.query.arguments import known_evaluation, matching_jobsets
from hydrasnap.query.database import Database, Members
from hydrasnap.query.table import (
    JOB_COLUMNS,
    NUMBER,
    TIME,
    Column,
    Row,
    Table,
    finish_of,
    id_cell,
    job_cells,
)
from hydrasnap.report.failures import blockers as blockers_of
from hydrasnap.report.history import FailingRun, failing_run
from hydrasnap.report.index import Index
from hydrasnap.report.root_causes import step_name


@dataclass(frozen=True, slots=True)
class FailureFilter:
    """Selects failures by a part of the name of the cause, and of a maintainer.

    Failures of which the snapshot does not know these are left out, where they are asked for.
    """

    cause: str = ""
    maintainer: str = ""

    def accepts(self, reasons: Reasons | None) -> bool:
        """Return whether a failure passes the filter."""
        package = reasons.package if reasons else None
        names = [name for step in _causes(reasons) for name in step.names]
        return _contains(names, self.cause) and _contains(
            package.maintainers if package else (), self.maintainer
        )


def failing(
    database: Database,
    jobsets: Sequence[str],
    systems: Sequence[str] = (),
    since: int | None = None,
    wanted: FailureFilter = FailureFilter(),
) -> Table:
    """List what fails in the newest evaluation of each jobset, since when, and why.

    With `since`, in Unix seconds, only what began to fail then or later.
    """
    columns = (
        *JOB_COLUMNS, Column("status"), Column("since", TIME), Column("since_is_exact"),
        Column("last_good", NUMBER), Column("build", NUMBER), Column("cause"),
    )  # fmt: skip
    rows: list[Row] = []
    for key, newest in _newest(database, jobsets):
        builds = [
            build
            for build in database.unsuccessful(key)
            if build.status.failed and fits(build.system, systems) and newest.holds(build.id)
        ]
        runs = _runs(database, key, builds)
        reasons = database.reasons(build.id for build in builds)
        for build in sorted(builds, key=attrgetter("job", "system", "id")):
            began, good = runs[build.job, build.system]
            time = finish_of(began or build)
            why = reasons.get(build.id)
            if (since is None or time >= since) and wanted.accepts(why):
                row = (time, good is not None, id_cell(good), build.id, _cause(why))
                rows.append((*job_cells(build), build.label, *row))
    return Table(columns, rows)


def causes(database: Database, number: int) -> Table:
    """List the root causes of an evaluation, those that fail the most builds first.

    A build of which no cause is known counts as its own.
    """
    columns = (
        Column("cause"), Column("status"), Column("builds", NUMBER), Column("log"),
        Column("jobs"),
    )  # fmt: skip
    held = known_evaluation(database, number)
    builds = [
        build
        for build in database.unsuccessful(held.evaluation.jobset_key)
        if build.status.failed and held.holds(build.id)
    ]
    reasons = database.reasons(build.id for build in builds)
    jobs: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    seen: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for build in builds:
        for step in _causes(reasons.get(build.id)):
            is_own = not step.outputs and step.propagated_from is None
            name = build.nixname if is_own else " ".join(step.names) or step_name(step)
            key = step.outputs or ((name, str(build.id)) if is_own else (name,))
            jobs[key].add(build.job)
            if key not in seen or step.propagated_from is None:  # the step of the build that ran it
                seen[key] = name, step.status, step.log
        if not _causes(reasons.get(build.id)):
            key = (build.nixname, str(build.id))
            jobs[key].add(build.job)
            seen[key] = build.nixname, build.label, ""
    ranked = sorted(seen, key=lambda key: (-len(jobs[key]), seen[key], key))
    return Table(columns, [
        (seen[key][0], seen[key][1], len(jobs[key]), seen[key][2] or None,
         " ".join(sorted(jobs[key])))
        for key in ranked
    ])  # fmt: skip


def blockers(database: Database, jobsets: Sequence[str]) -> Table:
    """List what blocks aggregates of the newest evaluations, the blockers of most first."""
    columns = (
        *JOB_COLUMNS, Column("status"), Column("build", NUMBER), Column("blocks", NUMBER),
        Column("aggregates"),
    )  # fmt: skip
    rows: list[Row] = []
    for key, newest in _newest(database, jobsets):
        builds = {
            build.id: build
            for build in (*database.unsuccessful(key), *database.aggregates(key))
            if newest.holds(build.id)
        }
        index = Index(database.snapshot_of([newest], builds))
        for found in blockers_of(index, index.snapshot.evaluations[newest.evaluation.id]):
            names = " ".join(build.job for build in found.blocks)
            place = (found.build.id, len(found.blocks), names)
            rows.append((*job_cells(found.build), found.build.label, *place))
    return Table(columns, rows)


def _newest(database: Database, jobsets: Sequence[str]) -> Iterator[tuple[JobsetKey, Members]]:
    """Yield of each jobset the newest evaluation that Hydra still has, or else the newest known."""
    for key in matching_jobsets(database, jobsets):
        every = database.evaluations_of(key)
        present = (found for found in every if not found.evaluation.deleted_upstream)
        newest = next(present, next(iter(every), None))
        if newest is not None:
            yield key, newest


def _runs(
    database: Database, key: JobsetKey, builds: Iterable[Build]
) -> dict[tuple[str, str], FailingRun]:
    """Find the present run of failures of each job and system."""
    groups: dict[tuple[str, str], list[Build]] = {}
    for build in database.builds_of_jobs(key, (build.job for build in builds)):
        groups.setdefault((build.job, build.system), []).append(build)
    return {
        name: failing_run(sorted(group, key=lambda build: -build.id))
        for name, group in groups.items()
    }


def _causes(reasons: Reasons | None) -> Sequence[FailedStep]:
    return reasons.causes if reasons else ()


def _cause(reasons: Reasons | None) -> str | None:
    return " ".join(name for step in _causes(reasons) for name in step.names) or None


def _contains(names: Iterable[str], glob: str) -> bool:
    """Return whether a part of a name fits a glob, whatever the case."""
    wanted = f"*{glob.lower()}*"
    return not glob or any(fnmatchcase(name.lower(), wanted) for name in names)
