"""What may happen to a snapshot between two renders, as lists of snapshots by name."""

from collections.abc import Iterator

from example import NOON, build, evaluation, explained, snapshot
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

    foreign = with_builds(
        build(80, "other", 1, jobset="empty"), build(81, "other", jobset="empty", finished=False)
    )
    held = structs.replace(
        FIRST.evaluations[12], builds=tuple(sorted((*FIRST.evaluations[12].builds, 81)))
    )
    before = with_evaluations(held, evaluation(6, (80,), jobset="empty"), of=foreign)
    after = with_builds(build(80, "other", jobset="empty"), of=before)
    yield "an older build of a job of another jobset changes", [before, after, FIRST]

    points = (SizePoint(build=105, timestamp=NOON, value=5),)
    sizes = JobSizes(
        project="p", jobset="j", job="good", series={"closure": SizeSeries(points=points)}
    )
    sized = structs.replace(FIRST, sizes={sizes.key: sizes})
    yield "sizes are asked and dropped", [FIRST, sized, FIRST]


def histories_of_aggregates() -> Iterator[tuple[str, list[Snapshot]]]:
    """Give what may happen below an aggregate from one render to the next."""
    inner = build(71, "inner", jobset="empty", constituents=(72,))
    outer = build(207, "outer", 1, constituents=(71, 105))
    holding = structs.replace(
        FIRST.evaluations[12], builds=tuple(sorted((*FIRST.evaluations[12].builds, 207)))
    )
    nested = with_builds(inner, outer, build(72, "innermost", jobset="empty"), of=FIRST)
    nested = with_evaluations(holding, of=nested)
    failing = with_builds(build(72, "innermost", 1, jobset="empty"), of=nested)
    yield "a constituent of a constituent of another jobset fails", [nested, failing, FIRST]

    kept = structs.replace(
        FIRST.evaluations[12], builds=tuple(sorted((*FIRST.evaluations[12].builds, 208)))
    )
    read = with_builds(build(208, "new", constituents=(105,)), of=with_evaluations(kept))
    unread = with_builds(build(209, "new", None), of=read)
    yield "a new build of an aggregate whose constituents are not read yet", [read, unread]


def histories_of_others() -> Iterator[tuple[str, list[Snapshot]]]:
    """Give what may happen around builds from one render to the next."""
    yield "causes and packages become known", [FIRST, explained(), FIRST]

    live = FIRST.live
    assert live is not None
    idle = structs.replace(FIRST, live=structs.replace(live, running=()))
    yield "a build stops running", [FIRST, idle, structs.replace(FIRST, live=None)]

    twin = structs.replace(FIRST, projects={**FIRST.projects, "P": Project(name="P")})
    yield "a name gets a twin that differs by case", [FIRST, twin, FIRST]

    empty = structs.replace(FIRST.jobsets[JobsetKey("p", "empty")], renamed_to="j")
    yield "a jobset is renamed to one that is there", [FIRST, with_jobsets(empty), FIRST]

    left = structs.replace(FIRST.jobsets[JobsetKey("p", "j")], renamed_to="new")
    renamed = with_jobsets(left, Jobset(project="p", name="new", first_evaluation=30))
    renamed = with_builds(build(301, "good", jobset="new"), of=renamed)
    renamed = with_evaluations(evaluation(30, (301,), jobset="new"), of=renamed)
    yield "a jobset is renamed and leaves evaluations under its old name", [FIRST, renamed, FIRST]
    bare = with_jobsets(left, Jobset(project="p", name="new"))
    yield "a jobset is renamed and has no evaluation under its new name", [FIRST, bare]

    yield "names are alike when joined", [alike_when_joined("1"), alike_when_joined("2"), FIRST]

    dependency = (EvaluationInput(name="dep", type="build", dependency=5000),)
    taker = with_evaluations(structs.replace(FIRST.evaluations[12], inputs=dependency))
    known = with_builds(build(5000, "up", jobset="up"), of=taker)
    made = with_evaluations(evaluation(5, (5000,), jobset="up"), of=known)
    yield "an input becomes known, and what made it", [taker, known, made]


def histories_of_evaluations() -> Iterator[tuple[str, list[Snapshot]]]:
    """Give what may become known of an evaluation from one render to the next."""
    latest = FIRST.evaluations[12]
    had = with_evaluations(structs.replace(latest, had_errors=True))
    told = with_evaluations(structs.replace(latest, had_errors=True, errormsg="error: oops"))
    yield "errors of an evaluation become known", [FIRST, had, told]


HISTORIES = dict(
    (
        *histories_of_builds(),
        *histories_of_aggregates(),
        *histories_of_others(),
        *histories_of_evaluations(),
    )
)
