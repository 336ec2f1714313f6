"""A Hydra that changes between two crawls, or under the feet of one."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import httpx
import pytest
from cases import cases
from hydras import STABLE, TRUNK, Answer, Crawler, conclude, evaluate, fresh_crawl, hydra, reply
from synthetic import synthetic_world
from up_to_date import assert_up_to_date

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.world.world import World as Data
from hydrasnap.model import JobsetKey
from hydrasnap.plan.selection import Selection

EMPTY = JobsetKey("one", ".empty")
Change = Callable[[Data, Random], object]


def _jobset(data: Data, chance: Random) -> JobsetKey:
    return chance.choice(sorted(data.jobsets))


def _evaluate(data: Data, chance: Random) -> None:
    key = _jobset(data, chance)
    evaluate(data, key, chance.randrange(50), finish=chance.random() < 0.5)


def _finish(data: Data, chance: Random) -> None:
    for row in data.unfinished_builds()[:2]:
        conclude(data, row.id, chance.choice([0, 1, 2, 3]))


def _restart(data: Data, chance: Random) -> None:
    rows = [row for key in data.jobsets for row in data.current_builds(key) if row.finished]
    data.restart(chance.choice(rows).id)


def _delete(data: Data, chance: Random) -> None:
    if data.evaluations:
        data.delete_evaluation(chance.choice(sorted(data.evaluations)))


def _delete_jobset(data: Data, chance: Random) -> None:
    if len(data.jobsets) > 2:
        data.delete_jobset(_jobset(data, chance))


def _hide_or_show(data: Data, chance: Random) -> None:
    row = data.jobsets[_jobset(data, chance)]
    row.visible = not row.visible


def _rename(data: Data, chance: Random) -> None:
    data.rename_jobset(_jobset(data, chance), f"new-{len(data.renames)}")


def _check(data: Data, chance: Random) -> None:
    data.jobsets[_jobset(data, chance)].lastcheckedtime = data.now + 1


def _fail(data: Data, chance: Random) -> None:
    data.set_error(_jobset(data, chance), errormsg=f"broken {chance.random()}")


def _mend(data: Data, chance: Random) -> None:
    data.clear_error(_jobset(data, chance))


CHANGES: tuple[Change, ...] = (
    _evaluate, _finish, _restart, _delete, _delete_jobset, _hide_or_show, _rename, _check, _fail,
    _mend,
)  # fmt: skip


def change(data: Data, chance: Random, change: Change) -> None:
    """Let something happen; time goes on, and jobsets are checked by the clock."""
    data.now += 60
    if data.jobsets:
        change(data, chance)


def check_all(data: Data) -> None:
    data.now += 60
    for row in data.jobsets.values():
        row.lastcheckedtime = data.now


@pytest.mark.parametrize("seed", cases(range(8), quick=2))
@pytest.mark.parametrize("happens", CHANGES, ids=lambda f: f.__name__.strip("_"))
def test_after_a_change_the_cache_holds_what_a_fresh_crawl_holds(
    happens: Change, seed: int, tmp_path: Path
) -> None:
    crawler, chance = fresh_crawl(tmp_path / "kept", hydra()), Random(seed)  # noqa: S311
    for _ in range(1 + seed % 2):
        change(crawler.hydra.world, chance, happens)
    assert crawler.run().run.complete
    fresh = fresh_crawl(tmp_path / "fresh", crawler.hydra)
    assert_up_to_date(crawler.snapshot, fresh.snapshot)


@pytest.mark.parametrize("seed", cases(range(40), quick=6))
def test_whatever_happens_under_its_feet_a_quiet_crawl_sets_right(
    seed: int, tmp_path: Path
) -> None:
    begin = fresh_crawl if seed % 2 else Crawler
    crawler, chance = begin(tmp_path / "kept", hydra()), Random(seed)  # noqa: S311
    if seed % 2:
        check_all(crawler.hydra.world)

    def before_answer(_: str) -> None:
        if chance.random() < 0.15:
            change(crawler.hydra.world, chance, chance.choice(CHANGES))

    crawler.hydra.before_answer = before_answer
    crawler.run(concurrency=1 + seed % 3)
    crawler.hydra.before_answer = None
    crawler.run()
    assert crawler.run().run.complete
    fresh = fresh_crawl(tmp_path / "fresh", crawler.hydra)
    assert_up_to_date(crawler.snapshot, fresh.snapshot)


def once(target: str, act: Callable[[], object]) -> Callable[[str], None]:
    """Act before the first answer to a target."""
    left = [act]

    def before_answer(asked: str) -> None:
        if asked == target and left:
            left.pop()()

    return before_answer


def test_an_evaluation_that_comes_between_two_pages_loses_none(tmp_path: Path) -> None:
    of = DemoHydra(world=synthetic_world(20, 45))
    key = next(iter(of.world.jobsets))
    of.before_answer = once(
        f"/jobset/{key.project}/{key.name}/evals?page=2", lambda: evaluate(of.world, key, 1)
    )
    crawler = Crawler(tmp_path / "kept", of, selection=Selection(evaluations=50))
    crawler.run()
    old = [row.id for row in of.world.evaluations_of(key)][1:]
    assert list(crawler.snapshot.jobsets[key].evaluations) == old
    crawler.run()
    fresh = fresh_crawl(tmp_path / "fresh", of, crawler.selection)
    assert_up_to_date(crawler.snapshot, fresh.snapshot)


@pytest.mark.parametrize(
    "target",
    ["/eval/107/builds", "/eval/101/builds", "/jobset/one/trunk/evals", "/jobset/one/trunk/errors"],
)
@pytest.mark.parametrize("number", [101, 107])
def test_an_evaluation_that_is_deleted_meanwhile_is_gone_and_no_gap(
    target: str, number: int, tmp_path: Path
) -> None:
    crawler = Crawler(tmp_path / "kept", hydra())
    data = crawler.hydra.world
    crawler.hydra.before_answer = once(target, lambda: data.delete_evaluation(number))
    assert crawler.run().run.gaps == ()
    crawler.hydra.before_answer = None
    assert crawler.run().run.complete
    assert_up_to_date(crawler.snapshot, fresh_crawl(tmp_path / "fresh", crawler.hydra).snapshot)


def test_a_build_that_ends_between_list_and_detail_is_not_taken_for_queued(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", hydra())
    data = crawler.hydra.world
    evaluate(data, TRUNK, 7, finish=False)
    (newest, *_) = data.evaluations_of(TRUNK)
    waiting = [row.id for row in data.unfinished_builds()]

    def end() -> None:
        for number in waiting:
            conclude(data, number, 0)

    crawler.hydra.before_answer = once(f"/eval/{newest.id}/builds", end)
    crawler.run()
    assert all(crawler.snapshot.builds[number].finished for number in waiting)
    crawler.run()
    assert_up_to_date(crawler.snapshot, fresh_crawl(tmp_path / "fresh", crawler.hydra).snapshot)


@pytest.mark.slow
def test_the_same_counts_do_not_hide_a_new_evaluation(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    before = crawler.snapshot.jobsets[TRUNK]
    for turn in range(20, 40):
        new = evaluate(crawler.hydra.world, TRUNK, turn)
        for row in crawler.hydra.world.current_builds(TRUNK):
            conclude(crawler.hydra.world, row.id, 0)
        crawler.run()
        assert new in crawler.snapshot.evaluations
    after = crawler.snapshot.jobsets[TRUNK]
    assert before.overview
    assert after.overview
    assert before.overview.counts.total == after.overview.counts.total


def test_a_jobset_that_was_merely_checked_costs_one_small_question(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    crawler.hydra.world.jobsets[TRUNK].lastcheckedtime = crawler.hydra.world.now + 1
    assert crawler.asked()[2:] == ["/jobset/one/trunk/latest-eval"]
    assert len(crawler.asked()) == 2


def test_a_jobset_never_evaluated_that_is_checked_again_is_no_gap(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    crawler.hydra.world.jobsets[EMPTY].lastcheckedtime = crawler.hydra.world.now
    assert crawler.run().run.complete
    assert len(crawler.asked()) == 2


def test_what_hydra_deletes_stays_marked(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    data, before = crawler.hydra.world, crawler.snapshot
    data.delete_evaluation(107)
    data.delete_jobset(STABLE)
    evaluate(data, TRUNK, 9)
    crawler.run()
    found = crawler.snapshot
    assert found.evaluations[107].deleted_upstream
    assert found.evaluations[101] == before.evaluations[101]
    assert found.jobsets[STABLE].deleted_upstream
    assert {n for n, b in before.builds.items() if n not in data.builds} == {
        n for n, b in found.builds.items() if b.deleted_upstream
    }
    assert found.builds.keys() >= before.builds.keys()


def test_a_deleted_project_stays_marked_with_all_that_was_in_it(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra())
    crawler.hydra.world.projects["Secret"].hidden = False
    crawler.run()
    crawler.hydra.world.delete_project("Secret")
    assert crawler.run().run.complete
    found = crawler.snapshot
    assert found.projects["Secret"].deleted_upstream
    assert found.jobsets[JobsetKey("Secret", "main")].deleted_upstream
    assert all(e.deleted_upstream for e in found.evaluations.values() if e.project == "Secret")


def test_a_renamed_jobset_keeps_its_history_and_leaves_a_signpost(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    before = crawler.snapshot
    crawler.hydra.world.delete_evaluation(101)
    new = crawler.hydra.world.rename_jobset(TRUNK, "main")
    evaluate(crawler.hydra.world, new, 8)
    assert crawler.run().run.complete
    found = crawler.snapshot
    assert found.jobsets[TRUNK].renamed_to == "main"
    assert found.evaluations[101].jobset_key == new
    assert set(before.jobsets[TRUNK].evaluations) < set(found.jobsets[new].evaluations)
    assert not [b for b in found.builds.values() if b.jobset_key == TRUNK]
    assert len(crawler.asked()) == 2


def test_a_jobset_that_gets_an_old_name_is_no_signpost_any_more(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "kept", hydra())
    data = crawler.hydra.world
    data.rename_jobset(TRUNK, "main")
    crawler.run()
    data.rename_jobset(STABLE, "trunk")
    data.renames.pop(TRUNK, None)
    crawler.run()
    jobset = crawler.snapshot.jobsets[TRUNK]
    assert (jobset.deleted_upstream, jobset.renamed_to) == (False, None)


@pytest.mark.parametrize("then", ["show", "rename", "delete"])
def test_what_becomes_of_a_hidden_jobset_is_seen(then: str, tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    data = crawler.hydra.world
    data.jobsets[STABLE].visible = False
    crawler.run()
    assert not crawler.snapshot.jobsets[STABLE].configuration.visible
    if then == "show":
        data.jobsets[STABLE].visible = True
    elif then == "rename":
        data.rename_jobset(STABLE, "new")
    else:
        data.delete_jobset(STABLE)
    crawler.run()
    found = crawler.snapshot.jobsets[STABLE]
    assert (found.configuration.visible, found.deleted_upstream, found.renamed_to) == {
        "show": (True, False, None), "rename": (False, True, "new"), "delete": (False, True, None),
    }[then]  # fmt: skip


def test_an_empty_answer_is_not_believed_at_once(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    before = crawler.files
    told: list[str] = []

    def tap(_: int, request: httpx.Request) -> Answer:
        path = str(request.url.copy_with(scheme="https", host="h")).removeprefix("https://h")
        told.append(path)
        first = told.count(path) == 1
        return reply(b"[]") if first else None

    assert crawler.run(tap).run.complete
    assert crawler.files == before


def test_an_error_is_read_and_forgotten_with_its_evaluation(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    crawler.hydra.world.set_error(TRUNK, errormsg="undefined variable")
    assert len(crawler.asked()) <= 2 + 3
    assert crawler.snapshot.jobsets[TRUNK].errormsg == "undefined variable"
    crawler.hydra.world.clear_error(TRUNK)
    crawler.run()
    assert crawler.snapshot.jobsets[TRUNK].errormsg == ""
