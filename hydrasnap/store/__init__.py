"""The cache folder: atomic, versioned, locked, readable while it is written."""

from hydrasnap.store.cache import Cache, open_cache, read_snapshot
from hydrasnap.store.layout import Manifest

__all__ = ["Cache", "Manifest", "open_cache", "read_snapshot"]
