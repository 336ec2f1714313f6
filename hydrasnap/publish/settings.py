"""What the user may choose about a site, and what a render did: all that a quick look needs."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hydrasnap.model import Watch
from hydrasnap.publish.incremental.state import digest
from hydrasnap.publish.resources import bundled


@dataclass(frozen=True)
class SiteSettings:
    """What the user may choose about the site.

    `base` is the site's absolute address or empty. `templates` is a folder whose files win over
    templates and static files of the same name; `pages` holds Markdown pages; `notes` holds
    ``PROJECT.md``, ``PROJECT/JOBSET.md`` and ``PROJECT/JOBSET/JOB.md``. Each of `watches` gets a
    page, a feed and a badge. `baselines` pins an evaluation to compare with for jobsets written
    ``PROJECT/JOBSET``. `policy` says what gets a page: ``all``, ``notable`` builds and jobs, or
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
        own = (bundled("templates"), bundled("site"), Path(__file__).parents[1])
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

    `why` says in words why not everything has a page, `lost` what the cache should hold and does
    not; `remarks` are on settings without effect.
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


def _text(folder: Path) -> bytes:
    """Return the names and contents of the files of a folder, of a program only its sources."""
    kept = (file for file in sorted(folder.rglob("*")) if file.suffix != ".pyc" and file.is_file())
    names = ((file.relative_to(folder).as_posix(), file) for file in kept)
    return b"".join(digest(os.fsencode(name), file.read_bytes()) for name, file in names)
