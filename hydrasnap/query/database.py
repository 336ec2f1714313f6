"""The index beside a cache, in SQLite: evaluations, and what questions ask of builds."""

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from hydrasnap.model import Build, Evaluation, JobKey, Jobset, JobsetKey, Reasons, Run, Snapshot

_BUILDS = (
    "select id, jobset, job, system, nixname, finished, status, timestamp, starttime, stoptime, "
    "constituents from builds where "
)
_MANY = 500  # names in one statement
_UNKNOWN = -1  # stands for a build that the cache does not hold

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Members:
    """An evaluation, the ids of its known builds in ascending order, and how many are unknown."""

    evaluation: Evaluation
    builds: "array[int]"
    unknown: int

    def holds(self, build: int) -> bool:
        """Return whether the evaluation holds a build, given its id."""
        place = bisect_left(self.builds, build)
        return place < len(self.builds) and self.builds[place] == build


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
        same = "=" if set(name).isdisjoint("*?[") else "glob"
        rows = self._connection.execute(
            f"select distinct jobset, job from builds where job {same} ?",  # noqa: S608 - our words
            (name,),
        )
        return sorted(JobKey(*self._keys[number], job) for number, job in rows)

    def builds_of_jobs(self, key: JobsetKey, jobs: Iterable[str]) -> Iterator[Build]:
        """Yield the known builds of jobs of a jobset."""
        for marks, part in _parts(jobs):
            yield from self._builds(f"jobset = ? and job in ({marks})", self._numbers[key], *part)

    def unsuccessful(self, key: JobsetKey) -> Iterator[Build]:
        """Yield the finished builds of a jobset that did not succeed."""
        yield from self._builds("jobset = ? and finished and status <> 0", self._numbers[key])

    def aggregates(self, key: JobsetKey) -> Iterator[Build]:
        """Yield the aggregates of a jobset."""
        yield from self._builds("jobset = ? and constituents is not null", self._numbers[key])

    def builds(self, numbers: Iterable[int]) -> Iterator[Build]:
        """Yield builds by id; those that are not known are left out."""
        for marks, part in _parts(numbers):
            yield from self._builds(f"id in ({marks})", *part)

    def reasons(self, numbers: Iterable[int]) -> dict[int, Reasons]:
        """Return why builds failed and whose they are, as far as that is known."""
        found: dict[int, Reasons] = {}
        for marks, part in _parts(numbers):
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

    def snapshot_of(self, held: Iterable[Members], builds: dict[int, Build]) -> Snapshot:
        """Return a snapshot of some evaluations and builds, which lacks the builds unknown here."""
        evaluations = {
            each.evaluation.id: replace(
                each.evaluation,
                builds=(*[_UNKNOWN] * each.unknown, *filter(each.holds, sorted(builds))),
            )
            for each in held
        }
        keys = {each.jobset_key for each in evaluations.values()}
        return Snapshot(
            origin="",
            run=Run(),
            projects={},
            jobsets={key: self.jobset(key) for key in keys},
            evaluations=evaluations,
            builds=builds,
        )

    def close(self) -> None:
        """Close the index."""
        self._connection.close()


def _members(row: Sequence[Any]) -> Members:
    data, builds, unknown = row
    return Members(msgspec.json.decode(data, type=Evaluation), _ids(builds), unknown)


def _parts(values: Iterable[T]) -> Iterator[tuple[str, list[T]]]:
    """Yield placeholders and values for SQL: sorted values in parts that fit into a statement."""
    wanted = sorted(set(values))  # type: ignore[type-var]
    for start in range(0, len(wanted), _MANY):
        part = wanted[start : start + _MANY]
        yield ",".join("?" * len(part)), part


def _ids(data: bytes) -> "array[int]":
    found = array("q")
    found.frombytes(data)
    return found
