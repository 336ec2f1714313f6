"""Whatever an answer or a file is like: no crash, the rest is there, and the next run mends it.

Everything is seeded: a failure names its seed. The suite tries some cases of each kind; with
HYDRASNAP_FUZZ=1000 in the environment it tries so many.
"""

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hydras import STABLE, TRUNK, Crawler, evaluate, fresh_crawl, hydra
from mutations import mutated, spoiled_bytes
from spoiling import KINDS, PAGES, SECOND_RUN, Spoiler, crawler, data
from up_to_date import is_intact

from hydrasnap.client.run_budget import Limits
from hydrasnap.crawl.run import CrawlResult
from hydrasnap.errors import HydrasnapError
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.query.failures import failing
from hydrasnap.query.index_file import ask, write_database
from hydrasnap.store.layout import encode_line
from hydrasnap.store.opening import read_snapshot

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
    noticed = isinstance(result, HydrasnapError) or is_noticed(found, result) or kind in PAGES
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
        assert states(found) == states(fresh), f"{kind} {seed}"
        if kind == "listing":
            return  # a build that was asked by itself is known in full
        mine, theirs = data(found.folder), data(fresh.folder)
        for name in mine.keys() | theirs.keys():
            if kind not in PAGES or not name.startswith(("reasons/", "evals/")):
                assert mine.get(name) == theirs.get(name), f"{kind} {seed} {name}"


def states(of: Crawler) -> dict[int, tuple[bool, int | None]]:
    builds = of.snapshot.builds.values()
    return {build.id: (build.finished, build.buildstatus) for build in builds}


def is_noticed(found: Crawler, result: CrawlResult) -> bool:
    """Tell whether the run itself said that something was wrong."""
    manifest = (found.folder / "snapshot.json").read_bytes()
    return bool(result.error or result.run.gaps or b'"revisit"' in manifest)


KINDS_OF_FILES = (
    "snapshot.json", "origin", "projects/", "jobsets/", "evals/", "builds/", "reasons/", "sizes/",
    "live.json", "journal.jsonl", "unfinished.json", ".lock", ".index/",
)  # fmt: skip


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Crawler:
    """Crawl, let the Hydra move, and end the next crawl early: a cache has all kinds of files."""
    found = crawler(tmp_path_factory.mktemp("interrupted") / "cache", "cache")
    found.run()
    lines = [b"\n" + encode_line({"build": b}) for b in found.snapshot.builds.values()]
    evaluate(found.hydra.world, TRUNK, 9)
    evaluate(found.hydra.world, STABLE, 9)
    assert found.run(limits=Limits(requests=9)).error is not None
    (found.folder / "journal.jsonl").write_bytes(b"".join(lines))
    write_database(found.folder, lambda: read_snapshot(found.folder))
    held = [p.relative_to(found.folder).as_posix() for p in found.folder.rglob("*") if p.is_file()]
    for kind in KINDS_OF_FILES:
        assert any(name.startswith(kind) for name in held), (kind, held)
    return found


def copy_of(found: Crawler, folder: Path) -> Crawler:
    shutil.copytree(found.folder, folder)
    return Crawler(folder, found.hydra, found.settings, found.selection)


@pytest.fixture(scope="module")
def undisturbed(interrupted: Crawler) -> dict[str, bytes]:
    """Finish the crawl without any damage, and return the data of the cache."""
    found = copy_of(interrupted, interrupted.folder.with_name("undisturbed"))
    assert found.run().error is None
    return data(found.folder)


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
@pytest.mark.parametrize("seeds", chunks(CASES), ids=str)
def test_damaged_files(
    kind: str, seeds: range, interrupted: Crawler, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    for seed in seeds:
        chance = Random(f"{kind}{seed}")  # noqa: S311
        found = copy_of(interrupted, tmp_path / str(seed))
        every = sorted(path for path in found.folder.rglob("*") if path.is_file())
        path = chance.choice(
            [p for p in every if p.relative_to(found.folder).as_posix().startswith(kind)]
        )
        content = path.read_bytes()
        path.write_bytes(damaged(content, chance))
        check_cache_or_error(found.folder)
        ask_or_error(found.folder)
        result = run(found)
        if isinstance(result, HydrasnapError):
            assert path.name in ("snapshot.json", "origin"), (seed, path, result)
            path.write_bytes(content)
            result = found.run()
        assert result.error is None, (seed, path)
        assert data(found.folder) == undisturbed, (seed, path)
        assert is_intact(found.folder), (seed, path)


def damaged(content: bytes, chance: Random) -> bytes:
    """Damage a file: its bytes, or its meaning where it is JSON."""
    how = chance.randrange(4)
    if how == 0 and content[:1] in b"[{" and content[:1]:
        return json.dumps(mutated(json.loads(content), chance)).encode()
    if how == 1:
        return b'[{"odd": ' + b"[" * 20_000
    return spoiled_bytes(content, chance)


def ask_or_error(folder: Path) -> None:
    """Ask the index of a cache; what is explained to the user is no crash."""
    with suppress(HydrasnapError):
        ask(folder, lambda db: failing(db, ["*"]))


def test_a_damaged_state_of_a_site_costs_a_render(interrupted: Crawler, tmp_path: Path) -> None:
    found = copy_of(interrupted, tmp_path / "cache")
    assert found.run().error is None
    snapshot = read_snapshot(found.folder)
    site = tmp_path / "site"
    publish(snapshot, SiteSettings(), site)
    before = {p: p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()}
    own = [path for path in before if path.name.startswith(".hydrasnap-") and before[path]]
    assert len(own) > 1
    for seed in range(CASES):
        chance = Random(seed)  # noqa: S311
        path = chance.choice(own)
        path.write_bytes(damaged(before[path], chance))
        try:
            publish(snapshot, SiteSettings(), site)
        except HydrasnapError:
            assert path.name == ".hydrasnap-manifest", seed
            path.write_bytes(before[path])
            publish(snapshot, SiteSettings(), site)
        after = {p: p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()}
        assert after == before, (seed, path)


def check_cache_or_error(folder: Path) -> bool:
    """Check a cache; where even that is refused, it is not intact."""
    try:
        return is_intact(folder)
    except HydrasnapError:
        return False


def test_the_small_hydra_is_the_one_of_the_other_tests() -> None:
    assert set(hydra(1).world.projects) == {"one", "Secret"}
