"""What `pages` hands to `render`: a path, a template or data, and a context."""

from dataclasses import dataclass

from hydrasnap.publish.pages.common.frame import PageContext


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site that a template renders; `path` is below the site's root."""

    path: str
    template: str
    context: PageContext


@dataclass(frozen=True, slots=True)
class File:
    """A file of the site that is already text: badges, data, scripts."""

    path: str
    text: str
