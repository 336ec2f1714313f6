"""Compare the crawl of builds one by one with a bare loop of the same HTTP client.

    python bench/crawling.py                        an own server on this machine, 5,000 builds
    python bench/crawling.py --url http://127.0.0.1:3000 --jobset scale/trunk

Prints builds a second and the ratios of wall times, all from one run: the bare loop asks for the
same addresses with the same number of connections and throws the answers away; hydrasnap parses,
normalizes and stores them; curl is there for the record. A ratio of 2.0 means twice the time.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from hydrasnap.client.settings import Settings
from hydrasnap.crawl.run import crawl
from hydrasnap.plan.selection import FetchStrategy, Selection
from hydrasnap.store.opening import open_cache, read_snapshot

CONNECTIONS = 8
SERVER = """
import sys, uvicorn
from hydrasnap.demo.hydra import DemoHydra
from synthetic import synthetic_world
jobs, port, evaluations, jobsets = map(int, sys.argv[1:])
hydra = DemoHydra(world=synthetic_world(jobs, evaluations, jobsets))
uvicorn.run(hydra, host="127.0.0.1", port=port, log_level="error", lifespan="off")
"""


def main() -> None:
    """Run the three and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", type=int, default=5000, help="of the own server")
    parser.add_argument("--port", type=int, default=3999, help="of the own server")
    parser.add_argument("--url", help="a Hydra on this machine, instead of the own server")
    parser.add_argument("--jobset", default="scale/trunk")
    options = parser.parse_args()
    if options.url:
        compare(options.url, options.jobset)
    else:
        with own_server(options.builds, options.port) as url:
            compare(url, options.jobset)


@contextmanager
def own_server(builds: int, port: int, evaluations: int = 1, jobsets: int = 1) -> Iterator[str]:
    """Serve synthetic jobsets of so many builds each over HTTP from another process."""
    numbers = map(str, (builds, port, evaluations, jobsets))
    command = [sys.executable, "-c", SERVER, *numbers]
    process = subprocess.Popen(command, cwd=Path(__file__).parent)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(url, headers={"Accept": "application/json"}, timeout=30)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait()


def compare(url: str, jobset: str) -> None:
    """Time the ways and print them."""
    with tempfile.TemporaryDirectory() as folder:
        ids, seconds = measure_crawl(url, jobset, Path(folder))
        bare = asyncio.run(measure_bare(url, ids))
        curl = measure_curl(url, ids, Path(folder))
    print(f"{len(ids)} builds, {CONNECTIONS} connections")
    print(f"{'':12}{'seconds':>9}{'builds/s':>10}{'ratio':>7}")
    for name, spent in (("bare loop", bare), ("hydrasnap", seconds), ("curl", curl)):
        if spent:
            print(f"{name:12}{spent:9.2f}{len(ids) / spent:10.0f}{spent / bare:7.2f}")


def measure_crawl(url: str, jobset: str, folder: Path) -> tuple[list[int], float]:
    """Crawl the newest evaluation, each build alone; return the ids and the seconds."""
    settings = Settings(concurrency=CONNECTIONS)
    selection = Selection(
        jobsets=(jobset,), evaluations=1, strategy=FetchStrategy.PER_BUILD, details=0
    )
    started = time.perf_counter()
    with open_cache(folder / "cache", url, lambda path, reason: None) as cache:
        asyncio.run(crawl(cache, settings, selection))
    seconds = time.perf_counter() - started
    return sorted(read_snapshot(folder / "cache").builds), seconds


async def measure_bare(url: str, ids: list[int]) -> float:
    """Ask for the same builds and throw the answers away."""
    limits = httpx.Limits(max_connections=CONNECTIONS)
    waiting = iter(ids)
    started = time.perf_counter()
    async with httpx.AsyncClient(limits=limits, headers={"Accept": "application/json"}) as client:

        async def worker() -> None:
            for number in waiting:
                (await client.get(f"{url}/build/{number}")).raise_for_status()

        await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
    return time.perf_counter() - started


def measure_curl(url: str, ids: list[int], folder: Path) -> float:
    """Let curl ask, if it is there; return 0 where it is not."""
    curl = shutil.which("curl")
    if curl is None:
        return 0.0
    lines = (f"url = {json.dumps(f'{url}/build/{number}')}\noutput = /dev/null" for number in ids)
    (folder / "urls").write_text("\n".join(lines))
    command = [curl, "--silent", "--no-progress-meter", "--parallel"]
    command += ["--parallel-max", str(CONNECTIONS), "--header", "Accept: application/json"]
    command += ["--config", str(folder / "urls")]
    started = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
