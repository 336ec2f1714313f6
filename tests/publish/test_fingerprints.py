"""Tests that a page is made again whenever what it shows changed, wherever in the snapshot that is.

Each history is rendered into one folder, step by step; after each step the folder must be as a
first render of that step makes it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from example import NOON, build, evaluation, snapshot
from msgspec import structs

from hydrasnap.model import (
    Build,
    Evaluation,
    EvaluationInput,
    Jobset,
    JobsetConfiguration,
    JobsetKey,
    JobSizes,
    Project,
    SizePoint,
    SizeSeries,
    Snapshot,
)
from hydrasnap.publish.output.folder import STATE
from hydrasnap.publish.pages import Site
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.tasks import render_tasks

FIRST = snapshot()


def with_builds(*builds: Build, of: Snapshot = FIRST) -> Snapshot:
    every = {**of.builds, **{found.id: found for found in builds}}
    return structs.replace(of, builds=dict(sorted(every.items())))


def with_evaluations(*found: Evaluation, of: Snapshot = FIRST) -> Snapshot:
    every = {**of.evaluations, **{one.id: one for one in found}}
    return structs.replace(of, evaluations=dict(sorted(every.items())))


def with_jobsets(*jobsets: Jobset, of: Snapshot = FIRST) -> Snapshot:
    return structs.replace(of, jobsets={**of.jobsets, **{found.key: found for found in jobsets}})


def alike_when_joined(description: str) -> Snapshot:
    """Add jobsets whose projects and names give the same text with a slash between."""
    told = JobsetConfiguration(description=description)
    return with_jobsets(
        Jobset(project="a/b", name="c", configuration=told), Jobset(project="a", name="b/c")
    )


def histories_of_builds() -> Iterator[tuple[str, list[Snapshot]]]:
    """Give what may happen to builds from one render to the next."""
    old = with_builds(build(50, "good", jobset="old"))
    yield "a build of a jobset's old name comes and goes", [FIRST, old, old, FIRST]

    member = structs.replace(
        FIRST.evaluations[12], builds=tuple(sorted((*FIRST.evaluations[12].builds, 60)))
    )
    holder = with_evaluations(member)
    states = [build(60, "other", code, jobset="empty") for code in (None, 1)]
    both = [with_builds(state, of=holder) for state in states]
    yield "a build of another jobset in an evaluation changes", [holder, *both, FIRST]

    whole = with_builds(build(70, "all-of-it", jobset="empty", constituents=(101, 203)))
    part = with_builds(build(203, "waits", 1), of=whole)
    yield (
        "an aggregate of another jobset's builds comes, its part ends",
        [FIRST, whole, part, FIRST],
    )

    points = (SizePoint(build=105, timestamp=NOON, value=5),)
    sizes = JobSizes(
        project="p", jobset="j", job="good", series={"closure": SizeSeries(points=points)}
    )
    sized = structs.replace(FIRST, sizes={sizes.key: sizes})
    yield "sizes are asked and dropped", [FIRST, sized, FIRST]


def histories_of_others() -> Iterator[tuple[str, list[Snapshot]]]:
    """Give what may happen around builds from one render to the next."""
    live = FIRST.live
    assert live is not None
    idle = structs.replace(FIRST, live=structs.replace(live, running=()))
    yield "a build stops running", [FIRST, idle, structs.replace(FIRST, live=None)]

    twin = structs.replace(FIRST, projects={**FIRST.projects, "P": Project(name="P")})
    yield "a name gets a twin that differs by case", [FIRST, twin, FIRST]

    empty = structs.replace(FIRST.jobsets[JobsetKey("p", "empty")], renamed_to="j")
    yield "a jobset is renamed to one that is there", [FIRST, with_jobsets(empty), FIRST]

    yield "names are alike when joined", [alike_when_joined("1"), alike_when_joined("2"), FIRST]

    dependency = (EvaluationInput(name="dep", type="build", dependency=5000),)
    taker = with_evaluations(structs.replace(FIRST.evaluations[12], inputs=dependency))
    known = with_builds(build(5000, "up", jobset="up"), of=taker)
    made = with_evaluations(evaluation(5, (5000,), jobset="up"), of=known)
    yield "an input becomes known, and what made it", [taker, known, made]


HISTORIES = dict((*histories_of_builds(), *histories_of_others()))


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != STATE)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("policy", ["all", "notable"])
@pytest.mark.parametrize("history", HISTORIES)
def test_every_step_leaves_what_a_first_render_makes(
    tmp_path: Path, history: str, policy: str
) -> None:
    settings = SiteSettings(policy=policy)
    for number, step in enumerate(HISTORIES[history]):
        publish(step, settings, tmp_path / "site", workers=1)
        publish(step, settings, tmp_path / str(number), workers=1)
        assert files(tmp_path / "site") == files(tmp_path / str(number)), number


def test_no_two_shares_have_the_same_key() -> None:
    keys = [share.key for share in render_tasks(Site(alike_when_joined("")))]
    assert len(keys) == len(set(keys))
