"""How jobsets, projects and the whole Hydra do."""

from typing import Any

import pytest

from hydrasnap.model import (
    Build,
    BuildStatus,
    Evaluation,
    JobKey,
    Jobset,
    JobsetConfiguration,
    JobsetKey,
    JobsetOverview,
    JobsetState,
    Project,
    Run,
    Snapshot,
)
from hydrasnap.report.burndown import burn_down
from hydrasnap.report.failures import blockers, failures_by_status
from hydrasnap.report.grid import job_grid
from hydrasnap.report.health import (
    failing_longest,
    flakiest,
    has_errors,
    is_stale,
    jobset_health,
    newly_broken,
    overview,
)
from hydrasnap.report.index import Index
from hydrasnap.report.tally import Tally, more_successes, tally_by_system, tally_of

TRUNK = JobsetKey("demo", "trunk")
DAY = 86_400
QUEUED = None


def build(number: int, job: str, status: int | None, **more: Any) -> Build:
    fields: dict[str, Any] = {"jobset": "trunk", "system": "i686", **more}
    return Build(
        id=number, project="demo", job=job, finished=status is not None, buildstatus=status,
        **fields,
    )  # fmt: skip


def index(
    *evaluations: list[Build], jobsets: tuple[Jobset, ...] = (), lost: int | None = None
) -> Index:
    """Make a snapshot with evaluations 1, 2, … of the jobset of their builds."""
    known = {found.id: found for builds in evaluations for found in builds}
    own = Jobset(project="demo", name="trunk", first_evaluation=1)
    return Index(
        Snapshot(
            origin="",
            run=Run(started=5, finished=10 * DAY),
            projects={"demo": Project(name="demo"), "idle": Project(name="idle")},
            jobsets={found.key: found for found in jobsets or (own,)},
            evaluations={
                number: Evaluation(
                    id=number, project="demo", jobset=builds[0].jobset if builds else "trunk",
                    builds=tuple(sorted(found.id for found in builds)), timestamp=100 - number,
                )
                for number, builds in enumerate(evaluations, 1)
            },
            builds={number: known[number] for number in sorted(known) if number != lost},
        )
    )  # fmt: skip


def story(lost: int | None = None) -> Index:
    """Break b and c, repair d, and let the last evaluation wait for e."""
    return index(
        [build(1, "a", 0), build(2, "b", 0), build(3, "c", 1, system="arm"), build(4, "d", 1)],
        [build(1, "a", 0), build(5, "b", 1), build(6, "c", 2, system="arm"), build(7, "d", 0)],
        [
            build(1, "a", 0), build(5, "b", 1), build(8, "c", 4, system="arm"),
            build(9, "d", 1), build(10, "e", QUEUED),
        ],
        lost=lost,
    )  # fmt: skip


def test_a_tally_counts_by_outcome_and_tells_what_is_unknown() -> None:
    asked = story(lost=9)
    newest = asked.snapshot.evaluations[3]
    found = tally_of(asked, newest)
    assert found == Tally(succeeded=1, failed=1, aborted=1, queued=1, unknown=1)
    assert (found.total, found.unsuccessful) == (5, 2)
    assert not found.finished
    assert more_successes(asked, newest) is None


def test_delta_is_how_many_more_succeed_than_before() -> None:
    asked = story()
    rows = [more_successes(asked, found) for found in asked.evaluations_of(TRUNK)]
    assert rows == [-1, 0, None]


def test_each_system_has_its_tally() -> None:
    asked = story()
    assert tally_by_system(asked, asked.snapshot.evaluations[2]) == {
        "arm": Tally(failed=1),
        "i686": Tally(succeeded=2, failed=1),
    }


def test_the_burn_down_leaves_aborted_builds_out() -> None:
    chart = burn_down(story(), TRUNK)
    assert chart.systems == ("arm", "i686")
    assert chart.series("arm") == (1, 1, 0)
    assert chart.series("i686") == (1, 1, 2)
    assert chart.points[-1].tally.queued == 1
    assert [point.evaluation.id for point in burn_down(story(), TRUNK, 2).points] == [2, 3]


