"""Signals at random moments: a run that is ended leaves nothing behind, and the next one goes on.

``HYDRASNAP_SIGNALS=100 pytest tests/fuzz/test_signals.py`` tries as many moments of each kind.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

MOMENTS = int(os.environ.get("HYDRASNAP_SIGNALS", "2"))
CODES = {
    signal.SIGINT: {0, 130, -signal.SIGINT},
    signal.SIGTERM: {0, 143, -signal.SIGTERM},
    signal.SIGKILL: {0, -signal.SIGKILL},
}
PROGRAM = """
import sys
from hydrasnap.cli import main
from hydrasnap.publish import process_pool
workers = int(sys.argv.pop())
process_pool.cores = lambda: workers
main()
"""
OF_THE_RUN = {"index.html", "index.json", "snapshot.js", "feed.atom", "snapshot.json", ".lock"}
INDEX = ".index"  # names the times of the files of the cache


def run(*words: object) -> subprocess.Popen[str]:
    """Start a program of Python in a group of processes of its own."""
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def end(process: subprocess.Popen[str], how: signal.Signals, after: float) -> str:
    """Send a signal to a process alone, wait for its whole group, and return what it printed."""
    time.sleep(after)
    process.send_signal(how)
    printed, _ = process.communicate(timeout=60)  # those of the group hold the pipe open
    assert process.returncode in CODES[how], printed
    assert "Traceback" not in printed
    return printed


def hydrasnap(workers: int, *words: object) -> subprocess.Popen[str]:
    """Start a command that uses so many processes to render."""
    return run("-c", PROGRAM, *words, workers)


def demo(folder: Path) -> subprocess.Popen[str]:
    """Start a crawl of the embedded Hydra and the render of its site."""
    return hydrasnap(2, "demo", "--cache", folder / "cache", "--output", folder / "site")


def finish(process: subprocess.Popen[str]) -> None:
    """Wait for a run that nobody ends."""
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed


def files(folder: Path, but: Collection[str] = ()) -> dict[str, bytes]:
    """Return the files of a site or cache, without what is noted for the next run."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in found
        if not path.name.startswith(".hydrasnap-")
        and path.name not in but
        and path.parent.name != INDEX
    }


def left_behind(folder: Path) -> Sequence[str]:
    """Return what a run may not leave: staging folders, and files that were not whole yet."""
    return [path.name for name in (".hydrasnap-staging*", "*.tmp") for path in folder.rglob(name)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crawl and render the embedded Hydra undisturbed."""
    folder = tmp_path_factory.mktemp("whole")
    finish(demo(folder))
    finish(hydrasnap(1, "render", "--cache", folder / "cache", "--output", folder / "rendered"))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("how", CODES)
def test_a_crawl_that_is_ended_goes_on_with_the_next_run(
    how: signal.Signals, tmp_path: Path, whole: Path
) -> None:
    chance = random.Random(how)  # noqa: S311 - the same moments in every run
    for _ in range(MOMENTS):
        end(demo(tmp_path), how, chance.uniform(0.2, 3))
    finish(demo(tmp_path))
    for name in ("cache", "site"):
        assert files(tmp_path / name, OF_THE_RUN) == files(whole / name, OF_THE_RUN)
        assert left_behind(tmp_path / name) == []


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("how", CODES)
def test_a_render_that_is_ended_leaves_no_worker_and_the_next_site_is_whole(
    how: signal.Signals, workers: int, tmp_path: Path, whole: Path
) -> None:
    chance = random.Random(how + workers)  # noqa: S311
    render = ["render", "--cache", whole / "cache", "--output", tmp_path]
    for _ in range(MOMENTS):
        end(hydrasnap(workers, *render), how, chance.uniform(0.2, 3))
    finish(hydrasnap(workers, *render))
    assert files(tmp_path) == files(whole / "rendered")
    assert left_behind(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("how", CODES)
def test_a_prune_that_is_ended_goes_on_with_the_next_one(
    how: signal.Signals, tmp_path: Path, whole: Path
) -> None:
    chance = random.Random(how)  # noqa: S311
    settings = tmp_path / "hydrasnap.toml"
    settings.write_text("[crawl]\nevaluations = 1\n[retention]\nevaluations = 2\n")
    prune = ["prune", "--config", settings, "--cache"]
    shutil.copytree(whole / "cache", tmp_path / "whole")
    finish(hydrasnap(1, *prune, tmp_path / "whole"))
    assert files(tmp_path / "whole") != files(whole / "cache")
    for number in range(MOMENTS):
        cache = tmp_path / f"cache-{number}"
        shutil.copytree(whole / "cache", cache)
        end(hydrasnap(1, *prune, cache), how, chance.uniform(0.3, 0.9))
        finish(hydrasnap(1, *prune, cache))
        assert files(cache) == files(tmp_path / "whole")
        assert left_behind(cache) == []
