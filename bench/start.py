"""Measure how long hydrasnap takes to start: the import, `--help`, and the demo, each nine times.

python bench/start.py
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measuring import command, measure

ROUNDS = 9


def main() -> None:
    """Print the median and the least of each, in milliseconds."""
    hydrasnap = command()
    show("import hydrasnap.cli", lambda: measure([sys.executable, "-c", "import hydrasnap.cli"]))
    show("hydrasnap --help", lambda: measure([hydrasnap, "--help"]))
    show("hydrasnap demo", lambda: demo(hydrasnap))


def demo(hydrasnap: str) -> None:
    """Run the demo in an empty folder."""
    folder = Path(tempfile.mkdtemp())
    measure([hydrasnap, "demo"], folder)
    shutil.rmtree(folder)


def show(name: str, action: Callable[[], object]) -> None:
    """Time an action several times and print it."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    print(f"{name:24}median {statistics.median(times):7.0f} ms, least {min(times):7.0f} ms")


if __name__ == "__main__":
    main()
