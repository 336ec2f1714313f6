"""Tests of "My packages" in a real Chromium: globs and maintainers, from the address or kept."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from hydrasnap.model import Maintainer, Package, PackageList, Watch
from hydrasnap.publish.pipeline import publish_cache
from hydrasnap.publish.settings import PackageSettings, SiteSettings

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
ANN = Maintainer(handle="Ann", name="Ann Other")
LISTED = PackageList(
    packages={name: Package(maintainers=("Ann",)) for name in ("hello", "zlib", "~odd|name")},
    maintainers={"Ann": ANN},
)


@pytest.fixture(scope="module")
def site(demo_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mine")
    settings = SiteSettings(
        packages=PackageSettings(load=lambda: LISTED),
        watches=(Watch(name="everything", jobs=("*",)),),
    )
    publish_cache(demo_cache, settings, folder)
    return folder


def newest(site: Path) -> Iterator[tuple[str, int]]:
    """Yield the jobsets that are in use, and the newest evaluation of each."""
    for project in json.loads((site / "index.json").read_bytes())["projects"]:
        about = json.loads((site / project["data"]).read_bytes())
        for jobset in about["jobsets"]:
            in_use = jobset["enabled"] and not jobset["hidden"] and not jobset["gone"]
            if in_use and not about["hidden"] and jobset["latest"] is not None:
                yield jobset["name"], jobset["latest"]


def jobs(site: Path, *evaluations: int) -> list[list[object]]:
    files = (site / f"eval/{number}/jobs.json" for number in evaluations)
    return [row for file in files for row in json.loads(file.read_bytes())["jobs"]]


def mine(rows: list[list[object]], fits: Callable[[str], bool]) -> set[int]:
    """Return the builds of the jobs that fit, with or without their system."""
    return {
        int(str(build))
        for job, system, build, _ in rows
        if fits(str(job).lower()) or fits(str(job).removesuffix(f".{system}").lower())
    }


def shown(page: Page) -> set[int]:
    expect(page.locator("#mine [role=status]")).to_contain_text("All ")
    rows = page.locator("#mine tr[data-build]").evaluate_all(
        "all => all.map((r) => r.dataset.build)"
    )
    return set(map(int, rows))


GLOBS = ("hello", "*lib*", "hello.x86_64-linux", "[a-h]*", "nothing-at-all", "??", "(a+)+$",
         "HELLO", "*.aarch64-*")  # fmt: skip


@pytest.mark.parametrize("glob", GLOBS)
def test_globs_choose_among_all_jobs_of_an_evaluation(
    glob: str, site: Path, opened: Opener
) -> None:
    number = dict(newest(site))["trunk"]
    page = opened()
    page.goto(f"{site.as_uri()}/eval/{number}.html?mine={quote(glob)}")
    rows = jobs(site, number)
    wanted = mine(rows, lambda name: fnmatchcase(name, glob.lower()))
    assert shown(page) == wanted
    said = page.locator("#mine [role=status]").inner_text()
    assert said.startswith(f"{len(wanted)} job")
    assert f"All {len(rows)} jobs looked at." in said


def test_the_overview_sees_the_newest_evaluation_of_every_jobset(
    site: Path, opened: Opener
) -> None:
    page = opened()
    page.goto(f"{site.as_uri()}/index.html")
    expect(page.locator("#mine")).not_to_have_attribute("open", "")
    page.locator("#mine summary").click()
    page.locator("#mine input[type=search]").fill("@ann  hel*")
    page.locator("#mine button").click()
    known = dict(newest(site))
    numbers = sorted({number for _, number in newest(site)})
    names = {*LISTED.packages}
    wanted = mine(jobs(site, *numbers), lambda name: name in names or name.startswith("hel"))
    assert shown(page) == wanted
    assert wanted
    assert known
    said = page.locator("#mine [role=status]").inner_text()
    assert f"in {len(numbers)} jobsets looked at." in said
    assert "mine=%40ann" in page.url


def test_rows_say_since_when_and_why_as_the_data_of_a_watch_list_do(
    site: Path, opened: Opener
) -> None:
    page = opened(timezone_id="UTC")
    page.goto(f"{site.as_uri()}/index.html?mine={quote('*')}")
    seen, data = shown(page), json.loads((site / "watch/everything.json").read_bytes())
    expected = {row["build"]: row for row in data["failing"] if row["build"] in seen}
    assert {bool(row["why"]) for row in expected.values()} == {True, False}
    for build, about in expected.items():
        row = page.locator(f'#mine .of-why tr[data-build="{build}"]')
        since, why = row.locator("td").nth(4), row.locator("td").nth(5)
        if about["since"]:
            then = about["since"]
            assert since.locator("a").text_content() == str(then["build"])
            moment = datetime.fromtimestamp(then["finished"], UTC).strftime("%Y-%m-%dT%H:%M")
            assert str(since.locator("time").get_attribute("datetime")).startswith(moment)
            assert ("or longer" in str(since.text_content())) is not then["exact"]
        else:
            assert since.locator(".none").count() == 1
        words = str(why.text_content())
        assert all(culprit["name"] in words for culprit in about["why"])
        assert why.locator("a[href$='/log']").count() == len(re.findall(r" log\b", words))


def test_what_is_kept_is_asked_again_on_every_page_and_forgotten_on_demand(
    site: Path, opened: Opener
) -> None:
    page, number = opened(), dict(newest(site))["trunk"]
    page.goto(f"{site.as_uri()}/index.html")
    page.locator("#mine summary").click()
    page.locator("#mine input[type=search]").fill("hello")
    page.locator("#mine input[type=checkbox]").check()
    page.locator("#mine button").click()
    assert shown(page)
    page.goto(f"{site.as_uri()}/eval/{number}.html")
    assert shown(page) == mine(jobs(site, number), lambda name: name == "hello")
    page.locator("#mine input[type=checkbox]").uncheck()
    page.locator("#mine button").click()
    page.goto(f"{site.as_uri()}/index.html")
    expect(page.locator("#mine input[type=search]")).to_have_value("")
    expect(page.locator("#mine")).not_to_have_attribute("open", "")


def test_a_maintainer_who_is_not_known_is_said_to_be_none(site: Path, opened: Opener) -> None:
    page, number = opened(), dict(newest(site))["trunk"]
    page.goto(f"{site.as_uri()}/eval/{number}.html?mine={quote('@nobody-here')}")
    assert shown(page) == set()
    said = page.locator("#mine [role=status]").inner_text()
    assert "No maintainer of that name: nobody-here." in said


def test_the_search_finds_maintainers(site: Path, opened: Opener) -> None:
    page = opened()
    page.goto(f"{site.as_uri()}/search.html?q=%40ann")
    row = page.locator("#search-page a[href$='maintainer/Ann.html']").first
    expect(row).to_be_visible()
