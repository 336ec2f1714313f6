"""One crawl: asks the client by the plan, reads with wire, writes to the store, reports events."""

from hydrasnap.crawl.dry_run import PlannedStep, dry_run
from hydrasnap.crawl.live import LIVE_REQUESTS
from hydrasnap.crawl.prune import Pruned, prune
from hydrasnap.crawl.run import CrawlResult, crawl
from hydrasnap.crawl.session import Event, Note, Stage, Step

__all__ = [
    "LIVE_REQUESTS",
    "CrawlResult",
    "Event",
    "Note",
    "PlannedStep",
    "Pruned",
    "Stage",
    "Step",
    "crawl",
    "dry_run",
    "prune",
]
