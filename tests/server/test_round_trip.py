"""What is served is what was crawled: a crawl of a served cache gives the same cache."""

import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest
from hydras import ORIGIN, TRUNK, files, hydra
from old_hydras import YEARS, old_hydra
from starlette.responses import Response

from hydrasnap.client.settings import Runtime, Settings
from hydrasnap.crawl.run import crawl
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.plan.selection import FetchStrategy, Selection
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.server import live as served
from hydrasnap.server.newest_snapshot import CacheSource
from hydrasnap.server.serve import serve_app
from hydrasnap.store.opening import open_cache, read_snapshot
from hydrasnap.wire import live as read

EVERYTHING = Selection(sizes=DemoHydra.SIZED, live=True, hidden=True, reasons=1000)
NOW = 1_800_000_000
NOWHERE = Response(status_code=404)


def crawl_into(folder: Path, app: object, selection: Selection, now: int) -> dict[str, bytes]:
    """Crawl an application and return the files of the cache."""
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    with open_cache(folder, ORIGIN, lambda path, reason: None) as cache:
        found = asyncio.run(
            crawl(
                cache, Settings(rate=float("inf")), selection,
                runtime=Runtime(transport=transport), clock=lambda: float(now),
            )
        )  # fmt: skip
    assert (found.error, found.run.gaps) == (None, ())
    return files(folder)


def serve(folder: Path) -> object:
    return serve_app(CacheSource(folder), NOWHERE)


def test_figures_of_the_queue_runner_are_served_under_the_keys_that_are_read_first() -> None:
    assert {name: (key,) for name, key in served.FIGURES.items()} == {
        name: keys[:1] for name, keys in read.FIGURES.items()
    }


@pytest.mark.parametrize("moment", [1, 2, 3])
@pytest.mark.slow
def test_the_embedded_hydra_goes_around(tmp_path: Path, moment: int) -> None:
    original = DemoHydra(moment)
    now = original.world.now
    first = crawl_into(tmp_path / "first", original, EVERYTHING, now)
    second = crawl_into(tmp_path / "second", serve(tmp_path / "first"), EVERYTHING, now)
    third = crawl_into(tmp_path / "third", serve(tmp_path / "second"), EVERYTHING, now)
    assert any(name.startswith("reasons/") for name in first)
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == set()
    assert second == third


@pytest.mark.parametrize("year", YEARS)
def test_a_hydra_of_any_year_goes_around(tmp_path: Path, year: int) -> None:
    original = old_hydra(year)
    original.world.set_error(TRUNK, errormsg="\x1b[31merror:\x1b[0m\n\n  <oops> & more\n")
    newest = original.world.evaluations_of(TRUNK)[0].id
    selection = Selection(reasons=50)
    first = crawl_into(tmp_path / "first", original, selection, NOW)
    second = crawl_into(tmp_path / "second", serve(tmp_path / "first"), selection, NOW)
    assert (b"<oops>" in first[f"evals/{newest}.json"]) == (year >= 2024)
    assert {name for name in first | second if first.get(name) != second.get(name)} == set()


def test_what_the_first_crawl_did_not_read_stays_unknown(tmp_path: Path) -> None:
    """A crawl that may read more pages than the first one learns nothing beyond, and no untruth."""
    few, many = Selection(reasons=1), Selection(reasons=1000)
    first = crawl_into(tmp_path / "first", hydra(), few, NOW)
    second = crawl_into(tmp_path / "second", serve(tmp_path / "first"), many, NOW)
    assert first == second


@pytest.mark.slow
def test_the_site_of_a_snapshot_of_a_snapshot_is_the_same(tmp_path: Path) -> None:
    crawl_into(tmp_path / "first", hydra(), EVERYTHING, NOW)
    crawl_into(tmp_path / "second", serve(tmp_path / "first"), EVERYTHING, NOW)
    run = read_snapshot(tmp_path / "first").run  # the requests and bytes are the run's own
    for name in ("first", "second"):
        found = msgspec.structs.replace(read_snapshot(tmp_path / name), run=run)
        publish(found, SiteSettings(), tmp_path / f"{name}-site")
    assert files(tmp_path / "first-site") == files(tmp_path / "second-site")


@pytest.mark.parametrize("way", list(FetchStrategy))
def test_every_way_to_fetch_builds_gives_the_same(tmp_path: Path, way: FetchStrategy) -> None:
    first = crawl_into(tmp_path / "first", hydra(), Selection(strategy=way), 0)
    second = crawl_into(tmp_path / "second", serve(tmp_path / "first"), Selection(strategy=way), 0)
    assert first == second


def test_older_evaluations_that_are_not_held_stay_unknown(tmp_path: Path) -> None:
    few = Selection(evaluations=1)
    first = crawl_into(tmp_path / "first", hydra(4), few, 0)
    assert crawl_into(tmp_path / "second", serve(tmp_path / "first"), few, 0) == first
    assert b'"first_evaluation"' not in first["jobsets/one/trunk.json"]
