"""What a cache holds, in memory, and which of its files differ from that."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hydrasnap.model import (
    Build,
    Evaluation,
    JobKey,
    Jobset,
    JobsetKey,
    JobSizes,
    Live,
    Project,
    Reasons,
    Run,
    Snapshot,
)
from hydrasnap.store.build_places import look_up
from hydrasnap.store.crawl_memo import CrawlMemo
from hydrasnap.store.filed_builds import FiledBuilds
from hydrasnap.store.layout import (
    LIVE,
    encode_object,
    encode_shard,
    evaluation_path,
    jobset_path,
    project_path,
    reasons_path,
    shard_of,
    shard_path,
    sizes_path,
)
from hydrasnap.store.reading import Damaged, Reader
from hydrasnap.store.shards import UNPACKED, Shards

Key = TypeVar("Key")
Filed = TypeVar("Filed", Project, Jobset, Evaluation, JobSizes)
Sharded = TypeVar("Sharded", Build, Reasons)

_AGGREGATE, _DELETED = "aggregate", "deleted"  # labels of builds; their jobset is another one


class Contents(CrawlMemo):
    """The objects of a cache folder: read from its files, and asked for by mappings.

    `_dirty` are the files that are to be written, each with what makes its content.
    """

    def __init__(self, folder: Path, damaged: Damaged, unpacked: int = UNPACKED) -> None:
        super().__init__()
        self._folder = folder
        self._reader = Reader(folder, damaged)
        self._dirty: dict[Path, Callable[[], bytes]] = {}
        self._projects: dict[str, Project] = {}
        self._jobsets: dict[JobsetKey, Jobset] = {}
        self._evaluations: dict[int, Evaluation] = {}
        self._builds = Shards(Build, "id", _labels, unpacked)
        self._sizes: dict[JobKey, JobSizes] = {}
        self._reasons = Shards(Reasons, "build", unpacked=unpacked)
        self._live: Live | None = None
        self._filed: FiledBuilds | None = None

    @property
    def projects(self) -> Mapping[str, Project]:
        """All projects by name."""
        return self._projects

    @property
    def jobsets(self) -> Mapping[JobsetKey, Jobset]:
        """All jobsets by key."""
        return self._jobsets

    @property
    def evaluations(self) -> Mapping[int, Evaluation]:
        """All evaluations by id."""
        return self._evaluations

    @property
    def builds(self) -> Mapping[int, Build]:
        """All builds by ascending id; of very many, reading them in this order is fast."""
        return self._builds

    def builds_of(self, key: JobsetKey) -> Iterator[Build]:
        """Yield the builds of a jobset, by id."""
        return self._builds.with_label(key)

    def aggregates(self) -> Iterator[Build]:
        """Yield the builds that are known to have constituents, by id."""
        return self._builds.with_label(_AGGREGATE)

    def deleted_builds(self) -> Iterator[Build]:
        """Yield the builds that the Hydra has deleted, by id."""
        return self._builds.with_label(_DELETED)

    @property
    def sizes(self) -> Mapping[JobKey, JobSizes]:
        """The sizes of builds by job, as far as they were asked for."""
        return self._sizes

    @property
    def reasons(self) -> Mapping[int, Reasons]:
        """Why builds failed, by build, as far as their pages were read."""
        return self._reasons

    @property
    def live(self) -> Live | None:
        """What the Hydra was doing when it was last asked."""
        return self._live

    @property
    def files(self) -> int:
        """How many files were read."""
        return self._reader.files

    @property
    def unchecked(self) -> int:
        """How many of these have no checksum."""
        return len(self._reader.unchecked)

    @property
    def empty(self) -> bool:
        """Whether there is nothing of any Hydra in it."""
        return not (self._projects or self._jobsets or self._evaluations or self._builds)

    def snapshot(self) -> Snapshot:
        """Return what the cache holds now, sorted."""
        return Snapshot(
            origin=self.manifest.origin,
            run=self.manifest.runs[0] if self.manifest.runs else Run(complete=False),
            projects=dict(sorted(self._projects.items())),
            jobsets=dict(sorted(self._jobsets.items())),
            evaluations={number: self._dated(e) for number, e in sorted(self._evaluations.items())},
            builds=self._builds.frozen() if self._filed is None else self._filed,
            sizes=dict(sorted(self._sizes.items())),
            live=self._live,
            reasons=self._reasons.frozen(),
        )

    def _dated(self, evaluation: Evaluation) -> Evaluation:
        """Return an evaluation with the time of its newest build, if it has none.

        Hydras before October 2021 give none; an evaluation queues its new builds at once.
        """
        if evaluation.timestamp:
            return evaluation
        held: Mapping[int, Build] = self._builds if self._filed is None else self._filed
        queued = (held[n].timestamp for n in evaluation.builds if n in held)
        newest = max(queued, default=0)
        return msgspec.structs.replace(evaluation, timestamp=newest, dated_by_builds=True)

    def load(self, *, leave_builds: bool = False) -> None:
        """Read every file; a damaged one is reported and counts as absent.

        With `leave_builds`, for a cache that is only read, builds are left in their files.
        """
        manifest = self._reader.manifest() or self.manifest
        origin = manifest.origin or self._reader.origin()
        self.manifest = msgspec.structs.replace(manifest, origin=origin)
        read = self._reader.all
        self._projects = {
            p.name: p for p in read("projects/*.json", Project, lambda p: project_path(p.name))
        }
        self._jobsets = {
            j.key: j for j in read("jobsets/*/*.json", Jobset, lambda j: jobset_path(j.key))
        }
        self._evaluations = {
            e.id: e for e in read("evals/*.json", Evaluation, lambda e: evaluation_path(e.id))
        }
        self._sizes = {
            s.key: s for s in read("sizes/*/*/*.json", JobSizes, lambda s: sizes_path(s.key))
        }
        self._live = next(read(LIVE, Live, lambda _: Path(LIVE)), None)
        if leave_builds:
            self._filed = FiledBuilds(self._folder, look_up(self._folder, self._reader.build_lines))
        else:
            self._load_shards(self._builds, Build, shard_path)
        self._load_shards(self._reasons, Reasons, reasons_path)
        self._add_checksums()

    def _add_checksums(self) -> None:
        """Mark the files of older versions as changed, so that a writer adds their checksums."""
        old = self._reader.unchecked
        kinds: tuple[tuple[Callable[[Any], Path], Mapping[Any, Any]], ...] = (
            (project_path, self._projects),
            (jobset_path, self._jobsets),
            (evaluation_path, self._evaluations),
            (sizes_path, self._sizes),
        )
        for place, held in kinds:
            for key in held if old else ():
                if (path := place(key)) in old:
                    self._dirty[path] = partial(_encode_held, held, key)
        for first in self._builds.firsts() if old else ():
            if shard_path(first) in old:
                self._touch(self._builds, shard_path, first)

    def _load_shards(
        self, shards: Shards[Sharded], kind: type[Sharded], place: Callable[[int], Path]
    ) -> None:
        """Read the objects of shards; a file with unreadable lines is written again without."""
        for first, found, whole in self._reader.shards(f"{place(0).parent}/*.json", kind):
            if shards.fill(first, found) and not whole:
                self._touch(shards, place, first)

    def _keep_project(self, project: Project) -> bool:
        return self._keep(self._projects, project.name, project, project_path(project.name))

    def _keep_jobset(self, jobset: Jobset) -> bool:
        return self._keep(self._jobsets, jobset.key, jobset, jobset_path(jobset.key))

    def _keep_evaluation(self, found: Evaluation) -> bool:
        return self._keep(self._evaluations, found.id, found, evaluation_path(found.id))

    def _keep_sizes(self, sizes: JobSizes) -> bool:
        return self._keep(self._sizes, sizes.key, sizes, sizes_path(sizes.key))

    def _keep_reasons(self, reasons: Reasons) -> bool:
        is_new = self._reasons.put(reasons)
        if is_new:
            self._touch(self._reasons, reasons_path, reasons.build)
        return is_new

    def _keep(self, held: dict[Key, Filed], key: Key, value: Filed, path: Path) -> bool:
        """Hold an object that has a file of its own; return whether that is news."""
        if held.get(key) == value:
            return False
        held[key] = value
        self._dirty[path] = partial(_encode_held, held, key)
        return True

    def _keep_build(self, build: Build) -> bool:
        is_new = self._builds.put(build)
        if is_new:
            self._touch(self._builds, shard_path, build.id)
        return is_new

    def _touch(self, shards: Shards[Sharded], place: Callable[[int], Path], number: int) -> None:
        """Mark the file of a shard as changed; it is written with what the shard holds by then."""
        first = shard_of(number)
        self._dirty[place(first)] = lambda: encode_shard(shards.of_shard(first))


def _labels(build: Build) -> list[Hashable]:
    marks = ((_AGGREGATE, build.constituents), (_DELETED, build.deleted_upstream))
    return [build.jobset_key, *(label for label, holds in marks if holds)]


def _encode_held(held: Mapping[Any, Any], key: Any) -> bytes:
    return encode_object(held[key])
