"""Measure the rendering of a site: full, with nothing new, with one new evaluation.

    python bench/render.py                        20 jobsets with 1,000 builds each
    python bench/render.py --builds 10000,50000,250000 --no-hugo
    python bench/render.py --cache cache          a cache of your own

Each is compared with the full render of its size, and that with `cp -r` of the finished site and
with Hugo, where it is installed. Full renders and copies are made twice, each to a folder of its
own, and the quicker counts: who writes first pays for what was deleted on the disk before. Several
sizes are compared with the first, per build: as they are, and without what any render on all cores
takes, which that of a few hundred builds tells.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import hugo
from caches import fill
from measuring import HEAD, Measured, command, measure

from hydrasnap.publish.process_pool import cores
from hydrasnap.store.opening import read_snapshot

JOBSETS = 20
_WORTH_A_CORE = 250  # builds


def main() -> None:
    """Run all measurements and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", default="20000", help="of made-up caches: one or more numbers")
    parser.add_argument("--cache", type=Path, help="an own cache, instead of made-up ones")
    parser.add_argument("--policy", default="all", help="what gets a page: all, auto or notable")
    parser.add_argument("--folder", type=Path, default=Path(), help="the disk to write to")
    parser.add_argument("--no-hugo", action="store_true", help="do without Hugo")
    options = parser.parse_args()
    sizes = _sizes(options.builds, options.cache)
    print(HEAD)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        least = _least(folder / "least", options.policy) if len(sizes) > 1 else None
        first: tuple[int, Measured] | None = None
        for size in sizes:
            full = _one(folder / str(size), size, options)
            if least and first:
                print(_growth(size, full, *first, least))
            first = first or (size, full)


def _sizes(numbers: str, cache: Path | None) -> Sequence[int]:
    if cache:
        return [len(read_snapshot(cache).builds)]
    return [int(number) for number in numbers.split(",")]


def _least(folder: Path, policy: str) -> Measured:
    """Measure what any render takes: that of as few builds as are worth all cores."""
    jobs = 1 + _WORTH_A_CORE * cores() // JOBSETS
    fill(folder / "cache", jobs, dict.fromkeys(range(JOBSETS), 1))
    measured = measure(_render(folder, folder / "cache", policy, "site"))
    print(measured.row(f"{jobs * JOBSETS} builds: full"))
    return measured


def _render(folder: Path, cache: Path, policy: str, site: str) -> Sequence[object]:
    """Return the command that renders a cache to `site` in a folder."""
    folder.mkdir(exist_ok=True)
    settings = folder / "hydrasnap.toml"
    settings.write_text(f'[site]\npolicy = "{policy}"\n')
    return [
        *(command(), "render", "--config", settings),
        *("--cache", cache, "--output", folder / site),
    ]


def _one(folder: Path, builds: int, options: argparse.Namespace) -> Measured:
    """Measure one size, and return the full render."""
    cache, site = options.cache or folder / "cache", folder / "site"
    if options.cache is None:
        fill(cache, builds // JOBSETS, dict.fromkeys(range(JOBSETS), 1))
    render = _render(folder, cache, options.policy, "site")
    first = _render(folder, cache, options.policy, "first-site")
    full = _quicker(first, render)
    print(full.row(f"{builds:,} builds: full", 1.0))
    _against(full, "nothing new", measure(render))
    if options.cache is None:
        fill(cache, builds // JOBSETS, {0: 2})
        _against(full, f"one new evaluation of {JOBSETS}", measure(render))
    copies = (["cp", "-r", site, folder / name] for name in ("first-copy", "copy"))
    _against(full, "cp -r of the site", _quicker(*copies))
    if hugo.command() and not options.no_hugo:
        _compare_with_hugo(folder, cache, site, full)
    return full


def _quicker(*commands: Sequence[object]) -> Measured:
    return min(map(measure, commands), key=lambda found: found.wall)


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


def _growth(builds: int, found: Measured, few: int, first: Measured, least: Measured) -> str:
    share = few / builds
    time, more = found.wall / first.wall, (found.wall - least.wall) / (first.wall - least.wall)
    memory = found.memory / first.memory
    held = (found.memory - least.memory) / (first.memory - least.memory)
    return (
        f"  per build against {few:,} builds: time {share * time:.2f}, "
        f"memory {share * memory:.2f}; without what any render takes: "
        f"time {share * more:.2f}, memory {share * held:.2f}"
    )


if __name__ == "__main__":
    main()
