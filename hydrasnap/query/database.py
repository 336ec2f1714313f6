"""The index beside a cache: evaluations and the facts of builds that questions ask for, in SQLite.

The index is made from the whole cache and is made again when the files of the cache have changed.
It lies in the folder ``.index`` of the cache, which git ignores.
"""

import os
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hydrasnap.errors import CacheError
from hydrasnap.model import Build, Evaluation, JobKey, Jobset, JobsetKey, Reasons, Snapshot
from hydrasnap.report import inputs_of
from hydrasnap.store import UNREADABLE, Manifest, holder, read_snapshot
from hydrasnap.store.layout import INDEXES

_FORMAT = 2
_TABLES = """
create table about (stamp text);
create table jobsets (number integer primary key, project text, name text, data blob);
create table evaluations (id integer primary key, jobset integer, data blob, builds blob,
    unknown integer);
create table reasons (build integer primary key, data blob);
create table inputs (revision text, evaluation integer, name text, uri text);
create table builds (
    id integer primary key, jobset integer, job text, system text, nixname text, finished integer,
    status integer, timestamp integer, starttime integer, stoptime integer, constituents blob
);
"""
_INDEXES = """
create index revisions on inputs (revision);
create index jobs on builds (job, jobset);
create index results on builds (jobset, finished, status);
"""
_BUILDS = (
    "select id, jobset, job, system, nixname, finished, status, timestamp, starttime, stoptime, "
    "constituents from builds where "
)
_MANY = 500  # names in one statement


T = TypeVar("T")

_DAMAGE = (sqlite3.Error, ValueError, LookupError, TypeError, *UNREADABLE)
"""What reading a damaged index may raise."""


@dataclass(frozen=True, slots=True)
class Members:
    """An evaluation without builds, their ids in ascending order, and how many are unknown."""

    evaluation: Evaluation
    builds: "array[int]"
    unknown: int


class Database:
    """An open index of a cache; `now` is when the last crawl ended, in Unix seconds."""

    def __init__(self, connection: sqlite3.Connection, now: int) -> None:
        self._connection, self.now = connection, now
        rows = connection.execute("select number, project, name, data from jobsets")
        found = {number: (JobsetKey(project, name), data) for number, project, name, data in rows}
        self._keys = {number: key for number, (key, _) in found.items()}
        self._numbers = {key: number for number, key in self._keys.items()}
        self._data = dict(found.values())

    @property
    def jobsets(self) -> Sequence[JobsetKey]:
        """All jobsets, by project and name."""
        return sorted(self._numbers)

    def jobset(self, key: JobsetKey) -> Jobset:
        """Return a jobset."""
        return msgspec.json.decode(self._data[key], type=Jobset)

    def evaluations_of(self, key: JobsetKey) -> list[Members]:
        """Return the evaluations of a jobset that have builds, newest first."""
        rows = self._connection.execute(
            "select data, builds, unknown from evaluations where jobset = ? order by id desc",
            (self._numbers[key],),
        )
        return [found for found in map(_members, rows) if found.evaluation.hasnewbuilds]

    def evaluation(self, number: int) -> Members | None:
        """Return an evaluation."""
        rows = self._connection.execute(
            "select data, builds, unknown from evaluations where id = ?", (number,)
        )
        return next(map(_members, rows), None)

    def evaluations_with(self, revision: str) -> Iterator[tuple[Evaluation, str, str, str]]:
        """Yield the evaluations with an input at a revision: the name, address and revision."""
        rows = self._connection.execute(
            "select data, builds, unknown, name, uri, revision from inputs "
            "join evaluations on evaluation = id "
            "where revision >= ? and revision < ? order by id desc, name",
            (revision, revision + "\U0010ffff"),
        )
        for *members, name, uri, full in rows:
            yield _members(members).evaluation, name, uri, full

    def jobs(self, name: str) -> list[JobKey]:
        """Return the jobs whose name fits a glob."""
        same = "=" if name == _plain(name) else "glob"
        rows = self._connection.execute(
            f"select distinct jobset, job from builds where job {same} ?",  # noqa: S608 - our words
            (name,),
        )
        return sorted(JobKey(*self._keys[number], job) for number, job in rows)

    def builds_of_jobs(self, key: JobsetKey, jobs: Iterable[str]) -> Iterator[Build]:
        """Yield the known builds of jobs of a jobset."""
        names = sorted(set(jobs))
        for start in range(0, len(names), _MANY):
            part = names[start : start + _MANY]
            marks = ",".join("?" * len(part))
            yield from self._builds(f"jobset = ? and job in ({marks})", self._numbers[key], *part)

    def unsuccessful(self, key: JobsetKey) -> Iterator[Build]:
        """Yield the finished builds of a jobset that did not succeed."""
        yield from self._builds("jobset = ? and finished and status <> 0", self._numbers[key])

    def aggregates(self, key: JobsetKey) -> Iterator[Build]:
        """Yield the aggregates of a jobset."""
        yield from self._builds("jobset = ? and constituents is not null", self._numbers[key])

    def builds(self, numbers: Iterable[int]) -> Iterator[Build]:
        """Yield builds by id; those that are not known are left out."""
        wanted = sorted(numbers)
        for start in range(0, len(wanted), _MANY):
            part = wanted[start : start + _MANY]
            yield from self._builds(f"id in ({','.join('?' * len(part))})", *part)

    def reasons(self, numbers: Iterable[int]) -> dict[int, Reasons]:
        """Return why builds failed and whose they are, as far as that is known."""
        wanted = sorted(numbers)
        found: dict[int, Reasons] = {}
        for start in range(0, len(wanted), _MANY):
            part = wanted[start : start + _MANY]
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(
                f"select build, data from reasons where build in ({marks})",  # noqa: S608 - marks
                part,
            )
            found.update((n, msgspec.json.decode(data, type=Reasons)) for n, data in rows)
        return found

    def _builds(self, condition: str, *values: object) -> Iterator[Build]:
        for row in self._connection.execute(_BUILDS + condition, values):
            number, jobset, job, system, nixname, finished, status, *times, parts = row
            key = self._keys[jobset]
            yield Build(
                id=number,
                project=key.project,
                jobset=key.name,
                job=job,
                system=system,
                nixname=nixname,
                finished=bool(finished),
                buildstatus=status,
                timestamp=times[0],
                starttime=times[1],
                stoptime=times[2],
                constituents=None if parts is None else tuple(_ids(parts)),
                partial=True,
            )

    def close(self) -> None:
        """Close the index."""
        self._connection.close()


