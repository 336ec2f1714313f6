"""Tests of the lasting addresses: they lead where Hydra's own lead."""

from pathlib import Path

import pytest
from example import all_pages, build, evaluation, snapshot
from msgspec import structs

from hydrasnap.model import JobKey, JobsetKey, Snapshot
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.permalinks import job_permalinks
from hydrasnap.publish.pages.common.redirects import RedirectPage
from hydrasnap.publish.pages.common.site import Site
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


def of_job(name: str) -> dict[str, str | None]:
    """Return the permalinks of a job: path, and where it leads at present if that is known."""
    links = job_permalinks(SITE, job_history(SITE.index, JobKey("p", "j", name)))
    return {link.href: link.target.href if link.target else None for link in links}


def test_latest_is_the_newest_success_and_nothing_less() -> None:
    assert of_job("good")["search.html?job/p/j/good/latest"] == "build/301.html"
    assert of_job("breaks")["search.html?job/p/j/breaks/latest"] == "build/101.html"
    assert of_job("rich") == of_job("waits") == {}


def test_latest_finished_is_left_to_the_search() -> None:
    assert of_job("good")["search.html?job/p/j/good/latest-finished"] is None


def test_by_system_only_where_there_are_several() -> None:
    found = of_job("two")
    assert found["search.html?job/p/j/two/latest-for/x86_64-linux"] == "build/303.html"
    assert not [path for path in found if path.endswith("aarch64-linux")]
    assert not [path for path in of_job("good") if "latest-for" in path]


def test_a_job_has_no_files_for_its_permalinks(targets: dict[str, str]) -> None:
    assert not [path for path in targets if path.startswith("job/p/j/")]


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
    text = (tmp_path / "jobset/p/j/latest-for/x86_64-linux.html").read_text()
    assert '<meta http-equiv="refresh" content="0; url=../../../../build/303.html">' in text
    assert '<link rel="canonical" href="../../../../build/303.html">' in text
    assert len(text) < 1500
    job = (tmp_path / "job/p/j/good.html").read_text()
    assert 'href="../../../search.html?job/p/j/good/latest"' in job


def test_a_success_without_a_page_of_its_own_is_found_by_the_search(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(policy="notable"), tmp_path)
    found = [file.read_text() for file in tmp_path.glob("jobset/p/*/latest*.html")]
    assert any('content="0; url=../../../search.html?build/' in text for text in found)
