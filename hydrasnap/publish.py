"""From a snapshot to the site in the output folder: pages, templates, static files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hydrasnap.errors import ConfigError
from hydrasnap.links import Links, safe_name
from hydrasnap.model import Snapshot
from hydrasnap.output import Output
from hydrasnap.pages import Document, File, Page, Site, all_pages
from hydrasnap.pages.frame import Link
from hydrasnap.pages.site import rooted
from hydrasnap.render import Renderer
from hydrasnap.resources import bundled

Progress = Callable[[int, int | None], None]
_MENU = (
    Link(label="Evaluations", href=Links.EVALUATIONS),
    Link(label="Builds", href=Links.BUILDS),
    Link(label="Queue", href=Links.QUEUE),
)
_LAST = ("snapshot.js", Links.OVERVIEW)


@dataclass(frozen=True)
class SiteSettings:
    """What the user may choose about the site.

    `base` is the site's absolute address or empty. `templates` is a folder whose files win over
    templates and static files of the same name; `pages` holds Markdown pages; `notes` holds
    ``PROJECT.md``, ``PROJECT/JOBSET.md`` and ``PROJECT/JOBSET/JOB.md``.
    """

    title: str = ""
    base: str = ""
    templates: Path | None = None
    pages: Path | None = None
    notes: Path | None = None


@dataclass(frozen=True)
class Published:
    """What a run did; `bytes` is the size of the whole site, `index` the page to open."""

    written: int
    unchanged: int
    removed: int
    pages: int
    bytes: int
    index: Path


def publish(
    snapshot: Snapshot,
    settings: SiteSettings,
    output: Path,
    progress: Progress | None = None,
) -> Published:
    """Write the site of a snapshot; `progress` is told the pages done and how many there may be."""
    site = Site(
        snapshot=rooted(snapshot),
        title=settings.title,
        base=settings.base,
        notes=_notes(settings.notes),
        documents=tuple(_documents(settings.pages)),
    )
    renderer = Renderer(_site_facts(site), settings.templates)
    expected = len(snapshot.builds) + len(snapshot.evaluations)
    pages = 0
    with Output(output, last=_LAST) as out:
        for path, content in _static_files(settings.templates):
            out.put(path, content)
        for item in all_pages(site):
            out.put(item.path, _content(renderer, item))
            pages += isinstance(item, Page)
            if progress is not None:
                progress(pages, max(expected, pages))
    done = out.result
    return Published(
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        pages=pages,
        bytes=done.bytes,
        index=output / Links.OVERVIEW,
    )


def _content(renderer: Renderer, item: Page | File) -> bytes:
    if isinstance(item, Page):
        return renderer.render(item)
    return item.text.encode()


def _site_facts(site: Site) -> Mapping[str, object]:
    """Tell what every template may know of the whole site."""
    pages = (Link(label=found.title, href=found.path) for found in site.documents)
    menu = (*_MENU, *pages)
    return {"title": site.name, "origin": site.snapshot.origin, "menu": menu}


def _static_files(own: Path | None) -> Iterator[tuple[str, bytes]]:
    """Give the files that are copied as they are, the user's instead of ours."""
    yield ".nojekyll", b""
    folder = bundled("site") / "static"
    files = {file.name: file for file in folder.iterdir() if file.is_file()}
    if own is not None:
        files |= {file.name: file for file in _files(own / "static")}
    for name in sorted(files):
        yield f"static/{name}", files[name].read_bytes()


def _files(folder: Path) -> Iterable[Path]:
    return (file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else ()


def _documents(own: Path | None) -> Iterator[Document]:
    """Read the Markdown pages by name, the user's instead of ours."""
    files = {file.stem: file for file in (bundled("site") / "pages").glob("*.md")}
    if own is not None:
        files |= {file.stem: file for file in sorted(own.glob("*.md"))}
    for stem in sorted(files):
        path = f"{safe_name(stem)}.html"
        if path in Links.OURS:
            message = (
                f"{files[stem]} would replace one of our own pages; give it another name."
            )
            raise ConfigError(message)
        title, text = _titled(_read(files[stem]), stem)
        yield Document(path=path, title=title, text=text)


def _titled(text: str, stem: str) -> tuple[str, str]:
    """Take the first heading of a Markdown text as its title."""
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("# "):
        return first[2:].strip(), rest
    return stem.replace("-", " ").capitalize(), text


def _notes(folder: Path | None) -> dict[str, str]:
    if folder is None:
        return {}
    files = sorted(folder.rglob("*.md"))
    return {file.relative_to(folder).with_suffix("").as_posix(): _read(file) for file in files}


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"Cannot read {file}: {error}. A page must be a text file in UTF-8."
        raise ConfigError(message) from error
