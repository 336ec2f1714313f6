"""The index beside a cache is made when it is missing or old, and never stands in the way."""

from pathlib import Path

import pytest
from hydras import TRUNK, Crawler, evaluate, fresh_crawl, hydra

from hydrasnap.errors import CacheError
from hydrasnap.query.failures import failing
from hydrasnap.query.index_file import ask
from hydrasnap.store.opening import open_cache


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    return fresh_crawl(tmp_path / "cache", hydra())


def index_of(crawler: Crawler) -> Path:
    (found,) = (crawler.folder / ".index").glob("*.sqlite")
    return found


def newest(crawler: Crawler) -> int:
    return ask(crawler.folder, lambda index: index.evaluations_of(TRUNK)[0].evaluation.id)


def test_it_is_used_again_until_the_cache_changes(crawler: Crawler) -> None:
    first = newest(crawler)
    written = index_of(crawler).stat().st_mtime_ns
    assert newest(crawler) == first
    assert index_of(crawler).stat().st_mtime_ns == written
    crawler.run()
    assert newest(crawler) == first
    new = evaluate(crawler.hydra.world, TRUNK, 9)
    crawler.run()
    assert newest(crawler) == new > first


def test_a_damaged_one_is_made_again(crawler: Crawler) -> None:
    first = newest(crawler)
    for content in (b"", b"no database", index_of(crawler).read_bytes()[:5000]):
        index_of(crawler).write_bytes(content)
        assert newest(crawler) == first


def test_git_ignores_it(crawler: Crawler) -> None:
    newest(crawler)
    assert (crawler.folder / ".index" / ".gitignore").read_text() == "*\n"


def test_a_folder_that_takes_no_index_can_be_asked_all_the_same(crawler: Crawler) -> None:
    (crawler.folder / ".index").write_text("in the way")
    assert newest(crawler)


def test_the_crawl_before_answers_while_another_is_at_work(crawler: Crawler) -> None:
    first = newest(crawler)
    evaluate(crawler.hydra.world, TRUNK, 9)
    with open_cache(crawler.folder, crawler.hydra.ORIGIN, lambda path, reason: None) as cache:
        cache.put(evaluations=[next(iter(crawler.snapshot.evaluations.values()))])
        (crawler.folder / "evals" / "new").write_text("")
        assert newest(crawler) == first


def test_there_is_no_index_without_a_cache(tmp_path: Path) -> None:
    with pytest.raises(CacheError, match="no cache"):
        ask(tmp_path / "none", lambda index: failing(index, ["*"]))
    assert not (tmp_path / "none").exists()
