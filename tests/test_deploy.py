"""The recipes of the handbook that copy a site elsewhere: only changes, and never a dead link."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from example import snapshot
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

RECIPES = Path(__file__).parent.parent / "docs" / "publishing.md"
STORE = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""


def recipe(tool: str, site: Path, target: str) -> list[list[str]]:
    """Return the commands of the handbook that copy a site with a tool."""
    lines = re.findall(rf"^{tool} .*$", RECIPES.read_text(encoding="utf-8"), re.MULTILINE)
    assert lines, f"the handbook has no recipe for {tool}"
    places = {"_site": str(site), "_site/": f"{site}/", "store:snapshot": target,
              "host:/srv/www/snapshot/": target}  # fmt: skip
    return [[places.get(word, word.strip("'")) for word in line.split()] for line in lines]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a site, and what it became by the next run: with builds and without others."""
    folder = tmp_path_factory.mktemp("sites")
    site, whole = folder / "site", snapshot()
    builds = list(whole.builds.items())
    for number, kept in enumerate((builds[:-4], builds[4:]), start=1):
        shown = structs.replace(whole, builds=dict(kept))
        publish(shown, SiteSettings(policy="all", manifest=True), site)
        shutil.copytree(site, folder / f"site-{number}")
    return folder / "site-1", folder / "site-2"


def contents(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and not path.name.startswith(".hydrasnap-")
    }


class Reader:
    """Follows all links from the first page on, over and over, while something else goes on."""

    def __init__(self, ask: Callable[[str], tuple[int, bytes]]) -> None:
        self._ask = ask
        self.dead: set[tuple[str, str]] = set()
        self.walks = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Walk while the block runs, and once more when it has ended."""
        ended = threading.Event()
        thread = threading.Thread(target=self._walk_until, args=(ended,))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        self.walk(lambda: False)

    def _walk_until(self, ended: threading.Event) -> None:
        while not ended.is_set():
            self.walk(ended.is_set)

    def walk(self, is_over: Callable[[], bool]) -> None:
        """Visit every page that is linked from a page; note links that lead nowhere."""
        waiting, seen = ["index.html"], {"index.html"}
        while waiting and not is_over():
            page = waiting.pop()
            for link in sorted(self._links(page) - seen):
                seen.add(link)
                status, _ = self._ask(link)
                if status != 200 and link in self._links(page):  # it is there still
                    self.dead.add((page, link))
                elif link.endswith(".html"):
                    waiting.append(link)
        self.walks += 1

    def _links(self, page: str) -> set[str]:
        _, body = self._ask(page)
        found = (
            urldefrag(urljoin(f"https://x/{page}", node.attributes.get("href") or "")).url
            for node in LexborHTMLParser(body).css("a[href], link[href]")
        )
        inside = (url.removeprefix("https://x/") for url in found if url.startswith("https://x/"))
        return {unquote(path.partition("?")[0]) for path in inside if path}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Run an S3-compatible server on this machine, and return its port."""
    pytest.importorskip("moto")
    with subprocess.Popen(
        [sys.executable, "-c", STORE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
        port = next(int(line) for line in process.stdout if line.strip().isdigit())
        for name, value in {
            "TYPE": "s3", "PROVIDER": "Other", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b",
            "ENDPOINT": f"http://127.0.0.1:{port}", "ACL": "public-read",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"RCLONE_CONFIG_STORE_{name}", value)
        yield port
        process.terminate()


def asker(port: int, base: str) -> Callable[[str], tuple[int, bytes]]:
    """Return a function that asks a server on this machine for a path."""

    def ask(path: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", f"{base}/{path.replace('%', '%25').replace(' ', '%20')}")
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    return ask


def transferred(command: list[str]) -> set[str]:
    """Run a command of rclone, and return the files that it sent."""
    done = subprocess.run(
        [*command, "--verbose", "--config", os.devnull], capture_output=True, text=True, check=True
    )
    return set(re.findall(r"INFO  : (.+?): Copied", done.stderr))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("rclone") is None, reason="needs rclone")
def test_a_store_gets_what_changed_and_a_reader_meets_no_dead_link(
    sites: tuple[Path, Path], store: int
) -> None:
    first, second = map(contents, sites)
    subprocess.run(["rclone", "mkdir", "store:snapshot", "--config", os.devnull], check=True)
    reader = Reader(asker(store, "/snapshot"))
    new, changed, rest = recipe("rclone", sites[0], "store:snapshot")
    assert transferred(new) == set(first)
    assert transferred(changed) | transferred(rest) == set()

    new, changed, rest = recipe("rclone", sites[1], "store:snapshot")
    with reader.reading():
        assert transferred(new) == set(second) - set(first)
        assert transferred(changed) == {
            path for path in set(first) & set(second) if first[path] != second[path]
        }
        assert transferred(rest) == set()
    assert reader.walks
    assert reader.dead == set()
    listed = subprocess.run(
        ["rclone", "lsf", "--recursive", "--files-only", "store:snapshot", "--config", os.devnull],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert set(listed) == set(second)


@pytest.mark.skipif(shutil.which("rsync") is None, reason="needs rsync")
def test_rsync_makes_the_copy_equal(sites: tuple[Path, Path], tmp_path: Path) -> None:
    for site in sites:
        for command in recipe("rsync", site, f"{tmp_path}/"):
            subprocess.run(command, check=True)
        assert contents(tmp_path) == contents(site)
