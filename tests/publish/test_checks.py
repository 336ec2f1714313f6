"""Tests of what stands: each file of a small site, and each folder of a large one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hydrasnap.publish.incremental.checks import FreshnessCheck
from hydrasnap.publish.incremental.state import BuildState, FileRecord, TaskRecord, dump, load
from hydrasnap.publish.output.folder import STATE

PATHS = ("index.html", "build/1.html", "build/2.html", "job/p/j/k.html")


@pytest.fixture(params=[1, 1000], ids=["large", "small"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave a site that counts as large, or as small."""
    monkeypatch.setattr("hydrasnap.publish.incremental.checks.MANY", request.param)
    for path in PATHS:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("one")
    entries = tuple(FileRecord(path, 3, b"", is_page=True) for path in PATHS)
    (tmp_path / STATE).write_bytes(
        dump(BuildState(render_tasks={"all": TaskRecord.of(b"", entries)}))
    )
    return tmp_path


def fallen(site: Path) -> list[str]:
    """Name the files that do not stand."""
    found = load(site)
    stands = FreshnessCheck(site, found)
    entries = found.render_tasks["all"].entries()
    fallen = [entry.path for entry in entries if not stands(entry)]
    assert stands.whole() == (not fallen)
    return fallen


def later(place: Path) -> None:
    """Let a change have come after the render, however coarse the clock of the disk is."""
    after = place.stat().st_mtime_ns + 10**9
    os.utime(place, ns=(after, after), follow_symlinks=False)


def test_a_site_that_was_left_alone_stands(site: Path) -> None:
    assert fallen(site) == []


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
def test_what_was_removed_replaced_or_linked_does_not_stand(
    site: Path, change: Callable[[Path], None]
) -> None:
    change(site)
    assert "build/1.html" in fallen(site)
    assert "job/p/j/k.html" not in fallen(site)


def test_the_files_at_the_root_are_looked_at_one_by_one(site: Path) -> None:
    (site / "index.html").write_text("another")
    assert fallen(site) == ["index.html"]