def test_a_jobset_is_summed_up_from_its_newest_evaluation() -> None:
    health = jobset_health(story(), TRUNK)
    assert health.latest is not None
    assert health.latest_finished is not None
    assert (health.latest.id, health.latest_finished.id) == (3, 2)
    assert health.tally == Tally(succeeded=1, failed=2, aborted=1, queued=1)
    assert health.newly_failing == 1
    assert (health.has_errors, health.stale) == (False, False)


def test_a_jobset_without_evaluations_is_empty() -> None:
    health = jobset_health(index(), TRUNK)
    assert (health.latest, health.latest_finished, health.changes) == (None, None, None)
    assert (health.tally, health.newly_failing, health.is_read) == (Tally(), None, False)
    none = index(jobsets=(Jobset(project="demo", name="trunk", first_evaluation=0),))
    found = jobset_health(none, TRUNK)
    assert (found.newly_failing, found.is_read) == (0, True)


def test_a_baseline_alone_has_no_changes() -> None:
    asked = index([build(1, "a", 1)], jobsets=(Jobset(project="demo", name="trunk"),))
    assert jobset_health(asked, TRUNK).changes is None


def test_projects_sum_up_the_jobsets_that_are_still_there() -> None:
    asked = index(
        [build(1, "a", 0)], [build(2, "a", 1)],
        [build(3, "a", 0, jobset="gone")], [build(4, "a", 1, jobset="gone")],
        jobsets=(
            Jobset(project="demo", name="trunk"),
            Jobset(project="demo", name="gone", deleted_upstream=True),
            Jobset(project="demo", name="old", deleted_upstream=True, renamed_to="trunk"),
        ),
    )  # fmt: skip
    demo, idle = overview(asked)
    assert [health.key.name for health in demo.jobsets] == ["gone", "trunk"]
    assert (demo.tally, demo.newly_failing) == (Tally(failed=1), 1)
    assert (idle.name, idle.jobsets, idle.tally) == ("idle", (), Tally())
    assert [row.evaluation.id for row in newly_broken(demo.jobsets).rows] == [2]


def test_what_broke_is_listed_across_jobsets_and_a_cut_is_told() -> None:
    asked = index(
        [build(1, "a", 0), build(2, "b", 0)], [build(3, "a", 1), build(4, "b", 1)],
        [build(5, "x", 0, jobset="next")], [build(6, "x", 1, jobset="next")],
        jobsets=(Jobset(project="demo", name="trunk"), Jobset(project="demo", name="next")),
    )  # fmt: skip
    found = newly_broken(overview(asked)[0].jobsets, 2)
    assert [(row.evaluation.id, row.change.job) for row in found.rows] == [(2, "a"), (2, "b")]
    assert (found.total, found.omitted) == (3, 1)


def test_errors_are_those_of_evaluating_and_of_fetching() -> None:
    fetching = JobsetOverview(project="p", name="j", fetcherrormsg="no route to host")
    assert not has_errors(Jobset(project="p", name="j"))
    assert has_errors(Jobset(project="p", name="j", errormsg="infinite recursion"))
    assert has_errors(Jobset(project="p", name="j", overview=fetching))


@pytest.mark.parametrize(
    ("interval", "checked", "state", "stale"),
    [
        (300, 10 * DAY - 900, JobsetState.ENABLED, False),
        (300, 9 * DAY, JobsetState.ENABLED, False),
        (300, 9 * DAY - 1, JobsetState.ENABLED, True),
        (DAY, 7 * DAY, JobsetState.ENABLED, False),
        (DAY, 7 * DAY - 1, JobsetState.ONE_AT_A_TIME, True),
        (300, 1, JobsetState.DISABLED, False),
        (0, 1, JobsetState.ENABLED, False),
        (300, None, JobsetState.ENABLED, False),
    ],
)
def test_a_jobset_is_stale_after_three_missed_checks_and_a_day(
    interval: int, checked: int | None, state: JobsetState, *, stale: bool
) -> None:
    seen = JobsetOverview(project="p", name="j", lastcheckedtime=checked)
    rules = JobsetConfiguration(state=state, checkinterval=interval)
    jobset = Jobset(project="p", name="j", configuration=rules, overview=seen)
    assert is_stale(jobset, 10 * DAY) is stale


