"""`hydrasnap query` prints tables for people, JSON and CSV for programs, and can fail a check."""

import csv
import io
import json
import re
import unicodedata
from pathlib import Path

import pytest
from commands import run, told
from hydras import fresh_crawl, hydra
from msgspec import structs

from hydrasnap.store.opening import open_cache

QUESTIONS = (
    ("failing", "tools/*"), ("job", "hello.*"), ("history", "hello.*"), ("diff", "101", "102"),
    ("causes", "200"),
    ("blockers", "*/*"), ("contains", "0000000"),
)  # fmt: skip


@pytest.fixture
def cache(demo_site: Path) -> Path:
    return demo_site.parent / "cache"


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
def test_all_forms_say_the_same(cache: Path, question: tuple[str, ...]) -> None:
    text = told(run("query", *question, "--cache", cache), 0).splitlines()
    found = told(run("query", *question, "--cache", cache, "--json"), 0).splitlines()
    objects = [json.loads(line) for line in found]
    table = told(run("query", *question, "--cache", cache, "--csv"), 0)
    values = list(csv.DictReader(io.StringIO(table)))
    assert len(objects) == len(values) == (0 if text == ["Nothing matches."] else len(text) - 1)
    for one, other in zip(objects, values, strict=True):
        assert {key: "" if v is None else str(v) for key, v in one.items()} == other
    code = 1 if objects else 0
    told(run("query", *question, "--cache", cache, "--exit-code", "--json"), code)


def test_a_table_is_aligned_and_times_are_readable(cache: Path) -> None:
    head, *rows = told(run("query", "failing", "tools/trunk", "--cache", cache), 0).splitlines()
    place = head.index("Since")
    assert rows
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d ", row[place:]) for row in rows)


@pytest.mark.parametrize("name", ["*ß*", "caf*"])
def test_wide_letters_and_those_without_a_width_keep_the_columns(cache: Path, name: str) -> None:
    head, *rows = told(run("query", "history", name, "--cache", cache), 0).splitlines()
    assert rows
    assert {_cells_before(row, "x86_64-linux ") for row in rows} == {head.index("System")}


def _cells_before(row: str, word: str) -> int:
    """Count the cells of a terminal that stand before a word."""
    before = row[: row.index(word)]
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in before)
    return len(before) + wide - sum(map(bool, map(unicodedata.combining, before)))


@pytest.mark.parametrize("start", ["=cmd|x", "+1", "-1", "@x", "a"])
def test_names_command_neither_terminal_nor_ci_nor_spreadsheet(tmp_path: Path, start: str) -> None:
    name = f"{start}\n::error::b\r##[error]c \x1b[31m\u202e\ud7ff"
    snapshot = fresh_crawl(tmp_path / "whole", hydra()).snapshot
    with open_cache(tmp_path / "cache", snapshot.origin, lambda *_: None) as cache:
        builds = [structs.replace(build, job=name) for build in snapshot.builds.values()]
        cache.put(
            builds=builds,
            evaluations=snapshot.evaluations.values(),
            jobsets=snapshot.jobsets.values(),
            projects=snapshot.projects.values(),
        )
        cache.close_run(snapshot.run)
    for form in ([], ["--json"], ["--csv"]):
        found = told(run("query", "history", "*", *form, "--cache", tmp_path / "cache"), 0)
        assert found.count("error") > 2
        assert "##[" not in found
        assert found.replace("\n", "").isprintable()
        assert not [line for line in found.splitlines() if line.startswith(("::", "=", "+", "@"))]
        assert f",{start}" not in found or start == "a"


@pytest.mark.parametrize(
    "question",
    [
        ("contains", "\udcff" * 4),
        ("failing", "*/*", "--cause", "\udcff"),
        ("history", "\udcff"),
        ("job", "a", "--system", "\udcff"),
    ],
    ids=lambda question: question[0],
)
def test_what_is_no_text_is_asked_in_vain_or_explained(
    cache: Path, question: tuple[str, ...]
) -> None:
    result = run("query", *question, "--cache", cache)
    assert result.exit_code in (0, 1, 2)
    assert "fault in hydrasnap" not in result.output + result.stderr


@pytest.mark.parametrize("question", [("diff", "9" * 30, "1"), ("causes", "9" * 30)])
def test_a_number_that_no_evaluation_has_is_refused(cache: Path, question: tuple[str, ...]) -> None:
    told(run("query", *question, "--cache", cache), 2, "is not in the range")


def test_a_duration_has_a_title_without_a_unit(cache: Path) -> None:
    head, *rows = told(run("query", "history", "hello.*", "--cache", cache), 0).splitlines()
    assert "  Duration  " in head
    assert " min " in "".join(rows)


@pytest.mark.parametrize("age", ["7", "7m", "-1d", "d"])
def test_an_age_has_a_number_and_a_unit(cache: Path, age: str) -> None:
    told(
        run("query", "failing", "*", "--since", age, "--cache", cache),
        2,
        "write a whole number and s, min, h, d or w",
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
def test_help_has_an_example(question: tuple[str, ...]) -> None:
    output = told(run("query", question[0], "--help"), 0)
    assert re.search(rf"^  hydrasnap query {question[0]} ", output, re.MULTILINE)
    assert max(map(len, output.splitlines())) <= 80


@pytest.mark.slow
def test_a_crawl_leaves_an_index(tmp_path: Path) -> None:
    told(run("demo", "--cache", tmp_path / "cache", "--output", tmp_path / "site", "--quiet"), 0)
    assert list((tmp_path / "cache" / ".index").glob("*.sqlite"))
