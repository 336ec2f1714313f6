"""Run a command and measure it from outside: time, processors, memory of all its processes."""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_PAUSE = 0.1
_COMPILED = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
HEAD = f"{'':30}{'wall s':>9}{'CPU s':>9}{'MiB':>8}{'ratio':>8}"


@dataclass(frozen=True)
class Measured:
    """What a command cost: seconds of the clock and of all processors, and bytes of memory.

    `memory` is the peak of all its processes together; what they share counts once (the sum of
    their proportional set sizes, looked at ten times a second). `said` is what it printed.
    """

    wall: float
    cpu: float
    memory: int
    said: str

    def row(self, name: str, ratio: float | None = None) -> str:
        """Write a line of the table below `HEAD`."""
        figure = "" if ratio is None else f"{ratio:.3f}"
        mebibytes = f"{self.memory / 2**20:,.0f}"
        return f"{name:30}{self.wall:9.2f}{self.cpu:9.2f}{mebibytes:>8}{figure:>8}  {self.said}"


def command() -> str:
    """Return where hydrasnap is: beside this Python, or on the path."""
    beside = Path(sys.executable).with_name("hydrasnap")
    return str(beside) if beside.exists() else "hydrasnap"


def measure(arguments: Sequence[object], folder: Path | None = None) -> Measured:
    """Run a command, which must succeed, and measure it.

    Modules are compiled at its first run only, as those of an installed program are.
    """
    before, start = _used(), time.perf_counter()
    process = subprocess.Popen(
        [*map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=folder,
        stderr=subprocess.DEVNULL,
        env=_COMPILED,
    )
    watch = _Watch(process.pid)
    said, _ = process.communicate()
    wall = time.perf_counter() - start
    watch.stop()
    if process.returncode:
        sys.exit(f"{arguments[0]} ended with {process.returncode}")
    lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
    told = "; ".join(line for line in lines if line.startswith(("asked", "wrote", "site")))
    return Measured(wall, _used() - before, watch.peak, " ".join(told.split()))


class _Watch:
    """Looks at the memory of a process and its children until told to stop."""

    def __init__(self, process: int) -> None:
        self.peak = 0
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_PAUSE):
            self.peak = max(self.peak, _memory(self._process))


def _memory(process: int) -> int:
    """Add up what a process and its children hold at this moment, in bytes."""
    total = 0
    try:
        parent = psutil.Process(process)
        for one in (parent, *parent.children(recursive=True)):
            total += one.memory_full_info().pss
    except psutil.Error:
        return total  # one has just ended
    return total


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
