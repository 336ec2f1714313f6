"""From a snapshot to the site in the output folder: pages, templates, static files."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from hydrasnap.model import Snapshot
from hydrasnap.publish.content import documents, notes
from hydrasnap.publish.incremental import state
from hydrasnap.publish.incremental.checks import PreviousRun, describe, inspect, unchanged_site
from hydrasnap.publish.incremental.state import BuildState, FileRecord, TaskRecord, digest
from hydrasnap.publish.links import Links
from hydrasnap.publish.output.folder import Output
from hydrasnap.publish.pages import Site
from hydrasnap.publish.pages.common.frame import Link
from hydrasnap.publish.pages.common.policy import decide
from hydrasnap.publish.pages.common.site import with_placeholder_parents
from hydrasnap.publish.pages.overview.remarks import lost, oversize, unused
from hydrasnap.publish.parallel import cores, map_ordered
from hydrasnap.publish.render.renderer import Renderer
from hydrasnap.publish.resources import bundled
from hydrasnap.publish.runner import TaskResult, TaskRunner
from hydrasnap.publish.settings import Published, SiteSettings
from hydrasnap.report.index import Index
from hydrasnap.store import read_snapshot

Progress = Callable[[int, int], object]
_MENU = (
    Link(label="Evaluations", href=Links.EVALUATIONS),
    Link(label="Builds", href=Links.BUILDS),
    Link(label="Queue", href=Links.QUEUE),
)
_RUNNING = Link(label="Activity", href=Links.STATUS)
_WATCHED = Link(label="Watch lists", href=Links.WATCH)
_LAST = ("snapshot.js", Links.OVERVIEW)
_STATIC = "static"
_WORTH_A_FORK = 250


def publish_cache(
    cache: Path, settings: SiteSettings, output: Path, progress: Progress = lambda done, of: None
) -> Published:
    """Write the site of a cache; if neither it, the settings nor the site changed, do nothing."""
    previous = inspect(cache, settings, output)
    return unchanged_site(previous, output) or publish(
        read_snapshot(cache), settings, output, progress, previous=previous
    )


def publish(
    snapshot: Snapshot,
    settings: SiteSettings,
    output: Path,
    progress: Progress = lambda done, of: None,
    *,
    previous: PreviousRun | None = None,
    workers: int | None = None,
) -> Published:
    """Write the site of a snapshot; `progress` is told how many of how many shares are done.

    `left` is what a look at the output has found already. The files are the same for any number of
    `workers`; None takes all processors if there is enough to do.
    """
    site = _site(snapshot, settings)
    previous = previous or PreviousRun(state.load(output), settings.digest())
    renderer = Renderer(_site_facts(site), settings.templates)
    if workers is None:
        objects = len(snapshot.builds) + len(snapshot.evaluations)
        workers = min(cores(), 1 + objects // _WORTH_A_FORK)
    with Output(output, last=_LAST) as out:
        found = state.renewed(previous.state, output)
        before = _known(found, digest(previous.settings, site.digest()))
        made = {_STATIC: _put_static(out, settings)}
        work = TaskRunner(site, renderer, out.stage, output, before)
        for number, done in enumerate(map_ordered(work, work.pieces(workers), workers), start=1):
            made[done.key] = done.made or before.render_tasks[done.key]
            _take(out, done, made[done.key])
            progress(number, len(work))
        if before.render_tasks:
            out.replace(_replaced(before.render_tasks, made))
        big = oversize(out.result.bytes, settings.max_bytes, settings.policy)
        missing, remarks = lost(snapshot), (*unused(site), *big)
        why = site.policy.why
        kept = BuildState(
            previous.stamp, before.settings, made, why=why, lost=missing, remarks=remarks
        )
        out.keep(state.dump(kept))
    return describe(kept, out.result, output)


def _site(snapshot: Snapshot, settings: SiteSettings) -> Site:
    """Gather what the pages are made from, with all that is found once for many of them."""
    whole = with_placeholder_parents(snapshot)
    site = Site(
        snapshot=whole,
        policy=decide(Index(whole), settings.policy, settings.max_bytes),
        title=settings.title,
        base=settings.base,
        notes=notes(settings.notes),
        documents=tuple(documents(settings.pages)),
        watches=settings.watches,
        baselines=settings.baselines,
    )
    site.prepare()
    return site


def _known(previous: BuildState, settings: bytes) -> BuildState:
    """Return what the last render with these settings left, or the state of a first one."""
    return previous if previous.settings == settings else BuildState(settings=settings)


def _put_static(out: Output, settings: SiteSettings) -> TaskRecord:
    entries = []
    for path, content in _static_files(settings.templates):
        staged = out.put(path, content)
        entries.append(FileRecord(path, staged.size, digest(content), is_page=False))
    return TaskRecord.of(b"", entries)


def _take(out: Output, done: TaskResult, made: TaskRecord) -> None:
    if done.made is None:
        out.leave(made.files, made.size)
    else:
        out.take(made.paths(), made.size, done.changed)


def _replaced(before: Mapping[str, TaskRecord], made: Mapping[str, TaskRecord]) -> Iterator[str]:
    """Give the files that the last render left of shares that were made again, or are no more."""
    for key, old in before.items():
        if made.get(key) is not old:
            yield from old.paths()


def _site_facts(site: Site) -> Mapping[str, object]:
    """Tell what every template may know of the whole site."""
    pages = (Link(label=found.title, href=found.path) for found in site.documents)
    watched = (_WATCHED,) if site.watches else ()
    running = (_RUNNING,) if site.snapshot.live else ()
    menu = (*_MENU, *running, *watched, *pages)
    return {
        "build": site.links.build,
        "title": site.name,
        "base": site.base,
        "origin": site.snapshot.origin,
        "menu": menu,
    }


def _static_files(own: Path | None) -> Iterator[tuple[str, bytes]]:
    """Give the files that are no pages, the user's as they are instead of ours."""
    yield ".nojekyll", b""
    files = {file.name: _bare(file) for file in _files(bundled("site") / "static")}
    if own is not None:
        files |= {file.name: file.read_bytes() for file in _files(own / "static")}
    for name in sorted(files):
        yield f"static/{name}", files[name]


def _bare(file: Path) -> bytes:
    """Leave out what of a script is for its readers: lines of comments, and blanks before lines.

    They are an eighth of what is loaded. No text of our scripts goes over several lines.
    """
    content = file.read_bytes()
    return re.sub(rb"(?m)^ *//.*\n|^ +", b"", content) if file.suffix == ".js" else content


def _files(folder: Path) -> Iterable[Path]:
    return (file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else ()
