"""The story of the embedded Hydra: rich, the same every time, and told in three stages."""

from collections import Counter, defaultdict

import pytest

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.story.project_odd_names import NAMES
from hydrasnap.demo.story.stages import COUNT, tell, world_at
from hydrasnap.demo.world.database_rows import BuildRow
from hydrasnap.demo.world.snapshot import snapshot
from hydrasnap.demo.world.world import EPOCH, World
from hydrasnap.model import JobsetCounts, JobsetKey

TRUNK = JobsetKey("tools", "trunk")
STAGES = range(1, COUNT + 1)


@pytest.fixture(params=STAGES)
def world(request: pytest.FixtureRequest) -> World:
    return world_at(request.param)


def by_job(world: World, evaluation: int) -> dict[str, BuildRow]:
    return {world.builds[n].job: world.builds[n] for n in world.evaluations[evaluation].builds}


@pytest.mark.slow
def test_two_hydras_tell_the_same(world: World) -> None:
    stage = next(m for m in STAGES if world_at(m).now == world.now)
    tell.cache_clear()
    assert DemoHydra(stage).world == world


def test_an_edited_world_does_not_change_the_story() -> None:
    DemoHydra().world.projects.clear()
    assert DemoHydra().world.projects


def test_a_moment_that_is_not_told_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 to 3"):
        DemoHydra(stage=4)


def test_builds_and_evaluations_know_of_each_other(world: World) -> None:
    for evaluation in world.evaluations.values():
        assert all(
            evaluation.id in world.builds[number].evaluations for number in evaluation.builds
        )
    assert all(build.evaluations for build in world.builds.values())


def test_times_run_forward_and_never_beyond_now(world: World) -> None:
    ids = sorted(world.evaluations)
    times = [world.evaluations[number].timestamp for number in ids]
    assert times == sorted(times)
    for build in world.builds.values():
        if build.finished:
            moments = (build.timestamp, build.starttime, build.stoptime, world.now)
            assert list(moments) == sorted(moments)  # type: ignore[type-var]


def test_every_constituent_is_in_the_same_evaluation(world: World) -> None:
    for row in world.builds.values():
        for part in row.constituents or ():
            assert part not in world.builds or world.builds[part].evaluations >= row.evaluations


def test_the_counts_are_those_of_the_newest_evaluation(world: World) -> None:
    for key in world.jobsets:
        overview = snapshot(world, "").jobsets[key].overview
        assert overview
        counts = overview.counts
        newest = next(iter(world.evaluations_of(key)), None)
        builds = [world.builds[number] for number in newest.builds] if newest else []
        succeeded = sum(build.finished and build.status == 0 for build in builds)
        scheduled = sum(not build.finished for build in builds)
        failed = len(builds) - succeeded - scheduled
        assert counts == JobsetCounts(
            total=len(builds), succeeded=succeeded, failed=failed, scheduled=scheduled
        )


def test_the_story_stays_small(world: World) -> None:
    assert 1000 < len(world.builds) < 2000
    assert len(world.jobsets) >= 15


def test_every_kind_of_build_occurs() -> None:
    rows = world_at(1).builds.values()
    statuses = {row.status for row in rows if row.finished}
    assert statuses == {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99}
    assert any(not row.finished and row.status is None for row in rows)
    assert any(not row.finished and row.status is not None for row in rows)
    assert any(row.constituents == () for row in rows)
    assert any(row.finished and None in row.outputs.values() for row in rows)
    assert any(len(row.outputs) > 2 for row in rows)
    assert any(row.finished and row.starttime == row.stoptime for row in rows)


def test_every_kind_of_product_occurs() -> None:
    rows = world_at(1).builds.values()
    kinds = {(product.type, product.subtype) for row in rows for product in row.products}
    files = {"source-dist", "rpm", "srpm", "deb", "iso", "binary-dist", "other"}
    assert kinds >= {("file", subtype) for subtype in files}
    assert kinds >= {("doc", subtype) for subtype in ("readme", "manual", "release-notes", "other")}
    assert kinds >= {("report", "coverage"), ("report", "other"), ("doc-pdf", "manual")}
    assert kinds >= {("channel", ""), ("nix-build", ""), ("nix-build", "closure"), ("file", "")}
    assert any((product.filesize or 0) > 2**32 for row in rows for product in row.products)


def test_every_kind_of_jobset_occurs() -> None:
    rows = world_at(1).jobsets.values()
    assert {row.enabled for row in rows} == {0, 1, 2, 3}
    assert {bool(row.flake) for row in rows} == {True, False}
    assert any(not row.visible for row in rows)
    assert any(row.errormsg for row in rows)
    assert any(row.fetcherrormsg and not row.errormsg for row in rows)
    assert any(row.lastcheckedtime is None for row in rows)


