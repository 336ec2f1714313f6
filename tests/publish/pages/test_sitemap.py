"""The map for search engines: all that lasts, each page there is, in files that are allowed."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from example import build, evaluation, snapshot
from msgspec import structs

from hydrasnap.model import JobsetConfiguration, JobsetKey, Snapshot, Watch
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.files.sitemap import sitemap_files
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

BASE = "https://example.org/a&b"
BASED = SiteSettings(base=BASE)
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed(text: str, kind: str) -> list[str]:
    """Return the addresses of a file of a kind, below the base."""
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert root.tag == f"{NAMESPACE}{kind}"
    every = [place.text or "" for place in root.iter(f"{NAMESPACE}loc")]
    assert all(address.startswith(f"{BASE}/") for address in every)
    return [address.removeprefix(f"{BASE}/") for address in every]


def files(given: Snapshot, **more: object) -> dict[str, str]:
    site = Site(given, base=BASE, **more)  # type: ignore[arg-type]
    return {file.path: file.text for file in sitemap_files(site)}


def test_every_place_that_is_listed_is_a_page_and_no_job_is_missing(tmp_path: Path) -> None:
    watched = SiteSettings(base=BASE, watches=(Watch(name="mine & yours"),))
    publish(snapshot(), watched, tmp_path)
    every = listed((tmp_path / "sitemap.xml").read_text(), "urlset")
    assert [place for place in every if not (tmp_path / place).is_file()] == []
    assert len(set(every)) == len(every)
    pages = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "job").rglob("*.html")]
    lead = re.compile(r"/latest|/(old)/")
    assert [page for page in pages if page not in every and not lead.search(page)] == []
    assert {"index.html", "about.html", "watch.html", "project/p.html", "eval/12.html"} <= {*every}
    assert [place for place in every if place.startswith(("build/", "eval/11"))] == []
    robots = (tmp_path / "robots.txt").read_text().splitlines()
    assert robots == ["User-agent: *", "Allow: /", "", f"Sitemap: {BASE}/sitemap.xml"]


def test_without_an_address_there_is_neither(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(), tmp_path)
    assert [*tmp_path.glob("*.xml"), *tmp_path.glob("robots.txt")] == []


def test_jobs_without_a_page_and_what_is_hidden_are_left_out(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(base=BASE, policy="notable"), tmp_path)
    every = listed((tmp_path / "sitemap.xml").read_text(), "urlset")
    assert "job/p/j/breaks.html" in every
    assert "job/p/j/good.html" not in every
    given = snapshot()
    key = JobsetKey("p", "j")
    unseen = structs.replace(given.jobsets[key], configuration=JobsetConfiguration(visible=False))
    hidden = files(structs.replace(given, jobsets={**given.jobsets, key: unseen}))
    assert "/p/j" not in hidden["sitemap.xml"]
    assert "/p/weird" in hidden["sitemap.xml"]
    project = structs.replace(given.projects["p"], hidden=True)
    hidden = files(structs.replace(given, projects={**given.projects, "p": project}))
    assert "/p/" not in hidden["sitemap.xml"]
    assert "project/p.html" not in hidden["sitemap.xml"]


@pytest.mark.parametrize("limits", [Limits(map_entries=10), Limits(map_bytes=500)])
def test_a_long_map_is_cut_into_parts(limits: Limits) -> None:
    whole = listed(files(snapshot())["sitemap.xml"], "urlset")
    parts = files(snapshot(), limits=limits)
    index = listed(parts["sitemap.xml"], "sitemapindex")
    assert [*index, "sitemap.xml", "robots.txt"] == list(parts)
    assert len(index) > 3
    cut = [listed(parts[part], "urlset") for part in index]
    assert [place for part in cut for place in part] == whole
    if limits.map_entries == 10:
        assert {len(part) for part in cut} > {10}
        assert max(map(len, cut)) == 10
    else:
        assert max(len(parts[part]) for part in index) < limits.map_bytes + 200


def test_of_a_long_map_a_new_evaluation_leaves_the_jobs_alone() -> None:
    limits = Limits(map_entries=20)
    given = snapshot()
    before = files(given, limits=limits)
    more = structs.replace(
        given,
        builds={**given.builds, 301: build(301, "good")},
        evaluations={**given.evaluations, 31: evaluation(31, (301,))},
    )
    after = files(more, limits=limits)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == ["sitemap-1.xml"]


def test_a_run_without_news_writes_none_of_it(tmp_path: Path) -> None:
    publish(snapshot(), BASED, tmp_path)
    later = structs.replace(snapshot(), run=structs.replace(snapshot().run, finished=2_000_000_000))
    again = publish(later, BASED, tmp_path)
    times = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*")}
    assert again.written < 5
    assert times["sitemap.xml"] < times["index.html"]
    assert times["robots.txt"] < times["index.html"]
