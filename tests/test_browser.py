"""Tests in a real Chromium: from `file://` and below a sub-path, with scripts and without."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from example import snapshot
from playwright.sync_api import Browser, Page, sync_playwright

from hydrasnap.publish import SiteSettings, publish

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = 390


@pytest.fixture(scope="module")
def browser(demo_site: Path) -> Iterator[Browser]:
    """Start Chromium for this module alone: while it runs, no other event loop can.

    So the site, which is crawled in a loop of its own, is asked for first.
    """
    assert demo_site.is_dir()
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("needs Chromium (Debian's package `chromium`), which is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def requests() -> list[str]:
    """Hold the addresses that were asked for."""
    return []


@pytest.fixture
def complaints() -> list[str]:
    """Hold what the console said, and errors of scripts."""
    return []


@pytest.fixture
def opened(browser: Browser, requests: list[str], complaints: list[str]) -> Iterator[Opener]:
    """Return how to open a fresh page, with the wishes of a browser's context."""
    contexts = []

    def open_page(**wishes: Any) -> Page:
        context = browser.new_context(**wishes)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error.message}"))
        return page

    yield open_page
    for context in contexts:
        context.close()


class Host(SimpleHTTPRequestHandler):
    """A static host that shows the site's own page for what is missing, as GitHub Pages does."""

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code != HTTPStatus.NOT_FOUND:
            return super().send_error(code, message, explain)
        body = (Path(self.directory) / "snap" / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a folder; the site belongs into ``snap`` there. Return its address and the folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/snap", tmp_path / "snap"
        server.shutdown()
        thread.join()


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def follow(page: Page, selector: str) -> str:
    """Click the first link that fits, and return the heading where it leads."""
    before = page.url
    page.locator(selector).first.click()
    page.wait_for_url(lambda url: url != before)
    return heading(page)


def number_in(address: str, kind: str) -> str:
    """Return the number of an evaluation or a build; its page must be one of that kind."""
    found = re.search(rf"/{kind}/(\d+)\.html", address)
    assert found, address
    return found[1]


def style_of(page: Page, name: str) -> str:
    script = "name => getComputedStyle(document.body)[name]"
    return str(page.evaluate(script, name))


@pytest.mark.parametrize("scripts", [False, True])
def test_one_clicks_from_the_overview_to_a_build_and_back(
    opened: Opener, demo_site: Path, requests: list[str], complaints: list[str], *, scripts: bool
) -> None:
    page = opened(java_script_enabled=scripts)
    page.goto(f"{demo_site.as_uri()}/index.html")
    assert "tools" in follow(page, 'main a[href="project/tools.html"]')
    assert "trunk" in follow(page, 'main a[href$="jobset/tools/trunk.html"]')
    evaluation = follow(page, 'main a[href*="eval/"]')
    assert number_in(page.url, "eval") in evaluation
    build = follow(page, 'main a[href*="build/"]')
    assert number_in(page.url, "build") in build
    address = page.url
    assert "trunk" in follow(page, ".crumbs a[href$='jobset/tools/trunk.html']")
    assert page.url == f"{demo_site.as_uri()}/jobset/tools/trunk.html"
    follow(page, ".crumbs a[href$='index.html']")
    assert page.url == f"{demo_site.as_uri()}/index.html"
    page.go_back()
    page.go_back()
    assert page.url == address
    assert [url for url in requests if not url.startswith(demo_site.as_uri())] == []
    assert complaints == []


def test_no_page_complains_or_asks_another_place(
    opened: Opener,
    demo_site: Path,
    demo_pages: dict[str, str],
    requests: list[str],
    complaints: list[str],
) -> None:
    page = opened()
    for path in demo_pages.values():
        page.goto(f"{demo_site.as_uri()}/{path}")
    assert [url for url in requests if not url.startswith(demo_site.as_uri())] == []
    assert complaints == []


def test_scripts_add_the_age_of_the_data(opened: Opener, demo_site: Path) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/queue.html")
    assert page.locator("#asof").inner_text().startswith("Data as of 2026-")


@pytest.mark.parametrize("scripts", [False, True])
def test_no_kind_of_page_is_wider_than_a_phone(
    opened: Opener, demo_site: Path, demo_pages: dict[str, str], *, scripts: bool
) -> None:
    page = opened(
        viewport={"width": PHONE, "height": 844},
        is_mobile=True,
        has_touch=True,
        java_script_enabled=scripts,
    )
    wide = {}
    for kind, path in demo_pages.items():
        page.goto(f"{demo_site.as_uri()}/{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE:
            wide[kind] = width
    assert wide == {}


def test_a_dark_scheme_is_dark(opened: Opener, demo_site: Path) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        page.goto(f"{demo_site.as_uri()}/index.html")
        colours[scheme] = (style_of(page, "backgroundColor"), style_of(page, "color"))
    assert colours["light"][0] != colours["dark"][0]
    assert colours["light"][1] != colours["dark"][1]


@pytest.mark.parametrize("path", ["gone.html", "build/9.html", "job/p/j/deep/er/gone.html"])
def test_the_page_for_what_is_missing_works_at_any_depth(
    opened: Opener, hosted: tuple[str, Path], path: str
) -> None:
    address, folder = hosted
    publish(snapshot(), SiteSettings(), folder)
    assert_helps(opened(), address, path)


@pytest.mark.parametrize("path", ["gone.html", "no/such/place.html", "build/build/9.html"])
@pytest.mark.parametrize("scripts", [False, True])
def test_with_a_base_address_it_works_without_scripts_too(
    opened: Opener, hosted: tuple[str, Path], path: str, *, scripts: bool
) -> None:
    address, folder = hosted
    publish(snapshot(), SiteSettings(base=address), folder)
    assert_helps(opened(java_script_enabled=scripts), address, path)


def assert_helps(page: Page, address: str, path: str) -> None:
    """Check that the page for a missing `path` has its style, and links that lead on."""
    answer = page.goto(f"{address}/index.html")
    assert answer is not None
    assert answer.ok
    font, background = style_of(page, "fontFamily"), style_of(page, "backgroundColor")
    answer = page.goto(f"{address}/{path}")
    assert answer is not None
    assert answer.status == HTTPStatus.NOT_FOUND
    assert (style_of(page, "fontFamily"), style_of(page, "backgroundColor")) == (font, background)
    follow(page, "main a[href='index.html']")
    assert page.url == f"{address}/index.html"
