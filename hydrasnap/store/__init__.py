"""The cache folder: atomic, versioned, locked, readable while it is written."""

from hydrasnap.store.cache import Cache
from hydrasnap.store.claim import check_folder
from hydrasnap.store.layout import Manifest
from hydrasnap.store.lock import holder
from hydrasnap.store.opening import open_cache, read_snapshot
from hydrasnap.store.unfinished import Begun, Unfinished

__all__ = [
    "Begun",
    "Cache",
    "Manifest",
    "Unfinished",
    "check_folder",
    "holder",
    "open_cache",
    "read_snapshot",
]
