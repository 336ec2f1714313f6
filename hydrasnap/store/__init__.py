"""The cache folder: atomic, versioned, locked, readable while it is written."""

from hydrasnap.store.cache import Cache
from hydrasnap.store.layout import Manifest
from hydrasnap.store.opening import open_cache, read_snapshot

__all__ = ["Cache", "Manifest", "open_cache", "read_snapshot"]
