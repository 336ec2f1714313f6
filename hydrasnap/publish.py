"""From a snapshot to the site in the output folder: pages, templates, static files."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from hydrasnap import state
from hydrasnap.links import Links
from hydrasnap.model import Snapshot
from hydrasnap.output import Output, Written
from hydrasnap.pages import Site
from hydrasnap.pages.frame import Link
from hydrasnap.pages.policy import EVERYTHING, Policy, decide
from hydrasnap.pages.remarks import lost, oversize, unused
from hydrasnap.pages.site import rooted
from hydrasnap.render import Renderer
from hydrasnap.rendering import Work, is_whole
from hydrasnap.report.index import Index
from hydrasnap.report.watch import Watch
from hydrasnap.resources import bundled
from hydrasnap.state import Entry, Made, State, digest
from hydrasnap.store import read_snapshot
from hydrasnap.texts import documents, notes
from hydrasnap.workers import cores, each

Progress = Callable[[int, int | None], None]
_MENU = (
    Link(label="Evaluations", href=Links.EVALUATIONS),
    Link(label="Builds", href=Links.BUILDS),
    Link(label="Queue", href=Links.QUEUE),
)
_WATCHED = Link(label="Watch lists", href=Links.WATCH)
_LAST = ("snapshot.js", Links.OVERVIEW)
_STATIC = "static"
_WORTH_A_FORK = 250


@dataclass(frozen=True)
class SiteSettings:
    """What the user may choose about the site.

    `base` is the site's absolute address or empty. `templates` is a folder whose files win over
    templates and static files of the same name; `pages` holds Markdown pages; `notes` holds
    ``PROJECT.md``, ``PROJECT/JOBSET.md`` and ``PROJECT/JOBSET/JOB.md``. Each of `watches` gets a
    page, a feed and a badge. `baselines` pins an evaluation to compare with for jobsets written
    ``PROJECT:JOBSET``. `policy` says what gets a page: ``all``, ``notable`` builds and jobs, or
    ``auto``, which is all if the site then takes no more than `max_bytes`.
    """

    title: str = ""
    base: str = ""
    templates: Path | None = None
    pages: Path | None = None
    notes: Path | None = None
    watches: tuple[Watch, ...] = ()
    baselines: Mapping[str, int] = field(default_factory=dict)
    policy: str = "auto"
    max_bytes: int = 900_000_000

    def digest(self) -> bytes:
        """Digest everything but the snapshot that the site is made from, this program too."""
        folders = (self.templates, self.pages, self.notes)
        own = (bundled("templates"), bundled("site"), Path(__file__).parent)
        texts = (_text(folder) for folder in (*own, *filter(None, folders)))
        here = repr(
            (
                [folder is None for folder in folders],
                self.watches,
                self.baselines,
                self.policy,
                self.max_bytes,
            )
        )
        return digest(self.title.encode(), self.base.encode(), here.encode(), *texts)


@dataclass(frozen=True)
class Published:
    """What a run did; `bytes` is the size of the whole site, `index` the page to open.

    `lost` says what the cache should hold and does not; `remarks` are on settings without effect.
    """

    written: int
    unchanged: int
    removed: int
    pages: int
    bytes: int
    index: Path
    policy: Policy = EVERYTHING
    lost: str = ""
    remarks: tuple[str, ...] = ()


def publish_cache(
    cache: Path, settings: SiteSettings, output: Path, progress: Progress | None = None
) -> Published:
    """Write the site of a cache; if neither it, the settings nor the site changed, do nothing."""
    stamp = digest(state.stamp(cache), settings.digest())
    found = state.load(output)
    if found.stamp == stamp and is_whole(output, found):
        return _untouched(found, output)
    return publish(read_snapshot(cache), settings, output, progress, stamp=stamp)


def publish(
    snapshot: Snapshot,
    settings: SiteSettings,
    output: Path,
    progress: Progress | None = None,
    *,
    stamp: bytes = b"",
    workers: int | None = None,
) -> Published:
    """Write the site of a snapshot; `progress` is told the pages done and how many there may be.

    `stamp` is what the next run knows the cache by. The files are the same for any number of
    `workers`; None takes all processors if there is enough to do.
    """
    site = _site(snapshot, settings)
    renderer = Renderer(_site_facts(site), settings.templates)
    expected = len(snapshot.builds) + len(snapshot.evaluations)
    if workers is None:
        workers = min(cores(), 1 + expected // _WORTH_A_FORK)
    with Output(output, last=_LAST) as out:
        before = _known(output, digest(settings.digest(), site.digest()))
        pages, made = 0, {_STATIC: _put_static(out, settings)}
        work = Work(site, renderer, out.stage, before)
        for done in each(work, len(work), workers):
            made[done.key] = done.made or before.shares[done.key]
            pages += _take(out, made[done.key], done.changed)
            if progress is not None:
                progress(pages, max(expected, pages))
        big = oversize(out.result.bytes, settings.max_bytes, settings.policy)
        missing, remarks = lost(snapshot), (*unused(site), *big)
        kept = State(stamp, before.settings, made, lost=missing, remarks=remarks)
        out.keep(state.dump(kept))
    published = _published(out.result, pages, output)
    return replace(published, policy=site.policy, lost=missing, remarks=remarks)


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


def _known(output: Path, settings: bytes) -> State:
    """Return what the last render with these settings left, or the state of a first one."""
    found = state.load(output)
    return found if found.settings == settings else State(settings=settings)


def _put_static(out: Output, settings: SiteSettings) -> Made:
    entries = []
    for path, content in _static_files(settings.templates):
        staged = out.put(path, content)
        entries.append(Entry(path, staged.size, digest(content), is_page=False))
    return Made(b"", tuple(entries))


def _take(out: Output, made: Made, changed: Container[str]) -> int:
    """Count the files of a share in; return how many of them are pages."""
    for entry in made.entries:
        out.take(entry.path, entry.size, changed=entry.path in changed)
    return sum(entry.is_page for entry in made.entries)


def _untouched(found: State, output: Path) -> Published:
    entries = list(found.entries())
    size = sum(entry.size for entry in entries)
    pages = sum(entry.is_page for entry in entries)
    done = _published(Written(0, len(entries), 0, size), pages, output)
    return replace(done, lost=found.lost, remarks=found.remarks)


def _published(done: Written, pages: int, output: Path) -> Published:
    return Published(
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        pages=pages,
        bytes=done.bytes,
        index=output / Links.OVERVIEW,
    )


def _site_facts(site: Site) -> Mapping[str, object]:
    """Tell what every template may know of the whole site."""
    pages = (Link(label=found.title, href=found.path) for found in site.documents)
    watched = (_WATCHED,) if site.watches else ()
    menu = (*_MENU, *watched, *pages)
    return {
        "build": site.links.build,
        "title": site.name,
        "base": site.base,
        "origin": site.snapshot.origin,
        "menu": menu,
    }


def _static_files(own: Path | None) -> Iterator[tuple[str, bytes]]:
    """Give the files that are copied as they are, the user's instead of ours."""
    yield ".nojekyll", b""
    folder = bundled("site") / "static"
    files = {file.name: file for file in folder.iterdir() if file.is_file()}
    if own is not None:
        files |= {file.name: file for file in _files(own / "static")}
    for name in sorted(files):
        yield f"static/{name}", files[name].read_bytes()


def _text(folder: Path) -> bytes:
    """Return the names and contents of the files of a folder, of a program only its sources."""
    kept = (file for file in sorted(folder.rglob("*")) if file.suffix != ".pyc" and file.is_file())
    names = ((file.relative_to(folder).as_posix(), file) for file in kept)
    return b"".join(digest(name.encode(), file.read_bytes()) for name, file in names)


def _files(folder: Path) -> Iterable[Path]:
    return (file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else ()
