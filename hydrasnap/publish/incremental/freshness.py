"""Which files of a site are still as the last run left them.

Most runs of cron find that all are, so nothing is imported here that only a render needs.
"""

from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from hydrasnap.publish.incremental import state
from hydrasnap.publish.incremental.state import FileRecord, SiteState, TaskRecord, digest
from hydrasnap.publish.links import Links
from hydrasnap.publish.output import file_operations as files
from hydrasnap.publish.output.folder import Written
from hydrasnap.publish.settings import Published, SiteSettings

MANY_FILES = 20_000


class FreshnessCheck:
    """Tells whether the files of a site are still as its state records them.

    Each file is checked by its size and modification time. In a site of `by_folder` files or more,
    that holds for files at the top only; of folders, the modification time is checked, which moves
    when a file in them is added, removed or replaced. A file in a folder that was edited in place
    is repaired when its page changes, or by the run after ``.hydrasnap-state`` was removed.
    """

    def __init__(self, output: Path, found: SiteState, by_folder: int = MANY_FILES) -> None:
        self._output = str(output)
        self._state = found
        self._by_folder = sum(task.files for task in found.tasks.values()) >= by_folder
        self._folder_unmodified = cache(
            partial(files.folder_unmodified, self._output, since=found.saved)
        )
        files.forget_links()

    def __call__(self, record: FileRecord) -> bool:
        """Return whether a file is unmodified."""
        folder = self._by_folder and record.path.rpartition("/")[0]
        if folder:
            return self._folder_unmodified(folder)
        return files.is_unmodified(self._output, record.path, record.size, self._state.saved)

    def all_of(self, task: TaskRecord) -> bool:
        """Return whether all files of a task are unmodified."""
        if self._by_folder and "" not in task.folders:
            return all(map(self._folder_unmodified, task.folders))
        return all(map(self, task.records()))

    def whole_site(self) -> bool:
        """Return whether all files of the site are unmodified."""
        return all(map(self.all_of, self._state.tasks.values()))


class PreviousRun(NamedTuple):
    """The state that the last run left; digests of the settings now, and of settings and cache."""

    state: SiteState
    settings: bytes
    stamp: bytes = b""


def inspect(cache: Path, settings: SiteSettings, output: Path) -> PreviousRun:
    """Read the state of a site, and digest the settings and the cache as they are now."""
    chosen = settings.digest()
    stamp = digest(state.stamp(cache), chosen, settings.packages.stamp)
    return PreviousRun(state.load(output), chosen, stamp)


def unchanged_site(previous: PreviousRun, output: Path) -> Published | None:
    """Describe the site if a render would change nothing, else return None."""
    found = previous.state
    if found.stamp != previous.stamp or not FreshnessCheck(output, found).whole_site():
        return None
    tasks = found.tasks.values()
    count, size = sum(task.files for task in tasks), sum(task.size for task in tasks)
    return describe(found, Written(0, count, 0, size), output)


def describe(left: SiteState, done: Written, output: Path) -> Published:
    """Describe what a run did, from the state that it leaves and the counts of files."""
    return Published(
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        pages=sum(task.pages for task in left.tasks.values()),
        bytes=done.bytes,
        index=output / Links.OVERVIEW,
        why=left.why,
        lost=left.lost,
        remarks=left.remarks,
        matched=left.matched,
    )
