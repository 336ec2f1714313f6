"""Tests of the badges."""

import json
from pathlib import Path

import pytest
from example import HOSTILE, snapshot
from lxml import etree

from hydrasnap.model import Watch
from hydrasnap.publish.pages.files.badges import Badge, picture, tally_badge
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.tally import Tally


@pytest.mark.parametrize(
    ("tally", "message", "color"),
    [
        (Tally(succeeded=9), "passing", "green"),
        (Tally(succeeded=8, failed=1, aborted=2, queued=3), "1 of 14 failing", "red"),
        (Tally(succeeded=1, aborted=2, queued=1), "2 of 4 aborted", "yellow"),
        (Tally(succeeded=1, queued=1, unknown=1), "1 of 3 queued", "lightgrey"),
        (Tally(succeeded=1000, unknown=1000), "1,000 of 2,000 not known", "lightgrey"),
        (Tally(), "no builds", "lightgrey"),
    ],
)
def test_the_worst_decides(tally: Tally, message: str, color: str) -> None:
    badge = tally_badge(tally)
    assert (badge.message, badge.color) == (message, color)


def test_a_picture_is_xml_that_says_what_it_shows() -> None:
    root = etree.fromstring(picture(Badge(message=f"a & {HOSTILE}\x00", color="red")))
    assert root.get("aria-label") == f"hydra build: a & {HOSTILE}⟨U+0000⟩"
    texts = root.findall(".//{http://www.w3.org/2000/svg}text")
    widths = [int(text.get("textLength") or 0) for text in texts]
    assert sum(widths) + 24 == int(root.get("width") or 0)


def test_everything_has_a_badge_in_both_forms(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(), tmp_path)
    for of in ("project/p", "jobset/p/j", "eval/12"):
        shield = json.loads((tmp_path / of / "shield.json").read_text())
        root = etree.fromstring((tmp_path / f"{of}.svg").read_bytes())
        assert root.get("aria-label") == f"hydra build: {shield['message']}"
        assert shield["color"] == "red"
    assert not (tmp_path / "job/p/j/waits.svg").exists()


def test_a_job_has_its_page_its_data_and_its_badge_and_a_feed_if_it_ever_failed(
    tmp_path: Path,
) -> None:
    publish(snapshot(), SiteSettings(), tmp_path)
    jobs = tmp_path / "job/p/j"
    assert sorted(file.name for file in jobs.glob("good.*")) == [
        "good.html",
        "good.json",
        "good.svg",
    ]
    assert not (jobs / "good").exists()
    assert [file.name for file in (jobs / "breaks").iterdir()] == ["feed.atom"]
    page = (jobs / "good.html").read_text()
    assert '../../../jobset/p/j/feed.atom" title="What broke in p:j"' in page
    assert "shields.io" not in page


def test_a_job_on_a_watch_list_has_a_feed(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(watches=(Watch("mine", ("good",)),)), tmp_path)
    assert (tmp_path / "job/p/j/good/feed.atom").is_file()
    assert not (tmp_path / "job/p/j/waits/feed.atom").exists()
