"""The past of a job, from a story: good, broken, cancelled, still broken."""

from typing import Any

from hydrasnap.model import (
    Build,
    Evaluation,
    EvaluationInput,
    JobKey,
    Jobset,
    JobsetKey,
    Metric,
    Run,
    Snapshot,
)
from hydrasnap.report.history import failing_run, job_history, newer_build, older_build
from hydrasnap.report.index import Index

TRUNK = JobsetKey("demo", "trunk")
A = JobKey("demo", "trunk", "a")
NIXPKGS = "https://github.com/NixOS/nixpkgs.git"


def build(number: int, status: int | None, job: str = "a", **more: Any) -> Build:
    fields: dict[str, Any] = {"system": "i686", "timestamp": 100 * number, **more}
    return Build(
        id=number, project="demo", jobset="trunk", job=job,
        finished=status is not None, buildstatus=status, **fields,
    )  # fmt: skip


def index(builds: list[Build], evaluations: dict[int, tuple[int, ...]]) -> Index:
    """Make a snapshot whose evaluations are each at another commit of Nixpkgs."""
    return Index(
        Snapshot(
            origin="",
            run=Run(),
            projects={},
            jobsets={TRUNK: Jobset(project="demo", name="trunk")},
            evaluations={
                number: Evaluation(
                    id=number, project="demo", jobset="trunk", builds=held,
                    inputs=(
                        EvaluationInput(
                            name="nixpkgs", type="git", uri=NIXPKGS, revision=f"{number:040x}"
                        ),
                    ),
                )
                for number, held in evaluations.items()
            },
            builds={found.id: found for found in builds},
        )
    )  # fmt: skip


def story() -> Index:
    builds = [
        build(1, 1), build(2, 0), build(3, 1), build(4, 4), build(5, 2), build(6, None),
        build(7, 0, "b"),
    ]  # fmt: skip
    held = {10: (1,), 11: (2,), 12: (2,), 13: (7,), 14: (3, 7), 15: (4, 7), 16: (5, 7), 17: (6,)}
    return index(builds, held)


def test_a_job_fails_since_its_first_failure_after_the_last_success() -> None:
    past = job_history(story(), A)
    assert past.failing_since is not None
    assert past.failing_since.id == 3
    assert past.since_is_exact
    assert past.last_good is not None
    assert past.last_good.id == 2
    assert past.breakage is not None
    assert past.breakage.first_bad is past.failing_since


def test_the_breakage_names_the_evaluations_and_what_changed_between_them() -> None:
    breakage = job_history(story(), A).breakage
    assert breakage is not None
    assert breakage.good_evaluation is not None
    assert breakage.bad_evaluation is not None
    assert (breakage.good_evaluation.id, breakage.bad_evaluation.id) == (12, 14)
    assert [found.id for found in breakage.between] == [13]
    [change] = breakage.inputs
    assert change.compare_url == (f"https://github.com/NixOS/nixpkgs/compare/{12:040x}...{14:040x}")


def test_the_strip_is_oldest_first_and_leaves_out_the_queue() -> None:
    past = job_history(story(), A)
    assert [found.id for found in past.results] == [5, 4, 3, 2, 1]
    (strip,) = past.strips(3).values()
    assert [found.id for found in strip] == [3, 4, 5]
    assert [found.id for found in past.queued] == [6]


def test_a_job_that_is_well_has_no_breakage() -> None:
    past = job_history(story(), JobKey("demo", "trunk", "b"))
    assert (past.failing_since, past.breakage) == (None, None)
    assert not past.since_is_exact
    assert past.last_good is not None


def test_without_a_known_success_the_job_may_have_failed_for_longer() -> None:
    past = job_history(index([build(1, 4), build(2, 1), build(3, 1)], {10: (1, 2, 3)}), A)
    assert past.failing_since is not None
    assert past.failing_since.id == 2
    assert not past.since_is_exact
    assert past.breakage is None


