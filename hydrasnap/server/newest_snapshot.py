"""The newest snapshot of a cache, for a server that runs on while crawls write to it."""

from collections.abc import Callable
from pathlib import Path

from hydrasnap.model import Live, Snapshot
from hydrasnap.store.lock import holder
from hydrasnap.store.opening import read_snapshot

Mark = tuple[int, int, int]
_MANIFEST = "snapshot.json"


class CacheSource:
    """The newest whole snapshot of a cache.

    The last file that a crawl writes is the manifest, and it holds the lock until then. A snapshot
    counts only if no crawl was at work and the manifest stayed the same while it was read. Answers
    are made from what `prepare` makes of it.
    """

    def __init__(
        self, folder: Path, prepare: Callable[[Snapshot], Snapshot] = lambda found: found
    ) -> None:
        self._folder, self._prepare = folder, prepare
        self._mark = self._look()
        self._snapshot = prepare(read_snapshot(folder, None))

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot; the same object until a crawl ends."""
        return self._snapshot

    @property
    def live(self) -> Live | None:
        """What the Hydra was doing when the crawl asked."""
        return self._snapshot.live

    def refresh(self) -> bool:
        """Load a newer snapshot if a crawl has ended since; return whether it did."""
        mark = self._look()
        if mark == self._mark or holder(self._folder):
            return False
        found = read_snapshot(self._folder, None)
        if holder(self._folder) or self._look() != mark:
            return False
        self._snapshot, self._mark = self._prepare(found), mark
        return True

    def _look(self) -> Mark:
        try:
            found = (self._folder / _MANIFEST).stat()
        except FileNotFoundError:
            return 0, 0, 0
        return found.st_mtime_ns, found.st_size, found.st_ino
