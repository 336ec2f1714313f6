"""The stages of the story: the beginning, an hour later, two days later."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from hydrasnap.demo.story.beginning import PYTHON, STAGING, TRUNK, beginning, check_all, restart
from hydrasnap.demo.story.packages import LINUX, TOOLS, aggregate, entries
from hydrasnap.demo.story.project_odd_names import ERROR
from hydrasnap.demo.story.project_tools import DAY, HOUR, TREE
from hydrasnap.demo.story.scenario import FailureRule, Plan
from hydrasnap.demo.story.simulator import Simulator
from hydrasnap.demo.world.chance import chance
from hydrasnap.demo.world.database_rows import JobsetRow, ProjectRow, Result
from hydrasnap.demo.world.world import EPOCH, World
from hydrasnap.model import EvaluationInput, JobsetInput, JobsetKey

RELEASE = JobsetKey("tools", "release-26.05")
PATCHWORK = JobsetKey("patchwork", "main")
PULL_REQUEST = JobsetKey("patchwork", "pr-38")
ODD = JobsetKey("odd_names", "main")
TWENTY = JobsetKey("odd_names", "exactly-20")
LATELY_FAILED = (
    "python3Packages.torch.x86_64-linux",
    "python3Packages.torch.aarch64-linux",
    "sqlite.aarch64-linux",
)
GARBAGE = 6


def _finish_queue(story: Simulator, *, share: int) -> None:
    """Finish so many per cent of the queue as planned; what was restarted succeeds now."""
    world = story.world
    for build in sorted(world.unfinished_builds(), key=lambda row: row.constituents is not None):
        if chance("next", build.id) % 100 >= share:
            continue
        if build.status is None:
            story.conclude(build.id, world.now - chance("end", build.id) % HOUR)
        else:
            world.finish(build.id, at=world.now - 600)


def _an_hour_later(story: Simulator) -> None:
    world = story.world
    world.now = EPOCH + HOUR
    _finish_queue(story, share=60)
    restart(story, TRUNK, "wine64.x86_64-linux", *LATELY_FAILED)
    _rebuild(world, "ghc.aarch64-darwin")
    world.cancel([row for row in world.unfinished_builds() if row.status is None][-1].id)
    world.jobsets[TRUNK].starttime = None
    release = story.plans[RELEASE]  # whose next evaluation brings nothing new
    story.plans[RELEASE] = replace(release, quiet=release.quiet | {story.made[RELEASE]})
    story.due = [(EPOCH + 600 * n, key) for n, key in enumerate((TRUNK, PATCHWORK, RELEASE, ODD))]
    story.run(within=30 * 60, queued=40)
    check_all(story)
    world.clear_error(STAGING)
    world.set_error(RELEASE, errormsg=ERROR)


def _rebuild(world: World, job: str) -> None:
    """Restart the failed build of a job, which then times out: no count of Hydra's shows that."""
    build = next(row for row in world.current_builds(TRUNK) if row.job == job)
    world.restart(build.id)
    world.finish(build.id, Result(7, duration=1500), at=world.now - 600)


def _two_days_later(story: Simulator) -> None:
    world = story.world
    world.now = EPOCH + 2 * DAY
    _finish_queue(story, share=100)
    _finish_queue(story, share=100)
    _newcomer(story)
    for n, key in enumerate((TRUNK, STAGING, PATCHWORK, TRUNK, ODD, TWENTY, RELEASE)):
        story.due.append((EPOCH + DAY + 3 * n * HOUR, key))
    story.run(within=3 * HOUR, queued=8)
    world.rename_jobset(PYTHON, "python-next")
    world.delete_jobset(PULL_REQUEST)
    world.projects["museum"].hidden = True
    for row in world.evaluations_of(TRUNK)[-GARBAGE:]:
        world.delete_evaluation(row.id)
    check_all(story)
    world.clear_error(RELEASE)


def _newcomer(story: Simulator) -> None:
    """Add a project that was not there before."""
    story.world.add_project(ProjectRow("newcomer", "Newcomer", "Started yesterday"))
    jobs = entries(TOOLS, LINUX[:1])
    plan = Plan(
        (*jobs, aggregate("all", jobs)),
        (FailureRule("systemd.* vim.*", 1), FailureRule("hello.*", 0, 1)),
        churn=15,
        sources=(EvaluationInput(name="nixpkgs", type="git", uri=TREE),),
    )
    inputs = (JobsetInput(name="nixpkgs", type="git", value=f"{TREE} master"),)
    times = range(EPOCH + DAY, EPOCH + 2 * DAY, 12 * HOUR)
    story.follow(JobsetRow("newcomer", "trunk", "The first jobset", inputs=inputs), plan, times)


STAGES: tuple[Callable[[Simulator], None], ...] = (_an_hour_later, _two_days_later)
COUNT = 1 + len(STAGES)


@cache
def tell(stage: int) -> World:
    """Tell the story up to a stage; all callers share the result, `world_at` gives their own."""
    story = beginning()
    for change in STAGES[: stage - 1]:
        change(story)
    return story.world


def world_at(stage: int) -> World:
    """Return the Hydra of the story as it is at a stage, from 1; the caller may change it."""
    if not 1 <= stage <= COUNT:
        raise ValueError(f"the story has the stages 1 to {COUNT}, not {stage}")
    return tell(stage).copy()
