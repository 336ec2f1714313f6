"""A site as one file: the same bytes for the same site."""

import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from commands import run, told

from hydrasnap.errors import ConfigError, OutputError
from hydrasnap.publish.bundle import TOP, bundle

SUFFIXES = [".zip", ".tar.gz", ".tar.zst"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    for name in ("index.html", "a/b.html", ".nojekyll", ".well-known/x", ".git/HEAD", "Größe.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / ".hydrasnap-state").write_text("x")
    (folder / "link.html").symlink_to("index.html")
    return folder


EXPECTED = sorted(
    f"{TOP}/{name}"
    for name in ("index.html", "a/b.html", ".nojekyll", ".well-known/x", "Größe.html")
)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_site_gives_the_same_bytes(site: Path, tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    assert bundle(site, first) == len(EXPECTED)
    copy = tmp_path / "copy"
    shutil.copytree(site, copy, symlinks=True)
    for number, path in enumerate(copy.rglob("*")):
        os.utime(path, (number, number), follow_symlinks=False)
    (copy / "index.html").chmod(0o600)
    bundle(copy, second)
    assert first.read_bytes() == second.read_bytes()


def test_a_zip_has_the_files_and_nothing_of_ours(site: Path, tmp_path: Path) -> None:
    bundle(site, tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        assert sorted(archive.namelist()) == EXPECTED
        assert archive.read(f"{TOP}/a/b.html") == b"a/b.html"


def test_a_tar_has_the_files_and_nothing_of_ours(site: Path, tmp_path: Path) -> None:
    bundle(site, tmp_path / "s.tar.gz")
    with tarfile.open(tmp_path / "s.tar.gz") as archive:
        assert sorted(archive.getnames()) == EXPECTED
        assert {(member.mtime, member.uid, member.mode) for member in archive} == {(0, 0, 0o644)}


def test_what_cannot_be_packed_is_explained(site: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no suffix that says how to pack"):
        bundle(site, tmp_path / "site.rar")
    with pytest.raises(OutputError, match="There is no site in"):
        bundle(tmp_path, tmp_path / "s.zip")
    with pytest.raises(OutputError, match="cannot be packed into"):
        bundle(site, tmp_path / "absent" / "s.zip")


def test_the_command_packs_the_configured_site(site: Path, tmp_path: Path) -> None:
    target = tmp_path / "s.zip"
    output = told(run("bundle", target, "--output", site), 0, "packed 5 files into")
    assert str(target) in output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.zip", "site"]
