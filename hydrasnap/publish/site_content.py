"""What a site is made from besides the snapshot: Markdown, static files and settings."""

import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from hydrasnap.errors import ConfigError
from hydrasnap.model import Snapshot
from hydrasnap.publish.links import Links, safe_name
from hydrasnap.publish.masking import mask_snapshot
from hydrasnap.publish.pages.common.api_scope import ApiScope, api_scope
from hydrasnap.publish.pages.common.page import Appearance, Document
from hydrasnap.publish.pages.common.page_priorities import decide
from hydrasnap.publish.pages.common.parents import with_placeholder_parents
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.site_budget import Budget
from hydrasnap.publish.precompute import precompute
from hydrasnap.publish.resources import bundled
from hydrasnap.publish.settings import SiteSettings, program_digest
from hydrasnap.publish.user_warnings import lost
from hydrasnap.report.index import Index
from hydrasnap.report.packages import PackageIndex, workloads
from hydrasnap.report.selections import present_builds

_STATIC = "static"
_COMMENTS = re.compile(rb"^[ \t]*(//.*)?\n", re.MULTILINE)  # lines of a script with nothing else
_LARGEST_TEXT = 1_000_000  # bytes of a Markdown file; a long book has fewer


def gather_site(snapshot: Snapshot, settings: SiteSettings, part: float = 1.0) -> Site:
    """Gather all that pages are made from; compute once what many of them need.

    `part` (0 to 1) of the budget is spent on the pages of builds and jobs.
    """
    whole = with_placeholder_parents(mask_snapshot(snapshot))
    index, budget = Index(whole, program_digest()), Budget(settings.max_bytes, settings.max_files)
    precompute(index, settings)
    chosen = settings.packages
    listed = chosen.load()
    packages = PackageIndex(whole, listed, chosen.prefixes, emails=chosen.emails)
    wanted = chosen.maintainers and packages.is_known
    staff = tuple(workloads(packages, present_builds(index))) if wanted else ()
    api, cost = _api(index, settings, budget)
    budget -= cost
    site = Site(
        snapshot=whole,
        policy=decide(index, settings.policy, budget, settings.watches, part, len(staff)),
        known_index=index,
        known_packages=packages,
        source=chosen.source,
        staff=staff,
        is_listed=bool(listed.packages),
        title=settings.title,
        base=settings.base,
        notes=notes(settings.notes),
        documents=tuple(documents(settings.pages)),
        watches=settings.watches,
        baselines=settings.baselines,
        api=api,
        lost=lost(snapshot),
        limits=settings.limits,
        aggregates=settings.aggregates,
        look=Appearance(settings.logo, settings.accent, settings.css, settings.intro),
    )
    site.prepare()
    return site


def _api(index: Index, settings: SiteSettings, budget: Budget) -> tuple[ApiScope, Budget]:
    """Return which answers of the API are files, and what they take."""
    if not settings.api:
        return ApiScope.NONE, Budget(0, 0)
    scope, cost = api_scope(index, budget)
    return (scope, cost) if settings.policy == "auto" else (ApiScope.ALL, cost)


def documents(own: Path | None) -> Iterator[Document]:
    """Read the Markdown pages, sorted by name; a user's page replaces the bundled one."""
    files = {file.stem: file for file in (bundled("site") / "pages").glob("*.md")}
    if own is not None:
        files |= {file.stem: file for file in _regular_files(own.glob("*.md"))}
    for stem in sorted(files):
        path = f"{safe_name(stem)}.html"
        if path in Links.OURS:
            raise ConfigError(
                f"{files[stem]} would replace one of our own pages.", hint="Give it another name."
            )
        title, text = _titled(_read(files[stem]), stem)
        yield Document(path=path, title=title, text=text)


def notes(folder: Path | None) -> dict[str, str]:
    """Read the Markdown notes by subject: ``PROJECT``, ``PROJECT/JOBSET`` and so on."""
    if folder is None:
        return {}
    files = _regular_files(folder.rglob("*.md"))
    return {file.relative_to(folder).with_suffix("").as_posix(): _read(file) for file in files}


def static_files(settings: SiteSettings) -> Iterator[tuple[str, bytes]]:
    """Yield the files that are not pages: path below the site's root, and content.

    A user's file in ``templates/static`` replaces the bundled one of its name. Bundled scripts
    come without their comments, as every visitor loads them. The files of the folder `files` go to
    the top of the site.
    """
    yield ".nojekyll", b""
    ours = dict(_below(bundled("site") / _STATIC))
    theirs = dict(_below(settings.templates / _STATIC)) if settings.templates is not None else {}
    for name in sorted(ours.keys() | theirs.keys()):
        path = f"{_STATIC}/{name}"
        if name in theirs:
            yield path, theirs[name].read_bytes()
        else:
            content = ours[name].read_bytes()
            yield path, _COMMENTS.sub(b"", content) if name.endswith(".js") else content
    if settings.files is not None:
        for name, file in _below(settings.files):
            yield _for_the_top(name, file), file.read_bytes()


def _for_the_top(name: str, file: Path) -> str:
    if name in {".nojekyll", *Links.OURS} or name.partition("/")[0] in Links.FOLDERS:
        raise ConfigError(
            f"{file} would replace a file of hydrasnap's own.", hint="Give it another name."
        )
    return name


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a folder and of those in it: relative path with slashes, and file."""
    found = folder.rglob("*") if folder.is_dir() else ()
    for file in _regular_files(found):
        yield file.relative_to(folder).as_posix(), file


def _regular_files(found: Iterable[Path]) -> Iterator[Path]:
    """Yield the plain files by name: a link may lead anywhere, a device may never end."""
    return (file for file in sorted(found) if stat.S_ISREG(file.lstat().st_mode))


def _titled(text: str, stem: str) -> tuple[str, str]:
    """Split a Markdown text into its first heading, as the title, and the rest."""
    first, _, rest = text.lstrip().partition("\n")
    if first.startswith("# "):
        return first[2:].strip(), rest
    return stem.replace("-", " ").capitalize(), text


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > _LARGEST_TEXT:
            raise ConfigError(
                f"{file} is larger than {_LARGEST_TEXT:,} bytes, which no page needs.",
                hint="Shorten it.",
            )
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{file} is not UTF-8 (byte {error.start + 1}).", hint="Save it as text in UTF-8."
        ) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{file} cannot be read: {reason}.") from error
