"""A crawl takes what there is, asks nothing twice, and can be stopped at any moment."""

from pathlib import Path

import httpx
import pytest
from cases import cases
from hydras import (
    ORIGIN,
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
)
from synthetic import synthetic_world
from up_to_date import assert_up_to_date

from hydrasnap.client.run_budget import Limits
from hydrasnap.client.settings import Settings
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.errors import ConfigError, HydrasnapError
from hydrasnap.model import JobsetKey
from hydrasnap.plan.selection import Selection


class PulledPlug(Exception):
    """What a killed process does not live to see."""


def killed_after(answers: int, tmp_path: Path) -> tuple[Crawler, int]:
    """Kill a crawl after some answers, then run to the end; return the requests of both."""
    crawler = Crawler(tmp_path / f"killed-{answers}", hydra())

    def tap(number: int, _: httpx.Request) -> Answer:
        return PulledPlug() if number >= answers else None

    with pytest.raises(PulledPlug):
        crawler.run(tap)
    assert crawler.run().run.complete
    return crawler, len(crawler.hydra.requests)


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    return Crawler(tmp_path / "cache", hydra())


def test_a_first_crawl_takes_what_the_hydra_shows(crawler: Crawler) -> None:
    outcome = crawler.run()
    found, data = crawler.snapshot, crawler.hydra.world
    assert (outcome.error, outcome.run.gaps, outcome.run.complete) == (None, (), True)
    assert sorted(found.projects) == ["one"]
    assert sorted(found.jobsets) == [JobsetKey("one", ".empty"), STABLE, TRUNK]
    for row in data.evaluations.values():
        if row.jobset.project == "one" and row.hasnewbuilds:
            assert found.evaluations[row.id].builds == row.builds
            assert all(found.builds[n].drvpath == data.builds[n].drvpath for n in row.builds)


def test_aggregates_are_found_with_their_constituents(crawler: Crawler) -> None:
    crawler.run()
    found = crawler.snapshot
    for build in found.builds.values():
        row = crawler.hydra.world.builds[build.id]
        assert build.constituents == (row.constituents and tuple(sorted(row.constituents)))


def test_it_asks_only_what_changes_nothing(crawler: Crawler) -> None:
    crawler.run()
    assert crawler.hydra.violations == []


def test_where_nothing_changed_it_asks_the_overview_alone(crawler: Crawler) -> None:
    crawler.run()
    before = crawler.files
    assert crawler.asked() == ["/", "/api/jobsets?project=one"]
    assert crawler.files == before


def test_the_figures_of_a_run_are_kept(crawler: Crawler) -> None:
    first, second = crawler.run().run, crawler.run().run
    assert first.requests == len(crawler.hydra.requests) - 2
    assert (first.known_builds, second.new_builds) == (0, 0)
    assert first.new_builds == second.known_builds == len(crawler.snapshot.builds)
    assert first.bytes > second.bytes > 0


def test_two_crawls_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = Crawler(tmp_path / "one", hydra()), Crawler(tmp_path / "two", hydra())
    two.hydra.requests += ["so that keys are turned otherwise"]
    one.run()
    two.run(concurrency=8)
    assert one.files == two.files


@pytest.mark.parametrize("answers", cases(range(REQUESTS), quick=5))
def test_a_killed_run_goes_on_where_it_was(answers: int, tmp_path: Path) -> None:
    crawler, requests = killed_after(answers, tmp_path)
    undisturbed = fresh_crawl(tmp_path / "undisturbed", crawler.hydra)
    assert crawler.files == undisturbed.files
    assert requests <= REQUESTS + 4  # the overview, the queue, and what was under way
    assert crawler.damaged == []


def test_a_jobset_that_was_named_may_be_deleted_on_hydra(tmp_path: Path) -> None:
    named = Selection(jobsets=("one/trunk", "one/stable"))
    crawler = fresh_crawl(tmp_path / "cache", hydra(), named)
    crawler.hydra.world.delete_jobset(TRUNK)
    assert crawler.run().run.complete
    assert crawler.snapshot.jobsets[TRUNK].deleted_upstream
    assert not crawler.snapshot.jobsets[STABLE].deleted_upstream


def test_the_newest_evaluation_of_each_jobset_comes_first(crawler: Crawler) -> None:
    crawler.run(limits=Limits(requests=10))
    found = crawler.snapshot
    newest = [found.evaluations[found.jobsets[key].evaluations[0]] for key in (STABLE, TRUNK)]
    assert [found.unknown_builds(evaluation) for evaluation in newest] == [0, 0]
    older = found.evaluations[found.jobsets[TRUNK].evaluations[-1]]
    assert found.unknown_builds(older) > 0


