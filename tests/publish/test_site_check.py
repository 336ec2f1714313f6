"""Findings in a site: each kind of mistake is found, and a fresh site has none."""

from pathlib import Path

import pytest
from example import snapshot

from hydrasnap.errors import OutputError
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.site_check import check_site

LIMIT = 10**9


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Publish a small site, in which each mistake is as wrong as in a large one."""
    publish(snapshot(), SiteSettings(), tmp_path / "site")
    return tmp_path / "site"


def put(site: Path, html: str) -> None:
    """Put HTML into the body of a page."""
    page = site / "queue.html"
    text = page.read_text("utf-8")
    page.write_text(text.replace("</main>", f"{html}</main>"), "utf-8")


@pytest.mark.slow
def test_a_fresh_site_has_no_findings(demo_site: Path) -> None:
    found = check_site(demo_site, LIMIT)
    assert found.findings == ()
    assert found.pages == len(list(demo_site.rglob("*.html")))
    assert found.bytes > found.files > found.pages > 1000


WRONG = {
    '<a href="none.html">x</a>': "queue.html leads to none.html, which does not exist.",
    '<a href="job/none.html#x">x</a>': "queue.html leads to job/none.html, which does not",
    '<a href="index.html#no-such">x</a>': "index.html#no-such, where there is no such place",
    '<a href="#no-such">x</a>': "queue.html#no-such, where there is no such place",
    '<a href="../x.html">x</a>': "../x.html, which is outside of the site",
    '<a href="/x.html">x</a>': "leads to /x.html, which is outside of the site",
    '<img src="https://evil.example/x.png">': "loads https://evil.example/x.png from anothe",
    '<script src="//evil.example/x.js"></script>': "loads //evil.example/x.js from another",
}
RIGHT = (
    '<a href="https://elsewhere.example/">x</a>', '<a href="index.html?filter=a">x</a>',
    '<a href="mailto:me@example.org">x</a>', '<a href="./">x</a>', '<a href="">x</a>',
    '<img src="data:image/png;base64,AA==">',
)  # fmt: skip


def test_links_that_lead_nowhere_are_found(site: Path) -> None:
    put(site, "".join(WRONG))
    findings = check_site(site, LIMIT).findings
    assert len(findings) == len(WRONG)
    for words in WRONG.values():
        (_,) = (finding for finding in findings if words in finding)


def test_right_links_are_no_findings(site: Path) -> None:
    put(site, "".join(RIGHT))
    assert check_site(site, LIMIT).findings == ()


def test_missing_and_extra_files_and_the_size_are_found(site: Path) -> None:
    (site / "static" / "icon.svg").unlink()
    (site / "CNAME").write_text("x")
    found = check_site(site, 1000)
    assert found.extra == 1
    assert found.findings[0] == "static/icon.svg is missing."
    assert "more than 1,000" in found.findings[-1]


def test_a_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="There is no site of hydrasnap in"):
        check_site(tmp_path, LIMIT)
