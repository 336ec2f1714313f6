"""Tests of the watch lists: what they match, what their pages and feeds say."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from example import all_pages, snapshot
from lxml import etree
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.cli import main
from hydrasnap.config.loading import load
from hydrasnap.errors import ConfigError
from hydrasnap.model import JobsetKey, JobsetState, Watch
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.overview.overview import OverviewPage
from hydrasnap.publish.pages.selections.selection import SelectionView
from hydrasnap.publish.pages.selections.watch import WatchPage
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

MINE = Watch("my jobs", jobs=("b*", "mended", "gives-up"), jobsets=("p/j",))
NOTHING = Watch("nothing", jobs=("no-such-job",))


def contexts(*watches: Watch) -> dict[str, object]:
    site = Site(snapshot(), watches=watches)
    return {page.path: page.context for page in all_pages(site) if isinstance(page, Page)}


def shown(watch: Watch) -> SelectionView:
    pages = [page for page in contexts(watch).values() if isinstance(page, WatchPage)]
    assert len(pages) == 1
    return pages[0].selection


@pytest.mark.parametrize(
    ("watch", "job", "system", "expected"),
    [
        (Watch("w"), "anything", "any", True),
        (Watch("w", jobs=("python3*Packages.*",)), "python312Packages.x", "any", True),
        (Watch("w", jobs=("python3*Packages.*",)), "Python3Packages.x", "any", False),
        (Watch("w", jobs=("a", "b"), systems=("*-linux",)), "b", "x86_64-linux", True),
        (Watch("w", jobs=("a", "b"), systems=("*-linux",)), "b", "x86_64-darwin", False),
    ],
)
def test_globs_choose_jobs_and_systems(watch: Watch, job: str, system: str, expected: bool) -> None:
    assert watch.has(job, system) is expected


def test_a_jobset_is_named_with_its_project() -> None:
    assert Watch("w", jobsets=("p/*",)).has_jobset(JobsetKey("p", "j"))
    assert not Watch("w", jobsets=("p",)).has_jobset(JobsetKey("p", "j"))


def test_the_page_tells_what_fails_since_when_and_what_was_fixed() -> None:
    page = shown(MINE)
    assert (page.jobs, page.figures.words) == (4, "1 succeeded, 2 failed, 1 aborted")
    rows = {row.build.job: row for row in page.failing}
    assert list(rows) == ["breaks", "bad", "gives-up"]
    assert (rows["breaks"].since_build, rows["breaks"].exact) == (201, True)
    assert (rows["bad"].since_build, rows["bad"].exact) == (104, False)
    assert rows["gives-up"].since_build is None
    (news,) = page.news
    assert [row.job for row in news.broken] == ["breaks"]
    assert [row.job for row in news.fixed] == ["mended"]


def test_a_job_of_a_disabled_jobset_is_marked(tmp_path: Path) -> None:
    found = snapshot()
    key = JobsetKey("p", "j")
    off = structs.replace(found.jobsets[key].configuration, state=JobsetState.DISABLED)
    disabled = {**found.jobsets, key: structs.replace(found.jobsets[key], configuration=off)}
    publish(structs.replace(found, jobsets=disabled), SiteSettings(watches=(MINE,)), tmp_path)
    page = LexborHTMLParser((tmp_path / "watch/my~20jobs.html").read_text())
    assert [tag.text() for tag in page.css("#failing .tag")] == ["new", *["disabled"] * 3]
    assert {row.tag for row in shown(MINE).failing} == {""}
    badge = page.css_first("#badge img")
    assert badge is not None
    assert badge.attributes["width"] is not None


def test_a_list_that_matches_nothing_says_so_and_does_no_harm(tmp_path: Path) -> None:
    assert shown(NOTHING).jobs == 0
    publish(snapshot(), SiteSettings(watches=(NOTHING,)), tmp_path)
    text = (tmp_path / "watch/nothing.html").read_text()
    assert "Nothing in the newest evaluations matches" in text


def test_the_overview_and_the_menu_lead_to_the_lists(tmp_path: Path) -> None:
    overview = contexts(MINE, NOTHING)["index.html"]
    assert isinstance(overview, OverviewPage)
    assert [(row.link.label, row.failing, row.newly) for row in overview.watches] == [
        ("my jobs", 2, 1),
        ("nothing", 0, 0),
    ]
    publish(snapshot(), SiteSettings(watches=(MINE,)), tmp_path)
    menu = LexborHTMLParser((tmp_path / "build/101.html").read_text()).css(".menu a")
    assert "../watch.html" in [link.attributes["href"] for link in menu]
    assert "watch/my~20jobs.html" in (tmp_path / "watch.html").read_text()


def test_the_feed_and_the_badge_are_about_the_watched_jobs_only(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(watches=(MINE,)), tmp_path)
    root = etree.fromstring((tmp_path / "watch/my~20jobs/feed.atom").read_bytes())
    words = " ".join(map(str, root.itertext()))
    assert "p:j: 1 newly failing, 1 fixed in evaluation 12" in words
    assert "all (x86_64-linux)" not in words
    badge = json.loads((tmp_path / "watch/my~20jobs/shield.json").read_text())
    assert badge["message"] == "2 of 4 failing"
    assert (tmp_path / "watch/my~20jobs.svg").exists()


def test_without_lists_there_is_no_page_of_them(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(), tmp_path)
    assert not (tmp_path / "watch.html").exists()
    assert "watch.html" not in (tmp_path / "index.html").read_text()


def test_every_link_of_a_watch_list_resolves(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(watches=(MINE, NOTHING)), tmp_path)
    pages = [tmp_path / "watch.html", *(tmp_path / "watch").glob("*.html")]
    assert len(pages) == 3
    for page in pages:
        for node in LexborHTMLParser(page.read_text()).css("main [href], main [src], link"):
            address = node.attributes.get("href") or node.attributes.get("src") or ""
            target = page.parent / address.partition("#")[0] if address[0] != "#" else page
            assert target.is_file(), (page, address)


def test_the_settings_are_read_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "hydrasnap.toml"
    file.write_text('[[watch]]\nname = "a"\njobs = ["x*"]\n[[watch]]\nname = "b"\n')
    assert [(table.name, table.jobs) for table in load(file, {}).watch] == [
        ("a", ("x*",)),
        ("b", ()),
    ]
    file.write_text('[[watch]]\nname = "a"\n[[watch]]\nname = "A"\n')
    with pytest.raises(ConfigError, match="there is another list called 'A'"):
        load(file, {})
    file.write_text('[[watch]]\nname = "a"\njob = ["x"]\n')
    with pytest.raises(ConfigError, match="Did you mean jobs"):
        load(file, {})
    file.write_text('[[watch]]\njobs = ["x"]\n')
    with pytest.raises(ConfigError, match="name"):
        load(file, {})


@pytest.mark.slow
def test_the_command_line_passes_the_lists_on(tmp_path: Path) -> None:
    folders = ["--cache", str(tmp_path / "cache"), "--output", str(tmp_path / "site")]
    assert CliRunner().invoke(main, ["demo", "--quiet", *folders]).exit_code == 0
    file = tmp_path / "hydrasnap.toml"
    file.write_text('[[watch]]\nname = "mine"\n')
    done = CliRunner().invoke(main, ["render", "--config", str(file), *folders])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "site/watch/mine.html").exists()
