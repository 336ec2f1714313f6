"""Measure `hydrasnap serve`: requests a second, times and memory, on a made-up cache.

    python bench/serve.py                 20,000 and 252,676 builds
    python bench/serve.py --builds 5000   one size alone

The cache is of the synthetic world of the embedded Hydra. A real Hydra (revision 14332fbf, two
cores, eight workers) answered ``/build/ID`` 90 times a second, and ``/eval/ID/builds`` of 20,000
builds in 56 seconds.
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
from synthetic import synthetic_world

from hydrasnap.demo.world.snapshot import snapshot
from hydrasnap.model import Run
from hydrasnap.store.opening import open_cache

ORIGIN = "https://hydra.example.org"
JSON = {"Accept": "application/json"}
SERVER = """
import sys, uvicorn
from pathlib import Path
from starlette.responses import Response
from hydrasnap.server import CacheSource, serve_app
app = serve_app(CacheSource(Path(sys.argv[1])), Response(status_code=404))
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--builds", type=int, nargs="+", default=[20_000, 252_676])
    parser.add_argument("--port", type=int, default=3998)
    options = parser.parse_args()
    for builds in options.builds:
        with tempfile.TemporaryDirectory() as folder:
            numbers = fill(Path(folder), builds)
            with serving(Path(folder), options.port) as server:
                print(f"{builds:,} builds an evaluation")
                measure(server, f"http://127.0.0.1:{options.port}", numbers)


def fill(folder: Path, builds: int) -> tuple[int, list[int]]:
    """Write a cache; return the id of its newest evaluation and those of its builds."""
    world = synthetic_world(builds, 2)
    whole = snapshot(world, ORIGIN)
    with open_cache(folder, ORIGIN, lambda path, reason: None) as cache:
        cache.put(
            projects=whole.projects.values(),
            builds=whole.builds.values(),
            evaluations=whole.evaluations.values(),
            jobsets=whole.jobsets.values(),
        )
        cache.close_run(Run(started=world.now, finished=world.now))
    newest = max(world.evaluations)
    return newest, list(world.evaluations[newest].builds)


@contextlib.contextmanager
def serving(folder: Path, port: int) -> Iterator[psutil.Process]:
    """Serve a cache from another process."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(folder), str(port)])
    try:
        while True:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/", headers=JSON, timeout=30)
                break
            time.sleep(0.05)
        print(f"  ready after        {time.perf_counter() - started:8.2f} s")
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def measure(server: psutil.Process, url: str, numbers: tuple[int, list[int]]) -> None:
    """Time the kinds of request and print them."""
    evaluation, builds = numbers
    print(f"  memory at rest     {memory(server):8.0f} MB")
    rate = asyncio.run(requests_a_second(url, [f"/build/{n}" for n in builds[:3000]]))
    print(f"  /build/ID          {rate:8.0f} a second, 4 connections")
    for path in (f"/eval/{evaluation}", f"/eval/{evaluation}/builds"):
        first, whole, size = download(url + path)
        label = path.replace(str(evaluation), "ID")
        print(f"  {label:18} {whole:8.2f} s, first byte {first:.3f} s, {size / 1e6:.1f} MB")
    print(f"  memory at the end  {memory(server):8.0f} MB")


def memory(server: psutil.Process) -> float:
    """Return the resident memory in MB."""
    return float(server.memory_info().rss) / 1e6


async def requests_a_second(url: str, paths: list[str], connections: int = 4) -> float:
    """Ask over plain connections that stay open, so that the client costs little."""
    waiting = iter(paths)

    async def worker() -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for path in waiting:
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n\r\n".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(connections)))
    return len(paths) / (time.perf_counter() - started)


def download(url: str) -> tuple[float, float, int]:
    """Return the seconds until the first byte and the last one, and the size."""
    started, first, size = time.perf_counter(), 0.0, 0
    headers = {**JSON, "Accept-Encoding": "identity"}
    with httpx.stream("GET", url, headers=headers, timeout=600) as answer:
        for chunk in answer.iter_raw():
            first = first or time.perf_counter() - started
            size += len(chunk)
    return first, time.perf_counter() - started, size


if __name__ == "__main__":
    main()
