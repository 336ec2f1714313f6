"""Pages that lead on: from a lasting address, and from the old name of a jobset.

What stood below the old name of a renamed jobset stays there: of each page one that leads to it,
and of each other file (badges, data, feeds) a copy, for what shows or reads it does not follow.
"""

from collections.abc import Iterable, Iterator

from hydrasnap.links import relative
from hydrasnap.model import JobKey, JobsetKey
from hydrasnap.pages.frame import Frame, Link
from hydrasnap.pages.page import File, Page
from hydrasnap.pages.site import Site

TEMPLATE = "redirect.html"


class RedirectPage(Frame, frozen=True, kw_only=True):
    """A page that leads to another; `says` stands before the link."""

    says: str
    target: Link
    relative: str


def with_former(
    site: Site, key: JobsetKey, items: Iterable[Page | File], job: JobKey | None = None
) -> Iterator[Page | File]:
    """Give files of a jobset, or of a `job` of it, and what stands for them below its old names."""
    old = [name for name in site.former(key) if not _is_taken(site, name, job)]
    for item in items:
        yield item
        for name in old:
            yield from _former(site, key, name, item)


def _is_taken(site: Site, former: JobsetKey, job: JobKey | None) -> bool:
    """Tell whether a job has builds that still bear the old name of its jobset."""
    return job is not None and bool(site.index.builds_of_job(JobKey(*former, job.name)))


def _former(
    site: Site, key: JobsetKey, former: JobsetKey, item: Page | File
) -> Iterator[Page | File]:
    for folder in ("jobset", "job"):
        new, old = ("/".join((folder, *map(site.links.name, name))) for name in (key, former))
        rest = item.path.removeprefix(new)
        if rest != item.path and rest[0] in "./":
            path = f"{old}{rest}"
            yield File(path, item.text) if isinstance(item, File) else _moved(item, path, former)


def _moved(page: Page, path: str, former: JobsetKey) -> Page:
    found = page.context
    target = Link(label=found.title, href=page.path)
    if isinstance(found, RedirectPage):
        target = found.target
    context = RedirectPage(
        title=f"{found.title}, formerly of {former}",
        description=f"The jobset {former} was renamed: {found.title}.",
        shows="",
        live=found.live,
        says=f"The jobset {former} was renamed. This has become",
        target=target,
        relative=relative(target.href, path),
    )
    return Page(path, TEMPLATE, context)
