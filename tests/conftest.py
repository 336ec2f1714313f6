"""What several test modules share: the site of the embedded Hydra, rendered once a session."""

import asyncio
import os
import shutil
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from hypothesis import settings

from hydrasnap.client.settings import Runtime, Settings
from hydrasnap.crawl.run import crawl
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.plan.selection import Selection
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.store.opening import open_cache, read_snapshot

settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")  # the same examples everywhere, and no clock


def pytest_configure() -> None:
    """Keep compiled modules where that is switched off too: tests start hundreds of processes."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_xdist_auto_num_workers() -> int:
    """Start one process more than there are processors: tests wait for browsers and programs."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process ends long after the others."""
    marks: dict[Path, set[str]] = defaultdict(set)
    for item in items:
        marks[item.path].update(mark.name for mark in item.iter_markers())
    items.sort(key=lambda item: _turn(marks[item.path]))


def _turn(marks: set[str]) -> int:
    """Say when a file has its turn; those with a browser wait for the demo, which others make."""
    if "slow" in marks:
        return 1 if "browser" in marks else 0
    return 2 if "browser" in marks else 3


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leave the cache folder of who runs the tests as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("user-cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk() -> Iterator[None]:
    """Leave files to the system: only one that loses its power could tell, and crawls wait long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def signals_of_programs() -> None:
    """Let programs of tests take the signals that `nohup` or a shell's `&` has told us to ignore.

    They would ignore them too; what does nothing here is no handler of a program that is started.
    """
    for name in ("SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session")
def demo_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crawl the embedded Hydra as `hydrasnap demo` does, and return the folder of the cache."""
    whole = once(tmp_path_factory, "cache", crawl_demo)
    return Path(shutil.copytree(whole, tmp_path_factory.mktemp("demo") / "cache"))


def crawl_demo(folder: Path) -> None:
    hydra = DemoHydra()
    runtime = Runtime(transport=httpx.ASGITransport(app=hydra))
    selection = Selection(sizes=hydra.SIZED, live=True, reasons=hydra.REASONS)
    with open_cache(folder, hydra.ORIGIN, lambda path, reason: None) as cache:
        outcome = asyncio.run(
            crawl(cache, Settings(rate=float("inf")), selection,
                  runtime=runtime, clock=lambda: float(hydra.world.now))
        )  # fmt: skip
    assert outcome.run.complete, outcome


@pytest.fixture(scope="session")
def demo_site(demo_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render the embedded Hydra, and return the folder of the site, beside its cache."""
    whole = once(
        tmp_path_factory,
        "site",
        lambda site: publish(read_snapshot(demo_cache), SiteSettings(), site),
    )
    return Path(shutil.copytree(whole, demo_cache.parent / "site", copy_function=os.link))


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Make a folder once for all workers of a run, and return it; nobody may change it."""
    mine = factory.getbasetemp()
    folder = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / f"whole-{name}"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            make(folder)
    return folder


@pytest.fixture(scope="session")
def demo_pages(demo_site: Path) -> dict[str, str]:
    """Return the page with most to show of each kind: its kind and its path.

    A page at the top is a kind of its own; others are of a kind by their first folder, depth and,
    below a jobset, their name.
    """
    largest: dict[str, Path] = {}
    for file in sorted(demo_site.rglob("*.html")):
        kind = _kind(file.relative_to(demo_site))
        if kind not in largest or file.stat().st_size > largest[kind].stat().st_size:
            largest[kind] = file
    return {kind: file.relative_to(demo_site).as_posix() for kind, file in largest.items()}


def _kind(path: Path) -> str:
    depths = {"jobset": 4, "project": 3}
    below = len(path.parts) >= depths.get(path.parts[0], 99)
    return f"{path.parts[0]}/{path.name}" if below else path.parts[0]
