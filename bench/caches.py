"""Made-up caches of any size."""

from collections.abc import Mapping
from pathlib import Path

from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, Output, Project, Run
from hydrasnap.store import open_cache

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
    job = f"packages.job-{place % jobs}.x86_64-linux"
    path = f"/nix/store/{number:032d}-{job}"
    return Build(
        id=number,
        project=key.project,
        jobset=key.name,
        job=job,
        system="x86_64-linux",
        nixname=f"job-{place % jobs}-1.0",
        drvpath=f"{path}.drv",
        finished=True,
        buildstatus=int(number * 6_151 % 10_000 < failing * 10_000),
        timestamp=NOON,
        starttime=NOON + 60,
        stoptime=NOON + 120,
        outputs=(Output(name="out", path=path),),
    )


def _evaluation(key: JobsetKey, jobset: int, number: int, builds: tuple[int, ...]) -> Evaluation:
    at = NOON + 3600 * number
    return Evaluation(
        id=jobset * 10 + number,
        project=key.project,
        jobset=key.name,
        timestamp=at,
        builds=builds,
    )
