"""Tests of the work of several processes: order, errors, and an end from outside."""

import os
import signal
import subprocess
import sys

import pytest

from hydrasnap.errors import ConfigError, HydrasnapError
from hydrasnap.publish.process_pool import cores, map_ordered


def singly(count: int) -> list[list[int]]:
    return [[number] for number in range(count)]


def square(number: int) -> int:
    return number * number


@pytest.mark.parametrize("workers", [0, 1, 2, 3, 50])
def test_results_come_in_order_whoever_makes_them(workers: int) -> None:
    assert list(map_ordered(square, singly(20), workers)) == [n * n for n in range(20)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_piece_is_made_together(workers: int) -> None:
    pieces = [[0, 1, 2], [], [3], [4, 5]]
    assert list(map_ordered(square, pieces, workers)) == [0, 1, 4, 9, 16, 25]
    where = list(map_ordered(lambda _: os.getpid(), pieces, workers))
    assert len(set(where[:3])) == 1


def test_the_work_is_done_by_other_processes() -> None:
    assert os.getpid() not in set(map_ordered(lambda _: os.getpid(), singly(20), 2))
    assert set(map_ordered(lambda _: os.getpid(), singly(20), 1)) == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_comes_through_as_it_is(workers: int) -> None:
    def fail(number: int) -> int:
        if number == 3:
            raise ConfigError("The template is broken.")
        return number

    with pytest.raises(ConfigError, match=r"^The template is broken\.$") as caught:
        list(map_ordered(fail, singly(20), workers))
    assert caught.value.exit_code == 2


def test_a_process_that_is_killed_is_an_error_and_no_endless_wait() -> None:
    def die(number: int) -> None:
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(HydrasnapError, match="ended from outside"):
        list(map_ordered(die, singly(20), 2))


def test_ctrl_c_is_for_the_parent() -> None:
    def interrupt(number: int) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return number

    assert list(map_ordered(interrupt, singly(4), 2)) == [0, 1, 2, 3]


def test_there_is_a_core() -> None:
    assert cores() >= 1


RENDERING = """
import os, sys, time
from hydrasnap.publish.process_pool import map_ordered

def work(number):
    print(os.getpid(), flush=True)
    time.sleep(60)
    return number

list(map_ordered(work, [[0], [1]], 2))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_with_their_parent_however_it_ends(how: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RENDERING], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        for _ in range(2):
            parent.stdout.readline()
        parent.send_signal(how)
        rest, _ = parent.communicate(timeout=30)  # the workers hold it open until they end
    assert rest == ""
