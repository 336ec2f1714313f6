"""Profile one render of a cache in one process, by the time that each function takes itself.

python bench/profiling.py cache [--top 40]
"""

import argparse
import cProfile
import pstats
import tempfile
from pathlib import Path

from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.store.opening import read_snapshot


def main() -> None:
    """Render into a folder that is thrown away, and print the costliest functions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--top", type=int, default=40, help="how many functions to print")
    options = parser.parse_args()
    snapshot = read_snapshot(options.cache)
    with tempfile.TemporaryDirectory() as folder, cProfile.Profile() as profile:
        publish(snapshot, SiteSettings(policy="all"), Path(folder), workers=1)
    pstats.Stats(profile).sort_stats("tottime").print_stats(options.top)


if __name__ == "__main__":
    main()