def test_the_awkward_names_are_jobs() -> None:
    world = world_at(1)
    jobs = {row.job for row in world.current_builds(JobsetKey("odd_names", "main"))}
    assert jobs >= set(NAMES)
    assert len(set(NAMES)) == len(NAMES)
    assert any(len(name) > 200 for name in NAMES)


def test_the_new_compiler_breaks_much_and_most_is_mended() -> None:
    world = world_at(1)
    failing = [
        sum(world.builds[n].status in {1, 2} for n in row.builds)
        for row in reversed(world.evaluations_of(TRUNK))
    ]
    worst = max(failing)
    assert worst >= 30
    assert failing[failing.index(worst) - 1] < 8
    assert failing[-1] < worst / 2


def test_a_dependency_takes_several_jobs_down_with_or_without_a_job_of_its_own() -> None:
    world = world_at(2)
    found = snapshot(world, "")
    causes: defaultdict[str, set[str]] = defaultdict(set)
    for row in world.current_builds(TRUNK):
        for step in found.reasons[row.id].causes if row.status == 2 and row.finished else ():
            causes[step.names[0]].add(row.job)
            failed = found.builds[step.propagated_from or row.id]
            assert failed.finished
            assert not failed.status.succeeded
    numpy, rust = causes["numpy-2.3.0"], causes["setuptools-rust-1.12"]
    assert len(numpy) >= 3
    assert len(rust) >= 3
    jobs = {row.job for row in world.current_builds(TRUNK)}
    assert any("numpy" in job for job in jobs)
    assert not any("rust" in job for job in jobs)


def test_failed_packages_have_maintainers_and_some_have_none() -> None:
    found = snapshot(world_at(1), "")
    failed = [build for build in found.builds.values() if build.status.lists_steps]
    told = [found.reasons[build.id].package for build in failed]
    maintainers = {name for package in told if package for name in package.maintainers}
    assert len(maintainers) >= 2
    assert any(package and not package.maintainers for package in told)


def test_a_build_is_restarted_and_finishes_otherwise_between_two_looks() -> None:
    before, after = world_at(1), world_at(2)
    changed = [
        (row.status, now.status)
        for row in before.builds.values()
        if (now := after.builds[row.id]).finished and row.finished and now.stoptime != row.stoptime
    ]
    assert changed == [(1, 7)]


def test_a_removed_job_sorts_after_all_others() -> None:
    world = world_at(1)
    newest, before, *_ = world.evaluations_of(TRUNK)
    gone = set(by_job(world, before.id)) - set(by_job(world, newest.id))
    assert min(gone) > max(by_job(world, newest.id))


def test_an_hour_later_the_queue_has_moved_and_failures_are_restarted() -> None:
    before, after = world_at(1), world_at(2)
    assert after.now == EPOCH + 3600
    assert set(before.evaluations) < set(after.evaluations)
    assert set(before.builds) < set(after.builds)
    changes = Counter(
        (row.finished, after.builds[row.id].finished) for row in before.builds.values()
    )
    assert changes[False, True] > 5
    assert changes[True, False] == 3
    release = JobsetKey("tools", "release-26.05")
    staging = JobsetKey("tools", "staging")
    assert after.jobsets[release].errormsg
    assert not after.jobsets[staging].errormsg
    assert (after.jobsets[TRUNK].lastcheckedtime or 0) > EPOCH
    assert after.jobsets[JobsetKey("tools", "cross")] == before.jobsets[JobsetKey("tools", "cross")]
    new = set(after.evaluations) - set(before.evaluations)
    assert {after.evaluations[number].hasnewbuilds for number in new} == {True, False}


def test_two_days_later_there_are_new_names_and_gaps() -> None:
    before, after = world_at(2), world_at(3)
    assert after.renames == {
        JobsetKey("tools", "python-updates"): JobsetKey("tools", "python-next")
    }
    assert JobsetKey("patchwork", "pr-38") not in after.jobsets
    assert after.projects["museum"].hidden
    assert "newcomer" not in before.projects
    assert "newcomer" in after.projects
    gone = [row for number, row in before.evaluations.items() if number not in after.evaluations]
    assert Counter(row.jobset for row in gone)[TRUNK] == 6
    waiting = [row for row in before.builds.values() if not row.finished]
    assert all(after.builds[row.id].finished for row in waiting if row.id in after.builds)
    assert len(after.evaluations_of(JobsetKey("odd_names", "exactly-20"))) == 21
