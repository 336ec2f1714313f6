"""A made-up Hydra of any size, the same whenever it is asked for."""

from zlib import crc32

from hydrasnap.demo.world.database_rows import (
    Job,
    JobsetRow,
    ProductRow,
    ProjectRow,
    Result,
    revision,
)
from hydrasnap.demo.world.world import EPOCH, World
from hydrasnap.model import EvaluationInput, JobsetKey

_SYSTEMS = ("x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin")
_SETS = ("", "python3Packages.", "haskellPackages.", "perlPackages.")
_WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heron",
    "inlet",
    "juniper",
)
_FAILURES = (1, 1, 1, 2, 2, 3, 4, 6, 7, 9, 10, 11, 12)
_PRODUCTS = {0: (ProductRow("nix-build", path="{out}"),)}
_NEIGHBOURS_DIFFER = 20
_DAY = 86400


def _job(number: int, evaluation: int) -> Job:
    """Return the job of a number; in each evaluation every twentieth is rebuilt."""
    rest, system = divmod(number, len(_SYSTEMS))
    rest, group = divmod(rest, len(_SETS))
    rest, word = divmod(rest, len(_WORDS))
    name = _WORDS[word] + (f"-{rest}" if rest else "")
    rebuilt = max((n for n in range(evaluation + 1) if not (number + 7 * n) % _NEIGHBOURS_DIFFER),
                  default=0)  # fmt: skip
    return Job(
        f"{_SETS[group]}{name}.{_SYSTEMS[system]}",
        nixname=f"{name}-{number % 7}.{rebuilt}",
        system=_SYSTEMS[system],
        recipe=str(rebuilt),
    )


def _status(build: int) -> int | None:
    """Return 94 % successes, half a per cent of unfinished builds, and failures of every kind."""
    chance = crc32(f"status {build}".encode()) % 1000
    if chance < 940:  # noqa: PLR2004
        return 0
    return None if chance < 945 else _FAILURES[chance % len(_FAILURES)]  # noqa: PLR2004


def synthetic_world(jobs: int, evaluations: int = 3, jobsets: int = 1) -> World:
    """Make a Hydra with project ``scale`` and so many jobs per evaluation.

    Its jobsets are ``trunk``, ``trunk-2`` and so on. Neighbouring evaluations share 95 % of their
    builds; 94 % of all builds succeed.
    """
    world = World(now=EPOCH - evaluations * _DAY)
    world.add_project(ProjectRow("scale", displayname="Scale", description="Made-up jobs"))
    names = ["trunk", *(f"trunk-{number}" for number in range(2, jobsets + 1))]
    keys = [world.add_jobset(JobsetRow("scale", name)) for name in names]
    for evaluation in range(evaluations):
        for key in keys:
            _evaluate(world, key, jobs, evaluation)
        world.now += _DAY
    return world


def _evaluate(world: World, key: JobsetKey, jobs: int, evaluation: int) -> None:
    """Evaluate a jobset, and finish most of the builds that this queues."""
    made = [_job(number, evaluation) for number in range(jobs)]
    uri = "https://github.com/NixOS/nixpkgs.git"
    commit = revision("scale", evaluation)
    inputs = [EvaluationInput(name="nixpkgs", type="git", uri=uri, revision=commit)]
    first = world.next_build
    world.add_evaluation(key, made, inputs)
    for build in range(first, world.next_build):
        status = _status(build)
        if status is not None:
            at = world.now + build % 20000
            world.finish(build, Result(status, products=_PRODUCTS.get(status, ())), at=at)
