"""The configuration: every mistake names the file, the key and what is allowed."""

import re
from contextlib import chdir, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.config import Config, load, password
from hydrasnap.errors import ConfigError


def written(folder: Path, text: str, name: str = "hydrasnap.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def read(
    folder: Path, text: str, environment: dict[str, str] | None = None, **options: Any
) -> Config:
    return load(written(folder, text), options, environment or {})


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    with chdir(tmp_path):
        config = load(None, {}, {})
    assert config == Config()
    assert (config.crawl.evaluations, config.crawl.concurrency, config.crawl.rate) == (10, 1, None)


def test_the_file_in_this_folder_is_read(tmp_path: Path) -> None:
    written(tmp_path, "[crawl]\nrate = 2\n")
    with chdir(tmp_path):
        assert load(None, {}, {}).crawl.rate == 2.0


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    config = read(tmp_path, """
        [hydra]
        url = "https://hydra.example.org"
        contact = "Jürgen <j@example.org>"
        username = "reader"
        password_file = "secret"
        [crawl]
        projects = ["a*"]
        jobsets = ["a/b"]
        exclude = ["a/pr-*"]
        hidden = true
        evaluations = 3
        rate = 0.5
        concurrency = 16
        max_requests = 1
        max_seconds = 2
        max_bytes = 3
        [cache]
        folder = "kept"
        [site]
        title = "T"
        base = "https://me.example.org/hydra/"
        output = "out"
        templates = "t"
        pages = "p"
        notes = "n"
    """)  # fmt: skip
    assert config.crawl.jobsets == ("a/b",)
    assert config.hydra.contact.startswith("Jürgen")
    assert [config.cache.folder, config.site.output, config.hydra.password_file] == [
        str(tmp_path / name) for name in ("kept", "out", "secret")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[crawl]\nevalutions = 3", "[crawl] evalutions is not a setting; did you mean `evalu"),
        ("[crwl]\nrate = 1", "crwl is not a setting; did you mean `crawl`?"),
        ("[site]\nzzz = 1", "[site] zzz is not a setting; known are title, base, output"),
        ("rate = 1", "rate is not a setting"),
        ('[crawl]\nevaluations = "ten"', "[crawl] evaluations: expected a whole number"),
        ("[crawl]\nevaluations = 0", "[crawl] evaluations: expected a whole number >= 1"),
        ("[crawl]\nevaluations = -1", "[crawl] evaluations: expected a whole number >= 1"),
        ("[crawl]\nevaluations = 1.5", "[crawl] evaluations: expected a whole number"),
        ("[crawl]\nconcurrency = 17", "[crawl] concurrency: expected a whole number <= 16"),
        ("[crawl]\nrate = 0", "[crawl] rate: expected a number > 0"),
        ("[crawl]\nrate = nan", "[crawl] rate: expected a number"),
        ("[crawl]\nrate = inf", "[crawl] rate: expected a number <= 1000"),
        ("[crawl]\nhidden = 1", "[crawl] hidden: expected true or false"),
        ('[crawl]\nprojects = "nixpkgs"', "[crawl] projects: expected a list"),
        ('[crawl]\nprojects = [""]', "[crawl] projects"),
        ("[crawl]\nprojects = [1]", "[crawl] projects"),
        ("crawl = 1", "[crawl]: expected a table"),
        ("[[crawl]]\nrate = 1", "[crawl]: expected a table"),
        ("[cache]\nfolder = ''", "[cache] folder"),
        ("[crawl\n", "is not valid TOML"),
        ("[crawl]\nrate = 1\nrate = 2", "is not valid TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "hydrasnap.toml") in caught.value.message
    assert words in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("table", "key"), [("hydra", "url"), ("site", "base")]
)  # fmt: skip
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("hydra.example.org", "is not an address; write it like https://"),
        ("ftp://hydra.example.org", "is not an address"),
        ("file:///etc/passwd", "is not an address"),
        ("https://", "is not an address"),
        ("https://h:99999", "is not an address"),
        ("https://h:x", "is not an address"),
        ("http://[::1", "is not an address"),
        ("https://alice:s3cret@h", "must not hold a login"),
        ("https://alice@h", "must not hold a login"),
    ],
)
def test_an_address_must_be_one(
    tmp_path: Path, table: str, key: str, address: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"[{table}] {key}")) as caught:
        read(tmp_path, f'[{table}]\n{key} = "{address}"')
    assert words in caught.value.message
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("contact", ["a\\nX-Header: y", "a\\u0000", "a\\r"])
def test_a_contact_is_one_line(tmp_path: Path, contact: str) -> None:
    with pytest.raises(ConfigError, match="contact must be one line"):
        read(tmp_path, f'[hydra]\ncontact = "{contact}"')


@pytest.mark.parametrize("name", ["absent.toml", ".", "latin.toml"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "latin.toml").write_bytes(b"[site]\ntitle = '\xe9'\n")
    with pytest.raises(ConfigError, match=re.escape(str(tmp_path / name))):
        load(tmp_path / name, {}, {})


def test_options_beat_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    text = '[hydra]\nurl = "https://file"\nusername = "file"\n[crawl]\nrate = 1'
    around = {"HYDRASNAP_URL": "https://environment"}
    assert read(tmp_path, text).hydra.url == "https://file"
    assert read(tmp_path, text, around).hydra.url == "https://environment"
    config = read(tmp_path, text, around, hydra={"url": "https://option"}, crawl={"rate": 3})
    assert (config.hydra.url, config.hydra.username, config.crawl.rate) == (
        "https://option", "file", 3.0,
    )  # fmt: skip


@pytest.mark.parametrize("empty", [None, (), ""])
def test_an_option_that_is_not_given_changes_nothing(tmp_path: Path, empty: object) -> None:
    config = read(tmp_path, '[crawl]\nprojects = ["a"]', crawl={"projects": empty, "rate": empty})
    assert config.crawl.projects == ("a",)


def test_a_wrong_option_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--concurrency: "):
        read(tmp_path, "", crawl={"concurrency": 99})


def test_the_password_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    written(tmp_path, "pass word \n", "secret")
    config = read(tmp_path, '[hydra]\npassword_file = "secret"')
    assert password(config, {}) == "pass word "
    assert password(config, {"HYDRASNAP_PASSWORD": "other"}) == "other"
    assert password(Config(), {}) is None


def test_a_password_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    config = read(tmp_path, '[hydra]\npassword_file = "absent"')
    with pytest.raises(ConfigError, match="absent"):
        password(config, {})


@given(st.text())
def test_no_file_breaks_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(ConfigError):
        load(file, {}, {})
