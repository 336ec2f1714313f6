"""Tests of what the scripts add, in a real Chromium: search, and what the index alone knows."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from example import AWKWARD_JOBS, HOSTILE, build, evaluation, snapshot
from hosts import hosting
from msgspec import structs
from playwright.sync_api import Page, expect

from hydrasnap.model import Snapshot
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def awkward_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("awkward")
    publish(snapshot(), SiteSettings(), folder)
    return folder


@pytest.fixture
def at_home(opened: Opener, awkward_site: Path) -> Page:
    """Return the overview of the awkward site, opened from its file."""
    page = opened()
    page.goto(f"{awkward_site.as_uri()}/index.html")
    return page


def ask(page: Page, query: str) -> list[str]:
    """Type a query into the header of any page, and return the labels of the results."""
    page.locator(".find input").fill(query)
    expect(page.locator(".said")).to_contain_text(re.compile(r"result|Nothing"))
    page.wait_for_timeout(50)
    return page.locator("#found [role=option] > bdi").all_inner_texts()


def search(page: Page, folder: Path, query: str) -> list[str]:
    """Open a shared search, and return the labels of the results."""
    page.goto("about:blank")
    page.goto(f"{folder.as_uri()}/search.html?q={quote(query)}")
    expect(page.locator("#search-page [role=status]")).to_contain_text(
        re.compile(r"result|Nothing")
    )
    return page.locator(".results td:nth-child(2) > a:first-child").all_inner_texts()


def test_a_slash_focuses_and_keys_lead_to_a_result(at_home: Page, awkward_site: Path) -> None:
    at_home.keyboard.press("/")
    at_home.keyboard.type("mend")
    option = at_home.locator("#found [role=option]")
    expect(option).to_have_count(1)
    at_home.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    field = at_home.locator(".find input")
    expect(field).to_have_attribute("aria-activedescendant", "found-0")
    at_home.keyboard.press("Enter")
    at_home.wait_for_url(f"{awkward_site.as_uri()}/job/p/j/mended.html")


def test_arrows_go_round_and_escape_closes(at_home: Page) -> None:
    assert len(ask(at_home, "a")) > 2
    selected = at_home.locator("#found [aria-selected=true]")
    at_home.keyboard.press("ArrowUp")
    last = at_home.locator("#found [role=option]").last.get_attribute("id")
    expect(selected).to_have_attribute("id", str(last))
    at_home.keyboard.press("ArrowDown")
    expect(selected).to_have_attribute("id", "found-0")
    at_home.keyboard.press("Escape")
    expect(at_home.locator(".drop")).to_be_hidden()
    expect(at_home.locator(".find input")).to_have_attribute("aria-expanded", "false")


def test_enter_without_a_choice_leads_to_an_address_that_can_be_shared(
    at_home: Page, awkward_site: Path
) -> None:
    at_home.locator(".find input").fill("goo")
    at_home.keyboard.press("Enter")
    at_home.wait_for_url(f"{awkward_site.as_uri()}/search.html?q=goo")
    expect(at_home.locator(".results tbody tr")).to_have_count(1)


def test_a_slash_in_a_field_is_a_slash(at_home: Page) -> None:
    at_home.locator(".find input").focus()
    at_home.keyboard.type("a/b")
    expect(at_home.locator(".find input")).to_have_value("a/b")


@pytest.mark.parametrize("job", [job for job in AWKWARD_JOBS if job.strip(". ")])
def test_every_awkward_job_is_found_and_its_page_reached(
    reading: Page, awkward_site: Path, job: str
) -> None:
    page = reading
    shown = job.replace("\u202e", "⟨U+202E⟩").strip()
    labels = search(page, awkward_site, " ".join(job.split())[:390])
    assert shown in [label.strip() for label in labels]
    place = [label.strip() for label in labels].index(shown)
    page.locator(".results td:nth-child(2) > a:first-child").nth(place).click()
    expect(page.locator("h1")).to_contain_text(shown[:20])
    own = page.get_by_role("link", name="The job's own page")
    if own.count():
        own.click()
        expect(page).to_have_url(re.compile(r"/job/p/weird/[^/]+\.html$"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("p:empty", ["p:empty"]),
        ("void", ["void"]),
        ("206", ["206"]),
        ("eval/12", ["12"]),
        ("https://hydra.example.org/build/206", ["206"]),
        ("/job/p/j/mended", ["mended"]),
        ("p:j:mended", ["mended"]),
        ("good -x86", ["good"]),
        ("good -j", []),
        ("mended-1.0", ["mended"]),
        ("ENDED", ["mended"]),
        ("no-such-thing", []),
    ],
)
def test_queries_find_what_they_name(
    reading: Page, awkward_site: Path, query: str, expected: list[str]
) -> None:
    assert search(reading, awkward_site, query) == expected


def test_a_store_path_leads_to_its_build(opened: Opener, awkward_site: Path) -> None:
    path = next(b for b in snapshot().builds.values() if b.id == 206).drvpath
    assert "206" in search(opened(), awkward_site, path)


def test_a_system_narrows_the_jobs_of_a_package(opened: Opener, demo_site: Path) -> None:
    page = opened()
    every = search(page, demo_site, "linux")
    assert every
    narrowed = search(page, demo_site, "x86_64-linux")
    assert narrowed
    assert all("x86_64-linux" in label for label in narrowed if "." in label)


def test_what_is_typed_stands_in_the_address_and_survives_a_reload(
    opened: Opener, awkward_site: Path
) -> None:
    page = opened()
    search(page, awkward_site, "good")
    page.locator(".find input").fill("mended")
    expect(page.locator(".results tbody tr a").first).to_have_text("mended")
    expect(page).to_have_url(re.compile(r"\?q=mended$"))
    page.reload()
    expect(page.locator(".results tbody tr a").first).to_have_text("mended")
    expect(page.locator(".find input")).to_have_value("mended")


def test_without_scripts_the_search_leads_to_the_lists(opened: Opener, awkward_site: Path) -> None:
    page = opened(java_script_enabled=False)
    page.goto(f"{awkward_site.as_uri()}/index.html")
    page.locator(".find input").fill("x")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"search\.html\?q=x$"))
    expect(page.locator("main")).to_contain_text("Searching needs scripts")
    page.get_by_role("link", name="weird").click()
    page.wait_for_url(f"{awkward_site.as_uri()}/jobset/p/weird.html")


def test_a_hostile_name_stays_text_in_results(at_home: Page, complaints: list[str]) -> None:
    assert HOSTILE in ask(at_home, "alert")
    assert at_home.locator("#found script").count() == 0
    assert complaints == []


@pytest.fixture(scope="module")
def sparse_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a site in which only what is notable has a page."""
    folder = tmp_path_factory.mktemp("sparse") / "snap"
    publish(snapshot(), SiteSettings(policy="notable"), folder)
    return folder


