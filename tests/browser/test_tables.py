"""Tests of the scripts for tables, in a real Chromium: filter, sort, share, walk."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { sum += e.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


@pytest.fixture
def evaluation(opened: Opener, demo_site: Path, demo_pages: dict[str, str]) -> Page:
    """Open the evaluation with most to show, from its file."""
    page = opened()
    page.goto(f"{demo_site.as_uri()}/{demo_pages['eval']}")
    return page


def rows(page: Page) -> Locator:
    return page.locator("table.builds tbody tr:visible")


def jobs(page: Page) -> list[str]:
    found = page.locator("table.builds tbody tr:visible").all()
    return [str(row.get_attribute("data-job")) for row in found]


def fill(page: Page, words: str) -> None:
    page.locator(".filter input").fill(words)


def said(page: Page) -> str:
    return page.locator(".filter output").inner_text()


def test_all_words_must_be_there_and_excluded_ones_must_not(evaluation: Page) -> None:
    found = evaluation.locator("table.builds tbody tr").all()
    every = [str(row.get_attribute("data-job")) for row in found]  # the folded ones too
    word = every[0].split(".")[0]
    fill(evaluation, f"{word.upper()} linux")
    some = jobs(evaluation)
    assert some
    assert len(some) < len(every)
    assert all(word in job for job in some)
    fill(evaluation, f"-{word}")
    assert jobs(evaluation) == [job for job in every if word not in job]


def test_counts_tell_how_much_is_shown(evaluation: Page) -> None:
    total = int(said(evaluation).split()[0].replace(",", ""))
    fill(evaluation, "linux")
    shown = evaluation.locator("main section table.builds tbody tr:not([hidden])").count()
    assert said(evaluation) == f"{shown} of {total}"
    counts = evaluation.locator("section[data-count] > h2 > .count").all_inner_texts()
    assert any(re.fullmatch(r"\d+ of \d+", count) for count in counts)
    fill(evaluation, "no-such-job")
    assert said(evaluation) == f"none of {total}"
    assert evaluation.locator("main section:visible table.builds").count() == 0
    expect(evaluation.locator("table.builds").first).to_be_hidden()
    fill(evaluation, "")
    assert said(evaluation) == f"{total} rows"


def test_system_and_status_are_choices(evaluation: Page) -> None:
    systems = evaluation.locator("select[name=system] option").all_inner_texts()
    evaluation.select_option("select[name=system]", systems[1])
    texts = rows(evaluation).all_text_contents()
    assert texts
    assert all(systems[1] in text for text in texts)
    evaluation.select_option("select[name=system]", "")
    evaluation.select_option("select[name=status]", "Failed")
    signs = evaluation.locator("table.builds tbody tr:visible td:first-child").all_text_contents()
    assert {sign.strip() for sign in signs} == {"Failed"}


def test_a_view_stands_in_the_address_and_survives_reload_and_back(evaluation: Page) -> None:
    fill(evaluation, "linux -a")
    evaluation.get_by_role("button", name="Job", exact=True).first.click()
    shown = jobs(evaluation)
    address = evaluation.url
    assert "filter=linux+-a" in address
    assert "sort=Job" in address
    evaluation.reload()
    assert jobs(evaluation) == shown
    assert evaluation.locator(".filter input").input_value() == "linux -a"
    evaluation.locator(".home").click()
    evaluation.wait_for_url(re.compile("index.html$"))
    evaluation.go_back()
    evaluation.wait_for_url(address)
    assert jobs(evaluation) == shown


def test_a_view_keeps_the_anchor(evaluation: Page) -> None:
    evaluation.goto(f"{evaluation.url}#inputs")
    fill(evaluation, "x")
    expect(evaluation).to_have_url(re.compile(r"\?filter=x#inputs$"))
    fill(evaluation, "")
    expect(evaluation).to_have_url(re.compile(r"\.html#inputs$"))


def column(page: Page, place: int) -> list[str]:
    return page.locator(f"main table tbody tr td:nth-child({place})").all_text_contents()


def test_heads_sort_up_then_down_then_as_it_was(opened: Opener, demo_site: Path) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/builds.html")
    before = column(page, 4)
    head = page.locator("th", has=page.get_by_role("button", name="Build", exact=True))
    button = head.get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    numbers = [int(text) for text in column(page, 4)]
    assert numbers == sorted(numbers)
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert [int(text) for text in column(page, 4)] == sorted(numbers, reverse=True)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert column(page, 4) == before
    assert page.url.endswith("builds.html")


def test_a_long_table_lays_out_only_what_is_in_sight(opened: Opener, demo_site: Path) -> None:
    page = opened(viewport={"width": 1280, "height": 800})
    page.goto(f"{demo_site.as_uri()}/builds.html")
    assert page.locator("tbody tr").count() >= 250
    visible = "row => row.cells[0].checkVisibility({ contentVisibilityAuto: true })"
    last = page.locator("tbody tr").last
    assert page.locator("tbody tr").first.evaluate(visible)
    assert not last.evaluate(visible)
    last.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    assert last.evaluate(visible)
    lefts = "row => [...row.cells].map(cell => Math.round(cell.getBoundingClientRect().left))"
    assert last.evaluate(lefts) == page.locator("thead tr").evaluate(lefts)
    fill(page, "no-such-job")
    expect(last).to_be_hidden()


def test_figures_sort_as_numbers(opened: Opener, demo_site: Path) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/evals.html?sort=-Succeeded")
    heads = page.locator("main thead th").all_inner_texts()
    place = next(at for at, head in enumerate(heads, 1) if head.strip() == "Succeeded")
    numbers = [int(text.replace(",", "")) for text in column(page, place)]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]


def test_folded_rows_are_searched_and_fold_again(evaluation: Page) -> None:
    fold = evaluation.locator("main section details:has(tr[data-job])").first
    assert fold.get_attribute("open") is None
    fill(evaluation, str(fold.locator("tr[data-job]").first.get_attribute("data-job")))
    expect(fold.locator("tbody tr:visible").first).to_be_visible()
    fill(evaluation, "")
    assert fold.get_attribute("open") is None


def test_keys_walk_through_the_rows(evaluation: Page) -> None:
    links = evaluation.locator("table.builds tbody tr td:nth-child(2) a")
    evaluation.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    evaluation.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    evaluation.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    evaluation.locator(".filter input").focus()
    evaluation.keyboard.type("j")
    expect(evaluation.locator(".filter input")).to_have_value("j")


def test_the_grid_is_filtered_by_job_system_and_any_status(
    opened: Opener, demo_site: Path, demo_pages: dict[str, str]
) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/{demo_pages['jobset/jobs.html']}?system=x86_64-linux")
    names = page.locator(".grid tbody tr:visible th").all_text_contents()
    assert names
    assert all(name.endswith(".x86_64-linux") for name in names)
    page.select_option("select[name=status]", "Failed")
    for row in page.locator(".grid tbody tr:visible").all():
        assert "Failed" in row.locator(".st").all_inner_texts()


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_while_a_page_and_its_scripts_arrive(
    opened: Opener, slow_host: str, standing_pages: dict[str, str], width: int
) -> None:
    page = opened(viewport={"width": width, "height": 800})
    shifts = {}
    for kind, path in standing_pages.items():
        page.goto(f"{slow_host}/{path}")
        shifts[kind] = page.evaluate(SHIFTS)
    assert {kind: shift for kind, shift in shifts.items() if shift >= 0.01} == {}


@pytest.mark.parametrize("asked", ["search.html?q=python", "compare.html?a=200&b=178"])
def test_nothing_moves_when_what_was_asked_for_arrives(
    opened: Opener, slow_host: str, asked: str
) -> None:
    page = opened(viewport={"width": 390, "height": 800})
    page.goto(f"{slow_host}/{asked}")
    expect(page.locator("main tbody tr").first).to_be_visible()
    assert page.evaluate(SHIFTS) < 0.01


def test_without_scripts_no_empty_bar_stands_there(opened: Opener, demo_site: Path) -> None:
    page = opened(java_script_enabled=False)
    page.goto(f"{demo_site.as_uri()}/builds.html")
    assert page.locator(".filter").inner_html() == ""
    assert page.locator("tbody tr:visible").count() > 0
