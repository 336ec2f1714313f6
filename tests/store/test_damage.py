"""Damage of every kind is seen, costs what it hit alone, and is fetched again."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from cases import cases
from hydras import TRUNK, Crawler, files, fresh_crawl, hydra
from up_to_date import is_intact

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.errors import CacheError
from hydrasnap.store import atomic
from hydrasnap.store.opening import check_cache, read_snapshot

FILES = ("builds/1000.json", "evals/101.json", "projects/one.json", "jobsets/one/trunk.json")
CHECKSUM = re.compile(rb',\n? ?"checksum": ?"[0-9a-f]{8}"')


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    found = Crawler(tmp_path / "cache", hydra())
    assert found.run().run.complete
    return found


def one_changed(data: bytes, chance: Random) -> bytes:
    """Change a digit or a letter of the data: the result is valid JSON."""
    end = data.rindex(b'"checksum"')
    chosen = [n for n in range(end) if data[n : n + 1] in b"0123456789eot"]
    place = chance.choice(chosen)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", cases(range(6), quick=2))
def test_damage_that_is_still_valid_json_is_seen_and_fetched_again(
    crawler: Crawler, name: str, seed: int
) -> None:
    path, before = crawler.folder / name, crawler.files
    path.write_bytes(one_changed(path.read_bytes(), Random(seed)))  # noqa: S311
    assert [each for each, _ in check_cache(crawler.folder).damaged] == [path]
    with pytest.raises(CacheError, match="is damaged"):
        read_snapshot(crawler.folder)
    assert crawler.run().run.complete
    assert crawler.files == before
    assert is_intact(crawler.folder)


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def made_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "emptied": lambda path: path.write_bytes(b""),
    "zeroed": lambda path: path.write_bytes(b"\0" * path.stat().st_size),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "doubled": lambda path: path.write_bytes(path.read_bytes() * 2),
    "removed": lambda path: path.unlink(),
    "a folder": made_a_folder,
    "a pipe": made_a_pipe,
    "of another object": lambda path: path.write_bytes(
        (path.parent / {"101": "104", "trunk": "stable"}.get(path.stem, path.stem))
        .with_suffix(".json")
        .read_bytes()
    ),
    "deeply nested": lambda path: path.write_bytes(b"[" * 100_000),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_a_damaged_file_held_is_fetched_again(
    crawler: Crawler, name: str, damage: Callable[[Path], object]
) -> None:
    before = crawler.files
    damage(crawler.folder / name)
    assert crawler.run().run.complete
    left = {name: data for name, data in crawler.files.items() if ".damaged" not in name}
    assert left == before


def test_one_bad_line_costs_one_build(crawler: Crawler) -> None:
    path, before = crawler.folder / "builds/1000.json", crawler.files
    lines = path.read_bytes().split(b"\n")
    lines[3] = lines[3].replace(b"hello", b"hallo").replace(b"zlib", b"zlob")
    path.write_bytes(b"\n".join(lines))
    crawler.hydra.requests.clear()
    assert crawler.run().run.complete
    asked = [line for line in crawler.hydra.requests if "/build/" in line]
    assert len(asked) <= 2  # the build, and its constituents
    assert crawler.files == before


def test_a_cache_of_a_version_without_checksums_is_read_as_it_is(crawler: Crawler) -> None:
    now = crawler.snapshot
    for path in crawler.folder.rglob("*.json"):
        path.write_bytes(CHECKSUM.sub(b"", path.read_bytes()))
    assert crawler.snapshot == now
    assert is_intact(crawler.folder)
    assert crawler.run().run.complete
    assert crawler.damaged == []
    assert all(CHECKSUM.search(path.read_bytes()) for path in crawler.folder.rglob("*.json"))


def test_files_removed_while_they_are_read_count_as_absent(
    crawler: Crawler, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = atomic.read_whole

    def vanishing(path: Path) -> bytes:
        if path.name == "101.json":
            raise FileNotFoundError(path)
        return read(path)

    where = "hydrasnap.store.file_reader.read_whole"
    monkeypatch.setattr(where, vanishing)  # stands for another process
    assert 101 not in read_snapshot(crawler.folder).evaluations


def test_a_lost_constituent_of_a_deleted_evaluation_is_fetched_again(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "cache", hydra())
    parts = {n for b in crawler.snapshot.builds.values() for n in b.constituents or ()}
    (crawler.folder / "builds/1000.json").write_bytes(b"")
    crawler.run()
    assert parts <= crawler.snapshot.builds.keys()


def test_a_damaged_origin_is_mended_from_the_manifest(crawler: Crawler) -> None:
    (crawler.folder / "origin").write_text("https://elsewhere.example", encoding="utf-8")
    assert crawler.run().run.complete
    assert (crawler.folder / "origin").read_text(encoding="utf-8").strip() == DemoHydra.ORIGIN


def test_a_jobset_whose_evaluations_lost_their_files_is_told(crawler: Crawler) -> None:
    number = crawler.snapshot.jobsets[TRUNK].evaluations[0]
    (crawler.folder / "evals" / f"{number}.json").unlink()
    assert not check_cache(crawler.folder).damaged
    assert not is_intact(crawler.folder)


@pytest.mark.parametrize("seed", range(20))
def test_random_edits_of_random_files_come_to_the_same_end(seed: int, tmp_path: Path) -> None:
    chance = Random(seed)  # noqa: S311
    crawler = fresh_crawl(tmp_path / "cache", hydra())
    for name in chance.sample(sorted(crawler.files), 3):
        path = crawler.folder / name
        data = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data))
    assert crawler.run().run.complete
    left = {name: data for name, data in files(crawler.folder).items() if ".damaged" not in name}
    assert left == fresh_crawl(tmp_path / "fresh", crawler.hydra).files
