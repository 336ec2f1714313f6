"""`hydrasnap demo`: crawl and render the embedded Hydra, without a network."""

from pathlib import Path

from httpx import ASGITransport

from hydrasnap.cli.crawl import crawl_folder, report_crawl
from hydrasnap.cli.output import OutputOptions
from hydrasnap.cli.preflight import check_folders
from hydrasnap.cli.progress import EventSink, crawl_progress
from hydrasnap.cli.render import render_into
from hydrasnap.cli.signals import run_stoppable
from hydrasnap.client.run_budget import Limits
from hydrasnap.client.settings import Runtime, Settings
from hydrasnap.crawl.run import CrawlResult
from hydrasnap.crawl.run import crawl as crawl_into
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.plan.selection import Selection
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.store.cache import Cache


def run_demo(moment: int, cache: Path, output: Path, options: OutputOptions) -> CrawlResult:
    """Crawl and render the embedded Hydra as it was at a moment."""
    hydra = DemoHydra(moment)
    check_folders(cache, output)
    runtime = Runtime(transport=ASGITransport(app=hydra))
    selection = Selection(live=True, sizes=hydra.SIZED, reasons=hydra.REASONS)

    def run(cache: Cache, watch: EventSink) -> CrawlResult:
        crawled = crawl_into(
            cache, Settings(rate=float("inf")), selection, watch=watch, runtime=runtime,
            clock=lambda: float(hydra.world.now),
        )  # fmt: skip
        return run_stoppable(crawled)

    result = crawl_folder(cache, hydra.ORIGIN, crawl_progress(options, Limits()), run)
    report_crawl(hydra.ORIGIN, result, options)
    render_into(output, cache, SiteSettings(title="hydrasnap demo"), options)
    return result
