"""Jobsets that Hydra renames: their history moves, and who named them is led on."""

import json
from pathlib import Path

import httpx
import pytest
from hydras import (
    ORIGIN,
    STABLE,
    TRUNK,
    Answer,
    Crawler,
    evaluate,
    fresh,
    fresh_crawl,
    hydra,
    page,
    reply,
)
from up_to_date import assert_up_to_date

from hydrasnap.client.run_budget import Limits
from hydrasnap.crawl.session import Note
from hydrasnap.errors import ConfigError
from hydrasnap.model import JobsetKey
from hydrasnap.plan.selection import Selection

NAMED = Selection(jobsets=("one/trunk",))
MAIN = Selection(jobsets=("one/main",))


def notes(crawler: Crawler) -> list[str]:
    """Return what was said, and forget it."""
    found = [event.text for event in crawler.events if isinstance(event, Note)]
    crawler.events.clear()
    return found


def test_a_wrong_list_does_not_take_the_history_of_another_jobset(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())
    crawler.run()
    before, world = crawler.snapshot, crawler.hydra.world
    newest = before.jobsets[TRUNK].evaluations[0]
    odd = json.dumps(
        {"evals": [{"id": newest, "builds": before.evaluations[newest].builds}], "last": "?page=1"}
    )

    def tap(_: int, request: httpx.Request) -> Answer:
        return reply(odd) if request.url.path == "/jobset/one/stable/evals" else None

    for turn, wrong in enumerate((True, False, False)):
        evaluate(world, STABLE, 20 + turn)
        for row in world.jobsets.values():
            row.lastcheckedtime = world.now
        crawler.run(tap if wrong else lambda *_: None)
        held = crawler.snapshot
        assert held.jobsets[TRUNK].evaluations == before.jobsets[TRUNK].evaluations
        assert newest not in held.jobsets[STABLE].evaluations
        assert all(held.builds[n].jobset == "trunk" for n in held.evaluations[newest].builds)
    assert held.run.complete


def test_a_named_jobset_is_followed_to_its_new_name(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "kept", hydra(), NAMED)
    data = crawler.hydra.world
    old = crawler.snapshot.jobsets[TRUNK].evaluations
    new = data.rename_jobset(TRUNK, "main")
    for turn in (7, 8):
        evaluation = evaluate(data, new, turn)
        assert crawler.run().run.complete
        found = crawler.snapshot
        assert found.jobsets[TRUNK].renamed_to == "main"
        assert set(old) | {evaluation} <= set(found.jobsets[new].evaluations)
        assert STABLE not in found.jobsets
        (note,) = notes(crawler)
        assert note.startswith("Hydra has renamed the jobset one/trunk to one/main, which is taken")
    assert len(crawler.asked()) == 2
    crawler.selection = MAIN
    assert len(crawler.asked()) == 2
    assert_up_to_date(
        crawler.snapshot, fresh_crawl(tmp_path / "fresh", crawler.hydra, MAIN).snapshot
    )