def ask(folder: Path, question: Callable[[Database], T]) -> T:
    """Answer a question from the index of a cache; one that proves damaged is made again."""
    try:
        with closing(open_database(folder)) as database:
            return question(database)
    except _DAMAGE:
        _path(folder).unlink(missing_ok=True)
    with closing(open_database(folder)) as database:
        return question(database)


def open_database(folder: Path) -> Database:
    """Open the index of a cache, and make it first where it is missing or old.

    While a crawl writes to the cache, the index of the crawl before it answers.
    """
    path = _path(folder)
    try:
        known = _known_stamp(path)
        if known is not None and (known == _stamp(folder) or holder(folder)):
            return Database(_connect(path), _last_run(folder))
        stamp, snapshot = _stamp(folder), read_snapshot(folder)
        if _write(path, stamp, snapshot):
            return Database(_connect(path), snapshot.run.finished)
        memory = sqlite3.connect(":memory:")
        _fill(memory, stamp, snapshot)
        return Database(memory, snapshot.run.finished)
    except sqlite3.Error as error:
        raise CacheError(
            f"The index {path} cannot be used: {error}.",
            hint=f"Delete the folder {path.parent}; it is made again.",
        ) from error


def write_database(folder: Path, snapshot: Callable[[], Snapshot]) -> None:
    """Write the index of a cache, unless there is one of the same files already.

    The index only saves time: if the disk takes no index, nothing is lost.
    """
    path, stamp = _path(folder), _stamp(folder)
    if _known_stamp(path) != stamp:
        with suppress(sqlite3.Error):
            _write(path, stamp, snapshot())


def _path(folder: Path) -> Path:
    return folder / INDEXES / f"{_FORMAT}.sqlite"


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _stamp(folder: Path) -> str:
    """Describe the files of a cache: a folder's time changes when one in it is replaced."""
    parts = (folder / name for name in ("evals", "builds", "reasons"))
    places = (*parts, *sorted(folder.glob("jobsets/*")))
    times = []
    for place in places:
        with suppress(OSError):
            times.append(f"{place.name}:{place.stat().st_mtime_ns}")
    return " ".join(times)


