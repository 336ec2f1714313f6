"""What several test modules share: the site of the embedded Hydra, rendered once a session."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import settings

from hydrasnap.client import Runtime, Settings
from hydrasnap.crawl import crawl
from hydrasnap.demo import DemoHydra
from hydrasnap.plan import Selection
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.store import open_cache, read_snapshot

settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")  # the same examples everywhere, and no clock


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Leave the cache folder of who runs the tests as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("user-cache")))
        yield


@pytest.fixture(scope="session")
def demo_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crawl the embedded Hydra, and return the folder of the cache."""
    folder = tmp_path_factory.mktemp("demo")
    hydra = DemoHydra()
    runtime = Runtime(transport=httpx.ASGITransport(app=hydra))
    selection = Selection(sizes=hydra.SIZED, live=True, reasons=hydra.REASONS)
    with open_cache(folder / "cache", hydra.ORIGIN, lambda path, reason: None) as cache:
        outcome = asyncio.run(
            crawl(cache, Settings(rate=float("inf")), selection,
                  runtime=runtime, clock=lambda: float(hydra.world.now))
        )  # fmt: skip
    assert outcome.run.complete, outcome
    return folder / "cache"


@pytest.fixture(scope="session")
def demo_site(demo_cache: Path) -> Path:
    """Render the embedded Hydra, and return the folder of the site."""
    site = demo_cache.parent / "site"
    publish(read_snapshot(demo_cache), SiteSettings(), site)
    return site


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