def test_an_old_name_is_followed_by_who_comes_first_too(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", hydra(), selection=NAMED)
    new = crawler.hydra.world.rename_jobset(TRUNK, "main")
    assert crawler.run().run.complete
    fresh = fresh_crawl(tmp_path / "fresh", crawler.hydra, MAIN).snapshot
    found = crawler.snapshot
    assert found.jobsets[new] == fresh.jobsets[new]
    assert (found.evaluations, found.builds) == (fresh.evaluations, fresh.builds)
    assert len(crawler.asked()) == 2


@pytest.mark.parametrize("between", [True, False])
def test_two_renames_are_followed(between: bool, tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "kept", hydra(), NAMED)
    middle = crawler.hydra.world.rename_jobset(TRUNK, "main")
    if between:
        crawler.run()
    new = crawler.hydra.world.rename_jobset(middle, "next")
    evaluation = evaluate(crawler.hydra.world, new, 9)
    assert crawler.run().run.complete
    assert evaluation in crawler.snapshot.jobsets[new].evaluations
    assert len(crawler.asked()) == 2


@pytest.mark.parametrize(
    "globs", [("one/tr*",), ("trunk",), ("one/trun[k]",), ("one/stable", "one/trunk*")]
)
def test_a_pattern_is_not_led_on(globs: tuple[str, ...], tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra(), Selection(jobsets=globs))
    new = crawler.hydra.world.rename_jobset(TRUNK, "main")
    evaluation = evaluate(crawler.hydra.world, new, 9)
    crawler.run()
    assert evaluation not in crawler.snapshot.evaluations
    assert notes(crawler) == []


def test_a_new_jobset_of_the_old_name_is_the_one_that_is_named(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra(), NAMED)
    data = crawler.hydra.world
    new = data.rename_jobset(TRUNK, "main")
    crawler.run()
    notes(crawler)
    data.rename_jobset(STABLE, "trunk")
    data.renames.pop(TRUNK, None)
    evaluations = evaluate(data, new, 9), evaluate(data, TRUNK, 9)
    crawler.run()
    assert [number in crawler.snapshot.evaluations for number in evaluations] == [False, True]
    assert notes(crawler) == []


def test_a_name_that_never_was_is_still_a_mistake(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "cache", hydra(), selection=Selection(jobsets=("one/trunc",)))
    with pytest.raises(ConfigError, match="No jobset matches --jobset 'one/trunc'"):
        crawler.run()
    assert not crawler.folder.exists()


@pytest.mark.parametrize("requests", [3, 4])
def test_a_small_budget_gets_past_a_rename(requests: int, tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "kept", hydra(), NAMED)
    new = crawler.hydra.world.rename_jobset(TRUNK, "main")
    evaluation = evaluate(crawler.hydra.world, new, 9)
    for _ in range(20):
        if crawler.run(limits=Limits(requests=requests)).error is None:
            break
    assert crawler.snapshot.unknown_builds(crawler.snapshot.evaluations[evaluation]) == 0
    assert JobsetKey("one", "main") in crawler.snapshot.jobsets
    assert len(crawler.asked()) == 2


def test_a_broken_answer_does_not_make_a_renamed_jobset_a_deleted_one(tmp_path: Path) -> None:
    broken = [reply(b'{"replay":"unexpected"}'), reply(b"[]")]

    def tap(_: int, request: httpx.Request) -> Answer:
        return broken.pop() if request.url.path.endswith("/trunk") and broken else None

    crawler = fresh_crawl(tmp_path, hydra())
    crawler.hydra.world.rename_jobset(TRUNK, "main")
    assert crawler.run(tap).run.complete
    assert crawler.snapshot.jobsets[TRUNK].renamed_to == "main"
    assert not broken


@pytest.mark.parametrize(
    "answer",
    [
        reply(b'{"name":"trunk","project":"one","enabled":1}'),
        page("", 302, Location=f"{ORIGIN}/login"),
        page("", 302, Location=f"{ORIGIN}/jobset/one/trunk"),
        page("", 302, Location=f"{ORIGIN}/jobset/Secret/main"),
    ],
    ids=["still there", "to the login", "to itself", "to another project"],
)
def test_a_jobset_is_deleted_only_where_hydra_says_so(answer: Answer, tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    crawler.hydra.world.rename_jobset(TRUNK, "main")
    done = crawler.run(lambda _, r: fresh(answer) if r.url.path.endswith("/trunk") else None)
    assert [gap.path for gap in done.run.gaps] == ["/jobset/one/trunk"]
    assert not crawler.snapshot.jobsets[TRUNK].deleted_upstream
    assert not any(build.deleted_upstream for build in crawler.snapshot.builds.values())
    assert crawler.run().run.complete
    assert crawler.snapshot.jobsets[TRUNK].renamed_to == "main"
