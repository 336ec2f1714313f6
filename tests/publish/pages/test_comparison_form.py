"""Tests of the comparison of any two evaluations, in a real Chromium, against `compare`."""

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from example import snapshot
from playwright.sync_api import Page, expect

from hydrasnap.model import Build, Snapshot
from hydrasnap.publish.pages.common.inputs import differences
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.changes import Change, ChangeKind, compare
from hydrasnap.store.opening import read_snapshot

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
COMPARE = """async ids => {
  const { ready } = hydrasnapSearch, { read, compare, differences } = hydrasnapCompare;
  const { load } = await ready();
  const states = await Promise.all(ids.map(async id => read(await load(`../eval/${id}/jobs`))));
  const short = (build) => build && [build.id, build.status[0]];
  const found = {};
  for (const now of states) for (const then of states) {
    if (now === then) continue;
    const lists = Object.entries(compare(now, then)).map(([name, rows]) => [name, rows.map(
      ({ build, before }) => [build.job, build.system, ...short(build), ...short(before) ?? []])]);
    found[`${now.data.id} ${then.data.id}`] = [Object.fromEntries(lists), differences(now, then)];
  }
  return JSON.stringify(found);
}"""


def words(build: Build) -> list[object]:
    return [build.id, build.status.label_for(build.buildstatus)]


def row(change: Change) -> list[object]:
    build = change.build or change.before
    assert build is not None
    before = change.before if change.build else None
    return [change.job, change.system, *words(build), *(words(before) if before else [])]


def expected(found: Snapshot) -> dict[str, object]:
    """Compare all pairs of evaluations as the pages do."""
    site = Site(found)
    index = site.index
    every = [e for e in found.evaluations.values() if e.hasnewbuilds]
    pairs: dict[str, object] = {}
    for now, then in permutations(every, 2):
        changes = compare(index, now, then)
        lists = {kind.slug: [row(change) for change in changes[kind]] for kind in ChangeKind}
        undecided = [[b.job, b.system, *words(b)] for b in changes.undecided]
        own = (d for d in differences(site, then, now) if not d.within)
        inputs = [[d.name, d.kind, d.before.words, d.after.words, d.href] for d in own]
        pairs[f"{now.id} {then.id}"] = [lists | {"undecided": undecided}, inputs]
    return pairs


def compared(page: Page, site: Path, found: Snapshot) -> dict[str, object]:
    page.goto(f"{site.as_uri()}/compare.html")
    numbers = [e.id for e in found.evaluations.values() if e.hasnewbuilds]
    return dict(json.loads(page.evaluate(COMPARE, numbers)))


def test_all_pairs_of_the_demo_are_compared_as_on_the_pages(
    opened: Opener, demo_site: Path, complaints: list[str]
) -> None:
    found = read_snapshot(demo_site.parent / "cache")
    assert len(found.evaluations) > 50
    assert compared(opened(), demo_site, found) == expected(found)
    assert complaints == []


@pytest.mark.parametrize("policy", ["all", "notable"])
def test_all_pairs_of_awkward_evaluations_too(
    opened: Opener, tmp_path: Path, complaints: list[str], policy: str
) -> None:
    publish(snapshot(), SiteSettings(policy=policy), tmp_path)
    assert compared(opened(), tmp_path, snapshot()) == expected(snapshot())
    assert complaints == []


@pytest.mark.parametrize("policy", ["all", "notable"])
def test_every_row_leads_to_a_page_that_is_there(
    opened: Opener, tmp_path: Path, policy: str
) -> None:
    publish(snapshot(), SiteSettings(policy=policy), tmp_path)
    page = opened()
    page.goto(f"{tmp_path.as_uri()}/compare.html?a=21&b=11")
    expect(page.locator("#comparison section table a").first).to_be_visible()
    links = page.locator("#comparison tr[data-job] a").evaluate_all("all => all.map(a => a.href)")
    assert len(links) > 40
    for link in links:
        place = link.removeprefix(f"{tmp_path.as_uri()}/").partition("#")[0].partition("?")[0]
        assert (tmp_path / place).is_file(), link


def test_the_form_of_an_evaluation_leads_to_an_address_that_can_be_shared(
    opened: Opener, demo_site: Path, demo_pages: dict[str, str], complaints: list[str]
) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/{demo_pages['eval']}")
    number = demo_pages["eval"].split("/")[1].removesuffix(".html")
    page.get_by_label("evaluation", exact=True).fill("168")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(f"{demo_site.as_uri()}/compare.html?a={number}&b=168")
    expect(page.locator("#comparison section tbody tr[data-job]").first).to_be_visible()
    expect(page).to_have_title(f"Evaluation {number} against 168 · hydra.demo.example")
    page.get_by_role("searchbox", name="Filter rows").fill("x86 -a")
    expect(page.locator("#comparison output")).to_contain_text(" of ")
    said = page.locator("#comparison output").inner_text()
    address = page.url
    assert address.endswith(f"?a={number}&b=168&filter=x86+-a")
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("#comparison output")).to_have_text(said)
    page.get_by_role("link", name="the other way round").click()
    page.wait_for_url(f"{demo_site.as_uri()}/compare.html?a=168&b={number}")
    expect(page.locator("#comparison .facts dd").first).to_contain_text("168 of ")
    assert complaints == []


def test_an_evaluation_that_is_not_known_is_named(opened: Opener, demo_site: Path) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/compare.html?a=168&b=99999")
    expect(page.locator("#comparison")).to_have_text("The snapshot has no evaluation 99999.")


def test_without_scripts_the_page_leads_to_the_ready_comparisons(
    opened: Opener, demo_site: Path
) -> None:
    page = opened(java_script_enabled=False)
    page.goto(f"{demo_site.as_uri()}/compare.html?a=168&b=106")
    expect(page.locator("#comparison")).to_contain_text("needs scripts")
    page.get_by_role("link", name="tools:trunk", exact=True).click()
    page.wait_for_url("**/compare.html")
    expect(page.locator("h1")).to_contain_text("Compare evaluation")


def test_jobs_without_a_page_have_no_address_of_their_own(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(policy="notable"), tmp_path)
    text = (tmp_path / "eval" / "11" / "jobs.js").read_text(encoding="utf-8")
    state = json.loads(text[text.index(",") + 1 : text.rindex(")")])
    nowhere = 2
    assert nowhere in {state["combos"][kind][3] for kind in state["kinds"]}
    assert state["files"] == {}


def test_a_commit_is_compared_only_by_what_can_name_one(opened: Opener, demo_site: Path) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/compare.html")
    given = [["src", "git", "u", revision, None, None, "https://f/{0}..{1}"] for revision in (
        "a" * 40, "b" * 40, "$&/../..")]  # fmt: skip
    script = """inputs => hydrasnapCompare.differences(
      { data: { inputs: [inputs[1]] } }, { data: { inputs: [inputs[0]] } })[0][4]"""
    assert page.evaluate(script, given[:2]) == f"https://f/{'a' * 40}..{'b' * 40}"
    assert page.evaluate(script, given[1:]) is None
