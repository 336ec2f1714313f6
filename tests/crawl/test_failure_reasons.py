"""Why builds fail: pages are read within a budget, the most wanted first, and each result once."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import httpx
import msgspec
import pytest
from hydras import STABLE, TRUNK, Answer, Crawler, conclude, evaluate, fresh_crawl, hydra, page
from steps import page_of
from up_to_date import assert_up_to_date

from hydrasnap.crawl.deleted import mark_deleted
from hydrasnap.crawl.session import Note
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.model import Build, Evaluation
from hydrasnap.plan.failure_reasons import unexplained
from hydrasnap.plan.selection import Selection
from hydrasnap.store.opening import open_cache


class Pages:
    """The pages of builds that the small Hydra has beside its JSON."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.asked: list[str] = []

    def __call__(self, _: int, request: httpx.Request) -> Answer:
        if request.headers.get("accept") != "text/html":
            return None
        path = request.url.path
        self.asked.append(path)
        return page(page_of(self.crawler.hydra.world, path))


def of(folder: Path, reasons: int) -> tuple[Crawler, Pages]:
    crawler = Crawler(folder, hydra(), selection=Selection(reasons=reasons))
    return crawler, Pages(crawler)


def failed(crawler: Crawler) -> set[int]:
    return {b.id for b in crawler.snapshot.builds.values() if b.finished and b.buildstatus}


def builds_asked(pages: Pages) -> list[int]:
    return [int(path.rpartition("/")[2]) for path in pages.asked if path.startswith("/build/")]


def test_every_failed_build_is_explained_once(tmp_path: Path) -> None:
    crawler, pages = of(tmp_path, 1000)
    assert crawler.run(pages).run.complete
    assert set(builds_asked(pages)) == failed(crawler) == set(crawler.snapshot.reasons)
    pages.asked.clear()
    crawler.run(pages)
    assert builds_asked(pages) == []
    for number in failed(crawler):
        found = crawler.snapshot.reasons_of(crawler.snapshot.builds[number])
        assert found is not None
        assert [s.propagated_from for s in found.causes] == [1001]


@pytest.mark.parametrize("budget", [1, 2, 3])
def test_small_budgets_come_to_the_same_end(budget: int, tmp_path: Path) -> None:
    crawler, pages = of(tmp_path / "kept", budget)
    for _ in range(30):
        pages.asked.clear()
        crawler.run(pages)
        assert len(pages.asked) - sum(path.endswith("/all") for path in pages.asked) <= budget
    whole, other = of(tmp_path / "whole", 1000)
    whole.run(other)
    assert crawler.snapshot.reasons == whole.snapshot.reasons


def test_nothing_is_read_where_the_budget_is_none(tmp_path: Path) -> None:
    crawler, pages = of(tmp_path, 0)
    crawler.run(pages)
    crawler.run(pages)
    assert (pages.asked, crawler.snapshot.reasons) == ([], {})


def test_a_hydra_with_other_pages_leaves_failures_unexplained(tmp_path: Path) -> None:
    crawler, _ = of(tmp_path, 1000)
    asked: list[str] = []

    def tap(_: int, request: httpx.Request) -> Answer:
        if request.headers.get("accept") == "text/html":
            asked.append(request.url.path)
            return page("<p>Another Hydra</p>")
        return None

    assert crawler.run(tap).run.complete
    assert len(set(asked)) == 3
    assert any(isinstance(e, Note) and "Not explained" in e.text for e in crawler.events)
    asked.clear()
    crawler.run(tap)
    assert asked == []


def test_a_build_restarted_and_finished_between_two_runs_is_found(tmp_path: Path) -> None:
    crawler, pages = of(tmp_path / "kept", 100)
    crawler.run(pages)
    world = crawler.hydra.world
    number = next(r.id for r in world.current_builds(TRUNK) if r.status == 1)
    world.now += 600
    world.restart(number)
    conclude(world, number, 7)
    world.jobsets[TRUNK].lastcheckedtime = world.now
    crawler.run(pages)
    assert crawler.snapshot.builds[number].buildstatus == 7
    found = crawler.snapshot.reasons_of(crawler.snapshot.builds[number])
    assert found is not None


def test_what_finished_lately_costs_one_request_for_each_checked_jobset(tmp_path: Path) -> None:
    crawler, pages = of(tmp_path, 100)
    crawler.run(pages)
    pages.asked.clear()
    crawler.run(pages)
    assert pages.asked == []
    evaluate(crawler.hydra.world, TRUNK, 9)
    crawler.run(pages)
    assert [path for path in pages.asked if path.endswith("/all")] == ["/jobset/one/trunk/all"]


