"""Every column of every table that can be sorted is sorted, by a click and from an address."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

pytest_plugins = ("chromium",)
pytestmark = [pytest.mark.browser, pytest.mark.slow]

Opener = Callable[..., Page]
JOB = "job/tools/trunk/tested.html"
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
# Of each group of rows that is sorted as one: what each cell of a column holds, as the page has it.
CELLS = """(column) => {
  const groups = new Map();
  for (const head of document.querySelectorAll("main th .sort")) {
    const table = head.closest("table");
    const group = table.closest("section") ?? table;
    if (!groups.has(group)) groups.set(group, []);
    if (!groups.get(group).includes(table)) groups.get(group).push(table);
  }
  return [...groups.values()].map((tables) => {
    const heads = [...tables[0].tHead.rows[0].cells];
    const place = heads.findIndex((head) => {
      const words = head.querySelector(".sort")?.cloneNode(true);
      words?.querySelector(".tz")?.remove();
      return words?.textContent.trim() === column;
    });
    if (place < 0) return [];
    return tables.flatMap((table) => [...table.tBodies].flatMap((body) => [...body.rows]))
      .map(({ cells }) => cells[place])
      .map((cell) => [cell.querySelector("time")?.dateTime ?? "", cell.textContent.trim()]);
  });
}"""
TITLES = """() => [...new Set([...document.querySelectorAll("main th .sort")].map((button) => {
  const words = button.cloneNode(true);
  words.querySelector(".tz")?.remove();
  return words.textContent.trim();
}))]"""


def key(cell: list[str]) -> Any:
    """Read what a cell is to be sorted by, or None where it says that something is not known."""
    time, words = cell
    if words in ("", "\N{EN DASH}"):
        return None
    if time:
        return ("time", time)
    plain = words.replace(",", "").replace("\N{MINUS SIGN}", "-")
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain):
        return ("number", float(plain))
    spans = re.findall(r"(\d+) (min|[shd])\b", plain)
    if spans and " ".join(map(" ".join, spans)) == plain:
        return ("number", float(sum(int(amount) * UNITS[unit] for amount, unit in spans)))
    return ("words", [int(p) if p.isdigit() else p.lower() for p in re.split(r"(\d+)", words) if p])


def is_sorted(cells: list[list[str]], *, down: bool) -> bool:
    """Tell whether cells are in order; what is not known stands last."""
    keys = [key(cell) for cell in cells]
    known = [found for found in keys if found is not None]
    if keys[: len(known)] != known:
        return False
    for one, other in pairwise(reversed(known) if down else known):
        if one[0] == other[0] == "words":
            continue  # the order of words is the browser's, by language
        if one[0] == other[0] and one[1] > other[1]:
            return False
    return True


def test_each_column_is_sorted_by_a_click_and_from_an_address(
    opened: Opener, demo_site: Path, standing_pages: dict[str, str]
) -> None:
    page = opened(timezone_id="America/New_York")
    # a page behind another one of its context draws once a second, and a click waits for that;
    # of the other there is nothing to see, only to read
    other = opened(timezone_id="America/New_York", viewport={"width": 1280, "height": 10})
    sorted_columns = set()
    for path in {
        *standing_pages.values(),
        "project/tools.html",
        "jobset/tools/trunk/evals.html",
        JOB,
    }:
        page.goto(f"{demo_site.as_uri()}/{path}")
        for title in page.evaluate(TITLES):
            before = page.evaluate(CELLS, title)
            head = page.locator("main th .sort").filter(
                has_text=re.compile(rf"^\s*{re.escape(title)}(\s+local|\s+GMT-\d)?\s*$")
            ).first  # fmt: skip
            for down in (False, True):
                head.click()
                clicked = page.evaluate(CELLS, title)
                assert all(is_sorted(group, down=down) for group in clicked), (path, title, down)
                for group, were in zip(clicked, before, strict=True):
                    assert sorted(str(key(cell)) for cell in group) == sorted(
                        str(key(cell)) for cell in were
                    )
                    if len({str(key(cell)) for cell in were}) > 1 and not down:
                        sorted_columns.add(title)
                mark = head.evaluate("button => button.parentElement.ariaSort")
                assert mark == ("descending" if down else "ascending")
                shared = page.url
                assert f"sort={quote('-' if down else '')}" in shared
                other.goto(shared, wait_until="domcontentloaded")
                again = other.evaluate(CELLS, title)
                assert [list(map(key, group)) for group in again] == [
                    list(map(key, group)) for group in clicked
                ], (path, title, down)
    assert sorted_columns >= {
        "Finished",
        "Queued",
        "Date",
        "Build",
        "Job",
        "Status",
        "System",
        "Took",
        "Evaluated",
    }
