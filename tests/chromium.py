"""Fixtures for tests in a real Chromium; a module that wants them names this as its plugin."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

Opener = Callable[..., Page]
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
    found = shutil.which("chromium") or shutil.which("chromium-browser")
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
    with _serving(partial(SlowHost, directory=str(demo_site))) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@contextmanager
def _serving(handler: Any) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a folder; the site belongs into ``snap`` there. Return its address and the folder."""
    with _serving(partial(Host, directory=str(tmp_path))) as server:
        yield f"http://127.0.0.1:{server.server_port}/snap", tmp_path / "snap"


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
    with _serving(partial(PagesHost, directory=str(tmp_path))) as server:
        yield f"http://127.0.0.1:{server.server_port}/snap", tmp_path / "snap"
