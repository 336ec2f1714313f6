"""Drives client → wire → store by the plan, and tells what it does as events."""

from hydrasnap.crawl.run import Outcome, crawl
from hydrasnap.crawl.session import Event, Note, Stage, Step

__all__ = ["Event", "Note", "Outcome", "Stage", "Step", "crawl"]
