"""Hydras of other years: what they lack costs nothing else and is not shown as zero or none."""

from pathlib import Path

import httpx
import msgspec
import pytest
from hydras import TRUNK, Answer, Crawler, conclude, evaluate, fresh_crawl, hydra, reply
from old_hydras import YEARS, old_hydra


@pytest.mark.parametrize("year", YEARS)
def test_a_hydra_of_any_year_is_read_whole(year: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "old", old_hydra(year))
    crawler.hydra.world.set_error(TRUNK, errormsg="undefined variable")
    done = crawler.run()
    assert (done.error, done.run.gaps) == (None, ())
    found = crawler.snapshot
    now = fresh_crawl(tmp_path / "now", hydra()).snapshot
    for number, build in now.builds.items():
        metrics = build.metrics if year >= 2020 else ()
        assert found.builds[number] == msgspec.structs.replace(build, metrics=metrics)
    assert [(e.id, e.builds, e.inputs) for e in found.evaluations.values()] == [
        (e.id, e.builds, e.inputs) for e in now.evaluations.values()
    ]
    assert found.jobsets[TRUNK].errormsg == "undefined variable"
    inputs = {each.name: each.value for each in now.jobsets[TRUNK].configuration.inputs}
    assert {i.name: i.value for i in found.jobsets[TRUNK].configuration.inputs} == inputs


@pytest.mark.parametrize("year", YEARS)
def test_a_new_evaluation_with_the_same_counts_is_seen(year: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "old", old_hydra(year))
    crawler.run()
    world = crawler.hydra.world
    before = [world.builds[n].status for n in world.evaluations_of(TRUNK)[0].builds]
    new = evaluate(world, TRUNK, 40)
    for number, status in zip(world.evaluations[new].builds, before, strict=False):
        conclude(world, number, status or 0)
    assert crawler.run().run.complete
    assert new in crawler.snapshot.evaluations


@pytest.mark.parametrize("year", YEARS)
def test_a_second_run_without_news_stays_cheap(year: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "old", old_hydra(year))
    crawler.run()
    asked = crawler.asked()
    probes = [] if year >= 2019 else [path for path in asked if path.endswith("/latest-eval")]
    assert len(asked) == 2 + len(probes)
    assert len(probes) <= len(crawler.snapshot.jobsets)


@pytest.mark.parametrize("year", [2015, 2023])
def test_a_renamed_jobset_is_not_taken_for_a_deleted_one(year: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, old_hydra(year))
    crawler.run()
    crawler.hydra.world.rename_jobset(TRUNK, "main")
    assert crawler.run().run.complete
    assert crawler.snapshot.jobsets[TRUNK].renamed_to == "main"


def test_a_hydra_without_constituents_deletes_no_aggregate(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra())

    def tap(_: int, request: httpx.Request) -> Answer:
        if request.url.path.endswith("/constituents"):
            return reply('{"error":"Page not found."}', 404)
        return None

    done = crawler.run(tap)
    assert (done.error, done.run.gaps) == (None, ())
    assert not any(build.deleted_upstream for build in crawler.snapshot.builds.values())
    assert sum(path.endswith("/constituents") for path in crawler.hydra.requests) == 0
    crawler.run()
    assert any(build.constituents for build in crawler.snapshot.builds.values())
