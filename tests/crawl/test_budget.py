"""However small the budget, each run gets further than the one before, to the same end."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import httpx
import pytest
from cases import cases
from hydras import (
    FULL_SPEED,
    REQUESTS,
    STABLE,
    TRUNK,
    Answer,
    Crawler,
    conclude,
    evaluate,
    fresh_crawl,
    hydra,
    reply,
    unlucky,
)
from synthetic import synthetic_world
from up_to_date import assert_up_to_date

from hydrasnap.client.run_budget import Limits
from hydrasnap.client.settings import Credentials
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.world.database_rows import Job, JobsetRow, ProjectRow
from hydrasnap.demo.world.world import World as Data
from hydrasnap.errors import BudgetError, ConfigError
from hydrasnap.model import JobsetKey
from hydrasnap.plan.selection import FetchStrategy, Selection

MOST_RUNS = 150
OURS = (TRUNK, STABLE)
LEAST = 3  # requests of a run, where there is one project


def run_on(crawler: Crawler, requests: int) -> int:
    """Run with a budget until the work is done; return the number of runs."""
    for runs in range(1, MOST_RUNS):
        outcome = crawler.run(limits=Limits(requests=requests))
        assert outcome.run.requests <= requests
        if not outcome.out_of_budget:
            assert outcome.run.complete
            return runs
    raise AssertionError("makes no headway")


def assert_same(crawler: Crawler, folder: Path) -> None:
    """Compare with a crawl without a budget."""
    assert crawler.files == fresh_crawl(folder, crawler.hydra, crawler.selection).files
    projects = [p for p in crawler.hydra.world.projects.values() if not p.hidden]
    assert len(crawler.asked()) == 1 + len(projects)


@pytest.mark.parametrize("requests", range(LEAST, REQUESTS, 3))
def test_a_budget_stops_with_a_whole_cache_and_the_next_run_goes_on(
    requests: int, tmp_path: Path
) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())
    outcome = crawler.run(limits=Limits(requests=requests))
    assert (outcome.out_of_budget, outcome.run.complete) == (True, False)
    assert outcome.run.requests == requests
    assert crawler.run().run.complete
    assert_same(crawler, tmp_path / "fresh")


@pytest.mark.parametrize("requests", cases(range(LEAST, 12), quick=3))
def test_a_first_crawl_in_small_pieces(requests: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", hydra())
    runs = run_on(crawler, requests)
    assert runs <= 2 + REQUESTS / (requests - 2)
    assert_same(crawler, tmp_path / "fresh")


@pytest.mark.parametrize("requests", cases(range(LEAST, 8), quick=2))
@pytest.mark.parametrize("way", [None, FetchStrategy.PER_BUILD, FetchStrategy.LISTING])
def test_news_in_small_pieces(requests: int, way: FetchStrategy | None, tmp_path: Path) -> None:
    selection = Selection(strategy=way)
    crawler = Crawler(tmp_path / "kept", hydra(), selection=selection)
    data = crawler.hydra.world
    evaluate(data, TRUNK, 7, finish=False)
    crawler.run()
    for row in data.unfinished_builds():
        conclude(data, row.id, 1)
    data.restart(data.current_builds(STABLE)[0].id)
    data.set_error(STABLE, errormsg="broken")
    for turn in (11, 12):
        evaluate(data, TRUNK, turn)
    data.delete_jobset(JobsetKey("one", ".empty"))
    run_on(crawler, requests)
    fresh = fresh_crawl(tmp_path / "fresh", crawler.hydra, selection).snapshot
    assert_up_to_date(crawler.snapshot, fresh)
    assert len(crawler.asked()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("requests", [3, 4])
def test_a_list_of_many_pages_in_small_pieces(requests: int, tmp_path: Path) -> None:
    of = DemoHydra(world=synthetic_world(20, 65))
    crawler = Crawler(tmp_path / "kept", of, selection=Selection(evaluations=60))
    run_on(crawler, requests)
    assert_same(crawler, tmp_path / "fresh")


@pytest.mark.slow
@pytest.mark.parametrize("requests", [3, 4])
def test_many_jobsets_that_moved_at_once_in_small_pieces(requests: int, tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "kept", many_jobsets(8))
    data = crawler.hydra.world
    for key in list(data.jobsets):
        evaluate(data, key, 3)
    assert run_on(crawler, requests) <= 2 + 8 * 4
    assert_same(crawler, tmp_path / "fresh")


def many_jobsets(number: int) -> DemoHydra:
    data = Data()
    data.add_project(ProjectRow("one"))
    for count in range(number):
        evaluate(data, data.add_jobset(JobsetRow("one", f"set-{count}")), count)
    return DemoHydra(world=data)


def test_a_second_look_at_failures_in_small_pieces(tmp_path: Path) -> None:
    crawler = Crawler(
        tmp_path / "kept", hydra(6), selection=Selection(strategy=FetchStrategy.PER_BUILD)
    )
    data = crawler.hydra.world
    crawler.run()
    old = data.evaluations_of(TRUNK)[-1]
    failed = [number for number in old.builds if crawler.snapshot.builds[number].status.failed]
    for number in failed:
        data.restart(number)
        conclude(data, number, 0)
    data.now += 8 * 86400
    run_on(crawler, 4)
    assert failed
    assert all(crawler.snapshot.builds[number].buildstatus == 0 for number in failed)
    assert len(crawler.asked()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("requests", [3, 4, 5])
def test_what_moves_between_the_pieces_is_not_missed(requests: int, tmp_path: Path) -> None:
    crawler, chance = Crawler(tmp_path / "kept", hydra()), Random(requests)  # noqa: S311
    for turn in range(12):
        data = crawler.hydra.world
        evaluate(data, chance.choice([TRUNK, STABLE]), turn, finish=chance.random() < 0.5)
        for row in data.unfinished_builds()[:2]:
            conclude(data, row.id, chance.choice([0, 1]))
        crawler.run(limits=Limits(requests=requests))
    run_on(crawler, requests)
    crawler.run()
    assert_up_to_date(crawler.snapshot, fresh_crawl(tmp_path / "fresh", crawler.hydra).snapshot)


def test_jobs_that_are_no_aggregates_cost_a_question_each(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", non_aggregate_jobs(5))
    assert len(crawler.asked()) == 1 + 1 + 2 + 1 + 5
    assert len(crawler.asked()) == 2


def non_aggregate_jobs(number: int) -> DemoHydra:
    data = Data()
    data.add_project(ProjectRow("one"))
    key = data.add_jobset(JobsetRow("one", "trunk"))
    data.add_evaluation(key, [Job(f"looks-like-one-{count}") for count in range(number)])
    return DemoHydra(world=data)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("requests", [12, 25])
def test_small_pieces_under_faults_come_to_the_same_end(
    seed: int, requests: int, tmp_path: Path
) -> None:
    crawler = Crawler(tmp_path / "kept", hydra())
    for turn in range(MOST_RUNS):
        tap = unlucky(1000 * seed + turn, 0.3)
        if not crawler.run(tap, limits=Limits(requests=requests)).out_of_budget:
            break
    assert crawler.run().run.complete
    assert_same(crawler, tmp_path / "fresh")


@pytest.mark.parametrize("requests", [1, 2])
def test_a_budget_that_never_suffices_is_told_with_what_would(
    requests: int, tmp_path: Path
) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())
    words = f"--max-requests {requests} is too little: the overview alone takes 2 here. Allow 3"
    with pytest.raises(ConfigError, match=words):
        crawler.run(limits=Limits(requests=requests))
    assert not crawler.folder.exists()


@pytest.mark.parametrize("limits", [Limits(seconds=0.0005), Limits(bytes=1)])
def test_a_budget_that_goes_on_the_overview_alone_says_so(limits: Limits, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())
    with pytest.raises(BudgetError, match=r"is used up: .* too little for the overview, .* allow"):
        crawler.run(limits=limits)
    assert not crawler.folder.exists()


def test_what_was_begun_is_not_taken_up_where_the_jobset_moved(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "kept", hydra())
    data = crawler.hydra.world
    evaluate(data, TRUNK, 7)
    crawler.run(limits=Limits(requests=3))
    assert (crawler.folder / "unfinished.json").exists()
    new = evaluate(data, TRUNK, 8)
    crawler.run()
    assert new in crawler.snapshot.evaluations
    assert_same(crawler, tmp_path / "fresh")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_notes_of_an_unfinished_run_that_are_damaged_cost_requests_alone(
    content: bytes, tmp_path: Path
) -> None:
    crawler = Crawler(tmp_path / "kept", hydra())
    crawler.run(limits=Limits(requests=4))
    (crawler.folder / "unfinished.json").write_bytes(content)
    assert crawler.run().run.complete
    assert_same(crawler, tmp_path / "fresh")


def hidden_only(projects: int) -> DemoHydra:
    of = hydra()
    for number in range(projects):
        of.world.add_project(ProjectRow(f"quiet-{number}"))
        of.world.add_jobset(JobsetRow(f"quiet-{number}", "main", visible=False))
    return of


@pytest.mark.parametrize("projects", [1, 3])
def test_projects_that_show_no_jobset_are_doubted_once(projects: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", hidden_only(projects))
    for _ in range(projects):
        with suppress(BudgetError):
            crawler.run(limits=Limits(requests=3 + projects))
    run_on(crawler, 3 + projects)
    assert_same(crawler, tmp_path / "fresh")


def spoiled(path: str, times: int) -> Callable[[int, httpx.Request], Answer]:
    """Answer a path with nothing, so many times."""
    left = [reply(b"[]") for _ in range(times)]

    def tap(_: int, request: httpx.Request) -> Answer:
        return left.pop() if left and request.url.raw_path.decode() == path else None

    return tap


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("times", [1, 2])
def test_an_empty_aggregate_is_not_believed_of_a_host_in_trouble(
    times: int, before: bool, tmp_path: Path
) -> None:
    crawler = Crawler(tmp_path / "kept", hydra(1))
    data = crawler.hydra.world
    asked = [n for n, row in data.builds.items() if row.constituents and row.jobset in OURS]
    path, last = (f"/build/{number}/constituents" for number in (max(asked), min(asked)))
    empty, faulty = spoiled(path, times), "/" if before else last
    left = [reply(b"", 502, Content_Type="text/html")]

    def tap(turn: int, request: httpx.Request) -> Answer:
        if left and request.url.raw_path.decode() == faulty:
            return left.pop()
        return empty(turn, request)

    assert crawler.run(tap).run.complete
    assert_same(crawler, tmp_path / "fresh")


def test_details_of_a_listing_are_fetched_in_small_pieces(tmp_path: Path) -> None:
    selection = Selection(strategy=FetchStrategy.LISTING, details=1000)
    crawler = Crawler(tmp_path / "kept", hydra(), selection=selection)
    run_on(crawler, 4)
    assert_same(crawler, tmp_path / "fresh")


@pytest.mark.parametrize("requests", [3, 4])
def test_what_is_too_big_is_asked_for_once_in_all_pieces(requests: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", hydra())
    asked: list[str] = []

    def tap(_: int, request: httpx.Request) -> Answer:
        if not request.url.path.endswith("/builds"):
            return None
        asked.append(request.url.path)
        return reply(b"", 504, Content_Type="text/html")

    for _ in range(MOST_RUNS):
        if not crawler.run(tap, limits=Limits(requests=requests)).out_of_budget:
            break
    found = crawler.snapshot
    assert not [e for e in found.evaluations.values() if found.unknown_builds(e)]
    assert len(set(asked)) == len(asked) == 6


@pytest.mark.slow
def test_settings_that_want_more_are_heeded_by_the_next_piece(tmp_path: Path) -> None:
    of = DemoHydra(world=synthetic_world(20, 65))
    crawler = Crawler(tmp_path / "kept", of, selection=Selection(evaluations=5))
    crawler.run(limits=Limits(requests=6))
    crawler.selection = replace(crawler.selection, evaluations=50)
    run_on(crawler, 5)
    (jobset,) = crawler.snapshot.jobsets.values()
    assert len(jobset.evaluations) >= 51
    assert_same(crawler, tmp_path / "fresh")


def test_a_login_is_no_obstacle_to_small_pieces(tmp_path: Path) -> None:
    of = DemoHydra(private=("reader", "s3cret-word"), world=hydra().world)
    settings = replace(FULL_SPEED, credentials=Credentials("reader", "s3cret-word"))
    crawler = Crawler(tmp_path / "kept", of, settings=settings)
    with pytest.raises(ConfigError, match="alone takes 4 here"):
        crawler.run(limits=Limits(requests=LEAST + 1))
    run_on(crawler, LEAST + 2)
    whole = Crawler(tmp_path / "whole", of, settings=settings)
    assert whole.run().run.complete
    assert crawler.files == whole.files