@pytest.mark.parametrize("limits", [Limits(bytes=9000), Limits(seconds=0.005)])
def test_bytes_and_seconds_stop_a_run_too(crawler: Crawler, limits: Limits) -> None:
    outcome = crawler.run(limits=limits)
    assert outcome.out_of_budget
    assert 2 < outcome.run.requests < REQUESTS
    assert crawler.run().run.complete


def test_a_window_of_evaluations_is_fetched_with_one_more_to_compare(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra(6), Selection(evaluations=2))
    assert len(crawler.snapshot.jobsets[TRUNK].evaluations) == 3
    crawler.selection = Selection(evaluations=4)
    crawler.run()
    assert len(crawler.snapshot.jobsets[TRUNK].evaluations) == 5
    assert len(crawler.asked()) == 2


@pytest.mark.parametrize("window", [1, 19, 20, 21, 39, 60])
def test_long_lists_are_read_page_by_page(window: int, tmp_path: Path) -> None:
    of = DemoHydra(world=synthetic_world(20, 45))
    crawler = Crawler(tmp_path, of, selection=Selection(evaluations=window))
    crawler.run()
    (jobset,) = crawler.snapshot.jobsets.values()
    listed = [row.id for row in of.world.evaluations_of(jobset.key)]
    assert list(jobset.evaluations) == listed[: len(jobset.evaluations)]
    assert len(jobset.evaluations) >= min(window + 1, len(listed))
    assert len(crawler.asked()) == 2


def test_globs_choose_what_is_asked(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra(), selection=Selection(jobsets=("one/tr*",)))
    asked = crawler.asked()
    assert list(crawler.snapshot.jobsets) == [TRUNK]
    assert not [target for target in asked if "stable" in target]


def test_hidden_things_are_taken_where_asked_for_and_followed(tmp_path: Path) -> None:
    of = hydra()
    of.world.jobsets[STABLE].visible = False
    crawler = Crawler(tmp_path / "cache", of, selection=Selection(hidden=True))
    crawler.run()
    assert not crawler.snapshot.jobsets[STABLE].configuration.visible
    new = evaluate(of.world, STABLE, 9)
    evaluate(of.world, JobsetKey("Secret", "main"), 9)
    crawler.run()
    assert new in crawler.snapshot.evaluations
    fresh = fresh_crawl(tmp_path / "fresh", of, Selection(hidden=True))
    assert_up_to_date(crawler.snapshot, fresh.snapshot)


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(projects=("two",)), "No project matches --project 'two'. This Hydra has: "),
        (Selection(jobsets=("one/trunc",)), "No jobset matches --jobset 'one/trunc'."),
        (Selection(projects=("Secret",)), "hidden and not asked for with --hidden"),
        (Selection(exclude=("*",)), "The selection leaves no project"),
    ],
)
def test_a_glob_that_matches_nothing_is_a_mistake(
    crawler: Crawler, selection: Selection, words: str
) -> None:
    crawler.selection = selection
    with pytest.raises(ConfigError, match=words.replace("(", "[(]")):
        crawler.run()


def test_a_part_that_fails_is_a_gap_and_the_rest_goes_on(crawler: Crawler) -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        broken = request.url.path.startswith("/jobset/one/trunk/")
        return reply('{"error":"out of order"}', 500) if broken else None

    outcome = crawler.run(tap)
    assert [gap.path for gap in outcome.run.gaps] == ["/jobset/one/trunk/evals"]
    assert not outcome.run.complete
    assert crawler.snapshot.jobsets[STABLE].evaluations
    assert crawler.run().run.complete
    assert crawler.snapshot.jobsets[TRUNK].evaluations


def test_a_project_whose_jobsets_cannot_be_read_keeps_them(crawler: Crawler) -> None:
    crawler.run()
    before = crawler.files

    def tap(_: int, request: httpx.Request) -> Answer:
        return reply('{"error":"no"}', 500) if request.url.path == "/api/jobsets" else None

    assert crawler.run(tap).run.gaps
    assert crawler.files == before


def test_names_that_cannot_be_asked_for_are_gaps(crawler: Crawler) -> None:
    data = crawler.hydra.world
    row = data.jobsets.pop(JobsetKey("one", ".empty"))
    row.name = ".."
    data.jobsets[row.key] = row
    outcome = crawler.run()
    assert [gap.path for gap in outcome.run.gaps] == ["/jobset/one/../evals"]
    assert crawler.snapshot.jobsets[TRUNK].evaluations


