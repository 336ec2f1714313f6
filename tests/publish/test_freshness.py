"""Tests of the check for changes: each file of a small site, each folder of a large one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hydrasnap.publish.incremental.freshness import FreshnessCheck
from hydrasnap.publish.incremental.state import FileRecord, SiteState, TaskRecord, dump, load
from hydrasnap.publish.output.ownership import MANIFEST, STATE

PATHS = ("index.html", "build/1.html", "build/2.html", "job/p/j/k.html")


@pytest.fixture(params=[1, 1000], ids=["large", "small"])
def by_folder(request: pytest.FixtureRequest) -> int:
    """Return from how many files on a site is checked by folder."""
    number: int = request.param
    return number


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Leave a site with the state of its render."""
    for path in PATHS:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("one")
    records = tuple(FileRecord(path, 3, b"", is_page=True) for path in PATHS)
    state = SiteState(tasks={"all": TaskRecord.of(b"", records)})
    (tmp_path / MANIFEST).write_text("\n".join(("hydrasnap", *PATHS, "")))
    (tmp_path / STATE).write_bytes(dump(state))
    return tmp_path


def modified(site: Path, by_folder: int) -> list[str]:
    """Name the files that are not as the state records them."""
    found = load(site)
    is_unmodified = FreshnessCheck(site, found, by_folder)
    records = found.tasks["all"].records()
    paths = [record.path for record in records if not is_unmodified(record)]
    assert is_unmodified.whole_site() == (not paths)
    return paths


def later(place: Path) -> None:
    """Date a change after the render, however coarse the clock of the disk is."""
    after = place.stat().st_mtime_ns + 10**9
    os.utime(place, ns=(after, after), follow_symlinks=False)


def test_a_site_that_was_left_alone_is_unmodified(site: Path, by_folder: int) -> None:
    assert modified(site, by_folder) == []


def removed(site: Path) -> None:
    (site / "build/1.html").unlink()
    later(site / "build")


def replaced(site: Path) -> None:
    (site / "new").write_text("two")
    (site / "new").rename(site / "build/1.html")
    later(site / "build/1.html")
    later(site / "build")


def linked(site: Path) -> None:
    (site / "build").rename(site / "elsewhere")
    (site / "build").symlink_to(site / "elsewhere")


@pytest.mark.parametrize("change", [removed, replaced, linked])
def test_a_file_that_was_removed_replaced_or_linked_is_modified(
    site: Path, by_folder: int, change: Callable[[Path], None]
) -> None:
    change(site)
    assert "build/1.html" in modified(site, by_folder)
    assert "job/p/j/k.html" not in modified(site, by_folder)


def test_the_files_at_the_root_are_checked_one_by_one(site: Path, by_folder: int) -> None:
    (site / "index.html").write_text("another")
    assert modified(site, by_folder) == ["index.html"]
