"""A site that stands as the last render left it, for a cache and settings that are the same.

Most runs of cron end here, so nothing is imported that only making pages needs.
"""

from functools import partial
from pathlib import Path

from hydrasnap import places, state, workers
from hydrasnap.links import Links
from hydrasnap.output import Written
from hydrasnap.settings import Published, SiteSettings
from hydrasnap.state import State, digest


def stamp_of(cache: Path, settings: SiteSettings) -> bytes:
    """Digest all that a site is made from, the cache by the times of its files."""
    return digest(state.stamp(cache), settings.digest())


def standing(stamp: bytes, output: Path) -> Published | None:
    """Describe the site of a stamp if there is nothing to do about it."""
    found = state.load(output)
    if found.stamp != stamp or not _is_whole(output, found):
        return None
    size = sum(entry.size for entry in found.entries())
    count = sum(1 for _ in found.entries())
    return published(found, Written(0, count, 0, size), output)


def _is_whole(output: Path, found: State) -> bool:
    """Whether all files of a site are as the last render left them."""
    check = partial(places.all_stand, str(output), since=found.left)
    return workers.all_hold(check, [(entry.path, entry.size) for entry in found.entries()])


def published(kept: State, done: Written, output: Path) -> Published:
    """Say what a run did that leaves these notes."""
    return Published(
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        pages=sum(entry.is_page for entry in kept.entries()),
        bytes=done.bytes,
        index=output / Links.OVERVIEW,
        why=kept.why,
        lost=kept.lost,
        remarks=kept.remarks,
    )
