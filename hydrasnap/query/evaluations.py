"""Questions about evaluations: what changed between two, and which have a revision."""

from hydrasnap.errors import ConfigError
from hydrasnap.model import JobsetKey, Snapshot
from hydrasnap.query.arguments import known_evaluation
from hydrasnap.query.database import Database, Members
from hydrasnap.query.table import NUMBER, TIME, Column, Row, Table, id_cell
from hydrasnap.report.changes import ChangeKind, compare
from hydrasnap.report.index import Index

_LONGEST_REVISION, _SHORTEST_REVISION = 64, 4
_SHOWN = (
    ChangeKind.NEWLY_FAILING, ChangeKind.NEWLY_SUCCEEDING, ChangeKind.NEW, ChangeKind.REMOVED,
    ChangeKind.ABORTED, ChangeKind.QUEUED,
)  # fmt: skip


def differences(database: Database, old: int, new: int) -> Table:
    """List the jobs whose result differs between two evaluations."""
    columns = (
        Column("change"), Column("job"), Column("system"), Column("status"), Column("was"),
        Column("build", NUMBER), Column("old_build", NUMBER),
    )  # fmt: skip
    before, after = known_evaluation(database, old), known_evaluation(database, new)
    index = Index(_changed_part(database, before, after))
    held = index.snapshot.evaluations
    changes = compare(index, held[new], held[old])
    rows: list[Row] = []
    for kind in _SHOWN:
        for change in changes[kind]:
            both = (change.build, change.before)
            states = [None if build is None else build.label for build in both]
            rows.append((kind.slug, change.job, change.system, *states, *map(id_cell, both)))
    return Table(columns, rows)


def containing(database: Database, revision: str) -> Table:
    """List the evaluations of which an input was at a revision, given by its first digits."""
    columns = (
        Column("jobset"), Column("evaluation", NUMBER), Column("evaluated", TIME),
        Column("input"), Column("revision"), Column("uri"),
    )  # fmt: skip
    if not _SHORTEST_REVISION <= len(revision) <= _LONGEST_REVISION:
        raise ConfigError(
            f"{revision!r} is no revision.",
            hint=f"Give {_SHORTEST_REVISION} digits of it at least.",
        )
    return Table(columns, [
        (each.jobset_key.path, each.id, each.timestamp, name, full, uri)
        for each, name, uri, full in database.evaluations_with(revision)
    ])  # fmt: skip


def _changed_part(database: Database, before: Members, after: Members) -> Snapshot:
    """Return a snapshot of what two evaluations do not share, with the past of those jobs.

    The past has the last result of a job where the older evaluation holds none.
    """
    apart = set(before.builds) ^ set(after.builds)
    builds = {build.id: build for build in database.builds(apart)}
    jobs: dict[JobsetKey, set[str]] = {}
    for build in builds.values():
        jobs.setdefault(build.jobset_key, set()).add(build.job)
    for key, names in jobs.items():
        builds |= {build.id: build for build in database.builds_of_jobs(key, names)}
    keys = {each.evaluation.jobset_key for each in (before, after)}
    past = [each for key in keys for each in database.evaluations_of(key)]
    return database.snapshot_of([before, after, *past], builds)
