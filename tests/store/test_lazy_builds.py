"""Tests of builds that are left in their files: they answer as those in memory do."""

from pathlib import Path

import pytest
from example import ORIGIN, build, snapshot
from msgspec import structs

from hydrasnap.errors import CacheError
from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.model.builds import Builds, BuildsInMemory
from hydrasnap.store.layout import shard_path
from hydrasnap.store.lazy_builds import CacheChangedError
from hydrasnap.store.memo_files import memoized
from hydrasnap.store.opening import open_cache, read_snapshot

NOTHING = 0  # bytes of builds that are held in memory
FOREIGN = JobsetKey("no", "such")


def write(folder: Path, builds: list[Build]) -> None:
    example = snapshot()
    with open_cache(folder, ORIGIN, lambda path, reason: pytest.fail(reason)) as cache:
        cache.put(
            projects=example.projects.values(),
            builds=builds,
            evaluations=example.evaluations.values(),
            jobsets=example.jobsets.values(),
        )
        cache.close_run(example.run)


def some() -> list[Build]:
    """Return builds of several shards, with ids of different lengths, in several jobsets."""
    far = [build(number, f"far-{number % 7}") for number in range(990, 12_000, 250)]
    odd = [build(12_500, "ä b/\u2028"), build(12_501, "me@example.org", None)]
    return [*snapshot().builds.values(), *far, *odd]


@pytest.fixture
def both(tmp_path: Path) -> tuple[Builds, Builds]:
    """Return the same builds in memory, and in files."""
    write(tmp_path / "cache", some())
    lazy = read_snapshot(tmp_path / "cache", NOTHING).builds
    assert isinstance(lazy, Builds)
    assert not lazy.in_memory
    return BuildsInMemory(read_snapshot(tmp_path / "cache").builds), lazy


def test_all_builds_are_found_by_id(both: tuple[Builds, Builds]) -> None:
    held, lazy = both
    assert list(lazy) == list(held) == sorted(found.id for found in some())
    assert dict(lazy.items()) == dict(held.items())
    assert {found.id: found for found in lazy.values()} == dict(held.items())
    assert len(lazy) == len(held)
    for number in (-1, 0, 989, 10**9):
        assert number not in lazy
        assert lazy.get(number) is None
    with pytest.raises(KeyError):
        lazy[10**9]


def test_builds_are_found_by_jobset_and_job(both: tuple[Builds, Builds]) -> None:
    held, lazy = both
    assert set(lazy.jobsets()) == set(held.jobsets())
    for key in (*held.jobsets(), FOREIGN):
        assert list(lazy.of_jobset(key)) == list(held.of_jobset(key))
        assert list(lazy.ids_of(key)) == list(held.ids_of(key))
        assert lazy.count_jobs(key) == held.count_jobs(key)
        for job in {found.job for found in held.of_jobset(key)} | {"no such job"}:
            name = JobKey(*key, job)
            assert list(lazy.of_job(name)) == list(held.of_job(name))
        assert lazy.count(key) == held.count(key)
        assert list(lazy.job_hashes(key)) == list(held.job_hashes(key))
    for number in (*held, 10**9):
        assert lazy.jobset_of(number) == held.jobset_of(number)


def test_what_waits_and_what_has_constituents_is_known(both: tuple[Builds, Builds]) -> None:
    held, lazy = both
    assert held.unfinished()
    assert list(lazy.unfinished()) == list(held.unfinished())
    assert held.aggregates()
    assert list(lazy.aggregates()) == list(held.aggregates())


def test_some_builds_can_be_replaced(both: tuple[Builds, Builds]) -> None:
    held, lazy = both
    assert 12_501 in {found.id for found in lazy.with_at_sign()}
    changed = {12_501: build(12_501, "me@example.org", 1, nixname="other")}
    key = changed[12_501].jobset_key
    for found in (held.replace(changed), lazy.replace(changed)):
        assert found[12_501] == changed[12_501]
        assert changed[12_501] in found.of_jobset(key)
        assert list(found.of_job(changed[12_501].job_key)) == [changed[12_501]]
        assert found[12_500] == held[12_500]
    assert lazy[12_501] == held[12_501]


