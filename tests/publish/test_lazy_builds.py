"""Tests of sites whose builds are left in their files: they are the same sites."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from example import NOON, ORIGIN, build, evaluation

from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, Project, Run
from hydrasnap.model.watch import Watch
from hydrasnap.publish.output.ownership import STATE
from hydrasnap.publish.pipeline import publish, publish_cache
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.site_content import gather_site
from hydrasnap.report.index import Index
from hydrasnap.store.lazy_builds import CacheChangedError, LazyBuilds
from hydrasnap.store.opening import open_cache, read_snapshot


def files(folder: Path) -> dict[str, bytes]:
    every = (path for path in folder.rglob("*") if path.is_file() and path.name != STATE)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in every}


@pytest.mark.parametrize("budget", [900_000_000, 8_000_000])
@pytest.mark.slow
def test_the_site_is_the_same(demo_cache: Path, tmp_path: Path, budget: int) -> None:
    settings = SiteSettings(max_bytes=budget)
    for name, in_memory, workers in (("held", 10**9, 1), ("lazy", 0, 2)):
        publish(read_snapshot(demo_cache, in_memory), settings, tmp_path / name, workers=workers)
    held, lazy = files(tmp_path / "held"), files(tmp_path / "lazy")
    assert len(held) > 300
    assert {name for name in held.keys() | lazy if held.get(name) != lazy.get(name)} == set()


@pytest.mark.slow
def test_a_cache_that_a_crawl_changes_meanwhile_is_read_again_at_once(
    demo_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*_: object) -> None:
        raise CacheChangedError("A file was changed.")

    monkeypatch.setattr(LazyBuilds, "of_jobset", changed)
    done = publish_cache(demo_cache, SiteSettings(), tmp_path / "site", in_memory=0)
    assert done.written > 300


def test_watch_lists_look_only_at_the_builds_of_the_jobsets_that_they_name(
    demo_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: set[JobsetKey] = set()
    builds_of = Index.builds_of

    def noted(self: Index, evaluation: Evaluation) -> tuple[Build, ...]:
        looked_at.add(evaluation.jobset_key)
        return builds_of(self, evaluation)

    snapshot = read_snapshot(demo_cache, 0)
    named = min(snapshot.jobsets)
    for watches, expected in ((), set()), ((Watch("mine", jobsets=(named.path,)),), {named}):
        site = gather_site(snapshot, SiteSettings(watches=watches))
        assert site.health
        with monkeypatch.context() as patched:
            patched.setattr(Index, "builds_of", noted)
            assert len(site.watched) == len(watches)
        assert looked_at == expected


def test_one_new_evaluation_reads_the_builds_of_no_other_jobset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, site, settings = tmp_path / "cache", tmp_path / "site", SiteSettings(policy="all")
    for number, project in enumerate(("one", "two")):
        put_evaluation(cache, project, 10 * number)
    publish(read_snapshot(cache, 0), settings, site, workers=1)
    put_evaluation(cache, "two", 11)

    read: set[JobsetKey] = set()
    of_jobset = LazyBuilds.of_jobset

    def noted(self: LazyBuilds, key: JobsetKey) -> Sequence[Build]:
        read.add(key)
        return of_jobset(self, key)

    monkeypatch.setattr(LazyBuilds, "of_jobset", noted)
    done = publish(read_snapshot(cache, 0), settings, site, workers=1)
    assert done.written
    assert done.unchanged
    assert read == {JobsetKey("two", "main")}


def put_evaluation(cache: Path, project: str, number: int) -> None:
    """Put an evaluation of so many builds into a cache that results about them are memoized."""
    first = 1000 * number + 1
    fields = {"project": project, "jobset": "main"}
    builds = [build(first + place, f"job-{place}", place % 3, **fields) for place in range(500)]
    ids = tuple(one.id for one in builds)
    with open_cache(cache, ORIGIN, lambda path, reason: pytest.fail(reason)) as opened:
        opened.put(
            projects=[Project(name=project)],
            jobsets=[Jobset(project=project, name="main")],
            builds=builds,
            evaluations=[evaluation(first, ids, **fields)],
        )
        opened.close_run(Run(started=NOON, finished=NOON + number))
