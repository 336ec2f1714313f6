"""The objects of a cache in memory, and which of its files differ from them."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from hydrasnap.model import (
    Build,
    Evaluation,
    Jobset,
    JobsetKey,
    JobSizes,
    Live,
    Project,
    Reasons,
    Run,
    Snapshot,
)
from hydrasnap.model.objects import Value
from hydrasnap.store.build_offsets import read_offsets
from hydrasnap.store.file_reader import Damaged, FileReader
from hydrasnap.store.layout import (
    LIVE,
    SCHEMA,
    Manifest,
    evaluation_path,
    jobset_path,
    project_path,
    reasons_path,
    shard_path,
    sizes_path,
)
from hydrasnap.store.lazy_builds import LazyBuilds
from hydrasnap.store.object_files import ObjectFiles
from hydrasnap.store.shards import UNPACKED, Shards

_AGGREGATE, _DELETED = "aggregate", "deleted"  # labels of builds, beside their jobset


class LoadedCache:
    """The objects of a cache folder: read from its files, and asked for by mappings.

    `_dirty` are the files that are to be written, each with what makes its content.
    """

    def __init__(self, folder: Path, damaged: Damaged, unpacked: int = UNPACKED) -> None:
        self._folder = folder
        self.manifest = Manifest(schema=SCHEMA, origin="")
        self.reader = FileReader(folder, damaged)
        self._dirty: dict[Path, Callable[[], bytes]] = {}
        self.projects = ObjectFiles(Project, "name", "projects/*.json", project_path)
        self.jobsets = ObjectFiles(Jobset, "key", "jobsets/*/*.json", jobset_path)
        self.evaluations = ObjectFiles(Evaluation, "id", "evals/*.json", evaluation_path)
        self.builds = Shards(Build, "id", shard_path, _labels, unpacked)
        self.sizes = ObjectFiles(JobSizes, "key", "sizes/*/*/*.json", sizes_path)
        self.reasons = Shards(Reasons, "build", reasons_path, unpacked=unpacked)
        self.live: Live | None = None  # what the Hydra was doing when it was last asked
        self._lazy_builds: LazyBuilds | None = None
        files = (self.projects, self.jobsets, self.evaluations, self.sizes)
        self._collections: dict[type[Value], ObjectFiles[Any, Any] | Shards[Any]] = {
            held.kind: held for held in (*files, self.builds, self.reasons)
        }

    def builds_of(self, key: JobsetKey) -> Iterator[Build]:
        """Yield the builds of a jobset, by id."""
        return self.builds.with_label(key)

    def aggregates(self) -> Iterator[Build]:
        """Yield the builds that are known to have constituents, by id."""
        return self.builds.with_label(_AGGREGATE)

    def deleted_builds(self) -> Iterator[Build]:
        """Yield the builds that the Hydra has deleted, by id."""
        return self.builds.with_label(_DELETED)

    @property
    def empty(self) -> bool:
        """Whether there is nothing of any Hydra in it."""
        return not (self.projects or self.jobsets or self.evaluations or self.builds)

    def snapshot(self) -> Snapshot:
        """Return what the cache holds now, sorted."""
        builds = self.builds.frozen() if self._lazy_builds is None else self._lazy_builds
        return Snapshot(
            origin=self.manifest.origin,
            run=self.manifest.runs[0] if self.manifest.runs else Run(complete=False),
            projects=dict(sorted(self.projects.items())),
            jobsets=dict(sorted(self.jobsets.items())),
            evaluations={n: _dated(found, builds) for n, found in sorted(self.evaluations.items())},
            builds=builds,
            sizes=dict(sorted(self.sizes.items())),
            live=self.live,
            reasons=self.reasons.frozen(),
        )

    def load(self, *, lazy_builds: bool = False) -> None:
        """Read every file; a damaged one is reported and counts as absent.

        With `lazy_builds`, for a cache that is only read, builds stay in their files.
        """
        manifest = self.reader.manifest() or self.manifest
        origin = manifest.origin or self.reader.origin()
        self.manifest = replace(manifest, origin=origin)
        for held in (self.projects, self.jobsets, self.evaluations, self.sizes):
            self._load_objects(held)
        self.live = next(self.reader.all(LIVE, Live, lambda _: Path(LIVE)), None)
        if lazy_builds:
            offsets = read_offsets(self._folder, self.reader.build_lines)
            self._lazy_builds = LazyBuilds(self._folder, offsets)
            self._lazy_builds.forget_lost_jobsets()
        else:
            self._load_shards(self.builds)
        self._load_shards(self.reasons)

    def _load_objects(self, held: ObjectFiles[Any, Any]) -> None:
        """Read objects; a file of an older version is written again with a checksum."""
        for found in self.reader.all(held.pattern, held.kind, held.path_for):
            held.put(found)
            if self.reader.unchecked and held.path_for(found) in self.reader.unchecked:
                self._touch(held, held.key_of(found))

    def _load_shards(self, held: Shards[Any]) -> None:
        """Read the objects of shards; files are written again without unreadable lines.

        So is a file of an older version, with checksums.
        """
        pattern = f"{held.path_of(0).parent}/*.json"
        for first, found, whole in self.reader.shards(pattern, held.kind):
            intact = whole and held.path_of(first) not in self.reader.unchecked
            if held.fill(first, found) and not intact:
                self._touch(held, first)

    def _keep(self, value: Value) -> bool:
        """Hold an object; return whether that is news."""
        held = self._collections[type(value)]
        is_new = held.put(value)
        if is_new:
            self._touch(held, held.key_of(value))
        return is_new

    def _touch(self, held: ObjectFiles[Any, Any] | Shards[Any], key: Any) -> None:
        """Mark the file of an object as changed; it is written with what is held by then."""
        self._dirty[held.path_of(key)] = partial(held.content, key)


def _dated(evaluation: Evaluation, builds: Mapping[int, Build]) -> Evaluation:
    """Return an evaluation with the time of its newest build, if it has none.

    Hydras before October 2021 give none; an evaluation queues its new builds at once.
    """
    if evaluation.timestamp:
        return evaluation
    queued = (builds[number].timestamp for number in evaluation.builds if number in builds)
    return replace(evaluation, timestamp=max(queued, default=0), dated_by_builds=True)


def _labels(build: Build) -> list[Hashable]:
    marks = ((_AGGREGATE, build.constituents), (_DELETED, build.deleted_upstream))
    return [build.jobset_key, *(label for label, holds in marks if holds)]
