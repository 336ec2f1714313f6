"""What each page says: a snapshot and its report become pages, each with a typed context."""

from hydrasnap.publish.pages.common.customizing import Document
from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.site import Site

__all__ = ["Document", "File", "Page", "Site"]
