"""The file of the index beside a cache: made from the whole cache, and again when that changes.

It lies in the folder ``.index`` of the cache, which git ignores.
"""

import os
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from hydrasnap.errors import CacheError
from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, Snapshot
from hydrasnap.query.database import Database
from hydrasnap.report.inputs import inputs_of
from hydrasnap.store.layout import INDEXES, UNREADABLE, Manifest
from hydrasnap.store.lock import holder
from hydrasnap.store.memo_files import index_folder
from hydrasnap.store.opening import read_snapshot

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

T = TypeVar("T")

_DAMAGE = (sqlite3.Error, ValueError, LookupError, TypeError, *UNREADABLE)
"""What reading a damaged index may raise."""


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
            finished = _last_run(folder)
            return _database(_connect(path), finished)
        stamp, snapshot = _stamp(folder), read_snapshot(folder)
        if _write(path, stamp, snapshot):
            return _database(_connect(path), snapshot.run.finished)
        memory = sqlite3.connect(":memory:")
        _fill(memory, stamp, snapshot)
        return _database(memory, snapshot.run.finished)
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


def _database(connection: sqlite3.Connection, now: int) -> Database:
    """Read what a database holds of jobsets; one that cannot be read is closed again."""
    with ExitStack() as opened:
        opened.callback(connection.close)
        found = Database(connection, now)
        opened.pop_all()
    return found


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
        index_folder(path.parent.parent)
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
    counter = count()  # jobsets are numbered as they come up, so that builds are read once
    numbers: defaultdict[JobsetKey, int] = defaultdict(lambda: next(counter))
    put = connection.executemany
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
    put("insert into jobsets values (?, ?, ?, ?)",
        ((numbers[key], *key, _jobset_data(snapshot, key))
         for key in sorted({*snapshot.jobsets, *numbers})))  # fmt: skip
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


def _jobset_data(snapshot: Snapshot, key: JobsetKey) -> bytes:
    jobset = snapshot.jobsets.get(key) or Jobset(project=key.project, name=key.name)
    return msgspec.json.encode(jobset)


def _evaluation_row(
    value: Evaluation, numbers: Mapping[JobsetKey, int], unknown: int
) -> tuple[object, ...]:
    builds = array("q", sorted(value.builds)).tobytes()
    data = msgspec.json.encode(replace(value, builds=()))
    return value.id, numbers[value.jobset_key], data, builds, unknown


def _build_row(value: Build, numbers: Mapping[JobsetKey, int]) -> tuple[object, ...]:
    parts = None if value.constituents is None else array("q", value.constituents).tobytes()
    return (
        value.id, numbers[value.jobset_key], value.job, value.system, value.nixname,
        value.finished, value.buildstatus, value.timestamp, value.starttime, value.stoptime, parts,
    )  # fmt: skip
