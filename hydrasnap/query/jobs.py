"""Questions about jobs: their states now, and all their builds."""

from hydrasnap.model import Build
from hydrasnap.query.arguments import matching_jobs
from hydrasnap.query.database import Database
from hydrasnap.query.table import (
    DURATION,
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
from hydrasnap.report.history import failing_run


def job_states(database: Database, job: str) -> Table:
    """List the newest build of each job that fits a glob, on each system."""
    columns = (
        *JOB_COLUMNS, Column("status"), Column("finished", TIME), Column("failing_since", TIME),
        Column("last_good", NUMBER), Column("build", NUMBER),
    )  # fmt: skip
    rows: list[Row] = []
    for key in matching_jobs(database, job):
        groups: dict[str, list[Build]] = {}
        for build in database.builds_of_jobs(key.jobset_key, [key.name]):
            groups.setdefault(build.system, []).append(build)
        for system in sorted(groups):
            newest, *rest = sorted(groups[system], key=lambda build: -build.id)
            began, good = failing_run((newest, *rest))
            times = (newest.finished_at, finish_of(began) if began else None)
            rows.append((*job_cells(newest), newest.label, *times, id_cell(good), newest.id))
    return Table(columns, rows)


def history(database: Database, job: str) -> Table:
    """List the known builds of each job that fits a glob, newest first, with their evaluations."""
    columns = (
        *JOB_COLUMNS, Column("build", NUMBER), Column("status"), Column("finished", TIME),
        Column("seconds", DURATION), Column("first_evaluation", NUMBER),
        Column("last_evaluation", NUMBER),
    )  # fmt: skip
    rows: list[Row] = []
    for key in matching_jobs(database, job):
        jobset = key.jobset_key
        held = database.evaluations_of(jobset)
        builds = database.builds_of_jobs(jobset, [key.name])
        for build in sorted(builds, key=lambda build: -build.id):
            ids = [each.evaluation.id for each in held if each.holds(build.id)]
            ends = (min(ids, default=None), max(ids, default=None))
            rows.append(
                (*job_cells(build), build.id, build.label, build.finished_at, build.duration, *ends)
            )
    return Table(columns, rows)