@pytest.fixture(scope="module")
def sparse_host(sparse_site: Path) -> Iterator[str]:
    with hosting(sparse_site.parent) as address:
        yield address


def test_a_build_without_a_page_is_shown_from_the_index(
    opened: Opener, sparse_site: Path, complaints: list[str]
) -> None:
    page = opened()
    assert not (sparse_site / "build" / "105.html").exists()
    assert search(page, sparse_site, "105") == ["105"]
    page.locator(".results td:nth-child(2) > a").click()
    expect(page.locator("h1")).to_have_text("good build 105")
    facts = page.locator(".facts").first
    for text in ("Succeeded", "good-1.0", "x86_64-linux", "/build/105"):
        expect(facts).to_contain_text(text)
    expect(facts.locator("dd").first).to_have_text("Succeeded")
    expect(facts.get_by_role("link", name="p:j", exact=True)).to_have_attribute(
        "href", re.compile(r"/jobset/p/j\.html$")
    )
    page.get_by_role("link", name="good", exact=True).click()
    expect(page.locator("h1")).to_have_text("good of p:j")
    expect(page).to_have_url(re.compile(r"search\.html\?job/p/j/good$"))
    expect(page.locator("main tbody tr").first).to_contain_text("105")
    assert complaints == []


def test_what_has_a_page_leads_to_it(opened: Opener, sparse_site: Path) -> None:
    page = opened()
    assert search(page, sparse_site, "breaks") == ["breaks"]
    page.locator(".results td:nth-child(2) > a").click()
    page.wait_for_url(f"{sparse_site.as_uri()}/job/p/j/breaks.html")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("build/5206", "5206"),
        ("build/5206.html", "5206"),
        ("job/p/j/long%20tail", "long tail of p:j"),
    ],
)
def test_the_missing_page_shows_what_the_index_knows(
    opened: Opener, hosted: tuple[str, Path], complaints: list[str], path: str, title: str
) -> None:
    address, folder = hosted
    publish(with_long_tail(), SiteSettings(), folder)
    for page_of_it in ("build/5206.html", "job/p/j/long~20tail.html"):
        (folder / page_of_it).unlink()
    page = opened()
    page.goto(f"{address}/{path}")
    expect(page.locator("h1")).to_contain_text(title)
    expect(page.locator("main")).to_contain_text("Failed")
    assert [said for said in complaints if "404" not in said] == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("eval/12/job/breaks", "build/201.html"),
        ("eval/11/job/breaks", "search.html?build/101"),  # has no page
        ("eval/21/job/a%2Fb", "search.html?build/1000"),
        ("eval/21/job/a/b", "search.html?build/1000"),
        ("eval/12/job/rich", "build/206.html"),
        ("eval/11/job/rich", "eval/11.html"),  # came later
        ("eval/12/errors", "eval/12.html"),
        ("build/105/eval", "eval/12.html"),
        ("build/101/eval", "eval/11.html"),
        ("build/201/log", "build/201.html"),
        ("eval/21/job/a~2Fb", "search.html?build/1000"),  # as we write it
        ("job/p/j/breaks/all", "job/p/j/breaks.html"),
        ("job/p/j/good/all", "search.html?job/p/j/good"),
        ("job/p/j/good/latest-for/x86_64-linux", "search.html?build/105"),
        ("job/p/j/good/latest", "search.html?build/105"),
        ("job/p/j/good/latest-finished", "search.html?build/105"),
        ("search.html?job/p/j/good/latest", "search.html?build/105"),
        ("search.html?job/p/j/breaks/latest", "search.html?build/101"),
        ("job/p/j/rich/metric/n", "job/p/j/rich.html"),
        ("all", "builds.html"),
        ("queue-summary", "queue.html"),
        ("machines", "status.html"),
    ],
)
def test_the_missing_page_leads_on_from_addresses_of_hydra_that_are_no_pages_here(
    reading: Page, sparse_host: str, path: str, target: str
) -> None:
    reading.goto(f"{sparse_host}/{path}")
    reading.wait_for_url(f"{sparse_host}/{target}")


