"""Tests of the controls of pages, each used in a real Chromium and compared with the data."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from example import snapshot
from playwright.sync_api import Page, expect

from hydrasnap.model import BuildStatus, Watch
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
TRUNK = "jobset/tools/trunk"


def data(folder: Path, path: str) -> Any:
    return json.loads((folder / path).read_bytes())


@pytest.fixture
def newest(demo_site: Path) -> dict[str, Any]:
    """Return the data of the newest evaluation of the main branch."""
    number = data(demo_site, f"{TRUNK}.json")["latest"]
    return dict(data(demo_site, f"eval/{number}.json"))


def opened_at(opened: Opener, folder: Path, path: str, **wishes: Any) -> Page:
    page = opened(**wishes)
    page.goto(f"{folder.as_uri()}/{path}")
    return page


# --- finding ---


def test_the_exact_name_of_a_job_opens_its_page(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, "index.html")
    page.keyboard.press("/")
    page.keyboard.type("qemu.aarch64-linux")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/job/[^?]+/qemu\.aarch64-linux\.html$"))


@pytest.mark.parametrize("query", ["tools/trunk", "tools:trunk", "TOOLS/trunk"])
def test_a_jobset_is_found_by_either_spelling_and_stands_first(
    opened: Opener, demo_site: Path, query: str
) -> None:
    page = opened_at(opened, demo_site, f"search.html?q={query}")
    first = page.locator(".results tbody tr").first
    expect(first.locator("td").nth(1)).to_have_text("tools:trunk")
    page.locator(".find input").press("Enter")
    page.wait_for_url(re.compile(r"/jobset/tools/trunk\.html$"))


def test_results_carry_the_newest_status_of_each_system(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, "search.html?q=sqlite tools:trunk")
    links = page.locator(".results [data-job]")
    expect(links.first.locator(".st")).to_be_visible()
    page.wait_for_timeout(300)
    signs = {
        str(link.get_attribute("data-job")).rpartition(".")[2]: str(
            link.locator(".st").get_attribute("aria-label")
        )
        for link in links.all()
    }
    assert len(signs) > 1
    for system, label in signs.items():
        (newest, *_) = data(demo_site, f"job/tools/trunk/sqlite.{system}.json")["builds"]
        assert newest["status"] == label.lower().replace(" ", "-")


def test_a_commit_finds_its_evaluations_and_the_first_after_them(
    opened: Opener, demo_site: Path
) -> None:
    revisions = data(demo_site, f"{TRUNK}/revisions.json")
    place = revisions["columns"].index("nixpkgs")
    (later, wanted) = revisions["evaluations"][:2]
    page = opened_at(opened, demo_site, f"search.html?q={wanted[place][:9]}")
    rows = page.locator(".results tbody tr")
    expect(rows.first).to_contain_text(str(wanted[0]))
    found = rows.all_inner_texts()
    assert any(str(later[0]) in row and "the first after" in row for row in found)
    assert all("nixpkgs" in row for row in found if "Evaluation" in row)


def test_an_empty_answer_offers_the_nearest_names_and_the_hydra(
    opened: Opener, demo_site: Path
) -> None:
    page = opened_at(opened, demo_site, "search.html?q=sqlte")
    near = page.locator("#search-page a", has_text=re.compile("^sqlite$"))
    expect(page.get_by_role("link", name="Search on the Hydra itself")).to_have_attribute(
        "href", re.compile(r"/search\?query=sqlte$")
    )
    near.click()
    expect(page.locator(".results tbody tr").first).to_contain_text("sqlite")


# --- comparing ---


def test_two_evaluations_are_picked_by_date_and_commit(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, "index.html")
    page.locator(".menu").get_by_role("link", name="Compare").click()
    jobset, first, second = (page.locator(".pick select").nth(place) for place in range(3))
    jobset.select_option(label="tools:trunk")
    revisions = data(demo_site, f"{TRUNK}/revisions.json")["evaluations"]
    expect(first.locator("option")).to_have_count(1 + len(revisions))
    options = first.locator("option").all_inner_texts()[1:]
    assert [int(option.split(" ")[0]) for option in options] == [row[0] for row in revisions]
    assert all(row[2][:12] in option for row, option in zip(revisions, options, strict=True))
    first.select_option(str(revisions[0][0]))
    second.select_option(str(revisions[3][0]))
    page.wait_for_url(re.compile(rf"\?a={revisions[0][0]}&b={revisions[3][0]}$"))
    expect(page.locator("#comparison .facts").first).to_contain_text(str(revisions[3][0]))
    expect(second.locator("option:checked")).to_contain_text(" earlier")


def test_each_row_of_evaluations_leads_to_a_comparison(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, f"{TRUNK}/evals.html")
    row = page.locator("table.evaluations tbody tr").nth(1)
    row.hover()
    number = row.locator("td a").first.inner_text()
    row.get_by_role("link", name="compare").click()
    page.wait_for_url(re.compile(rf"compare\.html\?a={number}$"))
    expect(page.locator(".pick select").nth(1)).to_have_value(number)


def test_a_distance_is_said_as_it_is(
    opened: Opener, demo_site: Path, newest: dict[str, Any]
) -> None:
    page = opened_at(opened, demo_site, f"eval/{newest['id']}.html")
    names = page.locator("dt", has_text="More comparisons").locator("+ dd a").all_inner_texts()
    assert len(names) > 1
    for name in names[:-1]:
        words, number = name.rsplit(", ", 1)
        seconds = newest["timestamp"] - data(demo_site, f"eval/{number}.json")["timestamp"]
        amount, unit = words.split(" ")[:2]
        hours = {"hours": 1, "day": 24, "days": 24, "week": 7 * 24, "month": 30 * 24}[unit]
        wanted = hours * (int(amount) if amount.isdigit() else 1) * 3600
        slack = {"hours": 1800, "day": 3 * 3600, "month": 2.5 * 86400}.get(unit, 43200)
        assert abs(seconds - wanted) <= slack, (name, seconds)


# --- sharing ---


def test_what_is_filtered_is_copied_as_markdown(
    opened: Opener, demo_site: Path, newest: dict[str, Any]
) -> None:
    page = opened_at(opened, demo_site, f"eval/{newest['id']}.html?filter=aarch64&status=Failed")
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_role("button", name="Copy as Markdown").click()
    text = str(page.wait_for_function("window.copied").json_value())
    wanted = [
        row["job"]
        for row in newest["still-failing"] + newest["newly-failing"]
        if row["status"] == "failed" and "aarch64" in row["job"]
    ]
    assert wanted
    rows = re.findall(r"(?m)^\| Failed \| \[(.*?)\]\((.*?)\)", text)
    assert sorted(name.replace("\\", "") for name, _ in rows) == sorted(wanted)
    assert all(address.startswith("file:") and address.endswith(".html") for _, address in rows)
    assert "## Still failing" in text
    assert text.startswith("[Evaluation")


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("data.html", r"\[tools\]\(\S+\) \| \[feed\]\(\S+feed.atom\), \[data\]\(\S+tools.json\), "),
        ("maintainer/bob.html", r"\d\d:\d\d UTC or longer, in \[\d+\]\(\S+/build/\d+.html\) \|"),
        ("evals.html", r"UTC \| nixpkgs → \[\w+\]\(\S+\) \|"),
    ],
)
def test_a_cell_is_copied_with_all_that_it_says_and_nothing_to_press(
    opened: Opener, demo_site: Path, path: str, row: str
) -> None:
    page = opened_at(opened, demo_site, path)
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_role("button", name="Copy as Markdown").click()
    assert re.search(row, str(page.wait_for_function("window.copied").json_value()))


@pytest.mark.parametrize(
    "path",
    ["project/tools.html", f"{TRUNK}.html", "eval", "job/tools/trunk/qemu.aarch64-linux.html"],
)
def test_feed_data_and_badge_are_one_click_from_the_title(
    opened: Opener, demo_site: Path, newest: dict[str, Any], path: str
) -> None:
    page = opened_at(opened, demo_site, f"eval/{newest['id']}.html" if path == "eval" else path)
    offers = page.locator(".offers a")
    names = offers.all_inner_texts()
    assert {"JSON", "Badge"} <= set(names)
    assert ("Atom feed" in names) == (path != "eval")
    for link in offers.all():
        href = str(link.get_attribute("href"))
        if not href.startswith("#"):
            file = Path(page.url.removeprefix("file://")).parent / href
            assert file.is_file(), href
    page.get_by_role("link", name="Badge").click()
    page.locator("#badge summary").click()
    expect(page.locator("#badge pre")).to_have_count(4)
    page.wait_for_function("document.querySelector('#badge img').naturalWidth > 50")


def test_snippets_have_the_address_that_the_page_was_opened_at(
    opened: Opener, demo_site: Path, slow_host: str
) -> None:
    page = opened()
    page.goto(f"{slow_host}/{TRUNK}.html")
    page.locator("#badge summary").click()
    for text in page.locator("#badge pre").all_inner_texts():
        assert f"{slow_host}/{TRUNK}.svg" in text
        assert "ADDRESS" not in text


def test_the_page_of_data_lists_files_that_are_there(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, "data.html")
    links = page.locator("main td a, main p a").evaluate_all("all => all.map((one) => one.href)")
    files = {link.removeprefix("file://") for link in links}
    assert all(Path(file).is_file() for file in files)
    listed = {Path(file).relative_to(demo_site).as_posix() for file in files}
    feeds = {
        file.relative_to(demo_site).as_posix()
        for kind in ("project", "jobset")
        for file in (demo_site / kind).rglob("feed.atom")
    }
    assert feeds <= listed
    page.locator(".filter input").fill("trunk")
    rows = page.locator("main tbody tr:visible").all_inner_texts()
    assert rows
    assert all("trunk" in row for row in rows)


# --- looks ---


def test_the_switch_for_colours_is_remembered(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, "index.html", color_scheme="light")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    switch = page.locator("button.theme")
    expect(switch).to_have_attribute("aria-label", "Colours: as the system")
    switch.click()
    assert page.evaluate(colour) == light
    switch.click()
    expect(switch).to_have_attribute("aria-label", "Colours: dark")
    dark = page.evaluate(colour)
    assert dark != light
    page.reload()
    assert page.evaluate(colour) == dark
    page.locator("button.theme").click()
    assert page.evaluate(colour) == light


def test_the_current_entry_of_the_menu_is_marked(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, "queue.html")
    assert page.locator(".menu [aria-current=page]").all_inner_texts() == ["Queue"]


def test_packages_have_one_row_with_a_sign_for_each_system(
    opened: Opener, demo_site: Path, newest: dict[str, Any]
) -> None:
    page = opened_at(opened, demo_site, f"eval/{newest['id']}.html")
    page.get_by_role("button", name="One row per package").click()
    table = page.locator("#still-failing table.packages")
    heads = table.locator("th[scope=col]").all_inner_texts()[1:]
    shown = {
        f"{row.locator('th').inner_text()}.{system}"
        for row in table.locator("tbody tr").all()
        for system, cell in zip(heads, row.locator("td").all(), strict=True)
        if cell.locator("a").count()
    }
    assert shown == {row["job"] for row in newest["still-failing"]}
    assert page.url.endswith("by=package")
    page.reload()
    expect(table).to_be_visible()
    expect(page.locator("#still-failing table.builds")).to_be_hidden()
    page.get_by_role("button", name="One row per package").click()
    expect(page.locator("#still-failing table.builds")).to_be_visible()
    expect(table).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_head_of_the_grid_stays_in_sight(opened: Opener, demo_site: Path, width: int) -> None:
    viewport = {"width": width, "height": 700}
    page = opened_at(opened, demo_site, "jobset/tools/trunk/jobs.html", viewport=viewport)
    last = page.locator(".grid tbody tr").last
    last.evaluate("(row) => row.scrollIntoView({ block: 'end' })")
    expect(last).to_be_in_viewport()
    expect(page.locator(".grid thead th").first).to_be_in_viewport()


def test_the_constituents_of_an_aggregate_are_filtered(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, f"{TRUNK}.html")
    page.locator("#channels").get_by_role("link", name=re.compile("^build ")).first.click()
    constituents = page.locator("#constituents tbody tr")
    expect(constituents.nth(9)).to_be_visible()
    count = constituents.count()
    page.locator(".filter input").fill("aarch64")
    expect(page.locator(".filter output")).to_have_text(re.compile(rf"^\d+ of {count}$"))
    assert all("aarch64" in row for row in constituents.locator("visible=true").all_inner_texts())


def test_the_filter_of_a_job_counts_its_builds_and_not_its_metrics(
    opened: Opener, demo_site: Path
) -> None:
    page = opened_at(opened, demo_site, "job/odd_names/main/status-6.x.html")
    builds = page.locator("#builds tbody tr").count()
    expect(page.locator("#metrics tbody tr").first).to_be_visible()
    expect(page.locator(".filter output")).to_have_text(f"{builds} row" + "s" * (builds > 1))


def test_a_phone_shows_signs_and_whole_names(opened: Opener, demo_site: Path) -> None:
    page = opened_at(opened, demo_site, "builds.html", viewport={"width": 390, "height": 844})
    row = page.locator("table.builds tbody tr").first
    name = row.locator("td").nth(1)
    sign = row.locator("td").first.locator(".st")
    box, place = name.bounding_box(), sign.bounding_box()
    assert box is not None
    assert place is not None
    assert place["x"] + place["width"] <= box["x"]
    assert box["x"] + box["width"] <= 390
    assert name.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    phone = {"width": 390, "height": 844}
    evaluations = opened_at(opened, demo_site, "evals.html", viewport=phone)
    bar = evaluations.locator("table.evaluations .bar").first.bounding_box()
    assert bar is not None
    assert 0 <= bar["x"] < bar["x"] + bar["width"] <= 390


def test_a_phone_names_the_figures_of_watch_lists_and_evaluations(
    opened: Opener, tmp_path: Path
) -> None:
    mine = Watch("mine", jobs=("b*", "mended", "gives-up"), jobsets=("p/j",))
    publish(snapshot(), SiteSettings(watches=(mine,)), tmp_path)
    figures = """rows => rows.map(row => [...row.cells].map(cell => {
      const words = (of) => getComputedStyle(of, "::after").content.replace(/^none$|"/g, "");
      const shown = getComputedStyle(cell).display !== "none";
      const link = cell.querySelector("a");
      return shown ? (cell.textContent + (link ? words(link) : "") + words(cell)).trim() : "";
    }).filter(Boolean).join(", "))"""
    page = opened_at(opened, tmp_path, "watch.html", viewport={"width": 390, "height": 844})
    assert page.locator(".figures tbody tr").evaluate_all(figures) == [
        "mine, 4 jobs, 1 newly failing, 1 succeeded, 2 failed, 1 aborted"
    ]
    home = page.locator(".home").bounding_box()
    assert home is not None
    assert home["height"] < 30  # hydra.example.org on one line
    page.goto(f"{tmp_path.as_uri()}/jobset/p/j/evals.html")
    newest = page.locator(".evaluations tbody tr").evaluate_all(figures)[0]
    assert newest.endswith(", 2 succeeded, 4 failed, 1 aborted, 1 queued")


def test_a_build_number_of_nine_digits_stands_on_one_line(
    opened: Opener, demo_site: Path, demo_pages: dict[str, str]
) -> None:
    page = opened(viewport={"width": 1280, "height": 900})
    lines = """links => links.filter(link => /^[0-9]+$/.test(link.textContent)).map(link => {
      link.textContent = "312345678";
      return link.getClientRects().length;
    })"""
    found = {}
    for kind in ("index.html", "eval", "jobset", "job", "builds.html", "queue.html", "build"):
        page.goto(f"{demo_site.as_uri()}/{demo_pages[kind]}")
        found[kind] = set(page.locator("main :is(td, dd) a:visible").evaluate_all(lines))
    assert found == {kind: {1} for kind in found}


@pytest.mark.parametrize("path", ["index.html", f"{TRUNK}.html"])
def test_the_longest_status_stays_in_its_column(opened: Opener, demo_site: Path, path: str) -> None:
    page = opened_at(opened, demo_site, path)
    longest = max((status.label for status in BuildStatus), key=len)
    ends = """(cells, label) => cells.map(cell => {
      const word = cell.querySelector(".st");
      word.textContent = label;
      const next = cell.nextElementSibling.getBoundingClientRect();
      return word.scrollWidth <= word.clientWidth
        && word.getBoundingClientRect().right <= next.left;
    })"""
    cells = page.locator(".of-broken td:first-child:visible, .blocking td:first-child:visible")
    fits = cells.evaluate_all(ends, longest)
    assert fits
    assert all(fits)
