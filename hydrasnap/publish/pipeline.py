"""The whole story of a render: from a cache and the settings to the site in the output folder.

    publish_cache   compare the cache, the settings and the site with the last run; end if equal
    └ publish       gather the site, render its tasks, write what changed, note it for the next run

Modules that only a real render needs are imported where they are used: most runs of cron end after
the comparison.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from hydrasnap import formatting
from hydrasnap.errors import OutputError
from hydrasnap.model import Snapshot
from hydrasnap.publish.incremental import state
from hydrasnap.publish.incremental.freshness import PreviousRun, describe, inspect, unchanged_site
from hydrasnap.publish.incremental.state import FileRecord, SiteState, TaskRecord, digest
from hydrasnap.publish.links import Links
from hydrasnap.publish.output import manifest
from hydrasnap.publish.output.folder import Output
from hydrasnap.publish.settings import Published, SiteSettings

if TYPE_CHECKING:
    from hydrasnap.publish.pages.common.site import Site
    from hydrasnap.publish.task_runner import TaskResult, TaskRunner

Progress = Callable[[int, int], object]

_LAST = ("snapshot.js", Links.OVERVIEW, manifest.NAME)  # moved into place after all other files
_STATIC = "static"
IN_MEMORY = 5_000_000  # bytes of builds; more stay in their files, so that little is read again
_BUDGET_SHARES = (1.0, 0.8, 0.5, 0.2, 0.0)  # of the budget, where the estimate of sizes was too low
_BUILDS_A_WORKER = 250  # fewer builds do not repay the start of another process


def _no_progress(done: int, total: int) -> None:
    """Show nothing."""


def publish_cache(
    cache: Path,
    settings: SiteSettings,
    output: Path,
    *,
    progress: Progress = _no_progress,
    before_render: Callable[[], object] = lambda: None,
    in_memory: int = IN_MEMORY,
) -> Published:
    """Write the site of a cache; do nothing if cache, settings and site are as the last run left.

    `progress` is called with the number of finished tasks and of all tasks. `before_render` is
    called once it is known that there is something to do; an error that it raises ends the run.
    `in_memory` is how many bytes of builds are held there, as `read_snapshot` takes it.
    """
    previous = inspect(cache, settings, output)
    unchanged = unchanged_site(previous, output)
    if unchanged is not None:
        return unchanged
    from hydrasnap.store.lazy_builds import CacheChangedError
    from hydrasnap.store.opening import read_snapshot

    before_render()
    try:
        snapshot = read_snapshot(cache, in_memory)
        return publish(snapshot, settings, output, progress, previous=previous)
    except CacheChangedError:  # by a crawl, meanwhile: then it is read at once
        return publish(read_snapshot(cache, None), settings, output, progress, previous=previous)


def publish(
    snapshot: Snapshot,
    settings: SiteSettings,
    output: Path,
    progress: Progress = _no_progress,
    *,
    previous: PreviousRun | None = None,
    workers: int | None = None,
) -> Published:
    """Write the site of a snapshot: render the tasks whose input changed, and keep the rest.

    `previous` is what `inspect` found in the output folder, None to inspect it now. The files are
    the same for any number of `workers`; None takes all processors if there is enough to do.

    Raises OutputError, and leaves the old site, where a site that has to keep to a budget exceeds
    it even without pages of builds and jobs.
    """
    from hydrasnap.publish.site_content import gather_site

    previous = previous or PreviousRun(state.load(output), settings.digest())
    for part in _BUDGET_SHARES:
        site = gather_site(snapshot, settings, part)
        with suppress(_OverBudgetError):
            return _write_site(site, settings, output, progress, previous, workers)
    raise OutputError(
        f"The site takes more than {formatting.size(settings.max_bytes)} or "
        f"{settings.max_files:,} files even if no build and no job has a page of its own.",
        hint="Select fewer jobsets or evaluations, or raise [site] max_bytes and max_files.",
    )


class _OverBudgetError(Exception):
    """The rendered site exceeds its budget: nothing of it is moved into place."""


def _write_site(
    site: "Site",
    settings: SiteSettings,
    output: Path,
    progress: Progress,
    previous: PreviousRun,
    workers: int | None,
) -> Published:
    from hydrasnap.publish.pages.common.site_facts import site_facts
    from hydrasnap.publish.render.renderer import Renderer
    from hydrasnap.publish.task_runner import TaskRunner
    from hydrasnap.publish.user_warnings import matched, unused

    renderer = Renderer(site_facts(site), settings.templates)
    with Output(output, last=_LAST) as out:
        known = _reusable(state.renewed(previous.state, output), previous.settings, site.digest())
        records = {_STATIC: _put_static_files(out, settings)}
        runner = TaskRunner(site, renderer, out.stage, output, known)
        runner.prepare()
        for number, result in enumerate(_results(runner, site, workers), start=1):
            records[result.key] = _register(result, known, out)
            _check_budget(out, settings)
            progress(number, len(runner))
        if settings.manifest:
            records[manifest.NAME] = _put_manifest(out, records, known, output)
            _check_budget(out, settings)
        if known.tasks:
            out.set_previous(_replaced_files(known.tasks, records))
        left = SiteState(
            stamp=previous.stamp,
            settings=known.settings,
            tasks=records,
            why=site.policy.why,
            lost=site.lost,
            remarks=tuple(unused(site)),
            matched=matched(site),
            jobsets=runner.jobsets,
        )
        out.save_state(state.dump(left))
    return describe(left, out.result, output)


def _results(runner: "TaskRunner", site: "Site", workers: int | None) -> Iterator["TaskResult"]:
    """Run all tasks on several processors, and yield their results in order."""
    from hydrasnap.publish.process_pool import cores, map_ordered

    objects = len(site.snapshot.builds) + len(site.snapshot.evaluations)
    workers = workers or min(cores(), 1 + objects // _BUILDS_A_WORKER)
    return map_ordered(runner, runner.batches(workers), workers)


def _check_budget(out: Output, settings: SiteSettings) -> None:
    """Stop a render as soon as the files so far exceed the budget; other policies have none."""
    files = out.result.written + out.result.unchanged
    if settings.policy == "auto" and (
        out.result.bytes > settings.max_bytes or files > settings.max_files
    ):
        raise _OverBudgetError


def _register(result: "TaskResult", known: SiteState, out: Output) -> TaskRecord:
    """Count the files of a task into the output, and return the task's record."""
    if result.record is None:
        record = known.tasks[result.key]
        out.mark_unchanged(record.files, record.size)
        return record
    out.register(result.record.paths(), result.record.size, result.changed)
    return result.record


