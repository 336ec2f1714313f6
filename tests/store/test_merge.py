"""Caches that shared the work of a crawl, joined: the same site as from one crawl of both."""

from pathlib import Path

import pytest
from commands import run, told
from hydras import STABLE, TRUNK, evaluate, fresh_crawl, hydra
from msgspec import structs

from hydrasnap.errors import CacheError
from hydrasnap.model import Run, Snapshot
from hydrasnap.plan.selection import Selection
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.store.merge import merge_caches
from hydrasnap.store.opening import open_cache, read_snapshot


def files(folder: Path, snapshot: Snapshot) -> dict[str, bytes]:
    """Return the site of a snapshot, as if both had been taken by the same run."""
    publish(structs.replace(snapshot, run=Run(started=1, finished=1)), SiteSettings(), folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".hydrasnap")
    }


def test_two_halves_give_the_site_of_one_crawl_of_both(tmp_path: Path) -> None:
    of = hydra()
    keys = list(of.world.jobsets)
    shown = [f"{key.project}/{key.name}" for key in keys]
    first = Selection(jobsets=tuple(shown[::2]))
    second = Selection(jobsets=tuple(shown[1::2]))
    for name, selection in (("a", first), ("b", second)):
        fresh_crawl(tmp_path / name, of, selection)
    merged = merge_caches([tmp_path / "a", tmp_path / "b"], tmp_path / "both")
    whole = fresh_crawl(tmp_path / "whole", of).snapshot
    assert merged.builds == whole.builds
    assert merged.jobsets == whole.jobsets
    assert merged.run.complete
    assert files(tmp_path / "x", merged) == files(tmp_path / "y", whole)
    assert read_snapshot(tmp_path / "both") == merged


def test_what_both_hold_is_taken_from_the_newer_with_the_history_of_the_older(
    tmp_path: Path,
) -> None:
    crawler = fresh_crawl(tmp_path / "old", hydra(), Selection(jobsets=("one/trunk",)))
    old = crawler.snapshot
    new = evaluate(crawler.hydra.world, TRUNK, 9)
    later = fresh_crawl(
        tmp_path / "new", crawler.hydra, Selection(jobsets=("one/trunk",), evaluations=1)
    )
    for order in (["old", "new"], ["new", "old"]):
        target = tmp_path / "-".join(order)
        merged = merge_caches([tmp_path / name for name in order], target)
        assert new in merged.evaluations
        assert set(merged.evaluations) == set(old.evaluations) | set(later.snapshot.evaluations)
        listed = merged.jobsets[TRUNK].evaluations
        assert listed == tuple(sorted(listed, reverse=True))


def test_a_cache_can_be_merged_into_one_that_holds_something(tmp_path: Path) -> None:
    of = hydra()
    fresh_crawl(tmp_path / "a", of, Selection(jobsets=("one/trunk",)))
    fresh_crawl(tmp_path / "b", of, Selection(jobsets=("one/stable",)))
    output = told(run("merge", tmp_path / "b", "--cache", tmp_path / "a"), 0, "merged into")
    assert "2 jobsets" in output
    assert {TRUNK, STABLE} <= read_snapshot(tmp_path / "a").jobsets.keys()


def test_everything_that_a_cache_holds_is_merged(demo_cache: Path, tmp_path: Path) -> None:
    whole = read_snapshot(demo_cache)
    assert all(getattr(whole, name) for name in whole.__struct_fields__), "each kind is there"
    merged = merge_caches([demo_cache], tmp_path / "merged")
    assert structs.replace(merged, run=whole.run) == whole


def test_what_is_merged_again_is_as_old_and_as_whole_as_its_parts_are_now(tmp_path: Path) -> None:
    crawlers = [
        fresh_crawl(tmp_path / name, hydra(), Selection(jobsets=(f"one/{name}",)))
        for name in ("trunk", "stable")
    ]
    parts = [tmp_path / name for name in ("trunk", "stable")]
    first = merge_caches(parts, tmp_path / "both")
    for crawler in crawlers:
        crawler.hydra.world.now += 3600
        crawler.run()
    again = merge_caches([*parts, parts[0]], tmp_path / "both")
    runs = [read_snapshot(part).run for part in parts]
    assert again.run.started == min(run.started for run in runs) > first.run.started
    assert again.run.requests == sum(run.requests for run in runs)
    alone = merge_caches(parts[:1], tmp_path / "both")
    assert alone.run.started == again.run.started, "what the target alone holds is a part"


def test_a_newer_row_of_a_list_takes_no_detail_from_what_an_older_cache_knows(
    tmp_path: Path,
) -> None:
    old = fresh_crawl(tmp_path / "old", hydra(), Selection(jobsets=("one/trunk",))).snapshot
    full = next(build for build in old.builds.values() if build.status.succeeded and build.drvpath)
    row = structs.replace(full, partial=True, drvpath="", outputs=(), products=(), starttime=None)
    with open_cache(tmp_path / "new", old.origin, lambda *_: None) as cache:
        cache.put(builds=[row])
        cache.close_run(Run(started=old.run.started + 1, finished=old.run.finished + 1))
    for order in (["old", "new"], ["new", "old"]):
        merged = merge_caches([tmp_path / name for name in order], tmp_path / "-".join(order))
        assert merged.builds[full.id] == full


def test_what_the_newer_cache_was_not_told_is_taken_from_the_older(
    demo_cache: Path, tmp_path: Path
) -> None:
    old = read_snapshot(demo_cache)
    whole = next(build for build in old.builds.values() if build.constituents)
    broken = next(found for found in old.evaluations.values() if found.errormsg)
    sized = next(found for found in old.sizes.values() if len(found.series) > 1)
    kind = min(sized.series)
    with open_cache(tmp_path / "new", old.origin, lambda *_: None) as cache:
        cache.put(
            builds=[structs.replace(whole, constituents=None)],
            evaluations=[structs.replace(broken, had_errors=None, errormsg="")],
            sizes=[structs.replace(sized, series={kind: sized.series[kind]})],
        )
        cache.close_run(Run(started=old.run.started + 1, finished=old.run.finished + 1))
    merged = merge_caches([demo_cache, tmp_path / "new"], tmp_path / "both")
    assert merged.builds[whole.id] == whole
    assert merged.evaluations[broken.id] == broken
    assert merged.sizes[sized.key] == sized


def test_caches_of_different_hydras_are_not_merged(tmp_path: Path) -> None:
    fresh_crawl(tmp_path / "a", hydra())
    with open_cache(tmp_path / "b", "https://other.example.org", lambda *_: None) as cache:
        cache.put(projects=read_snapshot(tmp_path / "a").projects.values())
        cache.close_run(Run(started=1, finished=2))
    with pytest.raises(CacheError, match="of different Hydras"):
        merge_caches([tmp_path / "a", tmp_path / "b"], tmp_path / "both")
    assert not (tmp_path / "both").exists()
