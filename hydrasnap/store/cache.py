"""The cache as a crawl uses it: each change goes to a journal at once, to its file in batches."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from msgspec.structs import replace

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
)
from hydrasnap.store.atomic import cannot, set_aside, write_whole
from hydrasnap.store.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from hydrasnap.store.file_reader import Damaged
from hydrasnap.store.journal import Journal
from hydrasnap.store.layout import (
    JOURNAL,
    LIVE,
    MANIFEST,
    ORIGIN,
    encode_object,
)
from hydrasnap.store.loaded_cache import LoadedCache

_BATCH_BYTES = 32 * 1024 * 1024
_KEPT_RUNS = 20


class Cache(LoadedCache):
    """An open cache; read it by its mappings, which this class alone modifies."""

    def __init__(self, folder: Path, damaged: Damaged) -> None:
        super().__init__(folder, damaged)
        self._journal = Journal(folder / JOURNAL)

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
        """Store objects, all or none of them; builds come before what refers to them."""
        objects = chain(projects, builds, evaluations, jobsets, sizes, reasons)
        news = [value for value in objects if self._keep(value)]
        if not news:
            return
        with self.writing():
            self._claim()
            self._journal.append(news)
        if self._journal.size > _BATCH_BYTES:
            self.flush()

    def put_live(self, live: Live | None) -> None:
        """Replace what the Hydra was doing by what it does now; None removes it."""
        if live is not None:
            self._dirty[Path(LIVE)] = lambda: encode_object(live)
        elif self.live is not None:
            self._forget(Path(LIVE))
        self.live = live

    def _claim(self) -> None:
        """Write `snapshot.json` and `origin` if they are missing: they name the Hydra."""
        if not (self._folder / MANIFEST).exists():
            write_whole(self._folder / MANIFEST, encode_object(self.manifest))
        if not (self._folder / ORIGIN).exists():
            self._write_origin()

    def _write_origin(self) -> None:
        write_whole(self._folder / ORIGIN, f"{self.manifest.origin}\n".encode())

    def flush(self) -> None:
        """Write changed objects to their files, and empty the journal."""
        with self.writing():
            for path in sorted(self._dirty, key=lambda path: (path.parts[0], path)):
                write_whole(self._folder / path, self._dirty[path]())
            self._dirty.clear()
            self._journal.clear()

    def keep_notes(self) -> None:
        """Write the notes on empty projects, if a run ends before it has stored any object."""
        if self.manifest.empty_projects:
            with self.writing():
                write_whole(self._folder / MANIFEST, encode_object(self.manifest))

    @property
    def non_aggregate_jobs(self) -> frozenset[JobKey]:
        """The jobs that looked like aggregates, were asked, and are none."""
        return frozenset(JobKey(*job) for job in self.manifest.non_aggregate_jobs)

    def add_non_aggregate_jobs(self, jobs: Iterable[JobKey]) -> None:
        """Remember that jobs are no aggregates."""
        both = tuple(sorted({*self.manifest.non_aggregate_jobs, *map(tuple, jobs)}))
        self.manifest = replace(self.manifest, non_aggregate_jobs=both)

    def note_checked(self, checked: Mapping[str, int]) -> None:
        """Remember when older failures of jobsets were fetched again, in Unix seconds."""
        both = {**self.manifest.checked, **checked}
        self.manifest = replace(self.manifest, checked=both)

    def note_empty_project(self, project: str, *, is_empty: bool) -> None:
        """Remember whether a project that names jobsets shows none of them."""
        others = {name for name in self.manifest.empty_projects if name != project}
        both = tuple(sorted(others | ({project} if is_empty else set())))
        self.manifest = replace(self.manifest, empty_projects=both)

    def note_revisit(self, addresses: Iterable[str]) -> None:
        """Remember the addresses that the next run asks again."""
        revisit = tuple(sorted(set(addresses)))
        self.manifest = replace(self.manifest, revisit=revisit)

    def note_pages(self, without: int) -> None:
        """Remember since when this Hydra has no known pages of builds; 0 where it has."""
        self.manifest = replace(self.manifest, without_pages=without)

    @property
    def unfinished(self) -> Checkpoint:
        """What the run before left, if it ended early."""
        with self.writing():
            return read_checkpoint(self._folder)

    def close_run(self, run: Run, unfinished: Checkpoint = Checkpoint()) -> None:  # noqa: B008
        """Write all objects, then note the run in `snapshot.json`, which is written last."""
        self.flush()
        self._set_aside()
        runs = (run, *self.manifest.runs)[:_KEPT_RUNS]
        self.manifest = replace(self.manifest, runs=runs)
        with self.writing():
            write_checkpoint(self._folder, unfinished)
            self._write_origin()
            write_whole(self._folder / MANIFEST, encode_object(self.manifest))

    def _clear_way(self) -> None:
        """Rename folders that lie where a file belongs."""
        for path, data in self.reader.broken.items():
            if data is None and path.is_dir():
                set_aside(path)

    def _set_aside(self) -> None:
        """Rename damaged files to ``NAME.damaged``, unless the crawl has replaced them.

        Hydra no longer has what they held, and readers would stumble over them.
        """
        with self.writing():
            for path, data in self.reader.broken.items():
                if data is not None and path.is_file() and path.read_bytes() == data:
                    set_aside(path)
            self.reader.broken.clear()

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
            self._forget(self.sizes.remove(job))
        for key in jobsets:
            self._forget(self.jobsets.remove(key))
        for number in evaluations:
            self._forget(self.evaluations.remove(number))
        for number in builds:
            self.builds.remove(number)
            self._touch(self.builds, number)
        for number in self.reasons.keys() - self.builds.keys():  # also of an earlier, killed run
            self.reasons.remove(number)
            self._touch(self.reasons, number)
        for path in (*self.builds.take_empty(), *self.reasons.take_empty()):
            self._forget(path)
        self.flush()

    def _forget(self, path: Path) -> None:
        self._dirty.pop(path, None)
        with self.writing():
            (self._folder / path).unlink(missing_ok=True)

    def recover(self) -> None:
        """Take in what a killed run left in its journal."""
        with self.writing():
            self._clear_way()
            left = list(self._journal.replay())
        for value in left:
            self._keep(value)
        self.flush()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Explain what the file system refuses."""
        try:
            yield
        except OSError as error:
            raise cannot("write", self._folder, error) from error
