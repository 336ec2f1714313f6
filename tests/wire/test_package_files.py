"""The file of packages, packed in each way that channels use."""

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from hydrasnap.errors import ConfigError
from hydrasnap.model import Package, PackageList
from hydrasnap.wire.package_files import file_digest, load_packages

HELLO = PackageList(packages={"hello": Package(description="Friendly")})
BODY = json.dumps({"packages": {"hello": {"meta": {"description": "Friendly"}}}}).encode()


@pytest.mark.parametrize(
    ("name", "pack"), [("p.json", bytes), ("p.json.gz", gzip.compress), ("p.xz", lzma.compress)]
)
def test_a_file_is_read_packed_or_not(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / name).write_bytes(pack(BODY))
    assert load_packages(tmp_path / name, "file") == HELLO


def test_brotli_is_read_or_explained(tmp_path: Path) -> None:
    brotli = pytest.importorskip("brotli")
    (tmp_path / "p.br").write_bytes(brotli.compress(BODY))
    assert load_packages(tmp_path / "p.br", "file") == HELLO
    (tmp_path / "cut.br").write_bytes(brotli.compress(BODY)[:-3])
    with pytest.raises(ConfigError, match="cannot be unpacked"):
        load_packages(tmp_path / "cut.br", "file")


@pytest.mark.parametrize(
    ("name", "content"),
    [("p.json", b"{"), ("p.json", b"{}"), ("p.gz", b"x"),
     ("p.gz", gzip.compress(BODY, mtime=0)[:-9]), ("p.xz", b"x"),
     ("p.xz", lzma.compress(BODY)[:-9])],
    ids=["cut", "empty", "no gzip", "cut gzip", "no xz", "cut xz"],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_explained(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=r"packages\.file: "):
        load_packages(tmp_path / name, "packages.file")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_packages(tmp_path / "none", "packages.file")


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    for name, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / name).write_bytes(content)
    one, same, other = (file_digest(tmp_path / name, "file") for name in "abc")
    assert one == same != other
    with pytest.raises(ConfigError, match="cannot be read"):
        file_digest(tmp_path / "none", "file")
