"""Of builds known from a listing, those that tell most are completed, as many as a run may."""

from pathlib import Path

import msgspec
import pytest
from hydras import STABLE, TRUNK, Crawler, evaluate, fresh_crawl, hydra

from hydrasnap.model import Build, JobsetCounts
from hydrasnap.plan.builds import detail_candidates, tally
from hydrasnap.plan.selection import FetchStrategy, Selection

BUILD = Build(id=1, project="p", jobset="j", job="a", system="x", finished=True, buildstatus=0)
LISTED = msgspec.structs.replace(BUILD, partial=True)


def build(number: int, status: int | None, of: Build = LISTED, **fields: object) -> Build:
    state = {"id": number, "buildstatus": status, "finished": status is not None}
    return msgspec.structs.replace(of, **{**state, **fields})


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        ([build(9, 1)], [], [9]),
        ([build(9, 6), build(10, 2), build(11, 99)], [], [11, 10, 9]),
        ([build(9, 0)], [], []),
        ([build(9, 4)], [], []),
        ([build(9, None)], [build(8, 0)], []),
        ([build(9, 0)], [build(8, 1)], [9]),
        ([build(9, 0)], [build(8, None)], [9]),
        ([build(9, 4)], [build(8, 0)], [9]),
        ([build(9, 0)], [build(8, 0)], []),
        ([build(9, 0)], [build(8, 1, system="y"), build(7, 1, job="b")], []),
        ([build(9, 1, of=BUILD), build(10, 0, of=BUILD)], [build(8, 1)], []),
    ],
)
def test_failures_and_changes_tell_most(
    now: list[Build], before: list[Build], told: list[int]
) -> None:
    assert detail_candidates(now, before) == told


def test_a_build_without_a_result_counts_as_failed_only_when_it_is_finished() -> None:
    states = [build(2, 0), build(3, 0, finished=False), build(4, 4), build(5, None)]
    states.append(build(1, None, finished=True))
    assert tally(states) == JobsetCounts(total=5, succeeded=1, failed=2, scheduled=2)
    assert tally([]) == JobsetCounts()


def listed(folder: Path, details: int) -> Crawler:
    return Crawler(
        folder, hydra(4), selection=Selection(strategy=FetchStrategy.LISTING, details=details)
    )


def test_so_many_are_completed_as_a_run_may(tmp_path: Path) -> None:
    asked = {}
    for details in (0, 2, 1000):
        crawler = listed(tmp_path / str(details), details)
        paths = crawler.asked()
        asked[details] = [int(p.removeprefix("/build/")) for p in paths if p[7:].isdecimal()]
        found = crawler.snapshot.builds.values()
        completed = [build.id for build in found if not build.partial]
        assert set(asked[details]) <= set(completed)
    assert asked[0] == []
    assert asked[2] == asked[1000][:2]
    assert asked[1000] == sorted(asked[1000], reverse=True)
    data = crawler.hydra.world
    failed = {row.id for key in (TRUNK, STABLE) for row in data.current_builds(key) if row.status}
    assert failed <= set(asked[1000])


def test_what_a_listing_told_becomes_whole_when_it_is_asked_for(tmp_path: Path) -> None:
    crawler = listed(tmp_path / "kept", 0)
    crawler.run()
    assert all(build.partial for build in crawler.snapshot.builds.values())
    crawler.selection = Selection(details=1000)
    evaluate(crawler.hydra.world, TRUNK, 8)
    crawler.run()
    fresh = fresh_crawl(tmp_path / "fresh", crawler.hydra).snapshot
    found = crawler.snapshot.builds
    newest = fresh.evaluations[crawler.snapshot.jobsets[TRUNK].evaluations[0]]
    telling_ones = [n for n in newest.builds if fresh.builds[n].status.failed]
    assert telling_ones
    assert all(found[number] == fresh.builds[number] for number in telling_ones)
