"""Tests of the expressions of the filter, which are matched without going back, in Chromium."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
FOUND = "([source, texts]) => texts.map(hydrasnapTerms.matcher(source))"
# Each takes an engine that goes back many times the age of the universe on a long name.
SLOW = [
    r"(\w+)+!",
    "(a|a)*$",
    r"(x+x+)+y",
    r"(.*.*)*=",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    ".*" * 40 + "!",
]

signs = st.sampled_from("abAB1_-. \n")
literals = st.sampled_from(
    [r"\.", r"\w", r"\W", r"\d", r"\s", ".", "[ab]", "[^a-c1]", "[A-B_-]", r"\b"]
)
atoms = st.one_of(st.sampled_from("abAB1_-"), literals)


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    counts = st.sampled_from(["", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?"])
    some = st.lists(st.tuples(parts, counts), min_size=1, max_size=3)
    groups = some.map(lambda found: "".join(f"(?:{part}){count}" for part, count in found))
    return st.lists(groups, min_size=1, max_size=2).map(lambda found: "(" + "|".join(found) + ")")


expressions = st.tuples(
    st.sampled_from(["", "^"]),
    st.recursive(atoms, _joined, max_leaves=5),
    st.sampled_from(["", "$"]),
).map("".join)


@pytest.fixture(scope="module")
def terms(browser: Browser, demo_site: Path) -> Page:
    page = browser.new_page()
    page.goto((demo_site / "builds.html").as_uri())
    return page


@settings(max_examples=150)
@given(expressions, st.lists(st.text(signs, max_size=8), min_size=1, max_size=10))
def test_it_finds_what_other_engines_find(terms: Page, source: str, texts: list[str]) -> None:
    low = [text.lower() for text in texts]
    # "$" of Python is before a last line end too, and JavaScript's of many lines before each
    wanted = re.compile(source, re.IGNORECASE | re.MULTILINE | re.ASCII)
    assert terms.evaluate(FOUND, [source, low]) == [bool(wanted.search(text)) for text in low]


@pytest.mark.parametrize("source", SLOW)
def test_no_expression_takes_long(terms: Page, source: str) -> None:
    text = "abcdefghijklmnopqrstuvwxyz" * 1500
    assert terms.evaluate(FOUND, [source, [text, f"{text}\n"]]) is not None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("(?=a)", "looks ahead"),
        ("(?<name>a)", "looks ahead, behind or has a name"),
        (r"(a)\1", "reference"),
        ("(a", "unterminated group"),
        ("a)", "unmatched )"),
        ("[a", "missing ]"),
        ("[b-a]", "out of order"),
        ("a{3,2}", "out of order"),
        ("*a", "nothing to repeat"),
        ("a**", "nothing to repeat"),
        ("a\\", "at the end"),
        ("(a{1,99}){1,99}", "too long"),
    ],
)
def test_what_it_cannot_match_is_told(terms: Page, source: str, reason: str) -> None:
    script = (
        "(source) => { try { hydrasnapTerms.matcher(source); } catch (e) { return e.message; } }"
    )
    assert reason in str(terms.evaluate(script, source))


def test_an_expression_in_an_address_does_not_hang_the_page(
    opened: Opener, demo_site: Path, demo_pages: dict[str, str]
) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/{demo_pages['eval']}?filter=/(%5Cw%2B)%2B!/", timeout=15000)
    expect(page.locator(".filter output")).to_contain_text("none of")
    page.goto(f"{demo_site.as_uri()}/{demo_pages['eval']}?filter={'/(a{1,99}){9}/'}")
    expect(page.locator(".filter output")).to_contain_text("too long")


def test_a_page_of_costly_texts_gives_up_in_time(terms: Page) -> None:
    script = """([source, texts]) => {
      const fits = hydrasnapTerms.asked(source);
      return [texts.filter(fits).length, fits.wrong];
    }"""
    texts = [
        format(number * 7919 % 65536, "016b").replace("0", "a").replace("1", "b") * 20
        for number in range(3000)
    ]
    assert terms.evaluate(script, ["/a[ab]{300}c/", texts]) == [
        0, "The expression /a[ab]{300}c/ takes too long here.",
    ]  # fmt: skip
