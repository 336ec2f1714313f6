"""The file of packages, packed in each way that channels use."""

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from hydrasnap.errors import ConfigError
from hydrasnap.model import Package
from hydrasnap.wire.package_files import load_packages

BODY = json.dumps({"packages": {"hello": {"meta": {"description": "Friendly"}}}}).encode()


@pytest.mark.parametrize(
    ("name", "pack"), [("p.json", bytes), ("p.json.gz", gzip.compress), ("p.xz", lzma.compress)]
)
def test_a_file_is_read_packed_or_not(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / name).write_bytes(pack(BODY))
    assert load_packages(tmp_path / name, "file") == {"hello": Package(description="Friendly")}


def test_brotli_is_read_or_explained(tmp_path: Path) -> None:
    brotli = pytest.importorskip("brotli")
    (tmp_path / "p.br").write_bytes(brotli.compress(BODY))
    assert set(load_packages(tmp_path / "p.br", "file")) == {"hello"}


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
