"""Addresses in the settings: what can be used, and the pages that people paste."""

import re
from pathlib import Path

import pytest
from settings_files import read

from hydrasnap.errors import ConfigError


@pytest.mark.parametrize(
    ("table", "key"), [("hydra", "url"), ("site", "base")]
)  # fmt: skip
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("hydra.example.org", "is not an address. Write it like https://"),
        ("ftp://hydra.example.org", "is not an address"),
        ("file:///etc/passwd", "is not an address"),
        ("https://", "is not an address"),
        ("https://h:99999", "is not an address"),
        ("https://h:x", "is not an address"),
        ("http://[::1", "is not an address"),
        ("https://alice:s3cret@h", "must not hold a login"),
        ("https://alice@h", "must not hold a login"),
        ("https://alice:s3cret@h:99999", "must not hold a login"),
        ("https://h/a b", "is not an address"),
    ],
)
def test_an_address_must_be_one(
    tmp_path: Path, table: str, key: str, address: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"[{table}] {key}")) as caught:
        read(tmp_path, f'[{table}]\n{key} = "{address}"')
    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("page", "origin", "wanted"),
    [
        ("https://h/jobset/a/b", "https://h", " --jobset a/b"),
        ("https://h/hydra/jobset/a/b/evals?page=2#tabs", "https://h/hydra", " --jobset a/b"),
        ("http://h:3000/project/a%2Bb", "http://h:3000", " --project a+b"),
        ("https://h/job/a/b/c.x86_64-linux/latest", "https://h", " --jobset a/b"),
        ("https://h/eval/12", "https://h", ""),
        ("https://h/build/12/nixlog/1", "https://h", ""),
        ("https://h/machines", "https://h", ""),
        ("https://h/search?query=x", "https://h", ""),
    ],
)
def test_the_address_of_a_page_is_taken_apart(
    tmp_path: Path, page: str, origin: str, wanted: str
) -> None:
    with pytest.raises(ConfigError, match="URL is the address of a page") as caught:
        read(tmp_path, "", hydra={"url": page})
    assert caught.value.hint == f"Give {origin}{wanted}"
    with pytest.raises(ConfigError, match=re.escape(f"url = '{origin}'")):
        read(tmp_path, f'[hydra]\nurl = "{page}"')


@pytest.mark.parametrize(
    "address", ["https://h/hydra", "https://h/builds-of-us/", "https://h/jobset"]
)
def test_the_address_of_a_hydra_below_a_path_is_one(tmp_path: Path, address: str) -> None:
    assert read(tmp_path, "", hydra={"url": address}).hydra.url == address


@pytest.mark.parametrize(
    "address",
    ["user:s3cret@127.0.0.1:1", "https:user:s3cret@h", "https:/user:s3cret@h", "https//u:s3cret@h",
     "htps://u:s3cret@h", "https://u:s3cret", "https://u:s3cret/h", "u s3cret@h", "//u:s3cret@h"],
)  # fmt: skip
def test_an_address_with_a_login_is_not_repeated_however_it_is_spelled(
    tmp_path: Path, address: str
) -> None:
    for table, key in (("hydra", "url"), ("site", "base")):
        with pytest.raises(ConfigError) as caught:
            read(tmp_path, f'[{table}]\n{key} = "{address}"')
        assert "s3cret" not in str(caught.value)
        assert "s3cret" not in str(caught.value.details())
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "", hydra={"url": address})
    assert "s3cret" not in str(caught.value)
