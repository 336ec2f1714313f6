"""Signals at random moments: a run that is ended leaves nothing behind, and the next one goes on.

``HYDRASNAP_SIGNALS=100 pytest tests/fuzz/test_signals.py`` tries as many moments of each kind.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

MOMENTS = int(os.environ.get("HYDRASNAP_SIGNALS", "2"))
CODES = {
    signal.SIGINT: {0, 130, -signal.SIGINT},
    signal.SIGTERM: {0, 143, -signal.SIGTERM},
    signal.SIGKILL: {0, -signal.SIGKILL},
}
RENDER = """
import sys
from hydrasnap.cli import main
from hydrasnap.publish import parallel
workers = int(sys.argv.pop())
parallel.cores = lambda: workers
main()
"""


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


def demo(folder: Path) -> list[object]:
    folders = ["--cache", folder / "cache", "--output", folder / "site"]
    return ["-c", "from hydrasnap.cli import main; main()", "demo", *folders]


def files(folder: Path) -> dict[str, bytes]:
    """Return the files of a site, without what is noted for the next run."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in found
        if not path.name.startswith(".hydrasnap-")
    }


def left_behind(site: Path) -> Sequence[str]:
    return [path.name for path in site.glob(".hydrasnap-staging*")]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_crawl_that_is_ended_goes_on_with_the_next_run(
    how: signal.Signals, tmp_path: Path, demo_site: Path
) -> None:
    chance = random.Random(how)  # noqa: S311 - the same moments in every run
    for _ in range(MOMENTS):
        end(run(*demo(tmp_path)), how, chance.uniform(0.2, 3))
    last = run(*demo(tmp_path))
    printed, _ = last.communicate(timeout=120)
    assert last.returncode == 0, printed
    names = {path for path in files(demo_site) if path.startswith(("eval/", "build/"))}
    found = files(tmp_path / "site")
    assert names <= found.keys()
    assert left_behind(tmp_path / "site") == []


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_render_that_is_ended_leaves_no_worker_and_the_next_site_is_whole(
    how: signal.Signals, workers: int, tmp_path: Path, demo_cache: Path, demo_site: Path
) -> None:
    chance = random.Random(how + workers)  # noqa: S311
    render = ["render", "--cache", demo_cache, "--output", tmp_path, workers]
    for _ in range(MOMENTS):
        end(run("-c", RENDER, *render), how, chance.uniform(0.2, 3))
    last = run("-c", RENDER, *render)
    printed, _ = last.communicate(timeout=120)
    assert last.returncode == 0, printed
    assert files(tmp_path) == files(demo_site)
    assert left_behind(tmp_path) == []
