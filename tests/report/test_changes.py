"""The eight lists, case by case: what Hydra does, and where it errs."""

import msgspec
import pytest

from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, Run, Snapshot
from hydrasnap.report.changes import ChangeKind, Changes, ChangeSummary, compare
from hydrasnap.report.index import Index

TRUNK = JobsetKey("demo", "trunk")
LINUX, DARWIN = "x86_64-linux", "aarch64-darwin"
QUEUED = None


def build(number: int, job: str, status: int | None, system: str = LINUX) -> Build:
    return Build(
        id=number, project="demo", jobset="trunk", job=job, system=system,
        finished=status is not None, buildstatus=status,
    )  # fmt: skip


def index(*evaluations: list[Build], first: int | None = 1, lost: tuple[int, ...] = ()) -> Index:
    """Make a snapshot with evaluations 1, 2, …; the builds `lost` are in them but not in it."""
    known = {found.id: found for builds in evaluations for found in builds}
    return Index(
        Snapshot(
            origin="",
            run=Run(),
            projects={},
            jobsets={TRUNK: Jobset(project="demo", name="trunk", first_evaluation=first)},
            evaluations={
                number: Evaluation(
                    id=number, project="demo", jobset="trunk",
                    builds=tuple(sorted(found.id for found in builds)),
                )
                for number, builds in enumerate(evaluations, 1)
            },
            builds={number: known[number] for number in sorted(known) if number not in lost},
        )
    )  # fmt: skip


def newest(asked: Index) -> Changes:
    latest = asked.latest(TRUNK)
    assert latest is not None
    return compare(asked, latest)


def lists(changes: Changes) -> dict[str, list[str]]:
    return {kind.slug: [c.job for c in changes[kind]] for kind in ChangeKind if changes[kind]}


@pytest.mark.parametrize(
    ("before", "now", "slug"),
    [
        (0, 0, "still-succeeding"),
        (0, 1, "newly-failing"),
        (1, 0, "newly-succeeding"),
        (2, 6, "still-failing"),
        (4, 0, "new"),
        (4, 1, "new"),
        (0, 99, "newly-failing"),
        (0, 3, "aborted"),
        (0, 4, "aborted"),
        (0, 7, "aborted"),
        (0, 9, "aborted"),
        (0, 10, "aborted"),
        (0, 11, "newly-failing"),
        (0, 12, "newly-failing"),
        (1, QUEUED, "queued"),
    ],
)
def test_a_build_is_listed_by_what_it_was_and_is(before: int, now: int | None, slug: str) -> None:
    changes = newest(index([build(1, "a", before)], [build(2, "a", now)]))
    assert lists(changes) == {slug: ["a"]}
    assert changes.complete


@pytest.mark.parametrize("more", [(), (QUEUED,), (4,), (0,), (1,)])
def test_nothing_changed_only_where_every_result_is_known_and_the_same(
    more: tuple[int | None, ...],
) -> None:
    same = [build(1, "a", 0), build(2, "b", 1)]
    asked = index(same, [*same, *(build(3, "c", status) for status in more)])
    assert newest(asked).nothing_changed is not bool(more)


def test_the_first_evaluation_has_not_kept_anything() -> None:
    assert not newest(index([])).nothing_changed


def test_a_restarted_build_is_queued_whatever_its_old_status() -> None:
    again = Build(id=2, project="demo", jobset="trunk", job="a", system=LINUX, buildstatus=1)
    assert lists(newest(index([build(1, "a", 0)], [again]))) == {"queued": ["a"]}


def test_jobs_removed_after_the_last_current_job_are_listed() -> None:
    changes = newest(index([build(1, "a", 0), build(2, "z", 0)], [build(1, "a", 0)]))
    assert lists(changes) == {"removed": ["z"], "still-succeeding": ["a"]}
    assert changes[ChangeKind.REMOVED][0].build is None


def test_an_evaluation_without_builds_removes_all() -> None:
    changes = newest(index([build(1, "a", 0), build(2, "a", 1, DARWIN)], []))
    assert [(c.job, c.system) for c in changes[ChangeKind.REMOVED]] == [("a", DARWIN), ("a", LINUX)]


def test_an_unfinished_baseline_is_looked_up_further_back() -> None:
    asked = index(
        [build(1, "a", 0), build(2, "b", 1)],
        [build(3, "b", QUEUED)],
        [build(4, "a", QUEUED), build(3, "b", QUEUED)],
        [build(5, "a", 1), build(6, "b", 0)],
    )
    changes = newest(asked)
    assert lists(changes) == {"newly-failing": ["a"], "newly-succeeding": ["b"]}
    assert [c.before.id for kind in ChangeKind for c in changes[kind] if c.before] == [1, 2]


@pytest.mark.parametrize("aborted", [3, 4, 7, 9, 10])
@pytest.mark.parametrize(
    ("was", "now", "slug"),
    [
        (0, 1, "newly-failing"),
        (0, 0, "still-succeeding"),
        (1, 0, "newly-succeeding"),
        (1, 1, "still-failing"),
    ],
)
def test_an_aborted_baseline_is_looked_up_further_back(
    aborted: int, was: int, now: int, slug: str
) -> None:
    asked = index([build(1, "a", was)], [build(2, "a", aborted)], [build(3, "a", now)])
    assert lists(newest(asked)) == {slug: ["a"]}


