"""Tests of what job and jobset pages have beyond lists: grids of parts, flaky jobs, badges."""

from pathlib import Path

import pytest
from example import NOON, all_pages, build, evaluation, snapshot
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.formatting import clock
from hydrasnap.model import Build, Evaluation, JobKey, Product, Snapshot
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.files.badges import PLACEHOLDER, Badge, badge_box
from hydrasnap.publish.pages.job.job import JobPage
from hydrasnap.publish.pages.jobset.jobset import JobsetPage
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.constituents import constituent_grid


def flaky() -> Snapshot:
    """Give p:j a job that breaks and mends in turn."""
    every = snapshot()
    builds: dict[int, Build] = dict(every.builds)
    evaluations: dict[int, Evaluation] = dict(every.evaluations)
    for place in range(6):
        number = 600 + place
        builds[number] = build(number, "moody", place % 2)
        evaluations[60 + place] = evaluation(60 + place, (number, 201))
    return structs.replace(every, builds=builds, evaluations=evaluations)


def pages(site: Site) -> dict[str, object]:
    return {page.path: page.context for page in all_pages(site) if isinstance(page, Page)}


def test_the_parts_of_an_aggregate_stand_against_its_builds_what_fails_first() -> None:
    site = Site(snapshot())
    builds = site.index.builds_of_job(JobKey("p", "j", "all"))
    grid = constituent_grid(site.index, builds)
    assert [column.id for column in grid.columns] == [207, 106]
    rows = {row.job: [cell and cell.id for cell in row.cells] for row in grid.rows}
    assert rows == {"breaks": [201, 101], "good": [105, 105]}
    assert next(iter(rows)) == "breaks"
    assert len(constituent_grid(site.index, builds, 1).columns) == 1


def test_the_page_of_an_aggregate_has_the_grid_and_no_other_page_has() -> None:
    found = pages(Site(snapshot()))
    every = found["job/p/j/all.html"]
    assert isinstance(every, JobPage)
    assert every.grid is not None
    assert [row.job.label for row in every.grid.rows] == ["breaks", "good"]
    assert [column.label for column in every.grid.columns] == ["Dependency failed", "Succeeded"]
    plain = found["job/p/j/good.html"]
    assert isinstance(plain, JobPage)
    assert plain.grid is None


def test_a_jobset_names_its_flakiest_jobs() -> None:
    found = pages(Site(flaky()))["jobset/p/j.html"]
    assert isinstance(found, JobsetPage)
    assert [(row.job.label, row.score, row.label) for row in found.flaky] == [
        ("moody", 100, "Failed")
    ]
    assert found.flaky_total == 1


@pytest.mark.parametrize("base", ["", "https://example.org/s/"])
def test_a_badge_can_be_shown_elsewhere_in_four_languages(base: str) -> None:
    badge = Badge(message="failing", color="red")
    box = badge_box(Site(snapshot(), base=base), badge, "job/p/j/x.html", 'a]"b<')
    root = base.rstrip("/") or PLACEHOLDER
    picture, page = f"{root}/job/p/j/x.svg", f"{root}/job/p/j/x.html"
    assert {snippet.language: snippet.text for snippet in box.snippets} == {
        "Markdown": rf'[![a\]"b<]({picture})]({page})',
        "HTML": f'<a href="{page}"><img src="{picture}" alt="a]&quot;b&lt;"></a>',
        "AsciiDoc": f'image:{picture}["a  b<",link="{page}"]',
        "reStructuredText": f".. image:: {picture}\n   :target: {page}\n   :alt: a  b<",
    }
    assert (box.words, box.picture) == ("hydra build: failing", "job/p/j/x.svg")
    assert box.shield == "job/p/j/x/shield.json"


def test_what_waits_tells_since_when_and_how_urgently(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(), tmp_path)
    table = LexborHTMLParser((tmp_path / "job/p/j/waits.html").read_text()).css_first("#queued")
    assert table is not None
    heads = [head.text().split()[0] for head in table.css("th")]
    cells = [cell.text() for cell in table.css("td")]
    assert dict(zip(heads, cells, strict=True)) == {
        "Status": "Queued",
        "Build": "203",
        "Queued": clock(NOON + 203),
        "Priority": "10",
        "Package": "waits-1.0",
        "System": "x86_64-linux",
    }


def test_a_build_leads_to_its_products_install_help_and_inputs(tmp_path: Path) -> None:
    every = snapshot()
    package = Product(number=1, type="nix-build", path="/nix/store/x-good")
    good = structs.replace(every.builds[105], products=(package,))
    publish(structs.replace(every, builds={**every.builds, 105: good}), SiteSettings(), tmp_path)
    page = LexborHTMLParser((tmp_path / "build/105.html").read_text())
    links = [link.attributes["href"] for link in page.css("main a")]
    assert "../eval/11.html#inputs" in links
    assert "https://hydra.example.org/job/p/j/good/latest/download/1" in links
    assert "nix-env --install /nix/store/x-good" in [pre.text() for pre in page.css("pre")]
    assert page.css_first("#breakage") is None
    failed = LexborHTMLParser((tmp_path / "build/201.html").read_text())
    assert failed.css_first("#breakage table") is not None


def test_the_sections_are_on_the_pages(tmp_path: Path) -> None:
    publish(flaky(), SiteSettings(base="https://example.org"), tmp_path)
    jobset = (tmp_path / "jobset/p/j.html").read_text()
    assert 'id="flakiest"' in jobset
    assert 'src="../../jobset/p/j.svg" width="' in jobset
    assert "https://example.org/jobset/p/j.svg" in jobset
    job = (tmp_path / "job/p/j/all.html").read_text()
    assert 'id="constituents-over-time"' in job
    assert 'id="badge"' not in (tmp_path / "job/p/j/waits.html").read_text()
