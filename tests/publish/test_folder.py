"""Tests of the output folder: whole files, only what changed, and nothing that is not ours."""

import os
from pathlib import Path

import pytest

from hydrasnap.errors import BusyError, OutputError
from hydrasnap.publish.output.folder import Output, Written
from hydrasnap.publish.output.ownership import MANIFEST


def write(folder: Path, **files: str) -> Written:
    """Write a site whose files are ``name_html="text"``."""
    with Output(folder) as out:
        for name, text in files.items():
            out.put(name.replace("__", "/").replace("_", "."), text.encode())
    return out.result


def put(out: Output, *paths: str) -> None:
    for path in paths:
        out.put(path, b"two")


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def test_a_new_folder_gets_the_site(tmp_path: Path) -> None:
    done = write(tmp_path / "a" / "site", index_html="one", build__1_html="two")
    assert files(tmp_path / "a" / "site") == {"index.html": "one", "build/1.html": "two"}
    assert done == Written(written=2, unchanged=0, removed=0, bytes=6)


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, index_html="one", build__1_html="two")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    done = write(tmp_path, index_html="one", build__1_html="two")
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert done == Written(written=0, unchanged=2, removed=0, bytes=6)
    assert after == before


def test_what_is_no_longer_written_goes_with_its_folder_and_the_rest_stays(tmp_path: Path) -> None:
    write(tmp_path, index_html="one", build__1_html="two")
    (tmp_path / "CNAME").write_text("example.org")
    done = write(tmp_path, index_html="new")
    assert done == Written(written=1, unchanged=0, removed=1, bytes=3)
    assert files(tmp_path) == {"index.html": "new", "CNAME": "example.org"}
    assert not (tmp_path / "build").exists()


def test_a_folder_with_foreign_files_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"thesis\.txt.*--output"):
        write(tmp_path, index_html="one")
    assert files(tmp_path) == {"thesis.txt": "mine"}


def test_a_file_instead_of_a_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")
    with pytest.raises(OutputError, match="site"):
        write(tmp_path / "site", index_html="one")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Cannot write"):
        write(tmp_path / "site", index_html="one")


def test_a_run_that_fails_leaves_the_old_site(tmp_path: Path) -> None:
    write(tmp_path, index_html="one", old_html="old")
    with pytest.raises(OutputError), Output(tmp_path) as out:
        put(out, "index.html", "../index.html")
    assert files(tmp_path) == {"index.html": "one", "old.html": "old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "index.html", "old.html"]


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    write(tmp_path, index_html="one")
    (tmp_path / ".hydrasnap-staging" / "x").mkdir(parents=True)
    write(tmp_path, index_html="two")
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "index.html"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "a\\b", MANIFEST])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError, match="leaves the output folder"), Output(tmp_path) as out:
        out.put(path, b"x")


def test_two_pages_for_one_file_are_a_defect(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Two pages"), Output(tmp_path) as out:
        put(out, "a.html", "a.html")


def test_a_second_run_at_the_same_time_is_refused_and_spoils_nothing(tmp_path: Path) -> None:
    with Output(tmp_path) as out:
        put(out, "a.html")
        with pytest.raises(BusyError, match="Another run writes to") as caught:
            write(tmp_path, c_html="three")
        put(out, "b.html")
    assert caught.value.exit_code == 4
    assert files(tmp_path) == {"a.html": "two", "b.html": "two"}
    assert write(tmp_path, c_html="three").removed == 2


def test_links_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    outside, site = tmp_path / "outside", tmp_path / "site"
    outside.mkdir()
    (outside / "1.html").write_text("precious")
    write(site, build__1_html="one", index_html="one")
    (site / "build" / "1.html").unlink()
    (site / "build").rmdir()
    (site / "build").symlink_to(outside)
    with pytest.raises(OutputError, match="symbolic link"):
        write(site, build__1_html="two", index_html="two")
    write(site, index_html="three")
    assert files(outside) == {"1.html": "precious"}


def test_a_link_in_place_of_a_file_is_replaced_not_followed(tmp_path: Path) -> None:
    outside, site = tmp_path / "precious.html", tmp_path / "site"
    outside.write_text("same")
    write(site, index_html="one")
    (site / "index.html").unlink()
    (site / "index.html").symlink_to(outside)
    write(site, index_html="same")
    assert not (site / "index.html").is_symlink()
    assert outside.read_text() == "same"


def test_a_manifest_that_names_files_outside_removes_none(tmp_path: Path) -> None:
    outside, site = tmp_path / "precious", tmp_path / "site"
    outside.write_text("mine")
    write(site, index_html="one")
    with (site / MANIFEST).open("a") as file:
        file.write(f"../precious\n{outside}\n")
    write(site, index_html="two")
    assert outside.read_text() == "mine"


def test_what_a_worktree_or_a_host_puts_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: ../site")
    (tmp_path / ".well-known").mkdir()
    (tmp_path / ".well-known" / "security.txt").write_text("Contact")
    (tmp_path / "CNAME").write_text("snapshot.example.org")
    for _ in range(2):
        write(tmp_path, index_html="one")
    found = files(tmp_path)
    assert found[".git"] == "gitdir: ../site"
    assert found[".well-known/security.txt"] == "Contact"
    assert found["CNAME"] == "snapshot.example.org"


def test_the_staging_folder_belongs_to_one_run_and_those_of_dead_runs_go(tmp_path: Path) -> None:
    abandoned = tmp_path / ".hydrasnap-staging-old" / "build"
    abandoned.mkdir(parents=True)
    (abandoned / "1.html").write_text("half")
    with Output(tmp_path) as out:
        out.put("index.html", b"one")
        assert not abandoned.exists()
    assert [path.name for path in tmp_path.glob(".hydrasnap-staging*")] == []
