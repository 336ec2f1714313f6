"""The site agrees with an independent recount from its Hydra's raw answers, see `recount`."""

import asyncio
import os
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from hydras import TRUNK, Crawler, evaluate, small
from recount import recount
from recounted import Ask
from recounted_pages import Look

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.story.stages import COUNT
from hydrasnap.demo.world.database_rows import Job, Result
from hydrasnap.plan.selection import Selection
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.store.opening import read_snapshot

pytestmark = pytest.mark.slow

Spoil = Callable[[str, Any], Any]
Explained = tuple[Path, DemoHydra]
ALL_KINDS = 27
KINDS_OF_PAGES = {
    "root causes", "failures without a known cause", "tables of root causes",
    "maintainers", "jobs of maintainers", "tables of maintainers",
}  # fmt: skip
EVERY_PAGE = Selection(reasons=10_000)


def asking(hydra: DemoHydra) -> Ask:
    """Ask the embedded Hydra for JSON."""
    headers = {"Accept": "application/json"}

    async def get(path: str) -> Any:
        transport = httpx.ASGITransport(app=hydra)
        async with httpx.AsyncClient(
            transport=transport, base_url=hydra.ORIGIN, headers=headers, follow_redirects=True
        ) as client:
            answer = await client.get(path)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            return answer.raise_for_status().json()

    return lambda path: asyncio.run(get(path))


def looking(hydra: DemoHydra) -> Look:
    """Ask the embedded Hydra for pages."""

    async def get(path: str) -> str | None:
        transport = httpx.ASGITransport(app=hydra)
        async with httpx.AsyncClient(
            transport=transport, base_url=hydra.ORIGIN, headers={"Accept": "text/html"}
        ) as client:
            answer = await client.get(path)
            return answer.text if answer.status_code == httpx.codes.OK else None

    return lambda path: asyncio.run(get(path))


@cache
def asking_once() -> Ask:
    """Ask the embedded Hydra at its first moment for each path once; answers may not be changed."""
    return cache(asking(DemoHydra()))


def spoiled(ask: Ask, spoil: Spoil) -> Ask:
    """Change what a Hydra answers."""
    return lambda path: spoil(path, ask(path))


def site_of(crawler: Crawler, folder: Path) -> Path:
    """Crawl and render."""
    outcome = crawler.run()
    assert (outcome.error, outcome.run.gaps) == (None, ())
    publish(read_snapshot(crawler.folder), SiteSettings(), folder)
    return folder


def test_the_site_of_the_embedded_hydra_agrees_at_each_moment(tmp_path: Path) -> None:
    hydra = DemoHydra()
    crawler = Crawler(tmp_path / "cache", hydra)
    asks: list[Ask] = []
    for moment in range(1, COUNT + 1):
        hydra.stage = moment
        asks.insert(0, asking(DemoHydra(moment)))
        found = recount(site_of(crawler, tmp_path / "site"), *asks)
        assert found.differences == []
        assert len(found.compared) == ALL_KINDS
        assert found.compared["rows"] > 5000


