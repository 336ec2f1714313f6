"""What is asked ahead is kept, and the same as is found among builds in memory."""

from pathlib import Path

import pytest
from example import ORIGIN, build, evaluation, snapshot

from hydrasnap.model import Watch
from hydrasnap.publish.asking_ahead import ask_ahead, asked
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.index import Index
from hydrasnap.store.opening import open_cache, read_snapshot

SETTINGS = SiteSettings(watches=(Watch("mine", jobs=("job-1*", "none-*")),))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Return a cache of more builds than answers are found among at once."""
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


def left_open(index: Index) -> list[str]:
    return [
        question.name for question, key in asked(index, SETTINGS) if question.is_open(index, key)
    ]


def test_all_that_is_asked_ahead_is_answered_afterwards(cache: Path) -> None:
    index = Index(read_snapshot(cache, 0), b"program")
    assert {"ranks", "paths", "collisions", "systems", "fits watch mine"} <= set(left_open(index))
    ask_ahead(index, SETTINGS, many=10**6)
    assert left_open(index)
    ask_ahead(index, SETTINGS, many=1)
    assert left_open(index) == []
    assert left_open(Index(read_snapshot(cache, 0), b"another program"))


def test_nothing_is_asked_ahead_where_no_answer_can_be_kept(cache: Path) -> None:
    (cache / ".index").write_bytes(b"in the way")
    assert left_open(Index(read_snapshot(cache, 0))) == []


def test_answers_are_those_of_builds_in_memory(cache: Path) -> None:
    filed, held = Index(read_snapshot(cache, 0)), Index(read_snapshot(cache))
    ask_ahead(filed, SETTINGS, many=1)
    assert left_open(held) == []
    for question, key in asked(filed, SETTINGS):
        assert question.ask(filed, key) == question.ask(held, key), question.name
