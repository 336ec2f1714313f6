"""Tests that no kind of page has a barrier that axe-core can see, in a real Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from example import snapshot
from msgspec import structs
from playwright.sync_api import Page, expect

from hydrasnap.model import EvaluationInput, Snapshot
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
HEIGHT = 900
# Every rule counts, best practices too, and room for fingers, which axe-core measures if asked.
EVERY_RULE = "rules: { 'target-size': { enabled: true } }"
COLOURS = "runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }"
RUN = "axe.run({ resultTypes: ['violations'], %s }).then(found => found.violations)"
# What is out of sight is not laid out: axe-core leaves some of it undecided, and takes longer.
SHOW_ALL = """() => {
  const style = new CSSStyleSheet();
  style.replaceSync("* { content-visibility: visible !important; }");
  document.adoptedStyleSheets.push(style);
}"""
# Rows of the same elements, classes and attributes are alike to all rules: two of them stay.
FOLD_LIKE_ROWS = """() => {
  const shape = (node) => [node.tagName, node.getAttribute("class"), node.getAttributeNames(),
    node.hasChildNodes(), [...node.children].map(shape)];
  for (const { rows } of document.querySelectorAll("tbody")) {
    const amounts = new Map();
    for (const row of [...rows]) {
      const key = JSON.stringify(shape(row));
      amounts.set(key, (amounts.get(key) ?? 0) + 1);
      if (amounts.get(key) > 2) row.remove();
    }
  }
}"""
# The schemes differ in colours alone (see below), and no colour changes by and by.
SCHEMES: tuple[tuple[Literal["light", "dark"], str], ...] = (
    ("light", EVERY_RULE),
    ("dark", COLOURS),
)


@pytest.fixture(scope="module")
def axe() -> str:
    """Return axe-core as a script."""
    base = pytest.importorskip(
        "axe_playwright_python.base", reason="needs axe-playwright-python, of the extra [test]"
    )
    return str(base.AXE_SCRIPT)


def barriers(page: Page, axe: str, rules: str = EVERY_RULE) -> Iterator[str]:
    """Say what axe-core finds on the page that is open."""
    if page.evaluate("!globalThis.axe"):
        page.evaluate(axe)
    for found in page.evaluate(RUN % rules):
        for node in found["nodes"]:
            yield f"{found['id']}: {node['html']} ({node['failureSummary']})"


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_no_kind_of_page_has_a_barrier(
    opened: Opener, demo_site: Path, standing_pages: dict[str, str], axe: str, width: int
) -> None:
    page = opened(viewport={"width": width, "height": HEIGHT})
    found = {}
    for kind, path in standing_pages.items():
        page.goto(f"{demo_site.as_uri()}/{path}")
        page.evaluate(SHOW_ALL)
        page.evaluate(FOLD_LIKE_ROWS)
        for scheme, rules in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found[kind, scheme] = list(barriers(page, axe, rules))
    assert {which: what for which, what in found.items() if what} == {}


def test_a_scheme_changes_nothing_but_colours(demo_site: Path) -> None:
    texts = [
        p.read_text("utf-8")
        for p in (demo_site / "static").rglob("*")
        if p.suffix in {".css", ".js"}
    ]
    assert sum("light-dark(#" in text for text in texts) == 1
    assert [text for text in texts if "prefers-color-scheme" in text] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_scripts_show_has_none_either(
    opened: Opener, demo_site: Path, axe: str, scheme: str
) -> None:
    page = opened(color_scheme=scheme, viewport={"width": 390, "height": HEIGHT})
    page.goto(f"{demo_site.as_uri()}/compare.html?a=200&b=168")
    expect(page.locator("#comparison tr[data-job]").first).to_be_visible()
    assert list(barriers(page, axe)) == []
    page.goto(f"{demo_site.as_uri()}/search.html?q=python")
    expect(page.locator(".results tbody tr").first).to_be_visible()
    assert list(barriers(page, axe)) == []
    page.goto(f"{demo_site.as_uri()}/index.html")
    page.locator(".find input").fill("python")
    expect(page.locator("#found [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert list(barriers(page, axe)) == []


def test_odd_pages_have_none_either(opened: Opener, axe: str, tmp_path: Path) -> None:
    publish(snapshot_with_unknown_inputs(), SiteSettings(), tmp_path)
    page = opened(viewport={"width": 390, "height": HEIGHT})
    found = {}
    for path in ("eval/12.html", "build/201.html", "job/p/j/breaks.html", "jobset/p/j.html"):
        page.goto((tmp_path / path).as_uri())
        found[path] = list(barriers(page, axe))
    assert {path: what for path, what in found.items() if what} == {}


def snapshot_with_unknown_inputs() -> Snapshot:
    """Let builds be inputs that changed, one of which nobody is known to have made."""
    first = snapshot()
    inputs = (EvaluationInput(name="dep", type="build", dependency=105),)
    newest = structs.replace(first.evaluations[12], inputs=inputs)
    return structs.replace(first, evaluations={**first.evaluations, 12: newest})


def test_axe_would_complain(opened: Opener, axe: str, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<title>x</title><img src=x><p style='color:#eee'>grey")
    page = opened()
    page.goto((tmp_path / "bad.html").as_uri())
    found = " ".join(barriers(page, axe))
    assert "image-alt" in found
    assert "color-contrast" in found