@pytest.fixture(scope="module", params=range(1, COUNT + 1))
def explained(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Explained:
    """Give a site for which the pages of all failed builds were read, and its Hydra."""
    folder, hydra = tmp_path_factory.mktemp("explained"), DemoHydra(request.param)
    crawler = Crawler(folder / "cache", hydra, selection=EVERY_PAGE)
    return site_of(crawler, folder / "site"), hydra


def test_causes_and_maintainers_are_those_of_the_pages_of_builds(explained: Explained) -> None:
    site, hydra = explained
    found = recount(site, asking(hydra), look=looking(hydra))
    assert found.differences == []
    assert len(found.compared) == ALL_KINDS + len(KINDS_OF_PAGES)
    assert found.compared["jobs of maintainers"] > 1


@pytest.mark.parametrize("explained", [1], indirect=True)
def test_other_causes_and_maintainers_are_noticed(explained: Explained) -> None:
    site, hydra = explained
    look, kinds = cache(looking(hydra)), set()
    for old, new in (("propagated from", "not from"), ("@", "x@"), ("Failed build steps", "None")):

        def spoiled_look(path: str, old: str = old, new: str = new) -> str | None:
            return (look(path) or "").replace(old, new)

        found = recount(site, asking_once(), look=spoiled_look)
        kinds |= {line.partition(", ")[0] for line in found.differences}
    assert kinds == KINDS_OF_PAGES


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_snapshot_agrees(depth: int, tmp_path: Path) -> None:
    hydra = DemoHydra()
    crawler = Crawler(tmp_path / "cache", hydra, selection=Selection(evaluations=depth))
    found = recount(site_of(crawler, tmp_path / "site"), asking_once())
    assert found.differences == []


def test_what_a_shallow_snapshot_cannot_know_is_undecided(tmp_path: Path) -> None:
    data = small(evaluations=2)
    evaluate(data, TRUNK, 2, finish=False)
    evaluate(data, TRUNK, 5)
    hydra = DemoHydra(world=data)
    crawler = Crawler(tmp_path / "cache", hydra, selection=Selection(evaluations=1))
    found = recount(site_of(crawler, tmp_path / "site"), asking(hydra))
    assert found.differences == []


def test_systems_that_share_a_name_are_told_apart(tmp_path: Path) -> None:
    data = small(evaluations=1)
    for turn in range(8):
        jobs = [Job(name, system=name, recipe=str(turn)) for name in ("i686-linux", "riscv")]
        first = data.next_build
        data.add_evaluation(TRUNK, jobs)
        for build in range(first, data.next_build):
            data.builds[build].job = "both"
            data.finish(build, Result((build - first) % 2))
    hydra = DemoHydra(world=data)
    site = site_of(Crawler(tmp_path / "cache", hydra), tmp_path / "site")
    assert recount(site, asking(hydra)).differences == []
    page = (site / "job/one/trunk/both.html").read_text()
    assert ("</a> for riscv" in page, "Flakiness" in page) == (True, False)


def turn_over(path: str, answer: Any) -> Any:
    """Let what succeeded fail, and the other way round."""
    if path.endswith("/builds"):
        return [{**raw, "buildstatus": 0 if raw["buildstatus"] else 1} for raw in answer]
    return answer


def forget_results(path: str, answer: Any) -> Any:
    """Let nothing be finished."""
    return [{**raw, "finished": 0} for raw in answer] if path.endswith("/builds") else answer


def rename_systems(path: str, answer: Any) -> Any:
    """Let all builds be for another system."""
    return [{**raw, "system": "riscv"} for raw in answer] if path.endswith("/builds") else answer


def renumber(path: str, answer: Any) -> Any:
    """Let builds have other numbers."""
    return [{**raw, "id": raw["id"] + 1} for raw in answer] if path.endswith("/builds") else answer


def lose_evaluations(path: str, answer: Any) -> Any:
    """Let every third evaluation not be listed."""
    if "/evals" in path and answer is not None:
        return {**answer, "evals": [raw for raw in answer["evals"] if raw["id"] % 3]}
    return answer


def lose_a_jobset(path: str, answer: Any) -> Any:
    """Let one jobset be deleted."""
    return None if path.startswith("/jobset/tools/trunk/") else answer


def add_a_jobset(path: str, answer: Any) -> Any:
    """Let there be one jobset more."""
    return [*answer, {**answer[0], "name": "more"}] if "/api/jobsets" in path and answer else answer


SPOILS: tuple[Spoil, ...] = (
    turn_over, forget_results, rename_systems, renumber,
    lose_evaluations, lose_a_jobset, add_a_jobset,
)  # fmt: skip


def test_every_kind_of_disagreement_is_noticed(demo_site: Path) -> None:
    kinds: set[str] = set()
    for spoil in SPOILS:
        found = recount(demo_site, spoiled(asking_once(), spoil))
        assert found.differences, spoil
        kinds |= {line.partition(", ")[0] for line in found.differences}
    assert set(found.compared) - kinds == set()


EDITS = [
    ("index.html", 'data-build="', "newly failing on the overview"),
    ("index.html", '<td class="n failed">', "rows of the overview"),
    ("jobset/tools/trunk.html", 'by system"><table.*?eval/[0-9]*.html">', "evaluations in charts"),
    ("eval/200.html", 'id="still-failing" data-count="', "sections"),
    ("eval/200.html", r"before it,\s<a [^>]*>", "baselines"),
]


@pytest.mark.parametrize(("page", "place", "kind"), EDITS)
def test_a_page_that_says_something_else_is_noticed(
    page: str, place: str, kind: str, demo_site: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    shutil.copytree(demo_site, site, copy_function=os.link)
    text, found = re.subn(f"(?s){place}", r"\g<0>9", (site / page).read_text(), count=1)
    (site / page).unlink()
    (site / page).write_text(text)
    differences = recount(site, asking_once()).differences
    assert (found, {line.partition(", ")[0] for line in differences}) == (1, {kind})
