"""From a snapshot to the site in the output folder: pages, templates, static files."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from hydrasnap import state
from hydrasnap.links import Links
from hydrasnap.model import Snapshot
from hydrasnap.output import Output
from hydrasnap.pages import Site
from hydrasnap.pages.frame import Link
from hydrasnap.pages.policy import decide
from hydrasnap.pages.remarks import lost, oversize, unused
from hydrasnap.pages.site import rooted
from hydrasnap.render import Renderer
from hydrasnap.rendering import Done, Work
from hydrasnap.report.index import Index
from hydrasnap.resources import bundled
from hydrasnap.settings import Published, SiteSettings
from hydrasnap.standing import Left, look, published, standing
from hydrasnap.state import Entry, Made, State, digest
from hydrasnap.store import read_snapshot
from hydrasnap.texts import documents, notes
from hydrasnap.workers import cores, each

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
    left = look(cache, settings, output)
    return standing(left, output) or publish(
        read_snapshot(cache), settings, output, progress, left=left
    )


def publish(
    snapshot: Snapshot,
    settings: SiteSettings,
    output: Path,
    progress: Progress = lambda done, of: None,
    *,
    left: Left | None = None,
    workers: int | None = None,
) -> Published:
    """Write the site of a snapshot; `progress` is told how many of how many shares are done.

    `left` is what a look at the output has found already. The files are the same for any number of
    `workers`; None takes all processors if there is enough to do.
    """
    site = _site(snapshot, settings)
    left = left or Left(state.load(output), settings.digest())
    renderer = Renderer(_site_facts(site), settings.templates)
    if workers is None:
        objects = len(snapshot.builds) + len(snapshot.evaluations)
        workers = min(cores(), 1 + objects // _WORTH_A_FORK)
    with Output(output, last=_LAST) as out:
        found = state.renewed(left.state, output)
        before = _known(found, digest(left.settings, site.digest()))
        made = {_STATIC: _put_static(out, settings)}
        work = Work(site, renderer, out.stage, output, before)
        for number, done in enumerate(each(work, work.pieces(workers), workers), start=1):
            made[done.key] = done.made or before.shares[done.key]
            _take(out, done, made[done.key])
            progress(number, len(work))
        if before.shares:
            out.replace(_replaced(before.shares, made))
        big = oversize(out.result.bytes, settings.max_bytes, settings.policy)
        missing, remarks = lost(snapshot), (*unused(site), *big)
        why = site.policy.why
        kept = State(left.stamp, before.settings, made, why=why, lost=missing, remarks=remarks)
        out.keep(state.dump(kept))
    return published(kept, out.result, output)


def _site(snapshot: Snapshot, settings: SiteSettings) -> Site:
    """Gather what the pages are made from, with all that is found once for many of them."""
    whole = rooted(snapshot)
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


def _known(left: State, settings: bytes) -> State:
    """Return what the last render with these settings left, or the state of a first one."""
    return left if left.settings == settings else State(settings=settings)


def _put_static(out: Output, settings: SiteSettings) -> Made:
    entries = []
    for path, content in _static_files(settings.templates):
        staged = out.put(path, content)
        entries.append(Entry(path, staged.size, digest(content), is_page=False))
    return Made.of(b"", entries)


def _take(out: Output, done: Done, made: Made) -> None:
    if done.made is None:
        out.leave(made.files, made.size)
    else:
        out.take(made.paths(), made.size, done.changed)


def _replaced(before: Mapping[str, Made], made: Mapping[str, Made]) -> Iterator[str]:
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
