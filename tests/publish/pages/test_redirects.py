"""Tests of what stands below the old names of a renamed jobset."""

import json
from pathlib import Path

import pytest
from example import build, jobset, snapshot
from msgspec import structs

from hydrasnap.model import Jobset, JobsetKey, Snapshot
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

NEW, OLD, OLDER = (JobsetKey("p", name) for name in ("j", "old", "older"))

REFRESH = 'http-equiv="refresh"'


def renamed(*more: Jobset) -> Snapshot:
    """Return the example, in which p:older became p:old, and that p:j."""
    found = snapshot()
    every = (jobset("older", renamed_to="old"), *more)
    return structs.replace(found, jobsets={**found.jobsets, **{j.key: j for j in every}})


def files(folder: Path, *tops: str) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for top in tops
        for path in [*folder.glob(f"{top}.*"), *(folder / top).rglob("*")]
        if path.is_file()
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("renamed")
    publish(renamed(), SiteSettings(base="https://snap.example.org"), folder)
    return folder


@pytest.mark.parametrize("old", ["old", "older"])
def test_all_that_stood_below_the_old_name_stands_there(site: Path, old: str) -> None:
    new = files(site, "jobset/p/j", "job/p/j")
    kept = files(site, f"jobset/p/{old}", f"job/p/{old}")
    expected = {path.replace("/p/j", f"/p/{old}", 1) for path in new}
    assert set(kept) == expected
    assert len(kept) > 40


def test_badges_data_and_feeds_are_copies(site: Path) -> None:
    new = files(site, "jobset/p/j", "job/p/j")
    for path, content in files(site, "jobset/p/old", "job/p/old").items():
        if not path.endswith(".html"):
            assert content == new[path.replace("/p/old", "/p/j", 1)], path
    badge = json.loads((site / "jobset/p/older/shield.json").read_text())
    assert badge["color"] == "red"
    assert (site / "job/p/older/breaks.svg").is_file()
    assert (site / "jobset/p/older/feed.atom").is_file()


def test_each_page_leads_to_where_the_new_one_does(site: Path) -> None:
    def leads(path: str) -> str:
        text = (site / path).read_text()
        return text.partition('http-equiv="refresh" content="0; url=')[2].partition('"')[0]

    assert leads("jobset/p/old.html") == "../../jobset/p/j.html"
    assert leads("jobset/p/older/evals.html") == "../../../jobset/p/j/evals.html"
    assert leads("job/p/old/breaks.html") == "../../../job/p/j/breaks.html"
    assert leads("jobset/p/old/latest-eval.html") == "../../../eval/11.html"
    text = (site / "job/p/old/breaks.html").read_text()
    assert "The jobset p:old was renamed. This has become <a" in text
    assert len(text) < 1500


def test_what_has_no_page_has_no_old_one(tmp_path: Path) -> None:
    publish(renamed(), SiteSettings(policy="notable"), tmp_path)
    new = {path.name for path in (tmp_path / "job/p/j").glob("*.html")}
    assert new == {path.name for path in (tmp_path / "job/p/old").glob("*.html")}
    assert "good.html" not in new


def test_a_job_that_still_bears_the_old_name_keeps_its_page(tmp_path: Path) -> None:
    found = renamed()
    left = build(3001, "breaks", jobset="old")
    publish(structs.replace(found, builds={**found.builds, 3001: left}), SiteSettings(), tmp_path)
    assert REFRESH not in (tmp_path / "job/p/old/breaks.html").read_text()
    assert REFRESH in (tmp_path / "job/p/older/breaks.html").read_text()
    assert REFRESH in (tmp_path / "job/p/old/good.html").read_text()


def test_a_job_that_still_bears_the_old_name_leads_to_the_feed_of_the_new_one(
    tmp_path: Path,
) -> None:
    found = renamed()
    left = build(3001, "left", jobset="old")
    publish(structs.replace(found, builds={**found.builds, 3001: left}), SiteSettings(), tmp_path)
    assert 'href="../../../jobset/p/j/feed.atom"' in (tmp_path / "job/p/old/left.html").read_text()


def test_names_that_lead_in_a_circle_or_nowhere_stand_for_themselves(tmp_path: Path) -> None:
    odd = [
        jobset("a", renamed_to="b"),
        jobset("b", renamed_to="a"),
        jobset("lost", renamed_to="nowhere"),
    ]
    publish(renamed(*odd), SiteSettings(), tmp_path)
    for name in ("a", "b", "lost"):
        assert REFRESH not in (tmp_path / f"jobset/p/{name}.html").read_text()
    assert Site(renamed(*odd)).old_names(NEW) == (OLD, OLDER)


def test_a_rename_is_seen_by_a_render_that_follows(tmp_path: Path) -> None:
    found = renamed()
    before = structs.replace(
        found, jobsets={k: j for k, j in found.jobsets.items() if k not in {OLD, OLDER}}
    )
    publish(before, SiteSettings(), tmp_path / "site")
    assert not (tmp_path / "site/job/p/old").exists()
    publish(found, SiteSettings(), tmp_path / "site")
    publish(found, SiteSettings(), tmp_path / "fresh")
    assert files(tmp_path / "site", "job", "jobset") == files(tmp_path / "fresh", "job", "jobset")
