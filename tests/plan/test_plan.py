"""What to ask next: decisions that need no network."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hydrasnap.model import (
    Build,
    Evaluation,
    JobKey,
    Jobset,
    JobsetConfiguration,
    JobsetCounts,
    JobsetKey,
    JobsetOverview,
    JobSizes,
    Output,
    Product,
    Project,
    SizePoint,
    SizeSeries,
)
from hydrasnap.model.merging import join_sizes, merge
from hydrasnap.plan.aggregates import aggregates
from hydrasnap.plan.builds import changed_state, cheapest, tally
from hydrasnap.plan.jobsets import Listing, RefreshLevel, configuration_changed, required_refresh
from hydrasnap.plan.selection import FetchStrategy, Selection
from hydrasnap.plan.sizes import missing_sizes

OVERVIEW = JobsetOverview(
    project="p", name="j", counts=JobsetCounts(total=4, succeeded=2, failed=1, scheduled=1),
    lastcheckedtime=100, errortime=50,
)  # fmt: skip
KNOWN = Jobset(project="p", name="j", overview=OVERVIEW, evaluations=(3, 2, 1), first_evaluation=1)
replace = msgspec.structs.replace


def counts(total: int, succeeded: int, failed: int, scheduled: int) -> JobsetCounts:
    return JobsetCounts(total=total, succeeded=succeeded, failed=failed, scheduled=scheduled)


FINISHED = counts(4, 3, 1, 0)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {}, RefreshLevel.NONE),
        ({}, {"lastcheckedtime": 200}, RefreshLevel.EVALUATIONS),
        ({"counts": FINISHED}, {"counts": FINISHED, "lastcheckedtime": 200}, RefreshLevel.PROBE),
        ({}, {"counts": FINISHED}, RefreshLevel.BUILDS),
        ({}, {"counts": FINISHED, "lastcheckedtime": 200}, RefreshLevel.EVALUATIONS),
        ({}, {"counts": counts(5, 3, 1, 1)}, RefreshLevel.EVALUATIONS),
        ({}, {"errortime": 200}, RefreshLevel.EVALUATIONS),
        ({}, {"errortime": None}, RefreshLevel.EVALUATIONS),
        ({}, {"fetcherrormsg": "no route"}, RefreshLevel.EVALUATIONS),
        ({}, {"triggertime": 5, "starttime": 6}, RefreshLevel.NONE),
    ],
)
def test_the_overview_tells_how_closely_to_look(
    before: dict[str, object], now: dict[str, object], expected: RefreshLevel
) -> None:
    known = replace(KNOWN, overview=replace(OVERVIEW, **before))
    assert required_refresh(known, replace(OVERVIEW, **now), 3) is expected


@pytest.mark.parametrize(
    "known",
    [
        None,
        replace(KNOWN, overview=None),
        replace(KNOWN, deleted_upstream=True),
        replace(KNOWN, configuration=JobsetConfiguration(visible=False)),
        replace(KNOWN, first_evaluation=None, evaluations=(3, 2)),
    ],
)
def test_what_is_not_fully_known_is_listed(known: Jobset | None) -> None:
    assert required_refresh(known, OVERVIEW, 3) is RefreshLevel.EVALUATIONS


@pytest.mark.parametrize(("evaluations", "first"), [((), 0), ((3, 2, 1), None), ((3,), 3)])
def test_what_is_fully_known_is_left_alone(evaluations: tuple[int, ...], first: int | None) -> None:
    known = replace(KNOWN, evaluations=evaluations, first_evaluation=first)
    assert required_refresh(known, OVERVIEW, 3) is RefreshLevel.NONE


def test_errors_are_read_again_when_they_moved_or_may_have() -> None:
    assert not configuration_changed(KNOWN, replace(OVERVIEW, counts=FINISHED, lastcheckedtime=1))
    assert configuration_changed(KNOWN, replace(OVERVIEW, errortime=51))
    assert configuration_changed(None, OVERVIEW)
    assert configuration_changed(replace(KNOWN, deleted_upstream=True), OVERVIEW)


def evaluation(number: int) -> Evaluation:
    return Evaluation(id=number, project="p", jobset="j")


def listing(ids: list[int], *, complete: bool = False, pages: int = 1) -> Listing:
    return Listing(tuple(map(evaluation, ids)), complete=complete, pages=pages)


def test_pages_are_read_until_they_meet_what_is_known_and_fill_the_window() -> None:
    first = listing(list(range(100, 80, -1)), pages=5)
    assert not Listing((), complete=False).enough((), 1, to_the_first=False)
    assert first.enough((), 20, to_the_first=False)
    assert not first.enough((), 21, to_the_first=False)
    assert not first.enough((70, 69), 5, to_the_first=False)
    assert first.enough((81, 80), 21, to_the_first=False)
    assert not first.enough((81, 80), 22, to_the_first=False)
    assert first.enough((81, 80), 22, to_the_first=True)


def test_where_fewer_are_listed_than_known_all_pages_are_read() -> None:
    known = range(61, 101)
    first = listing(list(range(100, 80, -1)), pages=2)
    assert first.enough(known, 5, to_the_first=True)
    assert not first.enough(range(60, 101), 5, to_the_first=True)
    everything = listing(list(range(100, 60, -1)), complete=True, pages=2)
    assert everything.enough(range(60, 101), 99, to_the_first=True)
    assert everything.deleted(range(60, 101)) == {60}


NUMBERS = st.sets(st.integers(1, 200), max_size=60)


def pages_of(ids: list[int], known: set[int], window: int, first: bool) -> Listing:
    """Read pages of twenty as a crawl does."""
    page, found = 0, listing([])
    while not found.enough(known, window, to_the_first=first):
        page += 1
        found = listing(
            ids[: 20 * page], complete=20 * page >= len(ids), pages=max(1, -(-len(ids) // 20))
        )
    return found


@given(NUMBERS, NUMBERS, st.integers(1, 50), st.booleans())
def test_a_list_is_read_as_far_as_needed_without_a_hole(
    new: set[int], deleted: set[int], window: int, first: bool
) -> None:
    known = set(range(201, 240)) if first else set(range(201, 215))
    ids = sorted({n + 240 for n in new} | (known - {n + 200 for n in deleted}), reverse=True)
    read = pages_of(ids, known, window, first)
    wanted = [e.id for e in read.wanted(known, window)]
    assert wanted == ids[: len(wanted)]
    assert len(set(wanted) | known) >= min(window, len(ids))
    assert set(ids) & {n + 240 for n in new} <= set(wanted) or not known & set(ids)
    assert not read.deleted(known) & set(ids)


def test_counts_are_hydras() -> None:
    states = [(True, 0), (True, 1), (True, 3), (False, 0), (False, None), (True, None)]
    builds = [build(n, finished=f, buildstatus=s) for n, (f, s) in enumerate(states)]
    assert tally(builds) == counts(6, 1, 3, 2)


@given(st.integers(0, 300_000), st.integers(0, 300_000))
def test_the_way_is_one_that_makes_sense(missing: int, size: int) -> None:
    assume(missing <= size)
    way = cheapest(missing, size)
    assert (way is FetchStrategy.NONE) == (missing == 0)
    if missing == 1 and size > 10:
        assert way is FetchStrategy.PER_BUILD
    if way is FetchStrategy.BULK:
        assert size <= 5000
    if missing > 500:
        assert way is not FetchStrategy.PER_BUILD
    if missing:
        assert cheapest(missing, size, FetchStrategy.LISTING) is FetchStrategy.LISTING


@given(st.integers(1, 4999), st.integers(1, 4999))
def test_more_missing_is_never_a_reason_to_ask_singly(missing: int, size: int) -> None:
    assume(missing < size)
    if cheapest(missing + 1, size) is FetchStrategy.PER_BUILD:
        assert cheapest(missing, size) is FetchStrategy.PER_BUILD


def build(number: int = 1, job: str = "hello", **fields: object) -> Build:
    return replace(Build(id=number, project="p", jobset="j", job=job), **fields)


STATES = st.sampled_from(
    [(False, None, None), (False, 1, 9), (True, 0, 9), (True, 1, 9), (True, 0, 8)]
)


@st.composite
def builds(draw: st.DrawFn, *, partial: bool | None = None) -> Build:
    finished, status, stop = draw(STATES)
    few = draw(st.booleans()) if partial is None else partial
    found = build(
        finished=finished, buildstatus=status, stoptime=stop, nixname="hello-2",
        system="x86_64-linux", deleted_upstream=draw(st.booleans()),
    )  # fmt: skip
    if few:
        shown = {} if finished else {"buildstatus": None, "stoptime": None}
        return replace(found, partial=True, deleted_upstream=False, **shown)
    return replace(
        found, drvpath="/nix/store/x.drv", outputs=(Output(name="out"),), starttime=stop,
        constituents=draw(st.sampled_from([None, (), (5, 6)])),
    )  # fmt: skip


@given(builds(), builds())
def test_merging_twice_changes_nothing_more(known: Build, fresh: Build) -> None:
    once = merge(known, fresh)
    assert merge(once, fresh) == once
    assert merge(None, fresh) == fresh


@given(builds(), builds())
def test_merging_loses_nothing_that_was_learned(known: Build, fresh: Build) -> None:
    found = merge(known, fresh)
    assert found.drvpath == (fresh.drvpath or known.drvpath)
    assert found.outputs == (fresh.outputs or known.outputs)
    newest = known.constituents if fresh.constituents is None else fresh.constituents
    assert found.constituents == newest


@given(builds(), builds())
def test_merging_believes_the_newest_state(known: Build, fresh: Build) -> None:
    found = merge(known, fresh)
    assert found.status is fresh.status
    if found.finished:
        assert found.stoptime == fresh.stoptime


@given(builds(), builds())
def test_what_was_asked_for_is_not_gone(known: Build, fresh: Build) -> None:
    assert not merge(known, replace(fresh, deleted_upstream=False)).deleted_upstream


@given(builds(partial=True), builds(partial=False))
def test_a_full_answer_completes_a_row(row: Build, full: Build) -> None:
    assert not merge(row, full).partial


@given(
    st.dictionaries(st.integers(1, 50), st.booleans()), st.frozensets(st.integers(1, 50)),
    st.booleans(),
)  # fmt: skip
def test_what_moved_is_what_the_queue_contradicts(
    finished: dict[int, bool], queue: frozenset[int], whole: bool
) -> None:
    known = {number: build(number, finished=done) for number, done in finished.items()}
    found = changed_state(known.values(), queue, whole=whole)
    assert found == sorted(found, reverse=True)
    for number, done in finished.items():
        contradicted = (number in queue) == done
        assert (number in found) == (contradicted and (whole or done))


PRODUCT = (Product(number=1),)


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ([build(1, "tested", finished=True, buildstatus=0, system="x")], [1]),
        ([build(1, "tested", finished=True, buildstatus=0, products=PRODUCT)], []),
        ([build(1, "tested", finished=True, buildstatus=1, system="x")], [1]),
        ([build(1, "a.x86_64-linux", finished=True, buildstatus=1, system="x86_64-linux")], []),
        ([build(1, "a.x86_64-linux", finished=True, buildstatus=0, system="x86_64-linux")], [1]),
        ([build(1, "tested", system="x"), build(2, "tested", system="x")], [2]),
        ([build(1, "tested", outputs=(Output(name="a"), Output(name="b")))], []),
        ([build(1, "tested", constituents=())], []),
        ([build(1, "tested", partial=True, finished=True, buildstatus=0)], [1]),
        ([build(1, "x", finished=True, buildstatus=0, products=PRODUCT), build(2, "x")], []),
        ([build(1, "x", finished=True, buildstatus=0), build(2, "x", finished=True, buildstatus=4)],
         [1]),
    ],
)  # fmt: skip
def test_only_jobs_that_may_be_aggregates_are_asked_about(
    made: list[Build], asked: list[int]
) -> None:
    assert aggregates(made, (), ()) == asked
    assert aggregates(made, (), (JobKey("p", "j", made[0].job),)) == []


def test_every_build_of_a_known_aggregate_is_asked_about() -> None:
    made = [build(n, "tested", products=PRODUCT) for n in (1, 2, 3)]
    made[1] = replace(made[1], constituents=(7,))
    assert aggregates(made, (JobKey("p", "j", "tested"),), ()) == [3, 1]


def test_a_hydra_without_products_is_not_flooded() -> None:
    made = [build(n, f"job-{n}", finished=True, buildstatus=0) for n in range(1, 1000)]
    assert len(aggregates(made, (), ())) <= 25


def project(name: str = "p", *, hidden: bool = False) -> Project:
    return Project(name=name, hidden=hidden)


@pytest.mark.parametrize(
    ("selection", "projects", "jobsets"),
    [
        (Selection(), "nixpkgs nixos", "nixpkgs/trunk nixpkgs/pr-1 nixos/trunk"),
        (Selection(projects=("nixp*",)), "nixpkgs", "nixpkgs/trunk nixpkgs/pr-1"),
        (Selection(jobsets=("nixpkgs/*",)), "nixpkgs", "nixpkgs/trunk nixpkgs/pr-1"),
        (Selection(jobsets=("trunk",)), "nixpkgs nixos", "nixpkgs/trunk nixos/trunk"),
        (Selection(jobsets=("*/pr-*",)), "nixpkgs nixos", "nixpkgs/pr-1"),
        (Selection(exclude=("nixpkgs/pr-*",)), "nixpkgs nixos", "nixpkgs/trunk nixos/trunk"),
        (Selection(exclude=("nixpkgs",)), "nixos", "nixos/trunk"),
        (Selection(projects=("nixos",), jobsets=("nixpkgs/*",)), "", ""),
        (Selection(hidden=True, projects=("secret",)), "secret", "secret/main"),
        (Selection(projects=("NIXOS",)), "", ""),
    ],
)
def test_globs_choose(selection: Selection, projects: str, jobsets: str) -> None:
    everything = [project("nixpkgs"), project("nixos"), project("secret", hidden=True)]
    names = ("nixpkgs/trunk", "nixpkgs/pr-1", "nixos/trunk", "secret/main")
    keys = [JobsetKey(*name.split("/")) for name in names]
    chosen = [p.name for p in everything if selection.wants_project(p)]
    assert chosen == projects.split()
    found = [k for k in keys if k.project in chosen and selection.wants_jobset(k)]
    assert [f"{k.project}/{k.name}" for k in found] == jobsets.split()


@pytest.mark.parametrize(
    ("globs", "jobs", "vain"),
    [
        ((), "", ""),
        (("p/j/hello.*",), "p/j/hello.x", ""),
        (("p/*",), "p/j/a/b p/j/hello.x", ""),
        (("*/hello.x", "p/j/Hello.x", "nothing"), "p/j/hello.x q/j/hello.x", "p/j/Hello.x nothing"),
    ],
)
def test_globs_choose_jobs_by_address_and_tell_which_are_in_vain(
    globs: tuple[str, ...], jobs: str, vain: str
) -> None:
    known = [JobKey("q", "j", "hello.x"), JobKey("p", "j", "hello.x"), JobKey("p", "j", "a/b")]
    chosen, useless = Selection(sizes=globs).sized(known)
    assert ["/".join(job) for job in chosen] == jobs.split()
    assert useless == vain.split()


JOB = JobKey("p", "j", "a")


def series(*builds: int, unsized: tuple[int, ...] = ()) -> SizeSeries:
    points = tuple(SizePoint(build=number, timestamp=5, value=number) for number in builds)
    return SizeSeries(points=points, unsized=unsized)


def sized(**kinds: SizeSeries) -> JobSizes:
    return JobSizes(project="p", jobset="j", job="a", series=kinds)


def test_sizes_lack_where_a_success_is_not_covered_and_the_never_asked_come_first() -> None:
    other = JOB._replace(name="b")
    good = {other: [5], JOB: [3, 9]}
    never = [(JOB, "closure"), (JOB, "output"), (other, "closure"), (other, "output")]
    assert missing_sizes(good, {}) == never
    half = {JOB: sized(closure=series(3, 9, 8))}
    assert missing_sizes(good, half) == [*never[2:], never[1]]
    stale = {JOB: sized(closure=series(9), output=series(9, unsized=(3,)))}
    assert missing_sizes({JOB: [3, 9]}, stale) == never[:1]
    assert missing_sizes({JOB: [9]}, stale) == []


def test_sizes_that_hydra_no_longer_tells_stay_and_new_ones_win() -> None:
    fresh = [SizePoint(build=3, timestamp=6, value=33), SizePoint(build=4, timestamp=6, value=4)]
    known = sized(closure=series(1, 3, unsized=(4, 5)), output=series(3))
    found = join_sizes(known, "closure", fresh, [3, 4, 8])
    points = found.series["closure"].points
    assert [(point.build, point.value) for point in points] == [(1, 1), (3, 33), (4, 4)]
    assert found.series["closure"].unsized == (8,)
    assert (found.key, found.series["output"]) == (JOB, series(3))
    assert join_sizes(found, "closure", fresh, [3, 4, 8]) == found


DECISIONS: list[Callable[[], object]] = [
    lambda: required_refresh(None, OVERVIEW, 1),
    lambda: aggregates([], (), ()),
    lambda: changed_state({}, frozenset(), whole=True),
    lambda: tally([]),
    lambda: missing_sizes({}, {}),
]


@pytest.mark.parametrize("decide", DECISIONS)
def test_nothing_known_is_no_problem(decide: Callable[[], object]) -> None:
    decide()
