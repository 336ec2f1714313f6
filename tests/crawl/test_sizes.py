"""Sizes are asked of chosen jobs alone, once for each success, and nothing is lost of them."""

from pathlib import Path

import httpx
import pytest
from hydras import HTML, ORIGIN, TRUNK, Answer, Crawler, evaluate, files, fresh_crawl, hydra, reply
from hydras import REQUESTS as PLAIN

from hydrasnap.client import endpoints as paths
from hydrasnap.client.run_budget import Limits
from hydrasnap.crawl.prune import prune
from hydrasnap.crawl.session import Note
from hydrasnap.demo.world.database_rows import Job, JobsetRow, Result
from hydrasnap.demo.world.world import World
from hydrasnap.model import JobKey, JobsetKey, SizePoint
from hydrasnap.plan.retention import Retention
from hydrasnap.plan.selection import Selection
from hydrasnap.store.opening import open_cache

HELLO = JobKey("one", "trunk", "hello.x86_64-linux")
ZLIB = JobKey("one", "trunk", "zlib.x86_64-linux")
CHOSEN = Selection(sizes=("one/trunk/hello.x*", "one/trunk/zlib.*"))
SIZES = [paths.sizes(kind, *job) for job in (HELLO, ZLIB) for kind in ("closure", "output")]
NOTHING_NEW = ["/", "/api/jobsets?project=one"]


def succeed(data: World, size: int = 2**33) -> int:
    """Evaluate trunk with one more version of hello, and finish it well; return its build."""
    data.now += 3600
    row = data.add_evaluation(TRUNK, [Job(HELLO.name, recipe=f"at {data.now}"), Job(ZLIB.name)])
    for number in row.builds:
        if not data.builds[number].finished:
            data.finish(number, Result(size=size + number, closuresize=3 * size + number))
    return max(number for number in row.builds if data.builds[number].job == HELLO.name)


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    crawler = Crawler(tmp_path / "cache", hydra(), selection=CHOSEN)
    succeed(crawler.hydra.world)
    succeed(crawler.hydra.world)
    return crawler


def asked_for_sizes(crawler: Crawler) -> list[str]:
    return [path for path in crawler.asked() if path.endswith("-sizes")]


def closures(crawler: Crawler) -> tuple[SizePoint, ...]:
    return crawler.snapshot.sizes[HELLO].series["closure"].points


def notes(crawler: Crawler) -> list[str]:
    return [event.text for event in crawler.events if isinstance(event, Note)]


def test_without_a_wish_no_size_is_asked_for(tmp_path: Path) -> None:
    plain = Crawler(tmp_path / "cache", hydra())
    assert len(plain.asked()) == PLAIN
    assert plain.snapshot.sizes == {}
    assert not any(name.startswith("sizes") for name in plain.files)


def test_sizes_of_the_chosen_jobs_come_last_and_are_kept(crawler: Crawler) -> None:
    asked = crawler.asked()
    assert asked[-4:] == SIZES
    found = crawler.snapshot.sizes
    assert list(found) == [HELLO, ZLIB]
    told = {
        row.id: (row.closuresize, row.size)
        for row in crawler.hydra.world.builds.values()
        if row.job == HELLO.name and row.jobset == TRUNK and row.closuresize
    }
    assert len(told) == 2
    assert {point.build: point.value for point in closures(crawler)} == {
        number: sizes[0] for number, sizes in told.items()
    }
    assert [point.value for point in found[HELLO].series["output"].points] == [
        size for _, size in told.values()
    ]
    assert not any(build in told for build in found[HELLO].series["closure"].unsized)


def test_where_nothing_succeeded_since_nothing_more_is_asked(crawler: Crawler) -> None:
    crawler.asked()
    assert crawler.asked() == NOTHING_NEW
    evaluate(crawler.hydra.world, TRUNK, 9, finish=False)
    assert asked_for_sizes(crawler) == []
    succeed(crawler.hydra.world)
    assert [path for path in asked_for_sizes(crawler) if HELLO.name in path] == SIZES[:2]
    assert crawler.asked() == NOTHING_NEW


def test_a_success_without_a_size_is_not_asked_about_again(crawler: Crawler) -> None:
    number = succeed(crawler.hydra.world, size=0)
    crawler.hydra.world.builds[number].closuresize = 0
    crawler.asked()
    assert number in crawler.snapshot.sizes[HELLO].series["output"].unsized
    assert crawler.asked() == NOTHING_NEW


def test_a_restarted_build_that_succeeds_at_last_is_asked_about(crawler: Crawler) -> None:
    number = succeed(crawler.hydra.world)
    succeed(crawler.hydra.world)
    crawler.hydra.world.builds[number].status = 1
    crawler.asked()
    assert number not in {point.build for point in closures(crawler)}
    crawler.hydra.world.finish(number, Result(size=1, closuresize=2))
    crawler.selection = Selection(sizes=CHOSEN.sizes, recheck=0)
    crawler.asked()
    assert number in {point.build for point in closures(crawler)}


