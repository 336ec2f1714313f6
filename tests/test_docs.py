"""Tests that the README and the handbook say what is so."""

import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner
from example import all_pages, every_kind_of_site

from hydrasnap import errors
from hydrasnap.cli import main
from hydrasnap.cli.signals import SIGNALS, Stopped
from hydrasnap.client.connection import HOME_PAGE
from hydrasnap.config.loading import load
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.task_list import render_tasks
from hydrasnap.store import layout

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"]
COMMANDS = main.commands
FOREIGN_OPTIONS = {  # of other programs, and of all
    "--check", "--fix", "--help", "--kill-after", "--rm", "--tag", "--userns", "--volume",
    "--archive", "--delay-updates", "--delete-after", "--fail", "--location", "--remote-name",
    "--json", "--meta", "--ignore-existing", "--checksum",
}  # fmt: skip


def blocks(kind: str, text: str) -> list[str]:
    """Return the code blocks of a kind in a text."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def calls() -> Iterator[tuple[str, str, list[str]]]:
    """Yield each call of a command: the page, the command's name, and its arguments."""
    for page, text in TEXTS.items():
        shell = "\n".join(blocks("(?:sh|crontab|yaml)", text))
        for found in [
            *re.findall(r"hydrasnap [^\n|&;]*", shell),
            *re.findall(r"`(hydrasnap [^`]+)`", text),
        ]:
            words = shlex.split(found)
            if words[1:] and words[1] in COMMANDS:
                yield page, words[1], [word for word in words[2:] if word != "[URL]"]


def meant(command: click.Command, words: list[str]) -> tuple[click.Command, list[str]]:
    """Follow the names of subcommands."""
    while isinstance(command, click.Group) and words:
        command, words = command.commands[words[0]], words[1:]
    return command, words


def options(command: click.Command) -> set[str]:
    if isinstance(command, click.Group):
        return set().union(*map(options, command.commands.values()))
    every = (name for option in command.params for name in (*option.opts, *option.secondary_opts))
    below = command.commands.values() if isinstance(command, click.Group) else ()
    own = {name for name in every if name.startswith("--")}
    return own.union(*(options(part) for part in below))


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """Load the script that writes the reference pages."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", ["configuration.md", "commands.md", "messages.md", "metrics.md", "templates.md"]
)
def test_the_reference_pages_are_what_the_code_says(reference: ModuleType, name: str) -> None:
    assert reference.PAGES[name]() == TEXTS[f"docs/{name}"], "run `python docs/reference.py`"


def test_every_template_of_a_page_is_in_the_contract() -> None:
    made = {
        item.template
        for site in every_kind_of_site()
        for task in render_tasks(site)
        for item in task.make()
        if isinstance(item, Page)
    }
    told = set(re.findall(r"^\| `([\w-]+\.html)` \|", TEXTS["docs/templates.md"], re.MULTILINE))
    assert told == made


def test_the_settings_that_are_shown_are_right(tmp_path: Path) -> None:
    shown = [block for text in TEXTS.values() for block in blocks("toml", text)]
    assert shown
    for number, block in enumerate(shown):
        tomllib.loads(block)
        file = tmp_path / f"{number}.toml"
        file.write_text(block)
        load(file, {})


def test_every_option_that_is_named_exists() -> None:
    known = set().union(*(options(command) for command in COMMANDS.values()))
    for page, text in TEXTS.items():
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
        assert named - known - FOREIGN_OPTIONS - {"--version"} == set(), page


def test_the_calls_that_are_shown_are_right() -> None:
    for _, name, words in calls():
        command, rest = meant(COMMANDS[name], words)
        if not isinstance(command, click.Group):
            command.make_context(name, rest)


def test_the_readme_shows_commands_that_exist() -> None:
    shown = set(re.findall(r"^\| `hydrasnap (\w+)", README, re.MULTILINE))
    assert {"snapshot", "crawl", "render", "serve"} <= shown <= COMMANDS.keys()


def test_the_exit_codes_are_those_of_the_program() -> None:
    cells = re.findall(r"^\| (\d[\d, ]*) \|", TEXTS["docs/commands.md"], re.MULTILINE)
    told = {int(code) for cell in cells for code in cell.split(",")}
    ours = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert told == {0} | ours | {Stopped(number).exit_code for number in SIGNALS}


def test_the_layout_of_the_cache_is_that_of_the_store() -> None:
    _, _, shown = TEXTS["docs/cache.md"].partition("```text\ncache/\n")
    told = re.findall(r"^  (\S+)", shown.partition("```")[0], re.MULTILINE)
    assert layout.__doc__ is not None
    assert told == re.findall(r"^      (\S+)", layout.__doc__, re.MULTILINE)


def test_the_pages_that_are_described_exist() -> None:
    told = set(re.findall(r"^\|.*`(\w+\.html)`", TEXTS["docs/site.md"], re.MULTILINE))
    assert "404.html" in told
    made = {item.path for site in every_kind_of_site() for item in all_pages(site)}
    assert told - made == set()


@pytest.mark.slow
def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    folders = ["--cache", str(tmp_path / "demo-cache"), "--output", str(tmp_path / "demo-site")]
    printed = CliRunner().invoke(main, ["demo", *folders]).stdout.replace(f"{tmp_path}/", "")
    (shown,) = blocks("text", README)
    assert shown == printed


def test_links_inside_the_repository_lead_somewhere() -> None:
    for page, text in TEXTS.items():
        prose = re.sub(r"^```.*?^```$|`[^`]*`", "", text, flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", prose):
            assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"


def test_the_home_page_is_one() -> None:
    named = {
        found
        for text in TEXTS.values()
        for found in re.findall(r"https://github\.com/hydrasnap[\w/-]*", text)
    }
    assert named == {HOME_PAGE}


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md", "docs/testing.md"])
def test_the_files_that_are_named_exist(name: str) -> None:
    bases = [ROOT, *(ROOT / below for below in ("hydrasnap", "hydrasnap/publish", "tests"))]
    named = re.findall(r"`([\w/]+\.(?:py|html))`", TEXTS[name])
    assert [file for file in named if not any((base / file).exists() for base in bases)] == []
