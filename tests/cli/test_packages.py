"""Tests of [packages] on the command line: the file is checked, read once, and what it tells."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hydrasnap.cli import main
from hydrasnap.model import Package, PackageList
from hydrasnap.store.memo_files import memoized
from hydrasnap.wire.package_files import file_digest

SETTINGS = """\
[cache]
folder = "cache"
[site]
output = "_site"
[packages]
file = "packages.json"
"""
LIST = {
    "version": 2,
    "packages": {
        "hello": {"meta": {"description": "Friendly", "maintainers": [{"github": "ann"}]}},
    },
}


@pytest.fixture
def folder(tmp_path: Path, demo_cache: Path) -> Path:
    """Give a folder with settings, a list of packages and the cache of the embedded Hydra."""
    (tmp_path / "cache").mkdir()
    for file in demo_cache.rglob("*"):
        place = tmp_path / "cache" / file.relative_to(demo_cache)
        if file.is_dir():
            place.mkdir(exist_ok=True, parents=True)
        else:
            place.parent.mkdir(exist_ok=True, parents=True)
            os.link(file, place)
    (tmp_path / "hydrasnap.toml").write_text(SETTINGS)
    (tmp_path / "packages.json").write_text(json.dumps(LIST))
    return tmp_path


def run(folder: Path, *command: str) -> Result:
    return CliRunner().invoke(main, [*command, "--config", str(folder / "hydrasnap.toml")])


@pytest.mark.slow
def test_render_and_check_say_how_many_jobs_are_matched(folder: Path) -> None:
    done = run(folder, "render")
    assert done.exit_code == 0, done.output
    assert "  package known of " in done.output
    assert "maintainer/ann.html" in (folder / "_site/maintainers.html").read_text()
    again = run(folder, "render")
    assert "  package known of " in again.output
    assert " 0 files; " in again.output
    checked = run(folder, "check")
    assert "packages  1 package, known of " in checked.output
    assert checked.exit_code == 0, checked.output


@pytest.mark.slow
def test_the_list_is_read_once_and_again_when_it_changes(folder: Path) -> None:
    assert run(folder, "render").exit_code == 0
    (kept,) = (folder / "cache/.index").glob("memo-*")
    kept.unlink()
    digest = file_digest(folder / "packages.json", "").encode()
    other = PackageList(packages={"hello": Package(description="Unkindly")})
    memoized(folder / "cache", ("packages",), digest, PackageList, lambda: other)
    (folder / "_site/.hydrasnap-state").unlink()
    assert run(folder, "render").exit_code == 0
    assert any("Unkindly" in f.read_text() for f in (folder / "_site/build").glob("*.html"))
    LIST["packages"]["hello"]["meta"]["description"] = "Changed"  # type: ignore[index]
    (folder / "packages.json").write_text(json.dumps(LIST))
    done = run(folder, "render")
    assert any("Changed" in f.read_text() for f in (folder / "_site/build").glob("*.html"))
    assert len([*(folder / "cache/.index").glob("memo-*")]) == 1
    assert "unchanged" in done.output


def test_a_file_that_cannot_be_used_is_refused_before_anything_is_asked(folder: Path) -> None:
    (folder / "packages.json").write_text("[]")
    done = run(folder, "render")
    assert done.exit_code == 2
    assert "[packages] file" in done.output
    assert "is not a list of packages" in done.output
    (folder / "packages.json").unlink()
    done = run(folder, "check")
    assert "cannot be read" in done.output
    assert done.exit_code == 1
