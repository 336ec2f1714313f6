"""A share of the site from its pages to its files, or the finding that it is there already."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hydrasnap.publish.incremental.checks import FreshnessCheck
from hydrasnap.publish.incremental.fingerprints import Fingerprinter, item_fingerprint
from hydrasnap.publish.incremental.state import BuildState, FileRecord, TaskRecord
from hydrasnap.publish.output.folder import Stage
from hydrasnap.publish.pages import File, Page, Site
from hydrasnap.publish.render.renderer import Renderer
from hydrasnap.publish.tasks import RenderTask, render_tasks

_PIECES, _TOGETHER = 32, 4  # pieces of each process at least, shares of a piece at most


class TaskResult(NamedTuple):
    """What became of a share; `made` is None if it is what it was, `changed` are its new files."""

    key: str
    made: TaskRecord | None
    changed: frozenset[str]


class TaskRunner:
    """Renders the shares of a site by their number; what `before` tells of is not made again."""

    def __init__(
        self, site: Site, renderer: Renderer, stage: Stage, output: Path, before: BuildState
    ) -> None:
        self._site = site
        self._renderer = renderer
        self._stage = stage
        self._before = before
        self._settings = before.settings
        self._stands = FreshnessCheck(output, before)
        self._shares = tuple(render_tasks(site))
        self._scope = Fingerprinter(site, before.settings)

    def __len__(self) -> int:
        return len(self._shares)

    def pieces(self, workers: int) -> list[list[int]]:
        """Put shares that look at few builds together, so that little is sent to and fro."""
        weights = list(map(self._weight, self._shares))
        most = sum(weights) / (workers * _PIECES)
        pieces: list[list[int]] = []
        weight = 0
        for number, more in enumerate(weights):
            if not pieces or weight + more > most or len(pieces[-1]) == _TOGETHER:
                pieces.append([])
                weight = 0
            pieces[-1].append(number)
            weight += more
        return pieces

    def _weight(self, task: RenderTask) -> int:
        """Count the builds that a share may look at."""
        if task.bucket is not None:
            return len(task.bucket.builds)
        jobsets = task.jobsets or self._site.buckets
        return sum(len(bucket.builds) for key in jobsets for bucket in self._site.buckets[key])

    def __call__(self, number: int) -> TaskResult:
        """Render a share, as far as that is needed."""
        task = self._shares[number]
        digest = self._scope.of(task)
        known = self._before.render_tasks.get(task.key)
        if known and digest and known.digest == digest and self._stands.all_of(known):
            return TaskResult(task.key, None, frozenset())
        changed: list[str] = []
        entries = tuple(self._entries(task, known, changed))
        return TaskResult(task.key, TaskRecord.of(digest, entries), frozenset(changed))

    def _entries(
        self, task: RenderTask, known: TaskRecord | None, changed: list[str]
    ) -> Iterator[FileRecord]:
        old = {entry.path: entry for entry in known.entries()} if known else {}
        for item in task.make():
            digest = item_fingerprint(self._settings, item)
            entry = old.get(item.path)
            if entry and entry.digest == digest and self._stands(entry):
                yield entry
                continue
            staged = self._stage.put(item.path, self._content(item))
            if staged.changed:
                changed.append(item.path)
            yield FileRecord(item.path, staged.size, digest, isinstance(item, Page))

    def _content(self, item: Page | File) -> bytes:
        if isinstance(item, File):
            return item.text.encode()
        return self._renderer.render(item)
