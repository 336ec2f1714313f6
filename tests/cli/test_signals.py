"""Ctrl-C, also when it is pressed again and again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals")

TWICE = "[os.kill(os.getpid(), signal.SIGINT) for _ in range(2)]"
BEGIN = "import asyncio, os, signal, sys, time; from hydrasnap.cli import signals; "


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BEGIN + code, *arguments],
        capture_output=True, text=True, check=False, timeout=60, start_new_session=True,
    )  # fmt: skip


def test_a_second_one_does_not_break_into_the_end_of_the_first() -> None:
    done = python(f"""
try:
    with signals.handle_signals_once():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)
        finally:
            {TWICE}
            print("cleared away")
except KeyboardInterrupt:
    {TWICE}
    print("told")
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "cleared away\ntold\n", "")


def test_asynchronous_work_is_cancelled_and_can_put_things_away() -> None:
    done = python(f"""
async def rest():
    await asyncio.sleep(10)
async def work():
    try:
        others = [asyncio.create_task(rest()) for _ in range(3)]
        await asyncio.sleep(0.01)
        {TWICE}
        await asyncio.gather(*others)
    finally:
        {TWICE}
        await asyncio.sleep(0.01)
        print("put away")
try:
    signals.run_stoppable(work())
except KeyboardInterrupt:
    print("told")
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "put away\ntold\n", "")


def test_a_signal_that_comes_while_an_object_is_freed_is_not_lost() -> None:
    done = python("""
class Freed:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(10_000):
            pass
try:
    with signals.handle_signals_once():
        Freed()
        time.sleep(10)
except KeyboardInterrupt as ended:
    print("told", ended.number)
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "told 15\n", "")


def test_without_it_things_are_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)

    async def work() -> int:
        return 7

    from hydrasnap.cli.signals import handle_signals_once, run_stoppable

    with handle_signals_once():
        assert signal.getsignal(signal.SIGINT) is not before
    assert run_stoppable(work()) == 7
    assert signal.getsignal(signal.SIGINT) is before


def test_a_stopped_render_speaks_of_the_site_and_leaves_nothing(tmp_path: Path) -> None:
    from hydras import fresh_crawl, hydra

    fresh_crawl(tmp_path / "cache", hydra())
    site = tmp_path / "site"
    done = python(
        f"""
from hydrasnap.publish import task_runner
from hydrasnap.cli import main
def interrupted(*_):
    {TWICE}
task_runner.TaskRunner.__call__ = interrupted
main()
""",
        "render", "--cache", str(tmp_path / "cache"), "--output", str(site),
    )  # fmt: skip
    assert done.returncode == 130
    assert done.stderr == (
        "render\nStopped. The cache is whole; `hydrasnap render` writes the site.\n"
    )
    assert list(site.iterdir()) == []
