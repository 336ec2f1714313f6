"""A dry run asks for the overview alone, changes nothing, and says about what would follow."""

import asyncio
from pathlib import Path

import pytest
from hydras import (
    ORIGIN,
    REQUESTS,
    STABLE,
    TRUNK,
    Crawler,
    Wire,
    conclude,
    evaluate,
    hydra,
    runtime,
)

from hydrasnap.cli.reports import plan_fields, plan_lines
from hydrasnap.client.run_budget import Limits
from hydrasnap.crawl.dry_run import PlannedStep, dry_run
from hydrasnap.plan.jobsets import RefreshLevel
from hydrasnap.plan.selection import Selection
from hydrasnap.store.opening import open_cache


def planned(crawler: Crawler) -> dict[str, tuple[RefreshLevel, int]]:
    """Return the plan by jobset, and see that asking for it changed nothing."""
    before = crawler.files if crawler.folder.exists() else None
    wire = Wire(lambda *_: None, crawler.hydra)
    with open_cache(crawler.folder, ORIGIN, lambda *_: None) as cache:
        asked, steps = asyncio.run(
            dry_run(cache, crawler.settings, crawler.selection, runtime=runtime(wire))
        )
    assert asked == len(wire.seen) == 2
    assert (crawler.files if crawler.folder.exists() else None) == before
    return {step.jobset.name: (step.refresh, step.requests) for step in steps}


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    return Crawler(tmp_path / "cache", hydra())


def follows(crawler: Crawler) -> int:
    """Crawl, and return the requests that were not for the overview or for aggregates."""
    return len([path for path in crawler.asked()[2:] if not path.endswith("/constituents")])


def test_before_a_first_crawl_the_window_bounds_it(crawler: Crawler) -> None:
    found = planned(crawler)
    assert found == dict.fromkeys(
        (".empty", "stable", "trunk"), (RefreshLevel.EVALUATIONS, 1 + 1 + 11)
    )
    assert follows(crawler) <= sum(requests for _, requests in found.values())


def test_where_nothing_moved_nothing_would_follow(crawler: Crawler) -> None:
    crawler.run()
    assert set(planned(crawler).values()) == {(RefreshLevel.NONE, 0)}


def test_what_moved_is_told_by_jobset(crawler: Crawler) -> None:
    data = crawler.hydra.world
    evaluate(data, STABLE, 5, finish=False)
    crawler.run()
    conclude(data, data.unfinished_builds()[0].id, 1)
    evaluate(data, TRUNK, 9, finish=False)
    found = planned(crawler)
    assert found == {
        ".empty": (RefreshLevel.NONE, 0),
        "stable": (RefreshLevel.BUILDS, 1),
        "trunk": (RefreshLevel.EVALUATIONS, 3),
    }  # fmt: skip
    assert follows(crawler) <= 1 + 1 + 3 + 1  # the queue, and a build in it


def test_what_a_budget_left_over_is_counted(crawler: Crawler) -> None:
    crawler.run(limits=Limits(requests=REQUESTS // 2))
    requests = sum(requests for _, requests in planned(crawler).values())
    assert 0 < follows(crawler) <= requests + 1  # the queue


def test_sizes_that_lack_are_counted(crawler: Crawler) -> None:
    crawler.run()
    crawler.selection = Selection(sizes=("one/trunk/hello.*", "one/stable/zlib.*"))
    found = planned(crawler)
    assert {name: count for name, (look, count) in found.items() if look is RefreshLevel.NONE} == {
        ".empty": 0, "stable": 2, "trunk": 2,
    }  # fmt: skip
    assert follows(crawler) == 4
    assert set(planned(crawler).values()) == {(RefreshLevel.NONE, 0)}


def test_a_new_name_is_followed_and_nothing_written(crawler: Crawler) -> None:
    crawler.selection = Selection(jobsets=("one/trunk",))
    crawler.run()
    new = crawler.hydra.world.rename_jobset(TRUNK, "main")
    before = crawler.files
    wire = Wire(lambda *_: None, crawler.hydra)
    with open_cache(crawler.folder, ORIGIN, lambda *_: None) as cache:
        plan = dry_run(cache, crawler.settings, crawler.selection, runtime=runtime(wire))
        assert [step.jobset for step in asyncio.run(plan)[1]] == [new]
    assert crawler.files == before


def test_the_plan_is_told_in_sentences_and_to_machines() -> None:
    steps = [
        PlannedStep(TRUNK, RefreshLevel.EVALUATIONS, 1200),
        PlannedStep(STABLE, RefreshLevel.NONE, 0),
    ]
    *_, jobset, nothing, total = plan_lines(steps, 2)
    assert jobset == "  1,200  one/trunk: new, or something moved: list its evaluations"
    assert nothing == "      -  one/stable: nothing moved"
    assert total.startswith("About 1,200 requests would follow, and one for each build of an agg")
    assert plan_lines(steps[1:], 2)[-1] == "No more requests would follow."
    fields = plan_fields(steps, 2)
    assert (fields["overview_requests"], fields["about"]) == (2, 1200)
    assert [row["requests"] for row in fields["jobsets"]] == [1200, 0]
    *_, live, total = plan_lines(steps[1:], 2, 5)
    assert (live, total.startswith("About 5 requests")) == ("      5  the live state", True)
    assert plan_fields(steps, 2, 5)["about"] == 1205
