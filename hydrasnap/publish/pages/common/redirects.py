"""Redirect pages: from a permalink, and from the old name of a jobset.

The addresses below the old name of a renamed jobset stay valid: there is a redirect for each page,
and a copy of each other file (badge, data, feed), because programs do not follow a redirect page.
"""

from collections.abc import Iterable, Iterator

from hydrasnap.model import JobKey, JobsetKey
from hydrasnap.publish.links import relative
from hydrasnap.publish.pages.common.page import File, Link, Page, PageContext
from hydrasnap.publish.pages.common.site import Site

TEMPLATE = "redirect.html"


class RedirectPage(PageContext, frozen=True, kw_only=True):
    """A page that leads to another; `says` stands before the link."""

    says: str
    target: Link
    relative: str


def with_old_names(
    site: Site, key: JobsetKey, items: Iterable[Page | File], job: JobKey | None = None
) -> Iterator[Page | File]:
    """Yield files of a jobset, or of a `job` of it, and their stand-ins below its old names."""
    old = [name for name in site.old_names(key) if not _is_taken(site, name, job)]
    for item in items:
        yield item
        for name in old:
            yield from _at_old_names(site, key, name, item)


def _is_taken(site: Site, old_name: JobsetKey, job: JobKey | None) -> bool:
    """Return whether a job has builds that still bear the old name of its jobset."""
    return job is not None and bool(site.index.builds_of_job(JobKey(*old_name, job.name)))


def _at_old_names(
    site: Site, key: JobsetKey, old_name: JobsetKey, item: Page | File
) -> Iterator[Page | File]:
    for folder in ("jobset", "job"):
        new, old = ("/".join((folder, *map(site.links.name, name))) for name in (key, old_name))
        rest = item.path.removeprefix(new)
        if rest != item.path and rest[0] in "./":
            path = f"{old}{rest}"
            yield (
                File(path, item.text) if isinstance(item, File) else _redirect(item, path, old_name)
            )


def _redirect(page: Page, path: str, old_name: JobsetKey) -> Page:
    found = page.context
    target = Link(label=found.title, href=page.path)
    if isinstance(found, RedirectPage):
        target = found.target
    context = RedirectPage(
        title=f"{found.title}, formerly of {old_name}",
        description=f"The jobset {old_name} was renamed: {found.title}.",
        shows="",
        live=found.live,
        says=f"The jobset {old_name} was renamed. This has become",
        target=target,
        relative=relative(target.href, path),
    )
    return Page(path, TEMPLATE, context)
