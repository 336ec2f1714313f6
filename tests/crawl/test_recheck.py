"""What a restart changed unnoticed is found in time: failures soon, successes at their turn."""

from pathlib import Path

import pytest
from hydras import PRODUCT, TRUNK, Crawler, fresh_crawl, hydra

from hydrasnap.demo.world.database_rows import Result
from hydrasnap.model import Build
from hydrasnap.plan.builds import is_full_recheck_turn, recheck_candidates

DAY = 86400


def crawled(folder: Path) -> Crawler:
    return fresh_crawl(folder, hydra(6))


def mend_or_break(crawler: Crawler, *, good: bool) -> int:
    """Turn an old build of another state without any trace in the overview; return its id."""
    data = crawler.hydra.world
    current = {row.id for row in data.current_builds(TRUNK)}
    number = next(
        n
        for n in data.evaluations_of(TRUNK)[-1].builds
        if n not in current and crawler.snapshot.builds[n].status.succeeded != good
        and data.builds[n].constituents is None
    )  # fmt: skip
    data.restart(number)
    data.finish(number, PRODUCT if good else Result(1))
    return number


def after(crawler: Crawler, days: int) -> list[str]:
    crawler.hydra.world.now += days * DAY
    return crawler.asked()[2:]


def test_a_mended_failure_is_found_after_a_week_and_not_before(tmp_path: Path) -> None:
    crawler = crawled(tmp_path)
    number = mend_or_break(crawler, good=True)
    assert after(crawler, 6) == []
    assert not crawler.snapshot.builds[number].status.succeeded
    assert after(crawler, 1) != []
    assert crawler.snapshot.builds[number].status.succeeded
    assert after(crawler, 6) == []


def test_a_clock_that_was_wrong_once_puts_no_second_look_off_for_ever(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra(6))
    right = crawler.hydra.world.now
    crawler.hydra.world.now = right + 10_000 * DAY
    crawler.run()
    crawler.hydra.world.now = right
    number = mend_or_break(crawler, good=True)
    crawler.run()
    assert crawler.snapshot.builds[number].status.succeeded


def test_a_broken_success_is_found_when_its_turn_comes(tmp_path: Path) -> None:
    crawler = crawled(tmp_path)
    number = mend_or_break(crawler, good=False)
    for _ in range(6):
        after(crawler, 7)
    assert crawler.snapshot.builds[number].status.failed


def test_a_second_look_costs_a_request_for_each_evaluation_at_most(tmp_path: Path) -> None:
    crawler = crawled(tmp_path)
    for _ in range(7):
        assert 0 < len(after(crawler, 7)) <= 2 * 6


@pytest.mark.parametrize("among", [1, 2, 11])
def test_each_evaluation_has_its_turn(among: int) -> None:
    for evaluation in (7, 8, 1000):
        turns = [
            turn
            for turn in range(among)
            if is_full_recheck_turn(evaluation, among=among, turn=turn)
        ]
        assert len(turns) == 1


def test_a_second_look_is_at_what_is_finished() -> None:
    states = [(True, 0), (True, 1), (True, 4), (False, None), (False, 1)]
    builds = [
        Build(id=number, project="p", jobset="j", job="x", finished=finished, buildstatus=status)
        for number, (finished, status) in enumerate(states)
    ]
    assert recheck_candidates(builds, whole=False) == [1, 2]
    assert recheck_candidates(builds, whole=True) == [0, 1, 2]
