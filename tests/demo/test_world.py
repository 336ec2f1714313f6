"""The world of an embedded Hydra stays consistent, whatever happens to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import synthetic_world

from hydrasnap.demo.world.database_rows import Job, JobsetRow, ProjectRow
from hydrasnap.demo.world.snapshot import snapshot
from hydrasnap.demo.world.world import World
from hydrasnap.model import JobsetKey


@pytest.fixture
def world() -> World:
    world = World()
    world.add_project(ProjectRow("p"))
    world.add_jobset(JobsetRow("p", "j"))
    return world


KEY = JobsetKey("p", "j")


def check(world: World) -> None:
    """Assert that builds and evaluations know of each other, and nothing hangs in the air."""
    for evaluation in world.evaluations.values():
        assert evaluation.jobset in world.jobsets
        assert evaluation.builds == tuple(sorted(set(evaluation.builds)))
        assert all(
            evaluation.id in world.builds[number].evaluations for number in evaluation.builds
        )
    for build in world.builds.values():
        assert build.evaluations
        assert all(build.id in world.evaluations[number].builds for number in build.evaluations)
        assert all(world.evaluations[number].jobset == build.jobset for number in build.evaluations)
    assert not set(world.renames) & set(world.jobsets)


def test_an_unchanged_derivation_keeps_its_build(world: World) -> None:
    first = world.add_evaluation(KEY, [Job("a"), Job("b")])
    second = world.add_evaluation(KEY, [Job("a"), Job("b", recipe="changed")])
    assert len(set(first.builds) & set(second.builds)) == 1
    assert len(world.builds) == 3
    check(world)


def test_an_evaluation_without_news_is_not_listed(world: World) -> None:
    first = world.add_evaluation(KEY, [Job("a")])
    second = world.add_evaluation(KEY, [Job("a")])
    assert (second.hasnewbuilds, second.builds) == (False, ())
    assert world.evaluations_of(KEY) == [first]


def test_an_aggregate_is_rebuilt_with_its_constituents(world: World) -> None:
    jobs = [Job("a"), Job("all", constituents=("a",))]
    first = world.add_evaluation(KEY, jobs)
    second = world.add_evaluation(KEY, [Job("a", recipe="new"), jobs[1]])
    assert not set(first.builds) & set(second.builds)
    newest = {world.builds[number].job: world.builds[number] for number in second.builds}
    assert newest["all"].constituents == (newest["a"].id,)


def test_a_content_addressed_path_is_known_once_it_is_built(world: World) -> None:
    (number,) = world.add_evaluation(KEY, [Job("a", floating=True)]).builds
    assert world.builds[number].outputs == {"out": None}
    world.finish(number)
    assert str(world.builds[number].outputs["out"]).startswith("/nix/store/")


def test_a_deleted_evaluation_takes_only_its_own_builds_along(world: World) -> None:
    first = world.add_evaluation(KEY, [Job("a"), Job("b")])
    second = world.add_evaluation(KEY, [Job("a"), Job("b", recipe="new")])
    world.delete_evaluation(first.id)
    assert set(world.builds) == set(second.builds)
    check(world)


def test_a_renamed_jobset_keeps_its_ids_and_all_old_names(world: World) -> None:
    row = world.add_evaluation(KEY, [Job("a")])
    middle = world.rename_jobset(KEY, "k")
    last = world.rename_jobset(middle, "l")
    assert world.renames == {KEY: last, middle: last}
    assert world.evaluations_of(last) == [row]
    check(world)
    world.delete_project("p")
    assert (world.builds, world.renames, world.jobsets) == ({}, {}, {})


def test_a_copy_shares_nothing(world: World) -> None:
    (number,) = world.add_evaluation(KEY, [Job("a")]).builds
    copy = world.copy()
    assert copy == world
    copy.finish(number)
    copy.add_evaluation(KEY, [Job("a"), Job("b")])
    copy.jobsets[KEY].enabled = 0
    assert not world.builds[number].finished
    assert len(world.builds[number].evaluations) == 1
    assert world.jobsets[KEY].enabled == 1


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(("evaluate", "finish", "restart", "cancel", "delete", "rename")),
        st.integers(0, 50),
    ),
    max_size=30,
)


def act(world: World, action: str, number: int) -> None:
    """Do one of `ACTIONS`, where there is something to do it to."""
    key = next(iter(world.jobsets))
    builds, evaluations = sorted(world.builds), sorted(world.evaluations)
    if action == "evaluate":
        world.add_evaluation(key, [Job(f"j{n}", recipe=str(number % (n + 2))) for n in range(4)])
    elif action == "rename":
        world.rename_jobset(key, f"name-{len(world.renames)}")
    elif action == "delete" and evaluations:
        world.delete_evaluation(evaluations[number % len(evaluations)])
    elif builds:
        build = builds[number % len(builds)]
        {"finish": world.finish, "restart": world.restart}.get(action, world.cancel)(build)


@given(ACTIONS)
def test_any_history_leaves_a_consistent_world(actions: list[tuple[str, int]]) -> None:
    world = World()
    world.add_project("p")
    world.add_jobset(JobsetRow("p", "j"))
    for action, number in actions:
        act(world, action, number)
        check(world)


def test_a_synthetic_world_is_as_large_as_asked_and_always_the_same() -> None:
    world = synthetic_world(400, 3)
    evaluations = world.evaluations_of(JobsetKey("scale", "trunk"))
    assert [len(row.builds) for row in evaluations] == [400] * 3
    assert len(set(evaluations[0].builds) & set(evaluations[1].builds)) == 380
    overview = snapshot(world, "").jobsets[JobsetKey("scale", "trunk")].overview
    assert overview
    assert overview.counts.total == 400
    assert overview.counts.failed > 0
    assert synthetic_world(400, 3) == world
    check(world)
