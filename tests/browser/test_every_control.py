"""Every control of every kind of page is used, and what it shows is compared with the page's rows.

A control that no check below knows fails the test: who adds one adds how to use it. Heads that sort
are used in test_sorting.py, the comparison of evaluations in test_controls.py.
"""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytest_plugins = ("chromium",)
pytestmark = [pytest.mark.browser, pytest.mark.slow]

Opener = Callable[..., Page]
PATIENCE = 100  # twentieths of a second, until a script has read all jobs

# The visible controls of a page: of each, the first selector that it fits, or its markup.
CONTROLS = """(known) => {
  const found = new Set();
  const all = "button, input, select, textarea, summary, [tabindex='0']";
  for (const control of document.querySelectorAll(all)) {
    const isShown = control.checkVisibility({ visibilityProperty: true });
    if (!isShown || control.matches("[role=region]")) continue;
    const fitting = known.find((selector) => control.matches(selector));
    found.add(fitting ?? control.outerHTML.slice(0, 200));
  }
  return [...found];
}"""

# The rows that a filter is about, but for folded ones: what names each, its words, its job, system
# and statuses, and whether it is in sight.
ROWS = """() => {
  const place = document.querySelector(".filter");
  const after = Node.DOCUMENT_POSITION_FOLLOWING;
  const all = "main table:not([data-plain]):not(.narrow):not(.packages)";
  const tables = [...document.querySelectorAll(all)].filter((table) =>
    table.tHead && place.compareDocumentPosition(table) & after && !table.closest("[role=region]"));
  const words = (part) => part?.textContent.trim();
  return tables.flatMap((table) => {
    const heads = [...table.tHead.rows[0].cells].map(words);
    const grid = table.matches(".grid");
    const rows = [...table.querySelectorAll("tbody tr")];
    return rows.filter((row) => !row.closest("details:not([open])")).map((row) => {
      const cell = (head) => row.cells[heads.indexOf(head)];
      const name = words(row.cells[0]);
      const ending = /\\.([a-z0-9_]+-[a-z0-9]+)$/.exec(name)?.[1] ?? "";
      const own = cell("Status")?.querySelector(".st");
      const signs = grid ? [...row.querySelectorAll(".st")] : [own];
      return {
        key: row.dataset.build ?? row.textContent.replace(/\\s+/g, " "),
        words: (grid ? name : [...row.cells].map(words).join("\\n")).toLowerCase(),
        job: grid ? name : row.dataset.job ?? "",
        system: grid ? ending : words(cell("System")),
        statuses: signs.map(words),
        shown: row.checkVisibility(),
      };
    });
  });
}"""

Row = dict[str, Any]


def rows(page: Page) -> list[Row]:
    """Return the rows that the page shows."""
    found: list[Row] = page.evaluate(ROWS)
    return [row for row in found if row["shown"]]


def keys(found: list[Row], fits: Callable[[Row], bool]) -> set[str]:
    return {row["key"] for row in found if fits(row)}


def check_filtered(page: Page, before: list[Row], fits: Callable[[Row], bool]) -> None:
    """See that all that fits is shown and nothing else; more, where the page has not all rows."""
    more = page.get_by_role("button", name=re.compile(r"^Show [\d,]+ more( of|$)"))
    for _ in range(PATIENCE):
        after = rows(page)
        if keys(after, fits) >= keys(before, fits) and all(fits(row) for row in after):
            return
        for button in more.all():
            button.click()
        page.wait_for_timeout(50)
    assert [row for row in after if not fits(row)] == [], page.url
    assert keys(after, fits) >= keys(before, fits), page.url


