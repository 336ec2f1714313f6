"""Passwords: from the environment or a file, and never shown."""

from contextlib import suppress
from pathlib import Path

import pytest
from settings_files import read, written

from hydrasnap.config.crawl_keys import HydraTable
from hydrasnap.config.keys import Config
from hydrasnap.config.secrets import Secrets, secret_of, take_secrets
from hydrasnap.errors import ConfigError


def test_the_password_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    written(tmp_path, "pass word \n", "secret")
    written(tmp_path, "other", "basic")
    text = '[hydra]\npassword_file = "secret"\nbasic_password_file = "basic"'
    config = read(tmp_path, text)
    assert secret_of(config, Secrets(), "password") == "pass word "
    assert secret_of(config, Secrets(), "basic_password") == "other"
    assert secret_of(config, Secrets("word"), "password") == "word"
    assert secret_of(config, Secrets("", "word"), "basic_password") == "word"
    assert secret_of(Config(), Secrets(), "password") == ""
    assert secret_of(Config(), Secrets(), "basic_password") == ""


def test_passwords_leave_the_environment_and_are_not_shown() -> None:
    around = {"HYDRASNAP_PASSWORD": "one", "HYDRASNAP_BASIC_PASSWORD": "two", "HOME": "/"}
    found = take_secrets(around)
    assert (found.password, found.basic_password, around) == ("one", "two", {"HOME": "/"})
    assert "one" not in repr(found)
    assert "two" not in repr(found)


@pytest.mark.parametrize(
    "content",
    [b"s3cret", b"s3cret\n", b"s3cret\r\n", b"\xef\xbb\xbfs3cret\r\n", b"s3cret\nuser: me\n",
     "s3cret\r\n".encode("utf-16"), b"s3cret\n\n"],
)  # fmt: skip
def test_a_secret_is_the_first_line_however_its_file_was_saved(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "secret").write_bytes(content)
    config = read(tmp_path, '[hydra]\npassword_file = "secret"')
    assert secret_of(config, Secrets(), "password") == "s3cret"
    with suppress(UnicodeDecodeError):
        assert take_secrets({"HYDRASNAP_PASSWORD": content.decode()}).password.startswith("s3cret")


def test_a_password_that_is_not_utf_8_is_explained_and_not_shown() -> None:
    with pytest.raises(ConfigError, match="HYDRASNAP_PASSWORD is not text in UTF-8") as caught:
        secret_of(Config(), Secrets("s3cret\udcff"), "password")
    assert "s3cret" not in str(caught.value)


def test_a_password_file_without_end_is_read_no_further_than_a_password_can_be() -> None:
    config = Config(hydra=HydraTable(password_file="/dev/zero"))  # noqa: S106 - no password
    assert len(secret_of(config, Secrets(), "password")) < 100_000


@pytest.mark.parametrize("name", ["hunter2", ".", "binary"])
def test_a_password_in_place_of_its_file_is_not_shown(tmp_path: Path, name: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    config = read(tmp_path, f'[hydra]\npassword_file = "{name}"')
    with pytest.raises(ConfigError, match=r"hydrasnap\.toml: \[hydra\] password_file: ") as caught:
        secret_of(config, Secrets(), "password")
    assert "hunter2" not in str(caught.value)


def test_an_empty_password_file_is_a_mistake(tmp_path: Path) -> None:
    written(tmp_path, "\n", "empty")
    config = read(tmp_path, '[hydra]\npassword_file = "empty"')
    with pytest.raises(ConfigError, match="is empty"):
        secret_of(config, Secrets(), "password")
