"""What of a site stands as the last render left it.

Most runs of cron find that all of it does, so nothing is imported that only making pages needs.
"""

from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from hydrasnap.publish.incremental import state
from hydrasnap.publish.incremental.state import BuildState, FileRecord, TaskRecord, digest
from hydrasnap.publish.links import Links
from hydrasnap.publish.output import files as places
from hydrasnap.publish.output.folder import Written
from hydrasnap.publish.settings import Published, SiteSettings

MANY = 20_000


class FreshnessCheck:
    """Tells of the files of a site whether they are as its notes say.

    Each file is looked at, by its size and time. Of `MANY` files or more only those at the root
    are: for the others their folder answers, whose time changes when a file in it comes, goes or is
    replaced. What was written into such a file in place is put right when its page changes, or in a
    first render, which a removed `.hydrasnap-state` makes of the next.
    """

    def __init__(self, output: Path, found: BuildState) -> None:
        self._output = str(output)
        self._state = found
        self._by_folder = sum(made.files for made in found.render_tasks.values()) >= MANY
        self._quiet = cache(partial(places.folder_unmodified, self._output, since=found.previous))
        places.forget()

    def __call__(self, entry: FileRecord) -> bool:
        """Whether a file stands."""
        folder = self._by_folder and entry.path.rpartition("/")[0]
        if folder:
            return self._quiet(folder)
        return places.is_unmodified(self._output, entry.path, entry.size, self._state.previous)

    def all_of(self, made: TaskRecord) -> bool:
        """Whether all files of a share stand."""
        if self._by_folder and "" not in made.folders:
            return all(map(self._quiet, made.folders))
        return all(map(self, made.entries()))

    def whole(self) -> bool:
        """Whether all files stand."""
        return all(map(self.all_of, self._state.render_tasks.values()))


class PreviousRun(NamedTuple):
    """What the last render left; the digest of the settings now, and of these and the cache."""

    state: BuildState
    settings: bytes
    stamp: bytes = b""


def inspect(cache: Path, settings: SiteSettings, output: Path) -> PreviousRun:
    """Look at a site, and digest all that it is made from, the cache by the times of its files."""
    chosen = settings.digest()
    return PreviousRun(state.load(output), chosen, digest(state.stamp(cache), chosen))


def unchanged_site(previous: PreviousRun, output: Path) -> Published | None:
    """Describe the site if there is nothing to do about it."""
    found = previous.state
    if found.stamp != previous.stamp or not FreshnessCheck(output, found).whole():
        return None
    every = found.render_tasks.values()
    files, size = sum(made.files for made in every), sum(made.size for made in every)
    return describe(found, Written(0, files, 0, size), output)


def describe(kept: BuildState, done: Written, output: Path) -> Published:
    """Say what a run did that leaves these notes."""
    return Published(
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        pages=sum(made.pages for made in kept.render_tasks.values()),
        bytes=done.bytes,
        index=output / Links.OVERVIEW,
        why=kept.why,
        lost=kept.lost,
        remarks=kept.remarks,
    )