def test_a_damaged_file_is_refused_as_ever(tmp_path: Path) -> None:
    write(tmp_path, some())
    path = tmp_path / shard_path(12_000)
    path.write_bytes(path.read_bytes().replace(b"example.org", b"example.com"))
    with pytest.raises(CacheError, match="checksum"):
        read_snapshot(tmp_path, NOTHING)


def test_a_file_that_was_changed_meanwhile_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, some())
    builds = read_snapshot(tmp_path, NOTHING).builds
    path = tmp_path / shard_path(12_000)
    path.write_bytes(path.read_bytes())
    with pytest.raises(CacheChangedError):
        builds[12_500]
    assert read_snapshot(tmp_path, NOTHING).builds[12_500].job == "ä b/\u2028"


def test_only_changed_files_are_read_by_a_later_run(tmp_path: Path) -> None:
    write(tmp_path, some())
    first = read_snapshot(tmp_path, NOTHING).builds
    (tmp_path / shard_path(11_000)).unlink()
    later = read_snapshot(tmp_path, NOTHING).builds
    assert set(first) - set(later) == {n for n in first if 11_000 <= n < 12_000}
    index = next((tmp_path / ".index").glob("builds-*"))
    index.write_bytes(index.read_bytes()[:-1])
    assert dict(read_snapshot(tmp_path, NOTHING).builds.items()) == dict(later.items())


def test_results_are_memoized_as_long_as_the_builds_are_the_same(tmp_path: Path) -> None:
    many = [build(number, f"job-{number}") for number in range(1000, 1600)]
    key = many[0].jobset_key

    def ask(answer: int, about: bytes = b"") -> int:
        builds = read_snapshot(tmp_path, NOTHING).builds
        assert isinstance(builds, Builds)
        return builds.memoized(key, "result", about, int, lambda: answer)

    write(tmp_path, many)
    assert [ask(1), ask(2), ask(3, b"else"), ask(4, b"else")] == [1, 1, 3, 3]
    write(tmp_path, [build(1000, "job-1000", 1)])
    assert ask(5, b"else") == 5
    for file in (tmp_path / ".index").glob("memo-*"):
        file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    assert ask(6, b"else") == 6


def test_results_of_lost_jobsets_and_of_older_versions_are_removed(tmp_path: Path) -> None:
    index = tmp_path / ".index"
    mine = [build(number, f"job-{number}") for number in range(1000, 1600)]
    lost = [structs.replace(one, id=one.id + 1000, jobset="lost") for one in mine]
    write(tmp_path, [*mine, *lost])
    builds = read_snapshot(tmp_path, NOTHING).builds
    assert isinstance(builds, Builds)
    for key in builds.jobsets():
        assert builds.memoized(key, "result", b"", int, lambda: 1) == 1
    memoized(tmp_path, ("packages",), b"", int, lambda: 1)
    old = index / "answer-00ff"
    old.write_bytes(b"")
    (tmp_path / shard_path(2000)).unlink()
    kept = {file.name for file in index.glob("memo-*")}
    assert len(kept) == 3
    read_snapshot(tmp_path, NOTHING)
    left = {file.name for file in index.glob("memo-*")}
    assert left < kept
    assert len(left) == 2
    assert not old.exists()


def test_files_without_checksums_are_read(tmp_path: Path) -> None:
    write(tmp_path, some())
    path = tmp_path / shard_path(12_000)
    path.write_text('[{"id": 12700, "project": "p", "jobset": "j", "job": "plain"}]\n')
    assert read_snapshot(tmp_path, NOTHING).builds[12_700].job == "plain"
