"""Questions about jobs: their states now, and all their builds."""

from hydrasnap.model import Build, JobsetKey
from hydrasnap.query.database import Database
from hydrasnap.query.names import matching_jobs
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
    status_cell,
)
from hydrasnap.report import failing_run


def job_states(database: Database, job: str) -> Table:
    """List the newest build of each job that fits a glob, on each system."""
    columns = (
        *JOB_COLUMNS, Column("status"), Column("finished", TIME), Column("failing_since", TIME),
        Column("last_good", NUMBER), Column("build", NUMBER),
    )  # fmt: skip
    rows: list[Row] = []
    for key in matching_jobs(database, job):
        groups: dict[str, list[Build]] = {}
        for build in database.builds_of_jobs(JobsetKey(*key[:2]), [key.name]):
            groups.setdefault(build.system, []).append(build)
        for system in sorted(groups):
            newest, *rest = sorted(groups[system], key=lambda build: -build.id)
            began, good = failing_run((newest, *rest))
            finished = newest.stoptime if newest.finished else None
            times = (finished, finish_of(began) if began else None)
            rows.append((*job_cells(newest), status_cell(newest), *times, id_cell(good), newest.id))
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
        jobset = JobsetKey(*key[:2])
        held = database.evaluations_of(jobset)
        builds = database.builds_of_jobs(jobset, [key.name])
        for build in sorted(builds, key=lambda build: -build.id):
            ids = [each.evaluation.id for each in held if each.holds(build.id)]
            ends = (min(ids, default=None), max(ids, default=None))
            finished = build.stoptime if build.finished else None
            rows.append(
                (*job_cells(build), build.id, status_cell(build), finished, build.duration, *ends)
            )
    return Table(columns, rows)
