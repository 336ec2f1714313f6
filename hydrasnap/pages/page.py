"""What `pages` hands to `render`: a path, a template or data, and a context."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """A file of the site that a template renders; `path` is below the site's root."""

    path: str
    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """A file of the site that is already text: badges, data, redirects."""

    path: str
    text: str
