"""The cache folder: atomic, versioned, locked, readable while it is written."""

from hydrasnap.store.cache import Cache
from hydrasnap.store.checkpoint import Checkpoint, JobsetCheckpoint
from hydrasnap.store.filed_builds import CacheChangedError
from hydrasnap.store.ids import IdSet
from hydrasnap.store.layout import UNREADABLE, Manifest
from hydrasnap.store.lock import holder
from hydrasnap.store.merge import merge_caches
from hydrasnap.store.opening import CacheCheck, check_cache, open_cache, read_snapshot
from hydrasnap.store.ownership import check_folder
from hydrasnap.store.package_lists import cached_packages

__all__ = [
    "UNREADABLE",
    "Cache",
    "CacheChangedError",
    "CacheCheck",
    "Checkpoint",
    "IdSet",
    "JobsetCheckpoint",
    "Manifest",
    "cached_packages",
    "check_cache",
    "check_folder",
    "holder",
    "merge_caches",
    "open_cache",
    "read_snapshot",
]
