"""The beginning of the story: all projects, up to the first stage."""

from hydrasnap.demo.story.project_odd_names import ERROR, make_hostile, odd
from hydrasnap.demo.story.project_tools import HOUR, tools
from hydrasnap.demo.story.simulator import Simulator
from hydrasnap.demo.story.small_projects import others
from hydrasnap.demo.world.chance import chance
from hydrasnap.demo.world.world import EPOCH
from hydrasnap.model import JobsetKey

TRUNK = JobsetKey("tools", "trunk")
STAGING = JobsetKey("tools", "staging")
PYTHON = JobsetKey("tools", "python-updates")
FETCH_ERROR = (
    "error fetching latest change from git repo at `https://github.com/example/tools.git':\n"
    "fatal: couldn't find remote ref refs/heads/python-updates\n"
)
RESTARTED = ("python3Packages.lxml.x86_64-linux", "python3Packages.lxml.aarch64-linux")
QUEUED_PER_CENT = 35


def beginning() -> Simulator:
    """Return the Hydra as the story begins, with builds in the queue and plans for more."""
    story = Simulator()
    tools(story)
    others(story)
    odd(story)
    early = [visit for visit in story.due if visit[0] < EPOCH - 20 * HOUR]
    late = [visit for visit in story.due if visit not in early]
    story.due = early
    story.run()
    story.due = late
    story.run(within=HOUR - 60, queued=QUEUED_PER_CENT)
    story.world.now = EPOCH
    make_hostile(story)
    _troubles(story)
    return story


def restart(story: Simulator, jobset: JobsetKey, *jobs: str) -> None:
    """Restart what is finished of some jobs in a jobset's newest evaluation."""
    for build in story.world.current_builds(jobset):
        if build.job in jobs and build.finished:
            story.world.restart(build.id)


def _troubles(story: Simulator) -> None:
    """Set errors, restart failures, and let every active jobset have been checked lately."""
    world = story.world
    restart(story, TRUNK, *RESTARTED)
    check_all(story)
    world.now = EPOCH - 2 * HOUR
    world.set_error(STAGING, errormsg=ERROR)
    world.set_error(PYTHON, fetcherrormsg=FETCH_ERROR)
    world.now = EPOCH
    world.jobsets[STAGING].triggertime = EPOCH - 90
    world.jobsets[TRUNK].starttime = EPOCH - 45


def check_all(story: Simulator) -> None:
    """Let every jobset that is checked by the clock have been checked within its interval."""
    for key, row in story.world.jobsets.items():
        if row.enabled and row.checkinterval and story.made.get(key):
            row.lastcheckedtime = story.world.now - chance(key, story.world.now) % row.checkinterval
