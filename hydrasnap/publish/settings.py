"""What the user may choose about a site, and what a render did: all that a quick check needs."""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from hydrasnap.model import PackageList, Watch
from hydrasnap.publish.incremental.state import digest
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.resources import bundled

_ROOMS = ("formatting.py", "model", "publish", "report", "server", "store")  # that make pages
_LIBRARIES = ("jinja2", "markdown", "markupsafe", "nh3")  # a fix in one must reach old pages


@dataclass(frozen=True)
class PackageSettings:
    """Where packages are listed, and what is shown of them and their maintainers.

    The list itself is no setting: each task reads the packages of its jobs.
    """

    load: Callable[[], PackageList] = field(default=PackageList, repr=False)  # reads the list
    stamp: bytes = field(default=b"", repr=False)  # changes with the list
    prefixes: tuple[str, ...] = ("nixos.", "nixpkgs.")  # before attributes in names of jobs
    source: str = "nixpkgs"  # the input of evaluations that holds the files of the packages
    maintainers: bool = True  # whether they get pages
    emails: bool = False  # whether pages show them


@dataclass(frozen=True)
class SiteSettings:
    """What the user may choose about the site."""

    title: str = ""
    base: str = ""  # absolute address of the site, or empty
    # files here replace templates and static files of the same name
    templates: Path | None = field(default=None, repr=False)
    pages: Path | None = field(default=None, repr=False)  # Markdown pages
    # PROJECT.md, PROJECT/JOBSET.md and PROJECT/JOBSET/JOB.md
    notes: Path | None = field(default=None, repr=False)
    files: Path | None = field(default=None, repr=False)  # go to the top of the site
    watches: tuple[Watch, ...] = ()  # each gets a page, a feed and a badge
    # PROJECT/JOBSET -> evaluation to compare with
    baselines: Mapping[str, int] = field(default_factory=dict)
    api: bool = False  # whether answers of Hydra's API are files of the site
    manifest: bool = False  # whether a file lists the size and hash of every other file
    policy: str = "auto"  # what gets a page: "all", "notable" or "auto" (what fits the budget)
    max_bytes: int = 900_000_000  # budget of "auto"
    max_files: int = 100_000  # budget of "auto"
    limits: Limits = field(default_factory=Limits)
    logo: str = ""  # path below the site's root
    accent: str = ""  # a colour, and perhaps another for dark screens
    css: str = ""  # path below the site's root
    intro: bool = True  # whether the overview explains what a Hydra is
    aggregates: tuple[str, ...] = ()  # globs of the jobs that the box of channels shows
    packages: PackageSettings = field(default_factory=PackageSettings)  # whose the jobs are

    def digest(self) -> bytes:
        """Digest all that the site is made from beside the cache: settings, texts, this program.

        Of the program only what makes pages counts; the versions of its libraries count too. Of
        the settings, fields without a `repr` are left out: where folders are, and a list's state.
        """
        chosen = replace(self, baselines=dict(sorted(self.baselines.items())))
        folders = (self.templates, self.pages, self.notes, self.files)
        own = (bundled("templates"), bundled("site"))
        contents = [_contents(folder) if folder else b"" for folder in (*own, *folders)]
        return digest(program_digest(), repr(chosen).encode("utf-8", "surrogatepass"), *contents)


@cache
def program_digest() -> bytes:
    """Digest the part of this program that makes pages, and the versions of its libraries."""
    versions = repr([version_of(library) for library in _LIBRARIES]).encode()
    program = (Path(__file__).parents[1] / room for room in _ROOMS)
    return digest(versions, *map(_contents, program))


@dataclass(frozen=True)
class Published:
    """What a render did: counts of files and pages, the size of the whole site in bytes.

    `index` is the page to open. `why` says why not everything has a page, `lost` what the cache
    should hold and does not; `remarks` name settings without effect. `matched` says of how many
    jobs the package is known, where a list of packages was given.
    """

    written: int
    unchanged: int
    removed: int
    pages: int
    bytes: int
    index: Path
    why: str = ""
    lost: str = ""
    remarks: tuple[str, ...] = ()
    matched: str = ""


def _contents(place: Path) -> bytes:
    """Digest a file, or the names and contents of the plain files of a folder but compiled ones."""
    if place.is_file():
        return digest(place.read_bytes())
    found = []
    for folder, _, names in sorted(os.walk(place)):
        below = folder.removeprefix(str(place))
        for name in sorted(names):
            file = f"{folder}/{name}"
            if not name.endswith(".pyc") and stat.S_ISREG(os.lstat(file).st_mode):
                found += [os.fsencode(f"{below}/{name}"), Path(file).read_bytes()]
    return digest(*found)


def version_of(library: str) -> str:
    """Return the version of a library, from the name of the folder that holds its metadata.

    `importlib.metadata` takes longer to import than all else that a run with nothing to do does.
    """
    spec = find_spec(library)
    beside = Path(spec.origin).parents[1] if spec and spec.origin else Path()
    names = [file.name for file in beside.glob("*.dist-info")]
    found = [name for name in names if name.lower().startswith(f"{library}-")]
    if len(found) == 1:
        return found[0]
    from importlib.metadata import version

    return version(library)