def test_what_hydra_has_deleted_stays(crawler: Crawler) -> None:
    crawler.asked()
    before = closures(crawler)
    data = crawler.hydra.world
    for row in data.evaluations_of(TRUNK)[1:]:
        data.delete_evaluation(row.id)
    succeed(data)
    crawler.asked()
    after = closures(crawler)
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def test_two_crawls_give_the_same_bytes(crawler: Crawler, tmp_path: Path) -> None:
    crawler.asked()
    again = fresh_crawl(tmp_path / "again", crawler.hydra, CHOSEN)
    assert again.files == crawler.files


@pytest.mark.parametrize("budget", [1, 2, 3])
def test_small_budgets_come_to_the_same_end(crawler: Crawler, tmp_path: Path, budget: int) -> None:
    whole = fresh_crawl(tmp_path / "whole", crawler.hydra, CHOSEN)
    for _ in range(60):
        if crawler.run(limits=Limits(requests=len(NOTHING_NEW) + budget)).error is None:
            break
    assert crawler.files == whole.files


def test_an_endpoint_that_fails_is_a_gap_and_is_asked_again(crawler: Crawler) -> None:
    def tap(number: int, request: httpx.Request) -> Answer:
        return reply("<h1>broken</h1>", 500, **HTML) if request.url.path == SIZES[1] else None

    outcome = crawler.run(tap)
    assert [gap.path for gap in outcome.run.gaps] == [SIZES[1]]
    assert [list(found.series) for found in crawler.snapshot.sizes.values()] == [
        ["closure"], ["closure", "output"],
    ]  # fmt: skip
    assert crawler.asked() == [*NOTHING_NEW, SIZES[1]]
    assert crawler.asked() == NOTHING_NEW


def test_a_damaged_file_is_named_and_fetched_again(crawler: Crawler) -> None:
    crawler.asked()
    before = crawler.files
    (name,) = (name for name in before if "hello" in name and name.startswith("sizes"))
    (crawler.folder / name).write_bytes(b"{")
    assert crawler.asked() == [*NOTHING_NEW, *SIZES[:2]]
    assert crawler.damaged == [name]
    assert crawler.files == before


def test_a_glob_in_vain_and_a_job_that_cannot_be_asked_about_are_told(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())
    data = crawler.hydra.world
    key = data.add_jobset(JobsetRow("one", "odd"))
    data.now += 60
    for number in data.add_evaluation(key, [Job("a/b"), Job("c%d"), Job("plain?#")]).builds:
        data.finish(number, Result(size=5, closuresize=9))
    crawler.selection = Selection(sizes=("one/odd/*", "one/odd/b*", "hello.*"))
    assert asked_for_sizes(crawler) == [
        f"/job/one/odd/plain%3F%23/{kind}-sizes" for kind in ("closure", "output")
    ]
    assert notes(crawler) == [
        "No job matches --sizes 'one/odd/b*'; a job is written PROJECT/JOBSET/JOB.",
        "No job matches --sizes 'hello.*'; a job is written PROJECT/JOBSET/JOB.",
        "Hydra has no address for a job named like 'a/b': 2 of those that --sizes chooses are left "
        "out.",
    ]


def test_a_renamed_jobset_takes_its_sizes_along(crawler: Crawler, tmp_path: Path) -> None:
    crawler.selection = Selection(sizes=("one/*",))
    crawler.asked()
    before = closures(crawler)
    crawler.hydra.world.rename_jobset(TRUNK, "main")
    assert asked_for_sizes(crawler) == []
    found = crawler.snapshot.sizes
    assert found[HELLO._replace(jobset="main")].series["closure"].points == before
    assert {job.jobset for job in found} == {"main", "stable"}
    assert not (crawler.folder / "sizes" / "one" / "trunk" / "hello.x86_64-linux.json").exists()


def test_pruning_drops_the_sizes_of_jobs_without_a_build(crawler: Crawler) -> None:
    crawler.selection = Selection(sizes=("one/*",))
    crawler.asked()
    crawler.hydra.world.delete_jobset(TRUNK)
    crawler.asked()
    assert {job.jobset for job in crawler.snapshot.sizes} == {"trunk", "stable"}
    with open_cache(crawler.folder, ORIGIN, lambda *_: None) as cache:
        prune(cache, Retention(deleted=False))
    assert {job.jobset for job in crawler.snapshot.sizes} == {"stable"}
    assert not any(name.startswith("sizes/one/trunk/") for name in files(crawler.folder))
    assert JobsetKey("one", "stable") in crawler.snapshot.jobsets