def test_the_oldest_failure_comes_first() -> None:
    found = failing_longest(story(), TRUNK)
    assert [(row.build.job, row.since.id, row.exact) for row in found.rows] == [
        ("b", 5, True),
        ("d", 9, True),
    ]
    assert failing_longest(story(), TRUNK, 1).omitted == 1


def test_a_failure_of_the_newest_evaluation_counts_though_a_newer_build_is_known() -> None:
    asked = index([build(1, "a", 1), build(2, "a", 0)], [build(1, "a", 1)])
    assert [row.since.id for row in failing_longest(asked, TRUNK).rows] == [1]


def test_the_flakiest_jobs_come_first() -> None:
    codes = {"a": (1, 0, 1, 0, 1), "b": (0, 0, 0, 1, 0), "c": (0, 0, 0, 0, 1), "d": (0, 1, 0)}
    evaluations = [
        [build(10 * n + m, job, told[n]) for m, (job, told) in enumerate(codes.items())
         if n < len(told)]
        for n in range(5)
    ]  # fmt: skip
    found = flakiest(index(*evaluations), TRUNK)
    assert [row.build.job for row in found.rows] == ["a", "b"]
    assert found.rows[0].score == 1.0
    assert flakiest(story(), JobsetKey("no", "such")).rows == ()


def test_the_grid_has_jobs_against_evaluations() -> None:
    grid = job_grid(story(), TRUNK)
    assert [found.id for found in grid.columns] == [3, 2, 1]
    cells = {
        row.job.name: [cell.id if cell else None for cell in row.cells] for row in grid.jobs.rows
    }
    assert cells == {
        "a": [1, 1, 1], "b": [5, 5, 2], "c": [8, 6, 3], "d": [9, 7, 4], "e": [10, None, None],
    }  # fmt: skip
    assert grid.jobs.rows[0].job == JobKey(*TRUNK, "a")
    assert grid.unknown == (0, 0, 0)
    assert all(row.active for row in grid.jobs.rows)


def test_a_short_grid_keeps_what_is_not_steady_and_tells_the_rest() -> None:
    asked = index(
        [build(1, "a", 0), build(2, "b", 0), build(3, "c", 1)],
        [build(1, "a", 0), build(3, "c", 1), build(4, "d", 0)],
    )
    assert [row.job.name for row in job_grid(asked, TRUNK, rows=2).jobs.rows] == ["c", "d"]
    assert [row.job.name for row in job_grid(asked, TRUNK, rows=3).jobs.rows] == ["b", "c", "d"]
    assert job_grid(asked, TRUNK, rows=3).jobs.omitted == 1
    assert len(job_grid(asked, TRUNK, columns=1).columns) == 1


def test_of_namesakes_the_grid_shows_the_failure() -> None:
    asked = index([build(1, "a", 0), build(2, "a", 1), build(3, "a", 4), build(4, "a", QUEUED)])
    [row] = job_grid(asked, TRUNK).jobs.rows
    assert [cell.id for cell in row.cells if cell] == [2]


def test_an_empty_jobset_has_an_empty_grid() -> None:
    grid = job_grid(index(), TRUNK)
    assert (grid.columns, grid.jobs.rows, grid.jobs.total) == ((), (), 0)


def test_failures_are_counted_by_status() -> None:
    asked = story()
    counts = failures_by_status(asked, asked.snapshot.evaluations[3])
    assert [*counts.items()] == [(BuildStatus.FAILED, 2), (BuildStatus.CANCELLED, 1)]


def test_constituents_that_failed_are_what_blocks_aggregates() -> None:
    asked = index(
        [
            build(1, "a", 0), build(2, "b", 1), build(3, "c", 7), build(4, "lonely", 1),
            build(5, "part", 2, constituents=(1, 2)),
            build(6, "release", 2, constituents=(3, 5)),
            build(7, "fine", 0, constituents=(1, 2)),
            build(8, "loop", 2, constituents=(6, 8)),
        ],
        [build(1, "a", 0), build(9, "later", 2, constituents=(2,))],
    )  # fmt: skip
    found = blockers(asked, asked.snapshot.evaluations[1])
    assert [(row.build.job, [above.job for above in row.blocks]) for row in found] == [
        ("b", ["loop", "part", "release"]),
        ("c", ["loop", "release"]),
    ]
    assert blockers(asked, asked.snapshot.evaluations[2]) == ()
