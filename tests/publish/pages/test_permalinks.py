"""Tests of the lasting addresses: they lead where Hydra's own lead."""

from pathlib import Path

import pytest
from example import all_pages, build, evaluation, snapshot
from msgspec import structs

from hydrasnap.model import JobKey, JobsetKey, Snapshot
from hydrasnap.publish.pages import Page, Site
from hydrasnap.publish.pages.common.permalinks import job_permalinks
from hydrasnap.publish.pages.common.redirects import RedirectPage
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.history import job_history


def grown() -> Snapshot:
    """Add to p:j a third evaluation that is not finished, and a job for two systems."""
    every = snapshot()
    builds = {
        301: build(301, "good"),
        302: build(302, "waits", None),
        303: build(303, "two"),
        304: build(304, "two", 1, system="aarch64-linux"),
        305: build(305, "two", 1),
    }
    return structs.replace(
        every,
        builds={**every.builds, **builds},
        evaluations={**every.evaluations, 13: evaluation(13, tuple(builds))},
    )


SITE = Site(grown())
BUILDS = SITE.snapshot.builds.values()


@pytest.fixture(scope="module")
def targets() -> dict[str, str]:
    found = {}
    for page in all_pages(SITE):
        if isinstance(page, Page) and isinstance(page.context, RedirectPage):
            found[page.path] = page.context.target.href
    return found


def test_latest_is_the_newest_success_and_nothing_less(targets: dict[str, str]) -> None:
    assert targets["job/p/j/good/latest.html"] == "build/301.html"
    assert targets["job/p/j/breaks/latest.html"] == "build/101.html"
    assert "job/p/j/rich/latest.html" not in targets
    assert "job/p/j/waits/latest.html" not in targets


def test_latest_finished_needs_an_evaluation_that_waits_for_nothing(
    targets: dict[str, str],
) -> None:
    assert targets["job/p/j/good/latest-finished.html"] == "build/105.html"
    assert targets["job/p/j/mended/latest-finished.html"] == "job/p/j/mended.html"
    assert "job/p/j/rich/latest-finished.html" not in targets
    assert targets["job/p/j/mended/latest.html"] == "build/202.html"


def test_by_system_only_where_there_are_several(targets: dict[str, str]) -> None:
    assert targets["job/p/j/two/latest-for/x86_64-linux.html"] == "build/303.html"
    assert "job/p/j/two/latest-for/aarch64-linux.html" not in targets
    assert not [path for path in targets if path.startswith("job/p/j/good/latest-for")]


@pytest.mark.parametrize("place", ["jobset/p/j", "project/p"])
def test_a_jobset_and_a_project_lead_to_their_newest_successes(
    targets: dict[str, str], place: str
) -> None:
    newest = max(
        b.id for b in BUILDS if b.status.succeeded and (b.jobset == "j" or place[0] == "p")
    )
    assert targets[f"{place}/latest.html"] == f"build/{newest}.html"
    assert targets[f"{place}/latest-for/x86_64-linux.html"] == f"build/{newest}.html"
    assert targets["jobset/p/j/latest-finished.html"] == "build/106.html"
    assert "jobset/p/empty/latest.html" not in targets
    assert "project/void/latest.html" not in targets


def test_a_jobset_leads_to_its_newest_finished_evaluation(targets: dict[str, str]) -> None:
    assert targets["jobset/p/j/latest-eval.html"] == "eval/11.html"
    assert "jobset/p/weird/latest-eval.html" not in targets


def test_the_address_on_hydra_is_quoted_as_hydra_wants_it() -> None:
    key = JobKey("p", "j", "good")
    first = next(job_permalinks(SITE, job_history(SITE.index, key)))
    assert first.live == "https://hydra.example.org/job/p/j/good/latest"
    assert SITE.finished_evaluations(JobsetKey("p", "j")) == {11}


def test_the_page_leads_on_without_a_script(tmp_path: Path) -> None:
    publish(grown(), SiteSettings(), tmp_path)
    text = (tmp_path / "job/p/j/good/latest.html").read_text()
    assert '<meta http-equiv="refresh" content="0; url=../../../../build/301.html">' in text
    assert '<link rel="canonical" href="../../../../build/301.html">' in text
    assert '<a href="../../../../build/301.html">build 301</a>' in text
    assert len(text) < 1000
    job = (tmp_path / "job/p/j/good.html").read_text()
    assert 'href="../../../job/p/j/good/latest.html"' in job


def test_a_success_without_a_page_of_its_own_is_found_by_the_search(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(policy="notable"), tmp_path)
    assert not (tmp_path / "build/101.html").exists()
    for name in ("latest", "latest-finished"):
        text = (tmp_path / f"job/p/j/breaks/{name}.html").read_text()
        assert 'content="0; url=../../../../search.html?build/101">' in text
