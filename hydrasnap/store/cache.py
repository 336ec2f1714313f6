"""The cache as a crawl uses it: objects in memory, every change journalled, filed in batches."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
from hydrasnap.store.atomic import cannot, write_whole
from hydrasnap.store.build_places import look_up
from hydrasnap.store.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from hydrasnap.store.crawl_memo import CrawlMemo
from hydrasnap.store.filed_builds import FiledBuilds
from hydrasnap.store.journal import Entry, Journal
from hydrasnap.store.layout import (
    JOURNAL,
    LIVE,
    MANIFEST,
    ORIGIN,
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

_AGGREGATE, _DELETED = "aggregate", "deleted"  # labels of builds, beside their jobset
_BATCH_BYTES = 32 * 1024 * 1024
_KEPT_RUNS = 20


class Cache(CrawlMemo):
    """An open cache; read it by its mappings, which this class alone modifies."""

    def __init__(self, folder: Path, damaged: Damaged, unpacked: int = UNPACKED) -> None:
        super().__init__()
        self._folder = folder
        self._reader = Reader(folder, damaged)
        self._journal = Journal(folder / JOURNAL)
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
        """All builds by id, ascending; of many, to read one after the other is fast."""
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

    def put(
        self,
        *,
        projects: Iterable[Project] = (),
        builds: Iterable[Build] = (),
        evaluations: Iterable[Evaluation] = (),
        jobsets: Iterable[Jobset] = (),
        sizes: Iterable[JobSizes] = (),
        reasons: Iterable[Reasons] = (),
    ) -> None:
        """Keep objects at once and together; builds come before what refers to them."""
        entries = [Entry(project=p) for p in projects if self._keep_project(p)]
        entries += [Entry(build=b) for b in builds if self._keep_build(b)]
        entries += [Entry(evaluation=e) for e in evaluations if self._keep_evaluation(e)]
        entries += [Entry(jobset=j) for j in jobsets if self._keep_jobset(j)]
        entries += [Entry(sizes=s) for s in sizes if self._keep_sizes(s)]
        entries += [Entry(reasons=r) for r in reasons if self._keep_reasons(r)]
        if not entries:
            return
        with self.writing():
            self._claim()
            self._journal.append(entries)
        if self._journal.size > _BATCH_BYTES:
            self.file()

    def put_live(self, live: Live | None) -> None:
        """Keep what the Hydra is doing now in place of what it did before; None is nothing."""
        if live is not None:
            self._dirty[Path(LIVE)] = lambda: encode_object(live)
        elif self._live is not None:
            self._forget(Path(LIVE))
        self._live = live

    def _claim(self) -> None:
        """Write `snapshot.json` and `origin` if they are missing: they name the Hydra."""
        if not (self._folder / MANIFEST).exists():
            write_whole(self._folder / MANIFEST, encode_object(self.manifest))
        if not (self._folder / ORIGIN).exists():
            self._write_origin()

    def _write_origin(self) -> None:
        write_whole(self._folder / ORIGIN, f"{self.manifest.origin}\n".encode())

    def file(self) -> None:
        """Write what changed to its place; then the journal is no longer needed."""
        with self.writing():
            for path in sorted(self._dirty, key=lambda path: (path.parts[0], path)):
                write_whole(self._folder / path, self._dirty[path]())
            self._dirty.clear()
            self._journal.clear()

    def keep_notes(self) -> None:
        """Write what is noted of silent projects, where a run ends before its first object."""
        if self.manifest.empty_projects:
            with self.writing():
                write_whole(self._folder / MANIFEST, encode_object(self.manifest))

    @property
    def unfinished(self) -> Checkpoint:
        """How far the run before came, if it ended early."""
        with self.writing():
            return read_checkpoint(self._folder)

    def close_run(self, run: Run, unfinished: Checkpoint = Checkpoint()) -> None:  # noqa: B008
        """File everything, then mark the run as done in `snapshot.json`, the last file written."""
        self.file()
        self._set_aside()
        runs = (run, *self.manifest.runs)[:_KEPT_RUNS]
        self.manifest = msgspec.structs.replace(self.manifest, runs=runs)
        with self.writing():
            write_checkpoint(self._folder, unfinished)
            self._write_origin()
            write_whole(self._folder / MANIFEST, encode_object(self.manifest))

    def _clear_way(self) -> None:
        """Move folders out of the way that lie where a file belongs."""
        for path, data in self._reader.broken.items():
            if data is None and path.is_dir():
                path.replace(_free_name(path))

    def _set_aside(self) -> None:
        """Move damaged files that no answer replaced out of the way: Hydra has not what they held.

        They stay beside their place as ``NAME.damaged``, so that they block no reader.
        """
        with self.writing():
            for path, data in self._reader.broken.items():
                if data is not None and path.is_file() and path.read_bytes() == data:
                    path.replace(_free_name(path))
            self._reader.broken.clear()

    def drop(
        self,
        *,
        evaluations: Iterable[int] = (),
        builds: Iterable[int] = (),
        jobsets: Iterable[JobsetKey] = (),
        sizes: Iterable[JobKey] = (),
    ) -> None:
        """Forget objects that the user's retention no longer wants."""
        for job in sizes:
            del self._sizes[job]
            self._forget(sizes_path(job))
        for key in jobsets:
            del self._jobsets[key]
            self._forget(jobset_path(key))
        for number in evaluations:
            del self._evaluations[number]
            self._forget(evaluation_path(number))
        for number in builds:
            self._builds.remove(number)
            self._touch(self._builds, shard_path, number)
        for number in self._reasons.keys() - self._builds.keys():  # also of an earlier, killed run
            self._reasons.remove(number)
            self._touch(self._reasons, reasons_path, number)
        for shards, place in ((self._builds, shard_path), (self._reasons, reasons_path)):
            for first in shards.take_empty():
                self._forget(place(first))
        self.file()

    def _forget(self, path: Path) -> None:
        self._dirty.pop(path, None)
        with self.writing():
            (self._folder / path).unlink(missing_ok=True)

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
        """Let a writer write the files of older versions again, with a checksum."""
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

    def recover(self) -> None:
        """Take in what a killed run left in its journal."""
        with self.writing():
            self._clear_way()
            entries = list(self._journal.replay())
        for entry in entries:
            if entry.project:
                self._keep_project(entry.project)
            if entry.build:
                self._keep_build(entry.build)
            if entry.evaluation:
                self._keep_evaluation(entry.evaluation)
            if entry.jobset:
                self._keep_jobset(entry.jobset)
            if entry.sizes:
                self._keep_sizes(entry.sizes)
            if entry.reasons:
                self._keep_reasons(entry.reasons)
        self.file()

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
        """Let the file of a shard be written, with what the shard holds by then."""
        first = shard_of(number)
        self._dirty[place(first)] = lambda: encode_shard(shards.of_shard(first))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Explain what the file system refuses."""
        try:
            yield
        except OSError as error:
            raise cannot("write", self._folder, error) from error


def _labels(build: Build) -> list[Hashable]:
    marks = ((_AGGREGATE, build.constituents), (_DELETED, build.deleted_upstream))
    return [build.jobset_key, *(label for label, holds in marks if holds)]


def _encode_held(held: Mapping[Any, Any], key: Any) -> bytes:
    return encode_object(held[key])


def _free_name(path: Path) -> Path:
    """Return a name beside `path` for what is damaged."""
    name = path.with_name(f"{path.name}.damaged")
    number = 1
    while name.is_dir() or (path.is_dir() and name.exists()):
        number += 1
        name = path.with_name(f"{path.name}.damaged-{number}")
    return name
