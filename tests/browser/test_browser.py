"""Tests in a real Chromium: from `file://` and below a sub-path, with scripts and without."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest
from example import NOON, snapshot
from hosts import hosting
from playwright.sync_api import Page, expect

from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
PHONE = 390


@pytest.fixture(scope="module")
def awkward_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("awkward") / "snap"
    publish(snapshot(), SiteSettings(), folder)
    return folder


@pytest.fixture(scope="module")
def addresses(demo_site: Path, standing_pages: dict[str, str]) -> list[str]:
    """Return the address of a page of each kind."""
    return [(demo_site / path).as_uri() for path in standing_pages.values()]


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
    evaluation = follow(page, 'main a[href*="eval/"]:visible')
    assert number_in(page.url, "eval") in evaluation
    build = follow(page, 'main a[href*="build/"]:visible')
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
    addresses: list[str],
    requests: list[str],
    complaints: list[str],
) -> None:
    page = opened()
    for address in addresses:
        page.goto(address)
    missing = f"{demo_site.as_uri()}/404.html"  # looks for its root in the folders above
    above = [url for url in requests if url.endswith("/root.js")]
    assert [url for url in requests if not url.startswith(demo_site.as_uri())] == above[1:]
    assert [said for said in complaints if not said.startswith(missing)] == []


def test_scripts_add_the_age_of_the_data(opened: Opener, demo_site: Path) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/queue.html")
    expect(page.locator("#asof")).to_contain_text("Data as of 2026-")


def test_tables_tell_how_long_ago_and_the_exact_time_on_pointing(
    opened: Opener, awkward_site: Path
) -> None:
    page = opened(timezone_id="Europe/Berlin")
    page.clock.set_fixed_time(datetime.fromtimestamp(NOON + 11 + 3 * 3600, UTC))
    page.goto((awkward_site / "jobset/p/j/evals.html").as_uri())
    time = page.locator("td time").last
    expect(time).to_have_text("3 h ago")
    expect(time).to_have_attribute("title", "2027-01-15 09:00 GMT+1, 2027-01-15 08:00 UTC")
    page.locator("input[name=filter]").fill("2027-01-15")
    expect(time).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(time).to_have_text("2027-01-15 09:00")
    page.clock.set_fixed_time(datetime.fromtimestamp(NOON + 11 + 8 * 86400, UTC))
    page.reload()
    expect(time).to_have_text("2027-01-15 09:00")


def test_a_time_of_summer_has_the_zone_of_summer(opened: Opener, demo_site: Path) -> None:
    page = opened(timezone_id="Europe/Berlin")
    page.clock.set_fixed_time("2026-11-02T00:00:00Z")
    page.goto(f"{demo_site.as_uri()}/jobset/tools/cross.html")
    summer = page.locator("#newest > p").first
    expect(summer).to_contain_text(re.compile(r"evaluated 2026-08-2\d \d\d:\d\d GMT\+2"))
    assert "GMT+2, 2026-08-2" in str(summer.locator("time").get_attribute("title"))
    expect(page.locator("#evaluations .tz")).to_have_text("GMT+2")
    page.goto(f"{demo_site.as_uri()}/index.html")
    expect(page.locator("#projects .tz").first).to_have_text("local")  # of summer and winter
    expect(page.locator(".lead .tz")).to_have_text("GMT+1")


def test_a_column_of_times_has_one_notation(opened: Opener, demo_site: Path) -> None:
    page = opened(timezone_id="UTC")
    page.clock.set_fixed_time("2026-11-02T00:00:00Z")  # when the demo was taken
    page.goto(f"{demo_site.as_uri()}/index.html")
    recent = page.locator("#newly-failing td time")
    expect(recent.first).to_have_text(re.compile(r" h ago$"))
    for times, pattern in (
        (recent, r" ago$"),
        (page.locator("#projects > .wide td:nth-child(3) time"), r"^2026-"),
    ):
        texts = times.all_inner_texts()
        assert len(texts) > 1
        assert [text for text in texts if not re.search(pattern, text)] == []


@pytest.mark.parametrize("scripts", [False, True])
def test_no_kind_of_page_is_wider_than_a_phone(
    opened: Opener, addresses: list[str], *, scripts: bool
) -> None:
    page = opened(
        viewport={"width": PHONE, "height": 844},
        is_mobile=True,
        has_touch=True,
        java_script_enabled=scripts,
    )
    widths = {}
    for address in addresses:
        page.goto(address)
        widths[address] = page.evaluate("document.documentElement.scrollWidth")
    assert {address: width for address, width in widths.items() if width > PHONE} == {}


@pytest.mark.parametrize("width", [700, 900, 1100])
def test_an_aggregate_can_be_read_on_a_tablet(opened: Opener, demo_site: Path, width: int) -> None:
    page = opened(viewport={"width": width, "height": 900})
    page.goto(f"{demo_site.as_uri()}/index.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    words = page.locator(".channel > p").evaluate_all("all => all.map(one => one.clientWidth)")
    assert min(words) > 50


def test_scripts_make_no_header_higher(opened: Opener, demo_site: Path) -> None:
    heights = []
    for scripts in (False, True):
        page = opened(java_script_enabled=scripts)
        page.goto(f"{demo_site.as_uri()}/queue.html")
        heights.append([height_of_header(page, width) for width in (320, 390, 700, 1000, 1280)])
    assert heights[0] == heights[1]


def height_of_header(page: Page, width: int) -> float:
    page.set_viewport_size({"width": width, "height": 800})
    box = page.locator(".band").bounding_box()
    assert box
    return box["height"]


@pytest.mark.parametrize("scripts", [False, True])
def test_a_renamed_jobset_leads_to_its_new_page(
    opened: Opener, tmp_path: Path, *, scripts: bool
) -> None:
    publish(snapshot(), SiteSettings(), tmp_path)
    page = opened(java_script_enabled=scripts)
    page.goto(f"{tmp_path.as_uri()}/jobset/p/old.html", wait_until="commit")
    page.wait_for_url(f"{tmp_path.as_uri()}/jobset/p/j.html")


@pytest.mark.parametrize("scripts", [False, True])
def test_paper_shows_what_is_folded_and_nothing_to_press(
    opened: Opener, demo_site: Path, demo_pages: dict[str, str], *, scripts: bool
) -> None:
    page = opened(java_script_enabled=scripts)
    page.goto(f"{demo_site.as_uri()}/{demo_pages['jobset']}")
    folded = page.locator("main > section:not(#channels) details td")
    assert folded.count() > 0
    expect(folded.first).to_be_hidden()
    page.emulate_media(media="print")
    if scripts:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for cell in (folded.first, folded.last):
        expect(cell).to_be_visible()
    expect(page.locator("input:visible, button:visible, summary:visible")).to_have_count(0)


def test_paper_holds_all_columns(
    opened: Opener, demo_site: Path, demo_pages: dict[str, str]
) -> None:
    page = opened(viewport={"width": 718, "height": 1123})  # A4 within its margins
    page.emulate_media(media="print")
    names = page.locator(
        "main :is(.name, [data-job] > :has(a[href*='job/']), .channel > p):visible"
    )
    for kind in ("index.html", "builds.html", "queue.html", "evals.html", "status.html",
                 "eval", "jobset", "job", "maintainer"):  # fmt: skip
        page.goto(f"{demo_site.as_uri()}/{demo_pages[kind]}")
        assert page.locator(".wide:visible").count() > 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 718, kind
        assert min(names.evaluate_all("all => all.map(one => one.clientWidth)"), default=99) > 48, (
            kind
        )


def test_a_dark_scheme_is_dark(opened: Opener, demo_site: Path) -> None:
    colours = {}
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        page.goto(f"{demo_site.as_uri()}/index.html")
        colours[scheme] = (style_of(page, "backgroundColor"), style_of(page, "color"))
    assert colours["light"][0] != colours["dark"][0]
    assert colours["light"][1] != colours["dark"][1]


@pytest.mark.parametrize(
    "path",
    [
        "gone.html",
        "build/9.html",
        "job/p/j/deep/er/gone.html",
        "no/such/place.html",
        "no/such/folder/",
        "channel/custom/p/j/latest",
    ],
)
def test_the_page_for_what_is_missing_works_at_any_depth(
    reading: Page, awkward_site: Path, path: str
) -> None:
    with hosting(awkward_site.parent) as address:
        assert_helps(reading, address, path)


@pytest.mark.parametrize("path", ["gone.html", "no/such/place.html", "build/build/9.html"])
@pytest.mark.parametrize("scripts", [False, True])
def test_with_a_base_address_it_works_without_scripts_too(
    opened: Opener, hosted: tuple[str, Path], path: str, *, scripts: bool
) -> None:
    address, folder = hosted
    publish(snapshot(), SiteSettings(base=address), folder)
    assert_helps(opened(java_script_enabled=scripts), address, path)


def test_the_missing_page_finds_a_root_that_is_called_like_one_of_our_folders(
    opened: Opener, hosted: tuple[str, Path]
) -> None:
    address, folder = hosted
    site = folder / "build" / "eval"
    publish(snapshot(), SiteSettings(), site)
    (folder / "404.html").write_bytes((site / "404.html").read_bytes())  # as the host shows it
    assert_helps(opened(), f"{address}/build/eval", "build/gone.html")


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