def use_words(page: Page, field: Locator) -> None:
    before = rows(page)
    word = re.split(r"[^a-z0-9_]", before[len(before) // 2]["words"])[0]
    field.fill(word)
    page.wait_for_url(re.compile(r"[?&]filter="))
    check_filtered(page, before, lambda row: word in row["words"])
    field.fill("nothing-is-called-so")
    check_filtered(page, [], lambda _: False)
    field.fill("")
    page.wait_for_url(re.compile(r"^(?!.*filter=)"))
    assert {row["key"] for row in rows(page)} == {row["key"] for row in before}


def use_choice(page: Page, select: Locator, fits: Callable[[str, Row], bool]) -> None:
    before = rows(page)
    for option in select.locator("option").all_inner_texts()[1:3]:
        select.select_option(option)
        check_filtered(page, before, partial(fits, option))
        assert rows(page), (page.url, option)
    select.select_option(index=0)


def use_system(page: Page, select: Locator) -> None:
    use_choice(page, select, lambda option, row: row["system"] == option)


def use_status(page: Page, select: Locator) -> None:
    use_choice(page, select, lambda option, row: option in row["statuses"])


def plain(text: str) -> str:
    return " ".join(text.split())


def use_packages(page: Page, button: Locator) -> None:
    """Show a row for each package, and all rows again."""
    before = rows(page)
    names = {plain(row["job"].removesuffix(f".{row['system']}")) for row in before if row["job"]}
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    heads = page.locator("main table.packages tbody tr > :first-child")
    expect(heads.first).to_be_visible()
    for _ in range(PATIENCE):
        shown = set(map(plain, heads.all_text_contents()))
        if names <= shown:
            break
        page.wait_for_timeout(50)
    assert names <= shown, page.url
    assert "by=package" in page.url
    button.click()
    assert {row["key"] for row in rows(page)} == {row["key"] for row in before}


def use_markdown(page: Page, button: Locator) -> None:
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    button.click()
    text = str(page.wait_for_function("window.copied").json_value()).replace("\\", "")
    assert text.startswith("[")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    first = rows(page)[0]["job"]
    assert any(first in line for line in lines), page.url


def use_fold(_: Page, summary: Locator) -> None:
    """Open a fold by the keyboard, and close it."""
    fold = summary.locator("xpath=..")
    was = fold.get_attribute("open")
    summary.press("Enter")
    assert fold.get_attribute("open") != was
    summary.press("Enter")
    assert fold.get_attribute("open") == was


def use_copy(page: Page, button: Locator) -> None:
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    button.click()
    copied = str(page.wait_for_function("window.copied").json_value())
    holder = button.locator("xpath=..")
    link = holder.locator("a") if holder.get_attribute("data-address") is not None else None
    wanted = str(link.evaluate("a => a.href") if link else holder.text_content())
    assert copied.strip() == wanted.removesuffix("Copied").strip()


def use_theme(page: Page, button: Locator) -> None:
    shown = []
    for _ in range(3):
        button.click()
        shown.append(page.evaluate("document.documentElement.dataset.theme ?? ''"))
    assert shown == ["light", "dark", ""]


def use_search(page: Page, field: Locator) -> None:
    """Turn to the field by its key, type, and close the results."""
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("hello")
    results = page.locator("#found [role=option], .results tbody tr")
    expect(results.first).to_be_visible()
    assert all("hello" in text for text in results.all_inner_texts())
    page.keyboard.press("Escape")
    expect(page.locator(".drop:visible")).to_have_count(0)
    field.fill("")


def use_comparison(page: Page, field: Locator) -> None:
    """Compare with an evaluation by its number, and come back."""
    here = page.url
    field.fill("168")
    field.press("Enter")
    page.wait_for_url(re.compile(r"compare\.html\?.*b=168"))
    expect(page.locator("#comparison")).to_contain_text("168")
    page.goto(here)


def used_elsewhere(_: Page, __: Locator) -> None:
    """Leave a control to the test that compares what it shows."""


USES: dict[str, Callable[[Page, Locator], None]] = {
    ".filter input": use_words,
    ".filter select[name=system]": use_system,
    ".filter select[name=status]": use_status,
    ".filter button[aria-pressed]": use_packages,
    ".filter button:not([aria-pressed])": use_markdown,
    ".theme": use_theme,
    "header .find input": use_search,
    "main > :not(#mine) summary, main > summary": use_fold,
    "#mine > summary": use_fold,
    ".copy": use_copy,
    "dl input[name=b]": use_comparison,
    "dl .versus button": used_elsewhere,  # Enter in the field presses it
    ".sort": used_elsewhere,  # test_sorting.py
    "h1 + .versus :is(input, button), .pick select": used_elsewhere,  # test_controls.py
    "#mine :is(input, button)": used_elsewhere,  # test_mine.py
}
"""How to use each control. The selectors stand in order: the first that fits counts."""


def test_every_control_of_every_kind_of_page_does_what_it_says(
    opened: Opener, demo_site: Path, standing_pages: dict[str, str], complaints: list[str]
) -> None:
    page = opened(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(5000)
    used: set[str] = set()
    for path in standing_pages.values():
        address = f"{demo_site.as_uri()}/{path}"
        page.goto(address)
        found = page.evaluate(CONTROLS, list(USES))
        assert set(found) <= USES.keys(), f"{path}: no test uses {set(found) - USES.keys()}"
        for selector in found:
            if USES[selector] is used_elsewhere:
                continue
            before = page.url
            USES[selector](page, page.locator(f"{selector} >> visible=true").first)
            used.add(selector)
            if page.url != before:
                page.goto(address)
    assert used == {selector for selector, use in USES.items() if use is not used_elsewhere}
    # the page for what is missing looks for its root above itself
    assert [said for said in complaints if "/404.html: Failed to load" not in said] == []