def test_errors_of_evaluations_are_read_once_and_survive_a_new_list(tmp_path: Path) -> None:
    crawler, pages = of(tmp_path, 1000)
    crawler.run(pages)
    *newer, oldest = crawler.snapshot.jobsets[TRUNK].evaluations
    found = crawler.snapshot.evaluations
    assert (found[oldest].had_errors, found[oldest].errormsg) == (True, "undefined variable")
    assert {found[number].had_errors for number in newer} == {False}
    evaluate(crawler.hydra.world, TRUNK, 9)
    crawler.selection = Selection()
    crawler.run(pages)
    assert crawler.snapshot.evaluations[oldest] == found[oldest]


def test_what_newly_fails_comes_first_and_among_it_what_failed_by_a_dependency() -> None:
    def build(number: int, job: str, code: int | None) -> Build:
        return Build(id=number, project="p", jobset="j", job=job, finished=True, buildstatus=code)

    before = [build(1, "a", 0), build(2, "b", 1), build(3, "c", 0), build(4, "d", 0)]
    now = [build(11, "a", 1), build(12, "b", 1), build(13, "c", 2), build(14, "d", 0),
           build(15, "e", 4), build(16, "f", 6)]  # fmt: skip
    older = [*before, build(5, "g", 2)]
    assert unexplained([(now, before)], older, {}) == [13, 11, 12, 5, 2]
    deleted = [msgspec.structs.replace(each, deleted_upstream=True) for each in now]
    assert unexplained([(deleted, [])], [], {}) == []


@pytest.mark.parametrize("name", ["main", "zoo"])
def test_a_renamed_jobset_whose_name_is_given_away_at_once_keeps_its_history(
    name: str, tmp_path: Path
) -> None:
    crawler = fresh_crawl(tmp_path / "kept", hydra())
    world = crawler.hydra.world
    new = world.rename_jobset(TRUNK, name)
    world.renames.pop(TRUNK, None)
    world.add_jobset(dataclasses.replace(world.jobsets[new], name=TRUNK.name, lastcheckedtime=None))
    evaluate(world, TRUNK, 9)
    assert crawler.run().run.complete
    kept, fresh = crawler.snapshot, fresh_crawl(tmp_path / "fresh", crawler.hydra).snapshot
    assert kept.builds == fresh.builds
    assert kept.evaluations == fresh.evaluations
    assert kept.jobsets.keys() == fresh.jobsets.keys()
    for key, jobset in fresh.jobsets.items():
        assert kept.jobsets[key].evaluations == jobset.evaluations
        assert kept.jobsets[key].first_evaluation == jobset.first_evaluation
    assert len(crawler.asked()) == 2


def test_a_jobset_deleted_and_made_again_has_no_past(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    world, row = crawler.hydra.world, crawler.hydra.world.jobsets[STABLE]
    world.delete_jobset(STABLE)
    world.add_jobset(dataclasses.replace(row, lastcheckedtime=None))
    first = evaluate(world, STABLE, 9)
    assert crawler.run().run.complete
    assert crawler.snapshot.jobsets[STABLE].first_evaluation == first


def test_the_constituents_of_an_aggregate_that_stays_are_not_deleted_with_their_evaluation(
    tmp_path: Path,
) -> None:
    def build(number: int, **fields: object) -> Build:
        return Build(id=number, project="p", jobset="j", job=f"a{number}", **fields)  # type: ignore[arg-type]

    builds = [build(1), build(2), build(3, constituents=(1,))]
    evaluations = [
        Evaluation(id=number, project="p", jobset="j", builds=held)
        for number, held in ((10, (1, 2, 3)), (11, (3,)))
    ]
    with open_cache(tmp_path / "cache", "https://hydra.example.org", lambda *_: None) as cache:
        cache.put(builds=builds, evaluations=evaluations)
        mark_deleted(SimpleNamespace(cache=cache), {10})  # type: ignore[arg-type]
        assert [found.deleted_upstream for found in cache.builds.values()] == [False, True, False]


@pytest.mark.slow
def test_a_restart_between_two_looks_at_the_embedded_hydra_is_seen_with_its_new_cause(
    tmp_path: Path,
) -> None:
    selection = Selection(reasons=1000)
    crawler = Crawler(tmp_path / "kept", DemoHydra(1), selection=selection)
    crawler.run()
    crawler.hydra.stage = 2
    crawler.run()
    kept, now = crawler.snapshot, fresh_crawl(tmp_path / "now", DemoHydra(2), selection).snapshot
    assert_up_to_date(kept, now)
    rebuilt = next(b for b in now.builds.values() if b.job.startswith("ghc.aarch64-darwin")
                   and b.buildstatus == 7)  # fmt: skip
    assert kept.reasons_of(rebuilt) == now.reasons_of(rebuilt)
    assert kept.reasons_of(rebuilt) is not None
