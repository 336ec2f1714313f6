"""Made-up caches of any size."""

import random
from collections.abc import Mapping
from pathlib import Path

from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, Output, Project, Run
from hydrasnap.store.opening import open_cache

NOON = 1_800_000_000


def fill(folder: Path, jobs: int, evaluations: Mapping[int, int], failing: float = 1 / 17) -> None:
    """Put evaluations of some jobsets into a cache: `evaluations` maps a jobset to a number.

    Number 1 has `jobs` builds, number 2 every twentieth of them anew. A share `failing` (0 to 1) of
    all builds fails.
    """
    with open_cache(folder, "https://hydra.example.org", lambda path, reason: None) as cache:
        for jobset, number in evaluations.items():
            key = JobsetKey("scale", f"set-{jobset}")
            ids = {evaluation: _ids(jobset, jobs, evaluation) for evaluation in (1, number)}
            new = set(ids[number]).difference(*(ids[n] for n in range(1, number)))
            cache.put(
                projects=[Project(name="scale")],
                builds=[_build(key, build, jobs, failing) for build in sorted(new)],
                evaluations=[_evaluation(key, jobset, number, ids[number])],
                jobsets=[
                    Jobset(project=key.project, name=key.name, first_evaluation=jobset * 10 + 1)
                ],
            )
        cache.close_run(Run(started=NOON, finished=NOON + max(evaluations.values())))


def _ids(jobset: int, jobs: int, evaluation: int) -> tuple[int, ...]:
    first = 1 + jobset * 10_000_000
    again = range(0, jobs, 20) if evaluation > 1 else ()
    return tuple(sorted({*range(first, first + jobs)} - {first + n for n in again})) + tuple(
        first + jobs + n for n in again
    )


def _build(key: JobsetKey, number: int, jobs: int, failing: float) -> Build:
    place = (number - 1) % 10_000_000
    code = int(number * 6_151 % 10_000 < failing * 10_000)
    return _named(key, number, (f"packages.job-{place % jobs}.x86_64-linux", "x86_64-linux"), code)


def _evaluation(key: JobsetKey, jobset: int, number: int, builds: tuple[int, ...]) -> Evaluation:
    at = NOON + 3600 * number
    return Evaluation(
        id=jobset * 10 + number,
        project=key.project,
        jobset=key.name,
        timestamp=at,
        builds=builds,
    )


SYSTEMS = ("aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux")
_SETS = (
    *("", "", "", "python313Packages.", "python312Packages.", "haskellPackages.", "rPackages."),
    *("perlPackages.", "emacsPackages.", "vimPlugins.", "ocamlPackages.", "gnomeExtensions."),
)
_PARTS = (
    *("lib", "py", "go", "rust", "gtk", "qt", "kde", "http", "json", "xml", "sql", "net", "data"),
    *("tool", "kit", "core", "utils", "parser", "server", "client", "test", "image", "font", "zip"),
    *("math", "graph", "text", "stream", "crypt", "mail", "audio", "video", "fuse", "mock", "dev"),
)


def fill_bad_day(folder: Path, jobs: int, broken: int, failing: float = 0.03) -> None:
    """Put a jobset ``scale:trunk`` with two evaluations into a cache, of names as in nixpkgs.

    Evaluation 2 has all builds of 1 but `broken` of those that succeeded, which fail anew, and some
    that succeed again or wait. A share `failing` (0 to 1) of the others fails in both.
    """
    chance = random.Random(7)  # noqa: S311 - the same each time
    key = JobsetKey("scale", "trunk")
    names = _names(jobs, chance)
    bad = set(chance.sample(range(jobs), round(failing * jobs)))
    break_now = set(chance.sample(sorted(set(range(jobs)) - bad), broken))
    renewed = break_now | set(chance.sample(sorted(bad), len(bad) // 10))
    builds = [_named(key, 1000 + row, names[row], int(row in bad)) for row in range(jobs)]
    builds += [
        _named(key, 1000 + jobs + row, names[row], _code_anew(row in break_now, chance))
        for row in sorted(renewed)
    ]
    second = [1000 + row + (jobs if row in renewed else 0) for row in range(jobs)]
    evaluations = [
        Evaluation(
            id=number, project=key.project, jobset=key.name, timestamp=NOON + 3600 * number,
            builds=tuple(sorted(ids)),
        )
        for number, ids in ((1, range(1000, 1000 + jobs)), (2, second))
    ]  # fmt: skip
    with open_cache(folder, "https://hydra.example.org", lambda path, reason: None) as cache:
        cache.put(
            projects=[Project(name=key.project)],
            builds=builds,
            evaluations=evaluations,
            jobsets=[Jobset(project=key.project, name=key.name, first_evaluation=1)],
        )
        cache.close_run(Run(started=NOON, finished=NOON + 9000))


def _names(jobs: int, chance: random.Random) -> list[tuple[str, str]]:
    """Make up names of jobs, each a package for a system."""
    found: dict[str, None] = {}
    while len(found) < -(-jobs // len(SYSTEMS)):
        parts = "-".join(chance.choice(_PARTS) for _ in range(chance.randint(1, 3)))
        found[f"{chance.choice(_SETS)}{parts}{chance.choice(['', chance.randint(1, 99)])}"] = None
    return [(f"{name}.{system}", system) for name in found for system in SYSTEMS][:jobs]


def _code_anew(breaks: bool, chance: random.Random) -> int | None:
    """Choose how a build ends that was built anew; None if it waits."""
    return chance.choice((1, 1, 1, 2, 2)) if breaks else chance.choice((0, 0, 1, None))


def _named(key: JobsetKey, number: int, name: tuple[str, str], code: int | None) -> Build:
    job, system = name
    path = f"/nix/store/{number:032d}-{job}"
    return Build(
        id=number,
        project=key.project,
        jobset=key.name,
        job=job,
        system=system,
        nixname=f"{job.removesuffix(f'.{system}').rpartition('.')[2]}-1.0",
        drvpath=f"{path}.drv",
        finished=code is not None,
        buildstatus=code,
        timestamp=NOON,
        starttime=None if code is None else NOON + 60,
        stoptime=None if code is None else NOON + 120,
        outputs=(Output(name="out", path=path),),
    )
