"""Tests that nothing but the site's own files can run on a page, in a real Chromium."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from example import snapshot
from hosts import serving
from playwright.sync_api import Page
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
MARK = "document.documentElement.dataset.foreign"
# What an address may hold in order to be taken for that of another host: {0} is that host.
CRAFTED = (
    "//{0}/build/1",
    "//{0}/zzz",
    "///{0}/build/1",
    "/\\{0}/build/1",
    "/\\/{0}/job/p/j/k",
    "/%2F{0}/build/1",
    "/%2f%2f{0}/eval/1",
    "/%5C{0}/build/1",
    "/.//{0}/build/1",
    "/x/..//{0}/static/x",
    "/%2e%2e//{0}/build/1",
    "/%09/{0}/build/1",
    "/%0A//{0}/build/1",
    "//user@{0}/project/x",
    "//{0}//static/not-found.js/",
    "/http://{0}/build/1",
    "/http:%2F%2F{0}/build/1",
    "//{0}/build/build/build/1",
    "/javascript:alert(1)/build/1",
    "/build/1?//{0}/",
    "/build/1#//{0}/",
)


class ForeignHost(BaseHTTPRequestHandler):
    """A host that answers everything with a script that leaves a mark, and counts what is asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "text/javascript")
        self.end_headers()
        self.wfile.write(f"{MARK} = 1;".encode())

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def foreign() -> Iterator[tuple[str, list[str]]]:
    """Serve the other host; return its name with its port, and what it was asked for."""
    asked: list[str] = []
    handler = type("Foreign", (ForeignHost,), {"asked": asked})
    with serving(handler) as server:
        yield f"127.0.0.1:{server.server_port}", asked


@pytest.mark.parametrize("base", [False, True])
def test_no_address_makes_the_missing_page_load_from_another_host(
    opened: Opener, hosted: tuple[str, Path], foreign: tuple[str, list[str]], *, base: bool
) -> None:
    address, folder = hosted
    host, asked = foreign
    publish(snapshot(), SiteSettings(base=address if base else ""), folder)
    page = opened()
    root = address.removesuffix("/snap")
    for path in (*CRAFTED, *(f"/snap{path}" for path in CRAFTED[:5])):
        page.goto(root + path.format(host), wait_until="load")
        here = page.evaluate("document.baseURI")
        assert page.evaluate(f"{MARK} === undefined"), path
        assert here.startswith(f"{root}/"), (path, here)
    assert asked == []


HOSTILE = """
<script>{mark} = 1</script>
<script src="http://{host}/x.js"></script>
<img src="x" onerror="{mark} = 1">
<img src="http://{host}/pixel">
<link rel="stylesheet" href="http://{host}/x.css">
<style>body {{ color: rgb(1, 2, 3) }}</style>
<p id="styled" style="color: rgb(1, 2, 3)">x</p>
<iframe src="http://{host}/frame"></iframe>
<object data="http://{host}/object"></object>
<base href="http://{host}/">
<form action="http://{host}/form" id="send"><button>x</button></form>
<a href="javascript:{mark} = 1" id="press">x</a>
"""


@pytest.mark.parametrize("served", [False, True])
@pytest.mark.parametrize("path", ["index.html", "eval/12.html", "404.html", "jobset/p/old.html"])
def test_even_what_stands_in_a_page_runs_and_loads_nothing(
    opened: Opener,
    hosted: tuple[str, Path],
    foreign: tuple[str, list[str]],
    path: str,
    *,
    served: bool,
) -> None:
    address, folder = hosted
    host, asked = foreign
    publish(snapshot(), SiteSettings(), folder)
    file = folder / path
    text = file.read_text(encoding="utf-8")
    text = text.replace('http-equiv="refresh"', 'name="led-on"')  # the test is to stay here
    file.write_text(text.replace("</main>", HOSTILE.format(host=host, mark=MARK) + "</main>"))
    page = opened()
    page.goto(f"{address}/{path}" if served else file.as_uri())
    before = page.url
    page.click("#press")
    page.evaluate("document.getElementById('send').submit()")
    page.wait_for_timeout(100)
    assert page.url == before
    assert page.evaluate(f"{MARK} === undefined")
    colour = "getComputedStyle(document.getElementById('styled')).color"
    assert page.evaluate(colour) != "rgb(1, 2, 3)"
    assert not page.evaluate("document.baseURI").startswith(f"http://{host}")
    assert asked == []


def test_every_page_has_the_policy_first_and_nothing_that_it_refuses(demo_site: Path) -> None:
    for file in demo_site.rglob("*.html"):
        page = LexborHTMLParser(file.read_bytes())
        head = page.css("head > *")
        assert head[0].attributes == {"charset": "utf-8"}
        assert head[1].attributes["http-equiv"] == "Content-Security-Policy", file
        policy = head[1].attributes["content"] or ""
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.css("style, [style], iframe, object, embed, frame") == []
        assert [
            script
            for script in page.css("script")
            if script.text() or "src" not in script.attributes
        ] == []
        named = {name for node in page.css("*") for name in node.attributes}
        assert [name for name in named if name.startswith("on")] == [], file