@pytest.mark.parametrize("name", ["builds/1000.json", "evals/101.json", "jobsets/one/trunk.json",
                                  "projects/one.json"])  # fmt: skip
def test_what_a_damaged_file_held_is_fetched_again(crawler: Crawler, name: str) -> None:
    crawler.run()
    whole = crawler.files
    (crawler.folder / name).write_bytes(whole[name][:-20])
    asked = crawler.asked()
    assert crawler.damaged == [name]
    assert crawler.files == whole
    assert len(asked) < REQUESTS


def test_a_job_that_is_no_aggregate_is_asked_once(crawler: Crawler) -> None:
    evaluate(crawler.hydra.world, STABLE, 9)
    asked: list[str] = []
    for turn in (9, 10, 11):
        evaluate(crawler.hydra.world, STABLE, turn)
        for row in crawler.hydra.world.builds.values():
            row.products = () if row.job.startswith("hello.x86") else row.products
        asked += {path for path in crawler.asked() if path.endswith("/constituents")}
    plain = [
        f"/build/{row.id}/constituents"
        for row in crawler.hydra.world.builds.values()
        if (row.jobset, row.job) == (STABLE, "hello.x86_64-linux")
    ]
    assert len(plain) > 2
    assert len([path for path in asked if path in plain]) == 1


@pytest.mark.slow
def test_large_evaluations_are_read_from_the_listing(tmp_path: Path) -> None:
    of = DemoHydra(world=synthetic_world(5200, 1))
    crawler = Crawler(tmp_path, of)
    crawler.run(limits=Limits(requests=6))
    targets = [line.removeprefix("GET ") for line in of.requests]
    assert "/eval/101?full=1" in targets
    found = crawler.snapshot
    assert found.unknown_builds(found.evaluations[101]) == 0
    for number, build in found.builds.items():
        assert build.finished == of.world.builds[number].finished
        assert build.job == of.world.builds[number].job


def test_an_unfinished_build_is_followed_to_its_end(crawler: Crawler) -> None:
    data = crawler.hydra.world
    evaluate(data, TRUNK, 7, finish=False)
    crawler.run()
    waiting = data.unfinished_builds()
    for row in waiting:
        conclude(data, row.id, 1)
    crawler.run()
    assert waiting
    assert all(crawler.snapshot.builds[row.id].buildstatus == 1 for row in waiting)


def test_a_failed_look_at_the_queue_is_made_up_for(crawler: Crawler, tmp_path: Path) -> None:
    crawler.run()
    build = crawler.hydra.world.current_builds(TRUNK)[0]
    crawler.hydra.world.restart(build.id)

    def tap(_: int, request: httpx.Request) -> Answer:
        return reply('{"error":"no"}', 500) if request.url.path == "/api/queue" else None

    assert [gap.path for gap in crawler.run(tap).run.gaps]
    assert crawler.run().run.complete
    assert not crawler.snapshot.builds[build.id].finished


def test_nothing_learned_is_nothing_kept(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra())
    with pytest.raises(HydrasnapError, match="cannot be reached"):
        crawler.run(lambda *_: httpx.ConnectError("connection refused"))
    assert crawler.files == {}


@pytest.mark.slow
def test_the_crawl_of_the_story_follows_its_moments(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", DemoHydra(1), settings=Settings(rate=1000.0))
    for moment in (1, 2, 3):
        crawler.hydra.stage = moment
        outcome = crawler.run()
        assert (outcome.error, outcome.run.gaps) == (None, ())
        if moment > 1:
            fresh = fresh_crawl(tmp_path / f"fresh-{moment}", crawler.hydra)
            assert_up_to_date(crawler.snapshot, fresh.snapshot)
        projects = sum(not p.hidden for p in crawler.hydra.world.projects.values())
        assert len(crawler.asked()) == 1 + projects
    assert crawler.snapshot.origin == ORIGIN


@pytest.mark.parametrize(
    "selection",
    [
        Selection(projects=("none",)),
        Selection(jobsets=("none/x",)),
        Selection(exclude=("*",)),
    ],
)
def test_an_offer_of_projects_names_no_hidden_ones(tmp_path: Path, selection: Selection) -> None:
    crawler = Crawler(tmp_path, hydra(), selection=selection)
    with pytest.raises(ConfigError) as caught:
        crawler.run()
    assert "Secret" not in str(caught.value)
    assert "This Hydra has: " in caught.value.hint
