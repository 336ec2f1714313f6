"""Fixtures for tests in a real Chromium; a module that wants them names this as its plugin."""

import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hosts import Host, hosting, serving
from playwright.sync_api import Browser, Page, sync_playwright

Opener = Callable[..., Page]
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""What Chromium is called; the first draws no window, and does the same with less work."""

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser(demo_site: Path) -> Iterator[Browser]:
    """Start Chromium for this module alone: while it runs, no other event loop can.

    So the site, which is crawled in a loop of its own, is asked for first.
    """
    assert demo_site.is_dir()
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.skip("needs Chromium (Debian's package `chromium`), which is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def standing_pages(demo_site: Path, demo_pages: dict[str, str]) -> dict[str, str]:
    """Return a page of each kind, but for those that lead on at once."""
    return {
        kind: path
        for kind, path in demo_pages.items()
        if 'http-equiv="refresh"' not in (demo_site / path).read_text(encoding="utf-8")
    }


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
        listen(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def kept_page(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Open a page for a whole module; give it, and what it complains of."""
    said: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        listen(page, said)
        yield page, said


@pytest.fixture
def reading(kept_page: tuple[Page, list[str]]) -> Iterator[Page]:
    """Return a page that other tests had before, for those that only read; it may not complain."""
    page, said = kept_page
    said.clear()
    yield page
    assert [words for words in said if "404 (" not in words] == []


def listen(page: Page, complaints: list[str]) -> None:
    """Note what the console says, and errors of scripts."""
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error.message}"))


class SlowHost(SimpleHTTPRequestHandler):
    """A host on a slow line: a page comes in pieces, the scripts when it has long been shown.

    A piece ends with a line: half a word moves when the other half comes, on any page.
    """

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        content = source.read()
        kind = self.path.partition("?")[0].rpartition(".")[2]
        pieces = {"html": 8, "js": 1}.get(kind, 0)
        lines = content.splitlines(keepends=True)
        step = -(-len(lines) // pieces) if pieces else len(lines) or 1
        for start in range(0, len(lines), step):
            time.sleep(0.04 if pieces else 0)
            outputfile.write(b"".join(lines[start : start + step]))
            outputfile.flush()


@pytest.fixture
def slow_host(demo_site: Path) -> Iterator[str]:
    """Serve the demo over a slow line; return its address."""
    with serving(partial(SlowHost, directory=str(demo_site))) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a folder; the site belongs into ``snap`` there. Return its address and the folder."""
    with hosting(tmp_path) as address:
        yield address, tmp_path / "snap"


class PagesHost(Host):
    """Answers ``/x`` with ``x.html``, and what is missing with ``404.html``."""

    def translate_path(self, path: str) -> str:
        found = Path(super().translate_path(path))
        page = found.with_name(f"{found.name}.html")
        return str(page if page.is_file() and not found.is_file() else found)

    def list_directory(self, _: object) -> None:
        """Show no list of files."""
        self.send_error(HTTPStatus.NOT_FOUND)


@pytest.fixture
def pages_host(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a site below ``/snap``; return its address and its folder."""
    with serving(partial(PagesHost, directory=str(tmp_path))) as server:
        yield f"http://127.0.0.1:{server.server_port}/snap", tmp_path / "snap"
