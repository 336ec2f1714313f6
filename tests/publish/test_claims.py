"""No page says more than is known, whatever was cut, not read, hidden, deleted or hostile."""

import os
import re
import shutil
from pathlib import Path

import pytest
from claims import claims, wrong
from histories import HISTORIES
from hydras import STABLE, TRUNK, Crawler, evaluate, fresh_crawl, hydra
from msgspec import structs

from hydrasnap.client.run_budget import Limits
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.story.stages import COUNT
from hydrasnap.model import Snapshot
from hydrasnap.plan.selection import Selection
from hydrasnap.publish.page_limits import Limits as PageLimits
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.site_check import check_site
from hydrasnap.store.opening import open_cache, read_snapshot


def check(cache: Path, site: Path, settings: SiteSettings = SiteSettings()) -> int:  # noqa: B008
    """Render a cache and compare all that the site says; return how much that is."""
    publish(read_snapshot(cache), settings, site)
    found = claims(site, cache)
    assert wrong(found) == []
    assert check_site(site, 10**9).findings == ()
    return len(found)


def stored(snapshot: Snapshot, folder: Path) -> Path:
    """Write a snapshot that no crawl has made into a cache."""
    with open_cache(folder, snapshot.origin, lambda *_: None) as cache:
        cache.put(
            projects=snapshot.projects.values(),
            builds=snapshot.builds.values(),
            evaluations=snapshot.evaluations.values(),
            jobsets=snapshot.jobsets.values(),
        )
        cache.put_live(snapshot.live)
        cache.close_run(snapshot.run)
    return folder


def test_a_whole_snapshot(demo_cache: Path, demo_site: Path) -> None:
    found = claims(demo_site, demo_cache)
    assert wrong(found) == []
    assert len(found) > 1000


@pytest.mark.slow
def test_a_snapshot_with_more_rows_than_pages_have_room_for(
    demo_cache: Path, tmp_path: Path
) -> None:
    limits = PageLimits(grid_rows=5, rows_shown=3, steady_rows_shown=2, newest_evaluations=2)
    assert check(demo_cache, tmp_path, SiteSettings(limits=limits)) > 1000


@pytest.mark.parametrize("requests", [5, 8, 12, 16])
def test_a_snapshot_that_a_budget_has_cut(requests: int, tmp_path: Path) -> None:
    of = hydra()
    evaluate(of.world, TRUNK, 9, finish=False)
    crawler = Crawler(tmp_path / "cache", of, selection=Selection(live=True))
    crawler.run(limits=Limits(requests=requests))
    assert check(crawler.folder, tmp_path / "site")


@pytest.mark.parametrize("kept", ["none", "older", "half"])
def test_a_snapshot_with_unread_evaluations(kept: str, tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "cache", hydra(6))
    whole = crawler.snapshot
    newest = {n for key in (TRUNK, STABLE)
              for n in whole.evaluations[whole.jobsets[key].evaluations[0]].builds}  # fmt: skip
    builds = {n: build for n, build in whole.builds.items()
              if (kept == "older" and n not in newest) or (kept == "half" and n % 2)}  # fmt: skip
    cache = stored(structs.replace(whole, builds=builds), tmp_path / "unread")
    check(cache, tmp_path / "site")


def test_an_empty_snapshot(tmp_path: Path) -> None:
    of = hydra(0)
    crawler = Crawler(tmp_path / "cache", of)
    crawler.run()
    check(crawler.folder, tmp_path / "site")
    shutil.rmtree(crawler.folder)
    of.world.projects.clear()
    of.world.jobsets.clear()
    crawler.run()
    check(crawler.folder, tmp_path / "none")


@pytest.mark.slow
def test_a_snapshot_of_what_was_deleted_hidden_and_renamed(tmp_path: Path) -> None:
    hydra_ = DemoHydra()
    crawler = Crawler(tmp_path / "cache", hydra_, selection=Selection(hidden=True, live=True))
    for stage in range(1, COUNT + 1):
        hydra_.stage = stage
        assert crawler.run().error is None
    assert check(crawler.folder, tmp_path / "site") > 1000


@pytest.mark.slow
@pytest.mark.parametrize("history", HISTORIES)
def test_snapshots_of_every_history(history: str, tmp_path: Path) -> None:
    for number, snapshot in enumerate(HISTORIES[history]):
        cache = stored(snapshot, tmp_path / f"cache-{number}")
        check(cache, tmp_path / f"site-{number}")


LIES = [
    ("index.html", r"(?<=Newly failing\n<span class=.count.>)\d+", "newly failing, rows"),
    ("index.html", r"(?<=static snapshot of a Hydra: )\d+", "overview, projects"),
    ("jobset/tools/trunk.html", r"(?<=<p>)\d+(?= succeeded)", "jobset/tools/trunk, newest"),
    (
        "jobset/tools/trunk/evals.html",
        r"(?<=<p class=.lead.>(?:All|The) )\d+",
        "jobset/tools/trunk/evals, lead",
    ),
    ("jobset/tools/trunk/jobs.html", r"\d+(?= jobs in the)", "jobset/tools/trunk/jobs, rows"),
    ("queue.html", r"(?<=Queue <span class=.count.>)\d+", "queue"),
    ("eval/200.html", r"(?<=Still failing <span class=.count.>)\d+", "eval/200#still-failing"),
    ("search.html", r"<dt><a [^>]*>tools</a></dt>", "search, projects"),
]


@pytest.mark.parametrize(("page", "place", "where"), LIES)
def test_a_lie_is_noticed(
    page: str, place: str, where: str, demo_cache: Path, demo_site: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(demo_site, site, copy_function=os.link)
    text, found = re.subn(place, "7654", (site / page).read_text(), count=1)
    (site / page).unlink()
    (site / page).write_text(text)
    assert found == 1
    assert any(claim.where.startswith(where) for claim in wrong(claims(site, demo_cache)))
