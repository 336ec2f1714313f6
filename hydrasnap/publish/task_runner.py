"""Run the tasks of a render: skip a task whose input and files are as before, else write its files.

A runner is shared by forked processes; each task is run by its number.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hydrasnap.model import JobsetKey
from hydrasnap.publish.incremental.fingerprints import Fingerprinter, file_fingerprint
from hydrasnap.publish.incremental.freshness import FreshnessCheck
from hydrasnap.publish.incremental.state import FileRecord, SiteState, TaskRecord
from hydrasnap.publish.output.folder import Stage
from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.render.renderer import Renderer
from hydrasnap.publish.task_list import RenderTask, render_tasks, spelled

_BATCHES_A_WORKER = 32  # at least, so that no worker waits long for the last one
_TASKS_A_BATCH = 4  # at most


class TaskResult(NamedTuple):
    """The result of a task: its `record`, None if it was skipped, and the files that changed."""

    key: str
    record: TaskRecord | None
    changed: frozenset[str]


class TaskRunner:
    """Runs the tasks of a site by number; a task that `known` records is skipped if nothing moved.

    Files are staged by `stage`; `output` is the folder in which the last run left its files.
    """

    def __init__(
        self, site: Site, renderer: Renderer, stage: Stage, output: Path, known: SiteState
    ) -> None:
        self._site = site
        self._renderer = renderer
        self._stage = stage
        self._known = known
        self._is_unmodified = FreshnessCheck(output, known)
        self._tasks = tuple(render_tasks(site))
        self._fingerprints = Fingerprinter(site, known.settings)
        # digests of all that the tasks of a jobset read, where these are found quickly
        self.jobsets = {
            spelled(key): found
            for key in site.snapshot.jobsets
            if (found := self._fingerprints.of_jobset(key))
        }

    def prepare(self) -> None:
        """Read what the tasks need, before processes share it."""
        jobsets = self._site.snapshot.jobsets
        self._site.index.preload([key for key in jobsets if not self._is_unchanged(key)])

    def _has_unchanged_jobsets(self, task: RenderTask) -> bool:
        """Return whether all that a task reads is known to be as before."""
        return bool(task.jobsets) and all(map(self._is_unchanged, task.jobsets))

    def _is_unchanged(self, key: JobsetKey) -> bool:
        """Return whether all that the tasks of a jobset read is known to be as before."""
        now = self.jobsets.get(spelled(key))
        return now is not None and now == self._known.jobsets.get(spelled(key))

    def __len__(self) -> int:
        return len(self._tasks)

    def batches(self, workers: int) -> list[list[int]]:
        """Group the numbers of all tasks: those that read few builds go to a worker together."""
        weights = list(map(self._weight, self._tasks))
        most = sum(weights) / (workers * _BATCHES_A_WORKER)
        batches: list[list[int]] = []
        weight = 0.0
        for number, more in enumerate(weights):
            if not batches or weight + more > most or len(batches[-1]) == _TASKS_A_BATCH:
                batches.append([])
                weight = 0.0
            batches[-1].append(number)
            weight += more
        return batches

    def _weight(self, task: RenderTask) -> float:
        """Count the builds that a task may read."""
        if task.bucket is not None:
            return task.bucket.size
        jobsets = task.jobsets or self._site.snapshot.jobsets
        return sum(map(self._site.index.builds.count, jobsets))

    def __call__(self, number: int) -> TaskResult:
        """Run a task, or skip it."""
        task = self._tasks[number]
        known = self._known.tasks.get(task.key)
        if known and self._has_unchanged_jobsets(task) and self._is_unmodified.all_of(known):
            return TaskResult(task.key, None, frozenset())
        fingerprint = self._fingerprints.of(task)
        unchanged = known and fingerprint and known.fingerprint == fingerprint
        if known and unchanged and self._is_unmodified.all_of(known):
            return TaskResult(task.key, None, frozenset())
        changed: list[str] = []
        files = tuple(self._files(task, known, changed))
        return TaskResult(task.key, TaskRecord.of(fingerprint, files), frozenset(changed))

    def _files(
        self, task: RenderTask, known: TaskRecord | None, changed: list[str]
    ) -> Iterator[FileRecord]:
        """Yield a record of each file of a task, and add the paths of new ones to `changed`."""
        before = {record.path: record for record in known.records()} if known else {}
        outside = self._fingerprints.outside_contexts(task)
        for item in task.make():
            fingerprint = file_fingerprint(outside, item)
            record = before.get(item.path)
            if record and record.fingerprint == fingerprint and self._is_unmodified(record):
                yield record
                continue
            staged = self._stage.put(item.path, self._content(item))
            if staged.changed:
                changed.append(item.path)
            yield FileRecord(item.path, staged.size, fingerprint, isinstance(item, Page))

    def _content(self, item: Page | File) -> bytes:
        if isinstance(item, File):
            return item.text.encode()
        return self._renderer.render(item)