def _last_run(folder: Path) -> int:
    """Return when the last crawl ended."""
    try:
        manifest = msgspec.json.decode((folder / "snapshot.json").read_bytes(), type=Manifest)
    except (OSError, *UNREADABLE) as error:
        raise CacheError(
            f"The cache {folder} has no readable snapshot.json: {error}.",
            hint="Run `hydrasnap crawl`, which writes it again.",
        ) from error
    return manifest.runs[0].finished if manifest.runs else 0


def _known_stamp(path: Path) -> str | None:
    """Return the stamp of an index; None where there is none, or a damaged one."""
    if not path.is_file():
        return None
    try:
        with closing(_connect(path)) as connection:
            found = connection.execute("select stamp from about").fetchone()
    except sqlite3.DatabaseError:
        return None
    return str(found[0]) if found else None


def _write(path: Path, stamp: str, snapshot: Snapshot) -> bool:
    """Write an index whole or not at all; return whether the disk took it."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        temporary.unlink(missing_ok=True)
        with closing(sqlite3.connect(temporary)) as connection:
            _fill(connection, stamp, snapshot)
        temporary.replace(path)
    except (OSError, sqlite3.OperationalError):
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        return False
    return True


def _fill(connection: sqlite3.Connection, stamp: str, snapshot: Snapshot) -> None:
    connection.executescript("pragma journal_mode = off; pragma synchronous = off;" + _TABLES)
    keys = sorted(
        {
            *snapshot.jobsets,
            *(each.jobset_key for each in snapshot.evaluations.values()),
            *(JobsetKey(each.project, each.jobset) for each in snapshot.builds.values()),
        }
    )
    numbers = {key: number for number, key in enumerate(keys)}
    put = connection.executemany
    put("insert into jobsets values (?, ?, ?, ?)",
        ((number, *key, _data(snapshot, key)) for key, number in numbers.items()))  # fmt: skip
    put("insert into evaluations values (?, ?, ?, ?, ?)",
        (_evaluation_row(each, numbers, snapshot.unknown_builds(each))
         for each in snapshot.evaluations.values()))  # fmt: skip
    put("insert into reasons values (?, ?)", _reasons_rows(snapshot))
    put("insert into inputs values (?, ?, ?, ?)",
        ((found.revision, each.id, found.name, found.uri)
         for each in snapshot.evaluations.values()
         for found in inputs_of(each) if found.revision))  # fmt: skip
    put("insert into builds values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_build_row(each, numbers) for each in snapshot.builds.values()))  # fmt: skip
    connection.executescript(_INDEXES)
    connection.execute("insert into about values (?)", (stamp,))
    connection.commit()


def _reasons_rows(snapshot: Snapshot) -> Iterator[tuple[int, bytes]]:
    """Yield the reasons that are of the present results of builds."""
    for number in snapshot.reasons:
        build = snapshot.builds.get(number)
        found = snapshot.reasons_of(build) if build else None
        if found is not None:
            yield number, msgspec.json.encode(found)


def _data(snapshot: Snapshot, key: JobsetKey) -> bytes:
    jobset = snapshot.jobsets.get(key) or Jobset(project=key.project, name=key.name)
    return msgspec.json.encode(jobset)


def _evaluation_row(
    value: Evaluation, numbers: dict[JobsetKey, int], unknown: int
) -> tuple[object, ...]:
    builds = array("q", sorted(value.builds)).tobytes()
    data = msgspec.json.encode(msgspec.structs.replace(value, builds=()))
    return value.id, numbers[value.jobset_key], data, builds, unknown


def _build_row(value: Build, numbers: dict[JobsetKey, int]) -> tuple[object, ...]:
    parts = None if value.constituents is None else array("q", value.constituents).tobytes()
    return (
        value.id, numbers[value.jobset_key], value.job, value.system, value.nixname,
        value.finished, value.buildstatus, value.timestamp, value.starttime, value.stoptime, parts,
    )  # fmt: skip


def _members(row: Sequence[Any]) -> Members:
    data, builds, unknown = row
    return Members(msgspec.json.decode(data, type=Evaluation), _ids(builds), unknown)


def _ids(data: bytes) -> "array[int]":
    found = array("q")
    found.frombytes(data)
    return found


def _plain(glob: str) -> str:
    return glob.translate(dict.fromkeys(map(ord, "*?[")))
