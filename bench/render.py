"""Measure the rendering of a site: full, with nothing new, with one new evaluation, and `cp -r`.

    python bench/render.py                       20 jobsets with 1,000 builds each
    python bench/render.py --builds 100000
    python bench/render.py --cache cache         an own cache: full, nothing new and the copy

Each render is a process of its own. Prints wall seconds, processor seconds of all processes, and
the wall time against the full render's.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hydrasnap.model import Build, Evaluation, Jobset, JobsetKey, Output, Project, Run
from hydrasnap.store import open_cache

JOBSETS = 20
NOON = 1_800_000_000
RENDER = """
import sys
from pathlib import Path
from hydrasnap.publish import SiteSettings, publish_cache
done = publish_cache(Path(sys.argv[1]), SiteSettings(policy=sys.argv[3]), Path(sys.argv[2]))
print(f"{done.pages:,} pages, {done.written:,} files written, {done.bytes / 1e6:,.1f} MB")
"""


def main() -> None:
    """Run all measurements and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", type=int, default=20_000, help="of the made-up cache")
    parser.add_argument("--cache", type=Path, help="an own cache, instead of a made-up one")
    parser.add_argument("--policy", default="all", help="what gets a page: all, auto or notable")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        cache = options.cache or folder / "cache"
        if not options.cache:
            fill(cache, options.builds // JOBSETS, dict.fromkeys(range(JOBSETS), 1))
        measure(cache, folder, options)


def measure(cache: Path, folder: Path, options: argparse.Namespace) -> None:
    """Time each way, the same site all along."""
    site = folder / "site"
    render = [sys.executable, "-c", RENDER, str(cache), str(site), options.policy]
    print(f"{'':28}{'wall s':>8}{'CPU s':>8}{'of full':>9}")
    full = timed("full", lambda: run(render))
    timed("nothing new", lambda: run(render), full)
    if not options.cache:
        fill(cache, options.builds // JOBSETS, {0: 2})
        timed("one new evaluation of 20", lambda: run(render), full)
    copy = folder / "copy"
    timed("cp -r", lambda: run(["cp", "-r", str(site), str(copy)]), full)
    shutil.rmtree(copy)


def run(command: list[str]) -> str:
    """Run a command and return what it says."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def timed(name: str, action: Callable[[], str], full: float | None = None) -> float:
    """Time an action with its child processes, print a row, and return the wall seconds."""
    before, start = _used(), time.perf_counter()
    said = action()
    wall = time.perf_counter() - start
    ratio = f"{wall / full:9.3f}" if full else f"{1:9.3f}"
    print(f"{name:28}{wall:8.2f}{_used() - before:8.2f}{ratio}  {said}")
    return wall


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fill(folder: Path, jobs: int, evaluations: dict[int, int]) -> None:
    """Put evaluations of some jobsets into a cache; a second one has every twentieth job anew."""
    with open_cache(folder, "https://hydra.example.org", lambda path, reason: None) as cache:
        for jobset, number in evaluations.items():
            key = JobsetKey("scale", f"set-{jobset}")
            ids = {evaluation: _ids(jobset, jobs, evaluation) for evaluation in (1, number)}
            new = set(ids[number]).difference(*(ids[n] for n in range(1, number)))
            cache.put(
                projects=[Project(name="scale")],
                builds=[_build(key, build, jobs) for build in sorted(new)],
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


def _build(key: JobsetKey, number: int, jobs: int) -> Build:
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
        buildstatus=int(number % 17 == 0),
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


if __name__ == "__main__":
    main()