@pytest.mark.parametrize("before", [QUEUED, 4])
def test_a_job_that_told_nothing_before_is_new(before: int | None) -> None:
    asked = index([build(1, "a", before)], [build(2, "a", before)], [build(3, "a", 1)])
    assert lists(newest(asked)) == {"new": ["a"]}


def test_one_job_on_two_systems_is_two_rows() -> None:
    asked = index(
        [build(1, "a", 0, LINUX), build(2, "a", 0, DARWIN)],
        [build(1, "a", 0, LINUX), build(3, "a", 1, DARWIN), build(4, "b", QUEUED)],
    )
    by_system = newest(asked).by_system()
    assert list(by_system) == [DARWIN, LINUX]
    assert by_system[DARWIN][ChangeKind.NEWLY_FAILING] == 1
    assert by_system[LINUX][ChangeKind.NEWLY_FAILING] == 0
    assert by_system[LINUX][ChangeKind.QUEUED] == 1
    assert set(by_system[LINUX]) == set(ChangeKind)


def test_namesakes_are_paired_in_the_order_of_their_ids() -> None:
    asked = index(
        [build(2, "a", 1), build(1, "a", 0)],
        [build(5, "a", 0), build(3, "a", 0), build(4, "a", 1)],
    )
    pairs = {
        c.build.id: (kind.slug, c.before.id if c.before else None)
        for kind in ChangeKind
        for c in newest(asked)[kind]
        if c.build
    }
    assert pairs == {
        3: ("still-succeeding", 1), 4: ("still-failing", 2), 5: ("newly-succeeding", 2),
    }  # fmt: skip


def test_fewer_namesakes_remove_no_job() -> None:
    asked = index([build(1, "a", 0), build(2, "a", 0)], [build(3, "a", 0)])
    assert lists(newest(asked)) == {"still-succeeding": ["a"]}


def test_everything_is_new_in_the_first_evaluation() -> None:
    asked = index([build(1, "a", 0), build(2, "b", 1), build(3, "c", 4), build(4, "d", QUEUED)])
    changes = newest(asked)
    assert lists(changes) == {"new": ["a", "b"], "queued": ["d"], "aborted": ["c"]}
    assert changes.baseline is None
    assert changes.complete


def test_nothing_is_called_new_where_the_past_is_not_known() -> None:
    changes = newest(index([build(1, "a", 0), build(2, "b", 4)], first=None))
    assert lists(changes) == {"aborted": ["b"]}
    assert [found.job for found in changes.undecided] == ["a"]
    assert not changes.complete


def test_nothing_is_called_removed_where_builds_are_unknown() -> None:
    before, now = [build(1, "a", 0), build(2, "b", 0)], [build(3, "a", 1), build(4, "b", 0)]
    changes = newest(index(before, now, lost=(4,)))
    assert lists(changes) == {"newly-failing": ["a"]}
    assert (changes.unknown, changes.complete) == (1, False)


def test_nothing_is_called_new_where_the_baseline_has_unknown_builds() -> None:
    before, now = [build(1, "a", 0), build(2, "b", 0)], [build(3, "a", 0), build(4, "b", 1)]
    changes = newest(index(before, now, lost=(2,)))
    assert lists(changes) == {"still-succeeding": ["a"]}
    assert [found.id for found in changes.undecided] == [4]
    assert changes.baseline_unknown == 1


def test_an_evaluation_can_be_compared_with_a_newer_one() -> None:
    asked = index([build(1, "a", 0)], [build(2, "a", 1), build(3, "b", 0)])
    older, newer = asked.snapshot.evaluations[1], asked.snapshot.evaluations[2]
    changes = compare(asked, older, newer)
    assert lists(changes) == {"newly-succeeding": ["a"], "removed": ["b"]}
    assert changes.baseline is newer


def test_another_jobset_is_searched_along_its_own_past() -> None:
    asked = index([build(1, "a", 1)])
    other = [
        Build(id=number, project="demo", jobset="old", job="a", system=LINUX, finished=done,
              buildstatus=0 if done else None)
        for number, done in ((7, True), (8, False))
    ]  # fmt: skip
    evaluations = {
        number: Evaluation(id=number, project="demo", jobset="old", builds=(number,))
        for number in (7, 8)
    }
    held = asked.snapshot
    both = Snapshot(
        origin="",
        run=Run(),
        projects={},
        jobsets=held.jobsets,
        evaluations={**held.evaluations, **evaluations},
        builds={**held.builds, **{found.id: found for found in other}},
    )
    changes = compare(Index(both), both.evaluations[1], both.evaluations[8])
    assert lists(changes) == {"newly-failing": ["a"]}
    assert changes[ChangeKind.NEWLY_FAILING][0].before is other[0]


def test_the_kinds_are_in_the_order_of_the_page() -> None:
    assert [kind.slug for kind in ChangeKind] == [
        "newly-failing", "aborted", "still-failing", "newly-succeeding",
        "new", "removed", "queued", "still-succeeding",
    ]  # fmt: skip


def test_a_summary_is_the_same_when_it_was_kept() -> None:
    found = index([build(1, "a", 0), build(2, "b", 1)], [build(3, "a", 1), build(4, "b", 0)])
    summary = compare(found, found.snapshot.evaluations[2]).summary()
    assert summary.broken
    assert summary.fixed
    kept = msgspec.msgpack.encode(summary)
    assert msgspec.msgpack.decode(kept, type=ChangeSummary) == summary