def test_all_evaluations_with_a_build_are_told(
    opened: Opener, hosted: tuple[str, Path], complaints: list[str]
) -> None:
    address, folder = hosted
    publish(snapshot(), SiteSettings(), folder)
    page = opened()
    page.goto(f"{address}/build/105.html")
    page.get_by_role("link", name="all that have this build").click()
    page.wait_for_url(f"{address}/search.html?build/105")
    facts = page.locator(".facts").first
    expect(facts).to_contain_text("Evaluations12, 11")
    page.goto(f"{address}/build/105/evals")
    expect(facts).to_contain_text("Evaluations12, 11")
    page.get_by_role("link", name="The build's own page").click()
    page.wait_for_url(f"{address}/build/105.html")
    assert [said for said in complaints if "404" not in said] == []


def with_long_tail() -> Snapshot:
    """Add a build of a job with a blank in its name."""
    given = snapshot()
    more = build(5206, "long tail", 1)
    first = evaluation(12, (*given.evaluations[12].builds, 5206))
    return structs.replace(
        given,
        builds={**given.builds, 5206: more},
        evaluations={**given.evaluations, 12: first},
    )


def test_an_unknown_address_is_said_to_be_unknown(opened: Opener, awkward_site: Path) -> None:
    page = opened()
    page.goto(f"{awkward_site.as_uri()}/search.html?build/424242")
    expect(page.locator("#search-page")).to_contain_text("knows nothing of this address")


def test_hydras_addresses_of_a_search_and_a_comparison_are_followed(
    opened: Opener, awkward_site: Path
) -> None:
    page = opened()
    page.goto(f"{awkward_site.as_uri()}/search.html?query=mend")
    expect(page.locator(".results td:nth-child(2) > a:first-child")).to_have_text(["mended"])
    page.goto(f"{awkward_site.as_uri()}/eval/12.html?compare=21")
    page.wait_for_url(f"{awkward_site.as_uri()}/compare.html?a=12&b=21")
    expect(page.locator("#comparison h2").first).to_be_visible()


@pytest.fixture(scope="module")
def two_systems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render jobs of two systems, whose packages are named after them too."""
    found = snapshot()
    systems = ("x86_64-linux", "aarch64-linux")
    both = {
        number: build(number, f"hello.{system}", nixname=f"hello-{system}", system=system)
        for number, system in enumerate(systems, 301)
    }
    trunk = next(iter(found.jobsets.values()))
    jobsets = {trunk.key: structs.replace(trunk, evaluations=(13, *trunk.evaluations))}
    evaluations = {13: evaluation(13, tuple(both))}
    folder = tmp_path_factory.mktemp("systems")
    shown = structs.replace(
        found,
        builds={**found.builds, **both},
        evaluations={**found.evaluations, **evaluations},
        jobsets={**found.jobsets, **jobsets},
    )
    publish(shown, SiteSettings(), folder)
    return folder


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("hello", ["hello"]),
        ("hello.x", ["hello.x86_64-linux"]),
        ("p/j/hello.aarch64-li", ["hello.aarch64-linux"]),
        ("hello -aarch64", ["hello.x86_64-linux"]),
        ("hello -linux", []),
    ],
)
def test_a_system_may_be_typed_in_part_and_excluded(
    reading: Page, two_systems: Path, query: str, expected: list[str]
) -> None:
    assert search(reading, two_systems, query) == expected
