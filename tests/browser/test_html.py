"""Tests of the HTML itself: valid by the Nu Html Checker, and without a dead end."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from example import HOSTILE, all_pages, explained, snapshot
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.model import Watch
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.page import Document, Page
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.site_content import gather_site

pytestmark = pytest.mark.slow

JAR = "HYDRASNAP_VNU_JAR"
# Names are shown as the Hydra gave them, and some are not in Normalization Form C. The checker does
# not know the property of SVG 2 that keeps a line of a stretched drawing thin. It reads pages as
# files without an origin, and takes the site's own scripts and styles for foreign ones.
OPTIONS = (
    *("--stdout", "--format", "gnu", "--also-check-css", "--also-check-svg"),
    *("--filterpattern", ".*(Normalization Form C|vector-effect|Security Policy.*blocked by).*"),
)


JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss2m")  # a short run, on few cores
# A site of awkward contents that has every kind of page, those of long lists too.
EVERYTHING = SiteSettings(
    watches=(Watch(f"mine {HOSTILE}"), Watch("nothing", jobs=("no-such",))),
    limits=Limits(rows_shown=1, rows_of_list=1, rows_of_page=1),
)
STATIC = ("static/style.css", "static/icon.svg")


class Checked(NamedTuple):
    """What the checker says of each site, warnings too; nothing where all is well."""

    bad: str
    demo: str
    awkward: str


@pytest.fixture(scope="module")
def checked(
    demo_site: Path, demo_pages: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Checked:
    """Let the Nu Html Checker read all files in one run, as its start takes longest."""
    jar, java = os.environ.get(JAR), shutil.which("java")
    if not jar or not java:
        pytest.skip(f"needs java, and the path of vnu.jar in {JAR}, as .ci/run sets it")
    assert Path(jar).is_file(), f"{JAR}={jar} is no file"
    bad = tmp_path_factory.mktemp("bad")
    (bad / "bad.html").write_text("<!DOCTYPE html><title>x</title><p id=a><p id=a>")
    awkward = tmp_path_factory.mktemp("awkward")
    publish(snapshot(), EVERYTHING, awkward)
    files = [bad / "bad.html", *sorted(awkward.rglob("*.html"))]
    files += [demo_site / path for path in (*demo_pages.values(), *STATIC)]
    run = subprocess.run(
        [java, *JAVA, "-jar", jar, *OPTIONS, *files],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.returncode == 1  # for the bad page
    lines = run.stdout.splitlines()
    said = [[line for line in lines if line.startswith(f'"file:{folder}/')]
            for folder in (bad, demo_site, awkward)]  # fmt: skip
    assert sum(map(len, said)) == len(lines), run.stdout
    return Checked(*map("\n".join, said))


def test_the_checker_would_complain(checked: Checked) -> None:
    assert "Duplicate ID" in checked.bad


def test_each_kind_of_page_is_valid(checked: Checked) -> None:
    assert checked.demo == ""


def test_pages_of_awkward_contents_are_valid(checked: Checked) -> None:
    assert checked.awkward == ""


def test_the_awkward_site_has_every_kind_of_page() -> None:
    folder = Path(__file__).parents[2] / "templates"
    texts = {file.name: file.read_text() for file in folder.iterdir()}
    parts = {
        name
        for text in texts.values()
        for name in re.findall(r'{% (?:extends|import|include) "(.*?)"', text)
    }
    documents = (Document(path="more.html", title="More", text="# More"),)
    site = replace(gather_site(explained(), EVERYTHING), documents=documents)
    made = {page.template for page in all_pages(site) if isinstance(page, Page)}
    frame = {
        "header.html",
        "footer.html",
        "assets.html",
        "content-policy.html",
    }  # around the pages of a folder
    assert made == texts.keys() - parts - frame


def test_every_link_and_anchor_of_the_demo_resolves(demo_site: Path) -> None:
    """Follow them all: the demo has more, and other, pages than the hand-made example."""
    files = sorted(demo_site.rglob("*.html"))
    pages = {file: LexborHTMLParser(file.read_bytes()) for file in files}
    anchors = {
        file: {node.attributes["id"] for node in page.css("[id]")} for file, page in pages.items()
    }
    broken = []
    for file, page in pages.items():
        for node in page.css("[href], [src]"):
            address = node.attributes.get("href") or node.attributes.get("src") or ""
            place, _, anchor = address.partition("?")[0].partition("#")
            if urlsplit(address).scheme or (file.name, Path(address).name) == (
                "404.html",
                "root.js",
            ):
                continue  # that page looks for the root in the folders above it
            target = Path(os.path.normpath(file.parent / unquote(place))) if place else file
            if not target.is_file() or (anchor and unquote(anchor) not in anchors[target]):
                broken.append((file.relative_to(demo_site).as_posix(), address))
    assert broken == []
