"""Where things are in a snapshot."""

import time
from typing import Any

import pytest

from hydrasnap.model import Build, Evaluation, JobKey, Jobset, JobsetKey, Run, Snapshot
from hydrasnap.report.changes import compare
from hydrasnap.report.grid import job_grid
from hydrasnap.report.health import jobset_health
from hydrasnap.report.index import Index
from hydrasnap.report.latest import newest_results

TRUNK, STABLE = JobsetKey("demo", "trunk"), JobsetKey("demo", "stable")


def build(number: int, job: str, system: str = "x86_64-linux", **more: Any) -> Build:
    fields: dict[str, Any] = {
        "project": "demo",
        "jobset": "trunk",
        "finished": True,
        "buildstatus": 0,
        **more,
    }
    return Build(id=number, job=job, system=system, **fields)


def evaluation(number: int, *builds: int, **more: Any) -> Evaluation:
    fields: dict[str, Any] = {"project": "demo", "jobset": "trunk", **more}
    return Evaluation(id=number, builds=builds, **fields)


@pytest.fixture
def index() -> Index:
    builds = [
        build(1, "b", stoptime=50),
        build(2, "a", "i686", stoptime=90),
        build(3, "a", stoptime=70),
        build(4, "b", finished=False, priority=5),
        build(5, "all", constituents=(1, 2), finished=False, priority=9),
        build(6, "a", jobset="stable", finished=False, priority=9),
        build(7, "gone", finished=False, priority=99, deleted_upstream=True),
    ]
    evaluations = [
        evaluation(10, 1, 2, deleted_upstream=True),
        evaluation(11, 1, 2, 3, 99),
        evaluation(12, hasnewbuilds=False),
        evaluation(13, 2, 3, 4, 5),
        evaluation(20, 6, jobset="stable"),
    ]
    return Index(
        Snapshot(
            origin="",
            run=Run(),
            projects={},
            jobsets={
                TRUNK: Jobset(project="demo", name="trunk"),
                STABLE: Jobset(project="demo", name="stable", first_evaluation=20),
            },
            evaluations={found.id: found for found in evaluations},
            builds={found.id: found for found in builds},
        )
    )


def ids(found: tuple[Build, ...] | tuple[Evaluation, ...]) -> list[int]:
    return [value.id for value in found]


def test_evaluations_are_newest_first_without_those_that_built_nothing_new(index: Index) -> None:
    assert ids(index.evaluations_of(TRUNK)) == [13, 11, 10]
    assert index.evaluations_of(JobsetKey("no", "such")) == ()
    assert index.latest(JobsetKey("no", "such")) is None


def test_neighbours_skip_evaluations_without_new_builds(index: Index) -> None:
    every = index.snapshot.evaluations
    assert index.previous(every[13]) is every[11]
    assert index.previous(every[10]) is None
    assert index.next(every[11]) is every[13]
    assert index.next(every[13]) is None
    assert (index.previous(every[12]), index.next(every[12])) == (every[11], every[13])


def test_only_evaluations_with_a_known_past_are_shown(index: Index) -> None:
    every = index.snapshot.evaluations
    assert ids(index.shown_evaluations(TRUNK)) == [13, 11]
    assert not index.is_comparable(every[10])
    assert not index.is_comparable(every[12])
    assert ids(index.shown_evaluations(STABLE)) == [20]


def test_builds_of_an_evaluation_are_sorted_by_job_and_system(index: Index) -> None:
    every = index.snapshot.evaluations
    assert ids(index.builds_of(every[11])) == [2, 3, 1]
    assert index.unknown(every[11]) == 1
    assert index.unknown(every[13]) == 0
    assert ids(index.builds_at(every[11], "a")) == [2, 3]
    assert index.builds_at(every[11], "aa") == ()


def test_builds_of_a_job_are_newest_first(index: Index) -> None:
    assert index.jobs_of(TRUNK) == tuple(JobKey(*TRUNK, job) for job in ("a", "all", "b", "gone"))
    assert ids(index.builds_of_job(JobKey(*TRUNK, "b"))) == [4, 1]
    assert ids(index.builds_of_job(JobKey(*STABLE, "a"))) == [6]
    assert index.builds_of_job(JobKey(*STABLE, "b")) == ()


def test_evaluations_with_a_build_are_newest_first(index: Index) -> None:
    assert ids(index.evaluations_with(2)) == [13, 11, 10]
    assert ids(index.evaluations_with(4)) == [13]
    assert ids(index.evaluations_with(99)) == [11]
    assert index.evaluations_with(7) == ()


def test_an_aggregate_is_found_from_its_constituents(index: Index) -> None:
    assert ids(index.aggregates_with(1)) == [5]
    assert index.aggregates_with(3) == ()


def test_the_queue_is_by_priority_without_deleted_builds(index: Index) -> None:
    assert ids(index.queued()) == [5, 6, 4]


def test_latest_builds_are_those_that_stopped_last(index: Index) -> None:
    assert ids(newest_results(index.snapshot.builds.values(), 2)) == [2, 3]


@pytest.mark.slow
def test_the_size_of_nixpkgs_takes_no_quadratic_time() -> None:
    jobs = 30_000
    builds = {
        n: build(n, f"pkgs.p{n % jobs}", buildstatus=n % 7 // 6) for n in range(1, jobs + 2_000)
    }
    evaluations = {
        1: evaluation(1, *range(1, jobs)),
        2: evaluation(2, *range(2_000, jobs + 2_000)),
    }
    key = Jobset(project="demo", name="trunk", first_evaluation=1)
    index = Index(
        Snapshot(
            origin="", run=Run(), projects={}, jobsets={TRUNK: key},
            evaluations=evaluations, builds=builds,
        )
    )  # fmt: skip
    start = time.process_time()
    compare(index, evaluations[2])
    jobset_health(index, TRUNK)
    assert len(job_grid(index, TRUNK, rows=100).jobs.rows) == 100
    assert sum(len(index.evaluations_with(number)) for number in builds) == 2 * jobs - 1
    assert time.process_time() - start < 20
