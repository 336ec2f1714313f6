"""What the retention does not want goes, with the builds that nothing else holds, and no more."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hydras import ORIGIN, STABLE, TRUNK, Crawler, evaluate, files, hydra
from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.crawl.prune import Pruned, prune
from hydrasnap.demo.world.world import World
from hydrasnap.model import Build, Evaluation, Jobset, JobsetConfiguration, JobsetKey
from hydrasnap.plan.retention import Retention, unreferenced
from hydrasnap.plan.selection import Selection
from hydrasnap.store.opening import open_cache

DAY = 86400
SECRET = JobsetKey("Secret", "main")


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    crawler = Crawler(tmp_path / "cache", hydra(6))
    crawler.hydra.world.projects["Secret"].hidden = False
    crawler.run()
    return crawler


def pruned(crawler: Crawler, retention: Retention) -> Pruned:
    """Prune, and see that what is left is whole and that a second time drops nothing."""
    with open_cache(crawler.folder, ORIGIN, lambda *_: None) as cache:
        done = prune(cache, retention)
        assert prune(cache, retention) == Pruned(0, 0, 0)
    found = crawler.snapshot
    held = {number for e in found.evaluations.values() for number in e.builds}
    parts = {number for n in held for number in found.builds[n].constituents or ()}
    assert set(found.builds) == held | parts
    listed = [number for jobset in found.jobsets.values() for number in jobset.evaluations]
    assert sorted(listed) == sorted(found.evaluations)
    on_disk = files(crawler.folder)
    assert sum(name.startswith("evals/") for name in on_disk) == len(found.evaluations)
    return done


def test_the_newest_evaluations_stay(crawler: Crawler) -> None:
    before = crawler.snapshot
    done = pruned(crawler, Retention(evaluations=2))
    after = crawler.snapshot
    for key in (TRUNK, STABLE, SECRET):
        assert after.jobsets[key].evaluations == before.jobsets[key].evaluations[:2]
        assert after.jobsets[key].first_evaluation is None
    assert done.evaluations == len(before.evaluations) - len(after.evaluations) == 3 * 4
    assert done.builds == len(before.builds) - len(after.builds) > 0


def test_what_the_next_crawl_would_fetch_again_stays(crawler: Crawler) -> None:
    crawler.selection = Selection(evaluations=3)
    pruned(crawler, Retention(evaluations=1, window=crawler.selection.window))
    assert len(crawler.snapshot.jobsets[TRUNK].evaluations) == 4
    assert len(crawler.asked()) == 3
    new = evaluate(crawler.hydra.world, TRUNK, 8)
    crawler.run()
    assert crawler.snapshot.jobsets[TRUNK].evaluations[0] == new


def test_days_are_counted_from_the_last_crawl(crawler: Crawler) -> None:
    before = crawler.snapshot
    now = before.run.started
    limit = sorted(e.timestamp for e in before.evaluations.values())[9]
    crawler.hydra.world.now = limit + DAY
    crawler.run()
    done = pruned(crawler, Retention(days=1))
    stayed = {n for n, e in before.evaluations.items() if e.timestamp >= limit}
    assert (set(crawler.snapshot.evaluations), done.evaluations) == (stayed, 18 - len(stayed))
    assert now != crawler.snapshot.run.started


def _delete(data: World) -> None:
    data.delete_jobset(SECRET)


def _hide(data: World) -> None:
    data.jobsets[SECRET].visible = False


def _hide_project(data: World) -> None:
    data.projects["Secret"].hidden = True


@pytest.mark.parametrize(
    ("change", "retention"),
    [
        (_delete, Retention(deleted=False)),
        (_hide, Retention(hidden=False)),
        (_hide_project, Retention(hidden=False)),
    ],
)
def test_a_jobset_that_is_shown_no_more_goes_where_that_is_wanted(
    crawler: Crawler, change: object, retention: Retention
) -> None:
    assert callable(change)
    change(crawler.hydra.world)
    crawler.run()
    before = crawler.snapshot
    kept = {"deleted": not retention.deleted, "hidden": not retention.hidden}
    assert pruned(crawler, Retention(**kept)) == Pruned(0, 0, 0)
    assert pruned(crawler, retention).jobsets == 1
    after = crawler.snapshot
    assert set(before.jobsets) - set(after.jobsets) == {SECRET}
    assert {e.jobset_key for e in after.evaluations.values()} == {TRUNK, STABLE}


def test_no_limit_is_told_from_a_limit() -> None:
    assert not Retention(window=9).limits
    for limit in ({"evaluations": 1}, {"days": 1}, {"deleted": False}, {"hidden": False}):
        assert Retention(**limit).limits


EVALUATIONS: Mapping[int, Evaluation] = {
    number: Evaluation(id=number, project="p", jobset="j", timestamp=number * DAY)
    for number in range(1, 31)
}
LIMITS = st.none() | st.integers(0, 40)


@given(st.sets(st.integers(1, 30)), LIMITS, LIMITS, st.integers(0, 40), st.booleans())
def test_what_expires_is_old_and_not_in_the_window(
    ids: set[int], most: int | None, days: int | None, window: int, gone: bool
) -> None:
    listed = tuple(sorted(ids, reverse=True))
    jobset = Jobset(project="p", name="j", evaluations=(*listed, 99), deleted_upstream=gone)
    retention = Retention(evaluations=most, days=days, window=window)
    expired = retention.expired(jobset, EVALUATIONS, 31 * DAY)
    for place, number in enumerate(listed):
        protected = place < window and not gone
        late = days is not None and 31 - number > days
        assert (number in expired) == (
            not protected and (late or (most is not None and place >= most))
        )
    assert expired <= ids


def test_constituents_stay_with_the_aggregate_that_has_them() -> None:
    plain = Build(id=1, project="p", jobset="j", job="x")
    builds = {n: msgspec.structs.replace(plain, id=n) for n in (1, 2, 3, 4)}
    builds[1] = msgspec.structs.replace(plain, constituents=(2,))
    builds[3] = msgspec.structs.replace(plain, id=3, constituents=(4,))
    kept = [Evaluation(id=1, project="p", jobset="j", builds=(1, 9))]
    assert unreferenced(builds, kept) == [3, 4]


def test_a_hidden_jobset_is_told_from_a_deleted_one() -> None:
    jobset = Jobset(project="p", name="j")
    hidden = msgspec.structs.replace(jobset, configuration=JobsetConfiguration(visible=False))
    gone = msgspec.structs.replace(jobset, deleted_upstream=True)
    assert [Retention(deleted=False).unwanted(j) for j in (jobset, hidden, gone)] == [0, 0, 1]
    assert [Retention(hidden=False).unwanted(j) for j in (jobset, hidden, gone)] == [0, 1, 0]
