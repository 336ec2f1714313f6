"""Precomputed results are kept, and are the same as those of builds in memory."""

from pathlib import Path

import pytest
from example import ORIGIN, build, evaluation, snapshot

from hydrasnap.model import Watch
from hydrasnap.publish.precompute import needed, precompute
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.index import Index
from hydrasnap.store.opening import open_cache, read_snapshot

SETTINGS = SiteSettings(watches=(Watch("mine", jobs=("job-1*", "none-*")),))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return a cache of so many builds that results are memoized."""
    example = snapshot()
    builds = [build(number, f"job-{number % 300}", number % 3) for number in range(1000, 1700)]
    ids = tuple(one.id for one in builds)
    with open_cache(tmp_path, ORIGIN, lambda path, reason: pytest.fail(reason)) as opened:
        opened.put(
            projects=example.projects.values(),
            jobsets=example.jobsets.values(),
            builds=builds,
            evaluations=[evaluation(50, ids[:300]), evaluation(51, ids[300:])],
        )
        opened.close_run(example.run)
    return tmp_path


def missing(index: Index) -> list[str]:
    every = needed(index, SETTINGS)
    return [result.name for result, key in every if result.is_missing(index, key)]


def test_nothing_is_missing_after_it_was_precomputed(cache: Path) -> None:
    index = Index(read_snapshot(cache, 0), b"program")
    assert {"ranks", "paths", "collisions", "systems", "fits watch mine"} <= set(missing(index))
    precompute(index, SETTINGS, many=10**6)
    assert missing(index)
    precompute(index, SETTINGS, many=1)
    assert missing(index) == []
    assert missing(Index(read_snapshot(cache, 0), b"another program"))


def test_nothing_is_missing_where_nothing_can_be_kept(cache: Path) -> None:
    (cache / ".index").write_bytes(b"in the way")
    assert missing(Index(read_snapshot(cache, 0))) == []


def test_results_are_those_of_builds_in_memory(cache: Path) -> None:
    lazy, held = Index(read_snapshot(cache, 0)), Index(read_snapshot(cache))
    precompute(lazy, SETTINGS, many=1)
    assert missing(held) == []
    for result, key in needed(lazy, SETTINGS):
        assert result.of(lazy, key) == result.of(held, key), result.name