def test_aborted_results_alone_are_no_failure() -> None:
    run = failing_run([build(2, 9), build(1, 3)])
    assert (run.since, run.last_good) == (None, None)


def test_a_breakage_outside_the_known_evaluations_has_none() -> None:
    breakage = job_history(index([build(1, 0), build(2, 1)], {10: (2,)}), A).breakage
    assert breakage is not None
    assert breakage.good_evaluation is None
    assert (breakage.between, breakage.inputs) == ((), ())


def test_a_job_is_missed_in_the_newest_evaluation_only_if_that_is_wholly_known() -> None:
    b = JobKey("demo", "trunk", "b")
    assert job_history(story(), A).in_latest
    assert not job_history(story(), b).in_latest
    assert job_history(index([build(7, 0, "b"), build(8, 0)], {10: (7,), 11: (8, 9)}), b).in_latest


def test_systems_of_one_job_are_told_apart() -> None:
    steady = [build(n, 0 if n % 2 else 1, system="i686" if n % 2 else "arm") for n in range(1, 11)]
    past = job_history(index(steady, {10: tuple(range(1, 11))}), A)
    assert [found.id for found in past.builds] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert past.systems == ("arm", "i686")
    strips = {name: [b.id for b in strip] for name, strip in past.strips(3).items()}
    assert strips == {"arm": [6, 8, 10], "i686": [5, 7, 9]}
    assert past.failing_since is not None
    assert (past.failing_since.id, past.last_good, past.flakiness) == (2, None, 0.0)


def test_of_several_systems_the_failure_that_lasts_longest_counts() -> None:
    codes = [("arm", 0), ("i686", 0), ("i686", 1), ("arm", 1), ("arm", 1)]
    builds = [build(n, code, system=system) for n, (system, code) in enumerate(codes, 1)]
    past = job_history(index(builds, {10: (1, 2, 3, 4, 5)}), A)
    assert past.failing_since == builds[2]
    assert past.last_good == builds[1]
    fixed = job_history(index([*builds, build(6, 0), build(7, 0, system="arm")], {}), A)
    assert (fixed.failing_since, fixed.last_good) == (None, build(7, 0, system="arm"))
    dropped = job_history(index(builds, {10: (1, 2, 3, 4, 5), 11: (5,)}), A)
    assert dropped.failing_since == builds[3]


def test_neighbours_are_of_the_same_job_and_system() -> None:
    builds = [build(1, 0), build(2, 1, system="arm"), build(3, None), build(4, 0, "b")]
    asked = index(builds, {10: (1, 2, 3, 4)})
    assert newer_build(asked, builds[0]) is builds[2]
    assert older_build(asked, builds[2]) is builds[0]
    assert (newer_build(asked, builds[2]), older_build(asked, builds[0])) == (None, None)


def test_the_charts_have_what_ran_and_what_was_measured() -> None:
    coverage, size = Metric(name="coverage", value=0.5, unit="%"), Metric(name="size", value=3)
    builds = [
        build(1, 0, starttime=10, stoptime=15, metrics=(coverage, size)),
        build(2, 0, starttime=20, stoptime=20),
        build(3, 1, starttime=30, stoptime=99),
        build(4, 0, partial=True, stoptime=50),
        build(5, 0, starttime=40, stoptime=47, metrics=(size,)),
        build(6, None, metrics=(size,)),
    ]
    past = job_history(index(builds, {10: tuple(range(1, 7))}), A)
    assert [(p.build, p.timestamp, p.value, p.unit) for p in past.durations] == [
        (1, 100, 5, "s"), (2, 200, 0, "s"), (5, 500, 7, "s"),
    ]  # fmt: skip
    assert list(past.metrics) == ["coverage", "size"]
    assert [(p.build, p.value, p.unit) for p in past.metrics["coverage"]] == [(1, 0.5, "%")]
    assert [p.build for p in past.metrics["size"]] == [1, 5]
