"""Crawl and render a made-up jobset as large as nixpkgs: 252,676 jobs, three evaluations.

    python bench/scale.py                         an own server on this machine
    python bench/scale.py --jobs 20000
    python bench/scale.py --jobs 250000 --jobsets 8 --evaluations 1   2,000,000 builds
    python bench/scale.py --url http://127.0.0.1:3000 --jobset scale/trunk
    python bench/scale.py --builds 50000,250000,1000000 --jobsets 8 --evaluations 2 --failing 0.06

Prints time and memory of both, the sizes of cache and site, and what a browser loads to show an
evaluation, compressed. With ``--builds`` it renders made-up caches of these sizes without a crawl,
in full, with nothing new and with a new evaluation of one jobset, and prints what each takes for a
build against the first size: 1.00 everywhere would be linear.
"""

import argparse
import gzip
import re
import tempfile
from pathlib import Path

from caches import fill
from crawling import own_server
from measuring import HEAD, Measured, command, measure

_ASSET = re.compile(r'<(?:script src|link rel="(?:icon|stylesheet)"[^>]* href)="([^"]+)"')


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=252_676, help="of the own server")
    parser.add_argument("--port", type=int, default=3998, help="of the own server")
    parser.add_argument("--url", help="a Hydra on this machine, instead of the own server")
    parser.add_argument("--jobset", default="scale/*")
    parser.add_argument("--builds", help="render caches of these numbers of builds; no crawl")
    parser.add_argument("--jobsets", type=int, help="of these caches, or of the own server")
    parser.add_argument("--evaluations", type=int, choices=(1, 2, 3), help="of a jobset")
    parser.add_argument("--failing", type=float, default=0.06, help="share of builds, 0 to 1")
    parser.add_argument("--policy", default="auto", help="what gets a page in these caches")
    parser.add_argument("--folder", type=Path, default=Path(), help="the disk to write to")
    options = parser.parse_args()
    if options.builds:
        options.jobsets, options.evaluations = options.jobsets or 8, options.evaluations or 1
        compare_sizes(options)
        return
    evaluations = options.evaluations or 3
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        if options.url:
            go(options.url, options.jobset, evaluations, Path(name))
        else:
            with own_server(options.jobs, options.port, evaluations, options.jobsets or 1) as url:
                go(url, options.jobset, evaluations, Path(name))


def go(url: str, jobset: str, evaluations: int, folder: Path) -> None:
    """Crawl, render, render again."""
    cache, site = folder / "cache", folder / "site"
    crawl = [
        *(command(), "crawl", url, "--jobset", jobset),
        *("--evaluations", str(evaluations), "--cache", cache),
    ]
    render = [command(), "render", "--cache", cache, "--output", site]
    print(HEAD)
    print(measure(crawl).row("crawl"))
    print(measure(crawl).row("crawl, nothing new"))
    print(measure(render).row("render"))
    print(measure(render).row("render, nothing new"))
    print(f"cache {size(cache):,.1f} MB, site {size(site):,.1f} MB")
    for page in sorted((site / "eval").glob("*.html"), reverse=True):
        print(f"{page.name}: {first_view(page) / 1000:,.1f} kB compressed at first view")


def compare_sizes(options: argparse.Namespace) -> None:
    """Render caches of several sizes, and print what a build takes in each."""
    print(HEAD)
    measured: dict[int, dict[str, Measured]] = {}
    for builds in map(int, options.builds.split(",")):
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            measured[builds] = renders(Path(name), builds, options)
    first = next(iter(measured))
    for builds, found in measured.items():
        for what, one in found.items():
            share, base = first / builds, measured[first][what]
            ratios = (share * ours / theirs for ours, theirs in _costs(one, base))
            told = ", ".join(map("{} {:.2f}".format, ("time", "CPU", "memory"), ratios))
            print(f"{builds:>9,} builds, {what}: a build takes against {first:,}: {told}")


def _costs(one: Measured, base: Measured) -> list[tuple[float, float]]:
    return [(one.wall, base.wall), (one.cpu, base.cpu), (one.memory, base.memory)]


def renders(folder: Path, builds: int, options: argparse.Namespace) -> dict[str, Measured]:
    """Fill a cache, and measure a full render, one with nothing new, and one with little new."""
    jobs = round(builds / options.jobsets / (1.05 if options.evaluations > 1 else 1))
    cache = folder / "cache"
    for number in range(1, options.evaluations + 1):
        fill(cache, jobs, dict.fromkeys(range(options.jobsets), number), options.failing)
    (folder / "hydrasnap.toml").write_text(f'[site]\npolicy = "{options.policy}"\n')
    render = [
        *(command(), "render", "--config", folder / "hydrasnap.toml"),
        *("--cache", cache, "--output", folder / "site"),
    ]
    found = {"full": measure(render), "nothing new": measure(render)}
    if options.evaluations == 1:
        fill(cache, jobs, {0: 2}, options.failing)
        found["one new evaluation"] = measure(render)
    for what, one in found.items():
        print(one.row(f"{builds:,} builds: {what}", one.wall / found["full"].wall))
    return found


def size(folder: Path) -> float:
    """Add up the files of a folder, in millions of bytes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def first_view(page: Path) -> int:
    """Return the bytes that a page, its style, icon and scripts take in transfer."""
    html = page.read_text()
    files = [page, *(page.parent / address for address in _ASSET.findall(html))]
    return sum(len(gzip.compress(file.read_bytes())) for file in files)


if __name__ == "__main__":
    main()
