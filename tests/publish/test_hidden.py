"""What Hydra hides or has deleted feeds no list, total or address of what it shows."""

import json
import re
from pathlib import Path

import pytest
from hydras import TRUNK, Crawler, hydra

from hydrasnap.cli.markdown import markdown_lines
from hydrasnap.model import JobsetKey, Watch
from hydrasnap.plan.selection import Selection
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.query.failures import failing
from hydrasnap.query.index_file import ask
from hydrasnap.report.health import overview
from hydrasnap.report.index import Index

SECRET = JobsetKey("Secret", "main")
WATCHES = (Watch("all"), Watch("secret", jobsets=("Secret/main", "one/trunk")))


def rendered(crawler: Crawler, site: Path) -> Path:
    assert crawler.run().run.complete
    publish(crawler.snapshot, SiteSettings(watches=WATCHES), site)
    return site


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    return Crawler(tmp_path / "cache", hydra(), selection=Selection(hidden=True))


def words(site: Path, path: str) -> str:
    text = re.sub(r"<[^>]+>", " ", (site / path).read_text())
    return " ".join(text.split())


def section(site: Path, path: str, name: str) -> str:
    return (
        (site / path).read_text().partition(f'<section id="{name}"')[2].partition("</section>")[0]
    )


@pytest.mark.parametrize("hide", ["the project", "the jobset"])
def test_jobs_of_a_hidden_jobset_feed_nothing_that_is_shown(
    crawler: Crawler, hide: str, tmp_path: Path
) -> None:
    world = crawler.hydra.world
    if hide == "the jobset":
        world.projects["Secret"].hidden = False
        world.jobsets[SECRET].visible = False
    site = rendered(crawler, tmp_path / "site")
    evaluations = crawler.snapshot.jobsets[SECRET].evaluations
    broken = Index(crawler.snapshot)
    found = {h.key: h for p in overview(broken) for h in p.jobsets}[SECRET]
    assert found.newly_failing, "the hidden jobset breaks something"
    for name in ("newly-failing", "lately", "evaluations", "trouble", "channels"):
        assert "Secret" not in section(site, "index.html", name)
    assert "Secret" not in words(site, "watch/all.html")
    assert "Secret" in words(site, "watch/secret.html")
    assert "Secret" in section(site, "index.html", "projects")
    assert (site / f"eval/{evaluations[0]}.html").is_file()
    if hide == "the jobset":
        (project,) = [p for p in json.loads((site / "index.json").read_bytes())["projects"]
                      if p["name"] == "Secret"]  # fmt: skip
        assert project["counts"]["total"] == 0
        assert not (site / project["data"].replace(".json", "/feed.atom")).exists()
    report = "\n".join(markdown_lines(crawler.snapshot))
    assert "Secret" not in report


def delete_newest(crawler: Crawler) -> int:
    """Delete the newest evaluation of a jobset on the Hydra, with its builds; return its id."""
    world = crawler.hydra.world
    newest = world.evaluations_of(TRUNK)[0].id
    world.delete_evaluation(newest)
    world.now += 60
    world.jobsets[TRUNK].lastcheckedtime = world.now
    return newest


def test_a_deleted_newest_evaluation_feeds_no_address_of_the_newest(
    crawler: Crawler, tmp_path: Path
) -> None:
    site = rendered(crawler, tmp_path / "site")
    before = crawler.snapshot.jobsets[TRUNK].evaluations
    deleted = delete_newest(crawler)
    site = rendered(crawler, tmp_path / "site")
    snapshot = crawler.snapshot
    assert (before[0], snapshot.evaluations[deleted].deleted_upstream) == (deleted, True)
    lost = {n for n, build in snapshot.builds.items() if build.deleted_upstream}
    assert lost
    for page in ("jobset/one/trunk/latest-eval.html", "jobset/one/trunk/latest.html"):
        assert f"eval/{deleted}.html" not in (site / page).read_text()
        assert not [n for n in lost if f"build/{n}.html" in (site / page).read_text()]
    row = section(site, "index.html", "projects").partition("trunk")[2].partition("</tr>")[0]
    assert (f">{deleted}<" in row, f">{before[1]}<" in row) == (False, True)
    assert str(deleted) not in section(site, "index.html", "newly-failing")
    assert f"eval/{deleted}.html" not in section(site, "data.html", "jobsets")
    table = ask(crawler.folder, lambda db: failing(db, ["one/trunk"]))
    number = [column.name for column in table.columns].index("build")
    assert not {row[number] for row in table.rows} & lost
