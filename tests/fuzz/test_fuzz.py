"""Whatever an answer or a file is like: no crash, the rest is there, and the next run mends it.

Everything is seeded: a failure names its seed. The suite tries some cases of each kind; with
HYDRASNAP_FUZZ=1000 in the environment it tries so many.
"""

import os
from pathlib import Path
from random import Random

import pytest
from hydras import STABLE, Crawler, fresh_crawl, hydra
from mutations import spoiled_bytes
from spoiling import KINDS, SECOND_RUN, Spoiler, crawler, data

from hydrasnap.crawl import CrawlResult
from hydrasnap.errors import HydrasnapError
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.store import check_cache, read_snapshot

CASES = int(os.environ.get("HYDRASNAP_FUZZ", "4"))
CHUNK = 20  # cases of one test
RENDERED = 10  # every so manieth snapshot is rendered

pytestmark = pytest.mark.slow


def run(found: Crawler) -> CrawlResult | HydrasnapError:
    """Crawl; what is explained to the user is no crash."""
    try:
        return found.run()
    except HydrasnapError as error:
        found_error = error
    assert found_error.exit_code in (1, 2, 3, 4)
    assert found_error.message.isprintable()
    return found_error


def chunks(cases: int) -> list[range]:
    return [range(first, min(first + CHUNK, cases)) for first in range(0, cases, CHUNK)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seeds", chunks(CASES), ids=str)
def test_a_spoiled_answer(kind: str, seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        folder = tmp_path / str(seed)
        most = 1 if seed % 2 else 1 + seed % 7
        check_answer(crawler(folder, kind), kind, Spoiler(kind, seed, most), (seed, most))


def check_answer(found: Crawler, kind: str, spoiler: Spoiler, case: tuple[int, int]) -> None:
    seed, most = case
    found.hydra.spoil = spoiler  # type: ignore[attr-defined]
    result = run(found)
    found.hydra.spoil = None  # type: ignore[attr-defined]
    noticed = isinstance(result, HydrasnapError) or is_noticed(found, result)
    if (
        isinstance(result, CrawlResult)
        and result.error is None
        and kind not in ("projects", "overview")
    ):
        newest = read_snapshot(found.folder).jobsets[STABLE].evaluations
        assert newest, f"{kind} {seed}: the other jobset is lost"
    if isinstance(result, CrawlResult) and not seed % RENDERED:
        publish(read_snapshot(found.folder), SiteSettings(), found.folder.with_name("site"))
    mended = found.run()
    assert (mended.error, mended.run.gaps) == (None, ()), f"{kind} {seed}"
    if noticed and most == 1 and kind not in SECOND_RUN:
        fresh = fresh_crawl(found.folder.with_name(f"fresh-{seed}"), found.hydra, found.selection)
        assert data(found.folder) == data(fresh.folder), f"{kind} {seed}"


def is_noticed(found: Crawler, result: CrawlResult) -> bool:
    """Tell whether the run itself said that something was wrong."""
    manifest = (found.folder / "snapshot.json").read_bytes()
    return bool(result.error or result.run.gaps or b'"revisit"' in manifest)


@pytest.mark.parametrize("seeds", chunks(CASES), ids=str)
def test_damaged_files(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        chance = Random(seed)  # noqa: S311
        found = crawler(tmp_path / str(seed), "bulk")
        found.run()
        before = data(found.folder)
        everything = sorted(path for path in found.folder.rglob("*") if path.is_file())
        path = chance.choice(everything)
        content = path.read_bytes()
        path.write_bytes(spoiled_bytes(content, chance))
        seen = not check_cache_or_error(found.folder)
        result = run(found)
        if isinstance(result, HydrasnapError):
            assert path.name in ("snapshot.json", "origin"), (seed, path)
            path.write_bytes(content)
            result = found.run()
        assert result.error is None, (seed, path)
        assert data(found.folder) == before, (seed, path, seen)


def check_cache_or_error(folder: Path) -> bool:
    """Check a cache; where even that is refused, it is not intact."""
    try:
        return check_cache(folder).is_intact
    except HydrasnapError:
        return False


def test_the_small_hydra_is_the_one_of_the_other_tests() -> None:
    assert set(hydra(1).world.projects) == {"one", "Secret"}
