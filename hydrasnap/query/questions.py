"""The questions: each reads a part of the index and asks `report` about it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from operator import attrgetter

from msgspec import structs

from hydrasnap.errors import ConfigError
from hydrasnap.model import Build, FailedStep, JobKey, JobsetKey, Reasons, Run, Snapshot
from hydrasnap.query.database import Database, Members
from hydrasnap.query.table import Column, Kind, Row, Table
from hydrasnap.report import ChangeKind, FailingRun, Index, compare, failing_run
from hydrasnap.report import blockers as blockers_of
from hydrasnap.report.root_causes import step_name

_OFFERED = 8
_UNKNOWN = -1  # stands for a build that the cache does not hold
_LONGEST_REVISION, _SHORTEST_REVISION = 64, 4
_TIME, _NUMBER, _DURATION = Kind.TIME, Kind.NUMBER, Kind.DURATION
_JOB = (Column("jobset"), Column("job"), Column("system"))
_SHOWN = (
    ChangeKind.NEWLY_FAILING, ChangeKind.NEWLY_SUCCEEDING, ChangeKind.NEW, ChangeKind.REMOVED,
    ChangeKind.ABORTED, ChangeKind.QUEUED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owned:
    """Which failures are wanted: by a part of the cause's name, and of a maintainer's.

    A failure of which the snapshot does not know that is left out where it is asked for.
    """

    cause: str = ""
    maintainer: str = ""

    def has(self, reasons: Reasons | None) -> bool:
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
    owned: Owned = Owned(),
) -> Table:
    """List what fails in the newest evaluation of each jobset, since when, and why.

    With `since`, in Unix seconds, only what began to fail then or later.
    """
    columns = (
        *_JOB, Column("status"), Column("since", _TIME), Column("since_is_exact"),
        Column("last_good", _NUMBER), Column("build", _NUMBER), Column("cause"),
    )  # fmt: skip
    rows: list[Row] = []
    for key in _jobsets(database, jobsets):
        newest = _newest(database, key)
        if newest is None:
            continue
        builds = [
            build
            for build in database.unsuccessful(key)
            if build.status.failed and _fits(build.system, systems) and _holds(newest, build.id)
        ]
        runs = _runs(database, key, builds)
        reasons = database.reasons(build.id for build in builds)
        for build in sorted(builds, key=attrgetter("job", "system", "id")):
            began, good = runs[build.job, build.system]
            time = _finish(began or build)
            why = reasons.get(build.id)
            if (since is None or time >= since) and owned.has(why):
                row = (time, good is not None, _id(good), build.id, _cause(why))
                rows.append((*_names(build), _status(build), *row))
    return Table(columns, rows)


def _newest(database: Database, key: JobsetKey) -> Members | None:
    """Return the newest evaluation that Hydra still has, or else the newest known."""
    every = database.evaluations_of(key)
    present = (found for found in every if not found.evaluation.deleted_upstream)
    return next(present, next(iter(every), None))


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


def job_states(database: Database, job: str) -> Table:
    """List the newest build of each job that fits a glob, on each system."""
    columns = (
        *_JOB, Column("status"), Column("finished", _TIME), Column("failing_since", _TIME),
        Column("last_good", _NUMBER), Column("build", _NUMBER),
    )  # fmt: skip
    rows: list[Row] = []
    for key in _jobs(database, job):
        groups: dict[str, list[Build]] = {}
        for build in database.builds_of_jobs(JobsetKey(*key[:2]), [key.name]):
            groups.setdefault(build.system, []).append(build)
        for system in sorted(groups):
            newest, *rest = sorted(groups[system], key=lambda build: -build.id)
            began, good = failing_run((newest, *rest))
            finished = newest.stoptime if newest.finished else None
            times = (finished, _finish(began) if began else None)
            rows.append((*_names(newest), _status(newest), *times, _id(good), newest.id))
    return Table(columns, rows)


def history(database: Database, job: str) -> Table:
    """List the known builds of each job that fits a glob, newest first, with their evaluations."""
    columns = (
        *_JOB, Column("build", _NUMBER), Column("status"), Column("finished", _TIME),
        Column("seconds", _DURATION), Column("first_evaluation", _NUMBER),
        Column("last_evaluation", _NUMBER),
    )  # fmt: skip
    rows: list[Row] = []
    for key in _jobs(database, job):
        jobset = JobsetKey(*key[:2])
        held = database.evaluations_of(jobset)
        builds = database.builds_of_jobs(jobset, [key.name])
        for build in sorted(builds, key=lambda build: -build.id):
            ids = [each.evaluation.id for each in held if _holds(each, build.id)]
            ends = (min(ids, default=None), max(ids, default=None))
            finished = build.stoptime if build.finished else None
            rows.append((*_names(build), build.id, _status(build), finished, build.duration, *ends))
    return Table(columns, rows)


def differences(database: Database, old: int, new: int) -> Table:
    """List the jobs whose result differs between two evaluations."""
    columns = (
        Column("change"), Column("job"), Column("system"), Column("status"), Column("was"),
        Column("build", _NUMBER), Column("old_build", _NUMBER),
    )  # fmt: skip
    before, after = _evaluation(database, old), _evaluation(database, new)
    index = Index(_changed_part(database, before, after))
    held = index.snapshot.evaluations
    changes = compare(index, held[new], held[old])
    rows: list[Row] = []
    for kind in _SHOWN:
        for change in changes[kind]:
            both = (change.build, change.before)
            states = [None if build is None else _status(build) for build in both]
            rows.append((kind.slug, change.job, change.system, *states, *map(_id, both)))
    return Table(columns, rows)


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
    return _part(database, [before, after, *past], builds)


def causes(database: Database, number: int) -> Table:
    """List the root causes of an evaluation, those that fail the most builds first.

    A build of which no cause is known counts as its own.
    """
    columns = (
        Column("cause"), Column("status"), Column("builds", _NUMBER), Column("log"),
        Column("jobs"),
    )  # fmt: skip
    held = _evaluation(database, number)
    builds = [
        build
        for build in database.unsuccessful(held.evaluation.jobset_key)
        if build.status.failed and _holds(held, build.id)
    ]
    reasons = database.reasons(build.id for build in builds)
    jobs: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    told: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for build in builds:
        for step in _causes(reasons.get(build.id)):
            name = " ".join(step.names) or step_name(step)
            key = step.outputs or (name,)
            jobs[key].add(build.job)
            if key not in told or step.propagated_from is None:  # the step of the build that ran it
                told[key] = name, step.status, step.log
        if not _causes(reasons.get(build.id)):
            key = (build.nixname, str(build.id))
            jobs[key].add(build.job)
            told[key] = build.nixname, _status(build), ""
    ranked = sorted(told, key=lambda key: (-len(jobs[key]), told[key], key))
    return Table(columns, [
        (told[key][0], told[key][1], len(jobs[key]), told[key][2] or None,
         " ".join(sorted(jobs[key])))
        for key in ranked
    ])  # fmt: skip


def blockers(database: Database, jobsets: Sequence[str]) -> Table:
    """List what blocks aggregates of the newest evaluations, the blockers of most first."""
    columns = (
        *_JOB, Column("status"), Column("build", _NUMBER), Column("blocks", _NUMBER),
        Column("aggregates"),
    )  # fmt: skip
    rows: list[Row] = []
    for key in _jobsets(database, jobsets):
        newest = _newest(database, key)
        if newest is None:
            continue
        builds = {
            build.id: build
            for build in (*database.unsuccessful(key), *database.aggregates(key))
            if _holds(newest, build.id)
        }
        index = Index(_part(database, [newest], builds))
        for found in blockers_of(index, index.snapshot.evaluations[newest.evaluation.id]):
            names = " ".join(build.job for build in found.blocks)
            place = (found.build.id, len(found.blocks), names)
            rows.append((*_names(found.build), _status(found.build), *place))
    return Table(columns, rows)


def containing(database: Database, revision: str) -> Table:
    """List the evaluations of which an input was at a revision, given by its first digits."""
    columns = (
        Column("jobset"), Column("evaluation", _NUMBER), Column("evaluated", _TIME),
        Column("input"), Column("revision"), Column("uri"),
    )  # fmt: skip
    if not _SHORTEST_REVISION <= len(revision) <= _LONGEST_REVISION:
        raise ConfigError(
            f"{revision!r} is no revision.",
            hint=f"Give {_SHORTEST_REVISION} digits of it at least.",
        )
    return Table(columns, [
        (_path(each.jobset_key), each.id, each.timestamp, name, full, uri)
        for each, name, uri, full in database.evaluations_with(revision)
    ])  # fmt: skip


def _part(database: Database, held: Iterable[Members], builds: dict[int, Build]) -> Snapshot:
    """Make a snapshot of some evaluations and builds; their unknown builds count as unknown."""
    evaluations = {
        each.evaluation.id: structs.replace(
            each.evaluation,
            builds=(*[_UNKNOWN] * each.unknown, *(n for n in sorted(builds) if _holds(each, n))),
        )
        for each in held
    }
    keys = {each.jobset_key for each in evaluations.values()}
    return Snapshot(
        origin="",
        run=Run(),
        projects={},
        jobsets={key: database.jobset(key) for key in keys},
        evaluations=evaluations,
        builds=builds,
    )


def _jobsets(database: Database, globs: Sequence[str]) -> list[JobsetKey]:
    """Return the jobsets that fit one of some globs ``PROJECT/JOBSET``; none is a mistake."""
    wanted = [glob if "/" in glob else glob.replace(":", "/", 1) for glob in globs]
    keys = [key for key in database.jobsets if _fits(_path(key), wanted)]
    if not keys:
        known = ", ".join(map(_path, database.jobsets[:_OFFERED])) or "none"
        raise ConfigError(
            f"No jobset of the cache matches {' or '.join(globs)}.",
            hint=f"Write PROJECT/JOBSET; there are {known}.",
        )
    return keys


def _jobs(database: Database, glob: str) -> list[JobKey]:
    """Return the jobs that fit a glob, ``JOB`` or ``PROJECT/JOBSET/JOB``; none is a mistake."""
    project, jobset, job = glob.split("/", 2) if glob.count("/") > 1 else ("*", "*", glob)
    keys = [
        key
        for key in database.jobs(job)
        if fnmatchcase(key.project, project) and fnmatchcase(key.jobset, jobset)
    ]
    if not keys:
        raise ConfigError(
            f"No job of the cache matches {glob}.",
            hint="Write JOB or PROJECT/JOBSET/JOB; * stands for anything.",
        )
    return keys


def _evaluation(database: Database, number: int) -> Members:
    found = database.evaluation(number)
    if found is None:
        raise ConfigError(
            f"The cache has no evaluation {number}.",
            hint="`hydrasnap status` says what it holds.",
        )
    return found


def _fits(name: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)


def _holds(members: Members, build: int) -> bool:
    place = bisect_left(members.builds, build)
    return place < len(members.builds) and members.builds[place] == build


def _path(key: JobsetKey) -> str:
    return f"{key.project}/{key.name}"


def _causes(reasons: Reasons | None) -> Sequence[FailedStep]:
    return reasons.causes if reasons else ()


def _cause(reasons: Reasons | None) -> str | None:
    return " ".join(name for step in _causes(reasons) for name in step.names) or None


def _contains(names: Iterable[str], glob: str) -> bool:
    """Return whether a part of a name fits a glob, whatever the case."""
    wanted = f"*{glob.lower()}*"
    return not glob or any(fnmatchcase(name.lower(), wanted) for name in names)


def _names(build: Build) -> tuple[str, str, str]:
    return _path(build.jobset_key), build.job, build.system


def _status(build: Build) -> str:
    return build.status.label_for(build.buildstatus)


def _id(build: Build | None) -> int | None:
    return None if build is None else build.id


def _finish(build: Build) -> int:
    return build.stoptime or build.timestamp