def _reusable(found: SiteState, settings: bytes, site: bytes) -> SiteState:
    """Return the state of the last run if it had the same settings, else that of a first run."""
    current = digest(settings, site)
    return found if found.settings == current else SiteState(settings=current)


def _put_static_files(out: Output, settings: SiteSettings) -> TaskRecord:
    from hydrasnap.publish.site_content import static_files

    return TaskRecord.of(b"", [_put(out, path, file) for path, file in static_files(settings)])


def _put(out: Output, path: str, content: bytes) -> FileRecord:
    """Put a file that is no page into the output, and return its record."""
    staged = out.put(path, content)
    return FileRecord(path, staged.size, digest(content), is_page=False)


def _put_manifest(
    out: Output, records: Mapping[str, TaskRecord], known: SiteState, output: Path
) -> TaskRecord:
    """Write the list of all files; those of skipped tasks are as the last manifest says."""
    skipped = {key for key, record in records.items() if known.tasks.get(key) is record}
    unmoved = {path for key in skipped for path in records[key].paths()}
    before = {path: e for path, e in manifest.read_manifest(output).items() if path in unmoved}
    paths = [path for record in records.values() for path in record.paths()]
    content = manifest.manifest(paths, before, out.stage.file)
    return TaskRecord.of(b"", [_put(out, manifest.NAME, content)])


def _replaced_files(
    before: Mapping[str, TaskRecord], now: Mapping[str, TaskRecord]
) -> Iterator[str]:
    """Yield the files of the last run whose tasks were rendered again or are gone."""
    for key, old in before.items():
        if now.get(key) is not old:
            yield from old.paths()
