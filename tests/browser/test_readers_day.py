"""The five jobs of a reader's day, from the overview: the clicks of each, and what it shows."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from hydrasnap.model import Build, Snapshot
from hydrasnap.store.opening import read_snapshot

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
TRUNK = "tools:trunk"


class Reader:
    """Somebody at the overview, whose clicks are counted."""

    def __init__(self, page: Page, site: Path) -> None:
        self.page = page
        self.clicks = 0
        page.goto(f"{site.as_uri()}/index.html")

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()


@pytest.fixture
def reader(opened: Opener, demo_site: Path) -> Reader:
    return Reader(opened(timezone_id="UTC"), demo_site)


def data(site: Path, path: str) -> Any:
    return json.loads((site / path).read_bytes())


def newest(site: Path) -> Any:
    return data(site, f"eval/{data(site, 'jobset/tools/trunk.json')['latest']}.json")


def failing_run(snapshot: Snapshot, build: Build) -> tuple[Build | None, bool]:
    """Return the first build of the failures that one ends, and whether a good one is before."""
    since = None
    own = (b for b in snapshot.builds.values() if b.job_key == build.job_key and b.id <= build.id)
    for found in sorted(own, key=lambda b: -b.id):
        if found.system == build.system and found.finished and found.status.succeeded:
            return since, True
        if found.system == build.system and found.finished and found.status.failed:
            since = found
    return since, False


def test_what_blocks_a_channel_and_since_which_commit_takes_no_click(
    reader: Reader, demo_cache: Path
) -> None:
    snapshot = read_snapshot(demo_cache)
    boxes = reader.page.locator("#channels .channel:has(tr)")
    assert boxes.count() > 1
    for place, box in enumerate(boxes.all()):
        if place:  # the details of all but the most important are folded
            box.locator("summary").first.click()
        number = re.search(r"In build (\d+)", box.inner_text())
        assert number
        parts = [snapshot.builds[n] for n in snapshot.builds[int(number[1])].constituents or ()]
        bad = {b.id: b for b in parts if b.status.failed or b.status.aborted}
        rows = box.locator("tbody tr").all()
        assert {int(row.locator("td").nth(2).inner_text()) for row in rows} == bad.keys()
        words = f"{len(bad)} blocker{'' if len(bad) == 1 else 's'}"
        expect(box.locator("summary").first).to_contain_text(words)
        for row in rows:
            expect(row).to_be_visible()
            expect(row.locator("td").nth(4)).to_have_text(re.compile(r"\w"))  # why it fails
            check_since(snapshot, bad[int(row.locator("td").nth(2).inner_text())], row)
    assert reader.clicks == 0


def check_since(snapshot: Snapshot, build: Build, row: Locator) -> None:
    """See that a row says when the failures began, in which evaluation, and with which commit."""
    since, exact = failing_run(snapshot, build)
    told = row.locator("td").nth(3)
    if since is None:
        expect(told.locator(".none")).to_be_visible()
        return
    assert since.stoptime
    moment = datetime.fromtimestamp(since.stoptime, UTC).strftime("%Y-%m-%dT%H:%M")
    assert str(told.locator("time").get_attribute("datetime")).startswith(moment)
    holders = [e for e in snapshot.evaluations.values() if since.id in e.builds]
    first = min((e for e in holders if e.jobset_key == build.jobset_key), key=lambda e: e.id)
    assert f"in {first.id}" in told.inner_text()
    assert ("or longer" in told.inner_text()) is not exact
    revisions = [i.revision for i in first.inputs if i.revision] or [first.flake]
    if exact:
        assert any(code in revision for revision in revisions for code in codes(told))


def codes(told: Locator) -> list[str]:
    return told.locator("code").all_inner_texts()


def test_what_newly_fails_of_mine_with_its_cause_is_there_and_its_log_takes_one_click(
    reader: Reader, demo_site: Path
) -> None:
    page = reader.page
    page.locator("#mine summary").click()
    page.locator("#mine input[type=search]").fill("python3Packages.*")
    page.locator("#mine input[type=checkbox]").check()
    page.locator("#mine button").click()
    page.goto(f"{demo_site.as_uri()}/index.html")  # on any other day
    expect(page.locator("#mine [role=status]")).to_contain_text("All ")
    section = page.locator("#mine section", has=page.locator("h3", has_text="Newly failing"))
    rows = section.locator("tr[data-job^=python3Packages]")
    found = newest(demo_site)
    wanted = {
        row["build"]: row
        for row in found["newly-failing"]
        if row["job"].startswith("python3Packages.")
    }
    shown = rows.evaluate_all("rows => rows.map((row) => Number(row.dataset.build))")
    assert wanted
    assert set(shown) >= wanted.keys()
    causes = {b: cause for cause in found["rootCauses"]["causes"] for b in cause["builds"]}
    for build in wanted:
        row = page.locator(f"#mine tr[data-build='{build}']").first
        why = row.locator("td").last
        expect(why).to_contain_text(causes[build]["name"] if build in causes else "itself")
        expect(row.locator("time")).to_be_visible()
    build = next(iter(wanted.keys() & causes.keys()))
    log = page.locator(f"#mine tr[data-build='{build}'] a[href$=log]").first
    assert str(log.get_attribute("href")).startswith("https://hydra.demo.example/build/")
    with page.expect_request(str(log.get_attribute("href"))):
        reader.click(log)
    assert reader.clicks == 1


def test_a_job_by_its_exact_name_takes_one_enter(reader: Reader) -> None:
    page, job = reader.page, "python3Packages.numpy.x86_64-linux"
    page.keyboard.press("/")
    page.keyboard.type(job)
    expect(page.locator("#found .enter")).to_contain_text(TRUNK)
    expect(page.locator(".said")).to_contain_text(
        f"Enter opens {job} of {TRUNK}; 1 more has that name"
    )
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(job.split(".")[1])
    assert page.url.endswith(f"/tools/trunk/{job}.html")
    assert reader.clicks == 0


def test_comparing_with_last_week_takes_two_clicks(reader: Reader, demo_site: Path) -> None:
    page, number = reader.page, data(demo_site, "jobset/patchwork/main.json")["latest"]
    reader.click(page.get_by_role("link", name=str(number), exact=True).first)
    week = page.locator("dt", has_text="More comparisons").locator("+ dd a", has_text="week")
    before = int(week.inner_text().rsplit(" ", 1)[1])
    reader.click(week)
    expect(page.locator("h1")).to_contain_text(str(before))
    now, then = (
        {(job, system): (build, status) for job, system, build, status in rows}
        for rows in (data(demo_site, f"eval/{n}/jobs.json")["jobs"] for n in (number, before))
    )
    shown = set(map(int, page.locator("#newly-failing tr[data-build]").evaluate_all(
        "rows => rows.map((row) => row.dataset.build)"
    )))  # fmt: skip
    bad = {status for _, status in now.values()} - {"succeeded", "queued", "aborted"}
    broke = {
        build
        for job, (build, status) in now.items()
        if status in bad and then.get(job, (0, ""))[1] == "succeeded"
    }
    assert broke
    assert shown >= broke
    assert shown <= {build for build, status in now.values() if status in bad}
    assert reader.clicks == 2


@pytest.mark.parametrize("name", ["Atom feed", "Badge"])
def test_feed_or_badge_of_what_is_looked_at_takes_one_click(
    reader: Reader, demo_site: Path, name: str
) -> None:
    page = reader.page
    page.get_by_role("link", name=TRUNK, exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/jobset/tools/trunk\.html"))
    offer = page.get_by_role("link", name=name)
    if name == "Atom feed":
        href = str(offer.evaluate("link => link.href"))
        feed = Path(href.removeprefix("file://"))
        assert TRUNK in feed.read_text(encoding="utf-8")
    else:
        reader.click(offer)
        expect(page.locator("#badge img")).to_be_in_viewport()
        assert reader.clicks == 1
