"""Crawl and render a made-up jobset as large as nixpkgs: 252,676 jobs, three evaluations.

    python bench/scale.py                         an own server on this machine
    python bench/scale.py --jobs 20000
    python bench/scale.py --url http://127.0.0.1:3000 --jobset scale/trunk

Prints time and memory of both, the sizes of cache and site, and what a browser loads to show an
evaluation, compressed.
"""

import argparse
import gzip
import re
import tempfile
from pathlib import Path

from crawl import own_server
from measuring import HEAD, command, measure

_ASSET = re.compile(r'<(?:script src|link rel="(?:icon|stylesheet)"[^>]* href)="([^"]+)"')


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=252_676, help="of the own server")
    parser.add_argument("--port", type=int, default=3998, help="of the own server")
    parser.add_argument("--url", help="a Hydra on this machine, instead of the own server")
    parser.add_argument("--jobset", default="scale/trunk")
    parser.add_argument("--folder", type=Path, default=Path(), help="the disk to write to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        if options.url:
            go(options.url, options.jobset, Path(name))
        else:
            with own_server(options.jobs, options.port, evaluations=3) as url:
                go(url, options.jobset, Path(name))


def go(url: str, jobset: str, folder: Path) -> None:
    """Crawl, render, render again."""
    cache, site = folder / "cache", folder / "site"
    crawl = [command(), "crawl", url, "--jobset", jobset, "--evaluations", "3", "--cache", cache]
    render = [command(), "render", "--cache", cache, "--output", site]
    print(HEAD)
    print(measure(crawl).row("crawl"))
    print(measure(crawl).row("crawl, nothing new"))
    print(measure(render).row("render"))
    print(measure(render).row("render, nothing new"))
    print(f"cache {size(cache):,.1f} MB, site {size(site):,.1f} MB")
    for page in sorted((site / "eval").glob("*.html"), reverse=True):
        print(f"{page.name}: {first_view(page) / 1000:,.1f} kB compressed at first view")


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
