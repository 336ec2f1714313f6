"""Tests that the README says what is so."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from msgspec import structs

from hydrasnap import errors
from hydrasnap.cli import main, stopping
from hydrasnap.client.client import HOME_PAGE
from hydrasnap.config.loading import load
from hydrasnap.config.tables import Tables, WatchTable
from hydrasnap.store import layout

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = main.commands
COMMENTED = re.compile(r"^# (?=\w+ = )", re.MULTILINE)


def block(kind: str) -> str:
    """Return the first code block of a kind."""
    return str(re.findall(rf"^```{kind}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[0])


def defaults() -> dict[str, dict[str, Any]]:
    """Return all keys of all tables with their defaults."""
    tables = structs.asdict(Tables())
    del tables["watch"]  # a list of tables, none by default: its keys are tested apart
    return {name: _plain(structs.asdict(table)) for name, table in tables.items()}


def _plain(table: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}


def calls() -> Iterator[tuple[str, list[str]]]:
    """Give each call of a command: its name, and its arguments."""
    shell = "\n".join(
        re.findall(r"^```(?:sh|crontab|yaml)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    )
    for text in [
        *re.findall(r"hydrasnap [^\n|&]*", shell),
        *re.findall(r"`(hydrasnap [^`]+)`", TEXT),
    ]:
        words = shlex.split(text)
        if words[1] in COMMANDS:
            yield words[1], [word for word in words[2:] if word != "[URL]"]


def options(command: click.Command) -> set[str]:
    return {name for option in command.params for name in option.opts if name.startswith("--")}


def test_the_example_of_the_settings_has_every_key_with_its_default() -> None:
    shown = tomllib.loads(block("toml"))
    assert [tuple(table) for table in shown.pop("watch")] == [WatchTable.__struct_fields__]
    every = defaults()
    for name, table in every.items():
        assert shown.get(name, {}) == {key: v for key, v in table.items() if v is not None}, name
    assert shown.keys() == every.keys()


def test_the_keys_without_a_default_stand_behind_a_comment_sign(tmp_path: Path) -> None:
    whole = COMMENTED.sub("", block("toml"))
    tables = tomllib.loads(whole)
    del tables["watch"]
    shown = {name: set(table) for name, table in tables.items()}
    assert shown == {name: set(table) for name, table in defaults().items()}
    (tmp_path / "hydrasnap.toml").write_text(whole)
    load(tmp_path / "hydrasnap.toml", {})


def test_every_option_that_is_named_exists() -> None:
    known = set().union(*(options(command) for command in COMMANDS.values()), {"--help"})
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT))
    assert named - known == {"--check"}  # ruff's


def test_the_calls_that_are_shown_are_right() -> None:
    shown = list(calls())
    assert {name for name, _ in shown} == COMMANDS.keys()
    for name, words in shown:
        COMMANDS[name].make_context(name, words)


def test_a_wrong_call_would_be_found() -> None:
    with pytest.raises(click.UsageError):
        COMMANDS["crawl"].make_context("crawl", ["--no-such-option"])


def test_the_exit_codes_are_those_of_the_program() -> None:
    table = TEXT.partition("### Exit codes")[2].partition("\n## ")[0]
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    both = {**vars(errors), **vars(stopping)}
    assert told == {0} | {value for name, value in both.items() if name.startswith("EXIT_")}


def test_the_layout_of_the_cache_is_that_of_the_store() -> None:
    _, _, shown = TEXT.partition("```text\ncache/\n")
    told = re.findall(r"^  (\S+)", shown.partition("```")[0], re.MULTILINE)
    assert layout.__doc__ is not None
    assert told == re.findall(r"^      (\S+)", layout.__doc__, re.MULTILINE)


def test_the_pages_that_are_described_exist(demo_site: Path) -> None:
    told = set(re.findall(r"^\|.*`(\w+\.html)`", TEXT, re.MULTILINE))
    assert "404.html" in told
    assert [page for page in sorted(told) if not (demo_site / page).is_file()] == []


def test_the_words_of_the_demo_are_its_own(tmp_path: Path) -> None:
    folders = ["--cache", str(tmp_path / "demo-cache"), "--output", str(tmp_path / "demo-site")]
    said = CliRunner().invoke(main, ["demo", *folders]).stdout.replace(f"{tmp_path}/", "")
    digits = re.compile(r"[\d,.]+")
    shown = block("text")
    assert digits.sub("0", shown) == digits.sub("0", said)


def test_links_inside_the_repository_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#]+)\)", TEXT)
    own = {"queue.html"}  # the example of a link in Markdown
    assert [target for target in targets if not (ROOT / target).exists()] == sorted(own)


def test_the_home_page_is_one() -> None:
    named = set(re.findall(r"https://github\.com/hydrasnap[\w/-]*", TEXT))
    assert named == {HOME_PAGE}
