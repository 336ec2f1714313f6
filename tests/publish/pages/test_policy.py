"""Tests of which builds and jobs get a page, and of the way to those that get none."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from example import snapshot
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.cli.reports import render_lines
from hydrasnap.model import JobKey
from hydrasnap.publish.pages.common.policy import EVERYTHING, decide
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import Published, SiteSettings
from hydrasnap.report.index import Index

BUDGET = 900_000_000


@pytest.fixture(scope="module")
def notable(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Published]:
    folder = tmp_path_factory.mktemp("notable")
    return folder, publish(snapshot(), SiteSettings(policy="notable"), folder)


def test_a_small_hydra_gets_a_page_for_everything() -> None:
    assert decide(Index(snapshot()), "auto", BUDGET) == EVERYTHING
    assert decide(Index(snapshot()), "all", 1) == EVERYTHING


def test_beyond_the_budget_pages_go_to_what_is_notable() -> None:
    policy = decide(Index(snapshot()), "auto", 100_000)
    assert policy.builds == decide(Index(snapshot()), "notable", BUDGET).builds
    assert "more than the budget of" in policy.why


def test_what_fails_waits_or_was_mended_is_notable_and_what_goes_well_is_not() -> None:
    every = snapshot()
    policy = decide(Index(every), "notable", BUDGET)
    assert policy.builds is not None
    assert policy.jobs is not None
    for number in policy.builds:
        assert every.builds[number].job_key in policy.jobs
    failed = [b.id for b in every.builds.values() if b.job == "breaks" and b.status.failed]
    assert policy.builds.issuperset(failed)
    assert JobKey("p", "j", "good") not in policy.jobs


def test_every_link_leads_to_a_page_or_to_the_search(notable: tuple[Path, Published]) -> None:
    site, _ = notable
    searched = set()
    for page in site.rglob("*.html"):
        for node in LexborHTMLParser(page.read_text()).css("a[href]"):
            address = node.attributes["href"] or ""
            path, _, query = address.partition("#")[0].partition("?")
            if urlsplit(address).scheme or not path:
                continue
            assert (page.parent / unquote(path)).is_file(), f"{page}: {address}"
            if path.endswith("search.html"):
                searched.add(query)
    assert "job/p/j/good" in searched
    assert any(query.startswith("build/") for query in searched)


def test_the_summary_says_what_has_no_page_and_why(notable: tuple[Path, Published]) -> None:
    site, done = notable
    assert "only for notable builds and jobs" in "\n".join(render_lines(done))
    policy = decide(Index(snapshot()), "notable", BUDGET)
    assert len(list((site / "build").glob("*.html"))) == len(policy.builds or ())


def test_the_policy_can_change_and_the_site_follows(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(policy="notable"), tmp_path)
    assert publish(snapshot(), SiteSettings(), tmp_path).written > 0
    assert (tmp_path / "job/p/j/good.html").is_file()
    assert publish(snapshot(), SiteSettings(policy="notable"), tmp_path).removed > 0
    assert not (tmp_path / "job/p/j/good.html").exists()
