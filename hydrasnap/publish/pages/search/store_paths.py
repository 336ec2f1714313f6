"""Store paths → builds, by the hash in the path."""

import re
from collections.abc import Iterator
from struct import Struct

from hydrasnap.model import Build, JobsetKey
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.shards import shard
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized

ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz"  # Nix's base 32
KNOWN = 10  # characters of a hash that are kept: 50 bits tell a million paths apart
PER_SHARD = 2048  # builds, most of which have two paths
_ROW = Struct(f">{KNOWN}sq")  # a hash and a build, which take little memory so
_HASH = re.compile(rf"/nix/store/([{ALPHABET}]{{{KNOWN}}})[{ALPHABET}]{{{32 - KNOWN}}}-")


def store_path_files(site: Site) -> Iterator[File]:
    """Yield shards with hashes and their builds, by the first characters of the hash."""
    prefix = prefix_of(len(site.snapshot.builds))
    names = [""]
    for _ in range(prefix):
        names = [name + letter for name in names for letter in ALPHABET]
    groups = {name.encode(): bytearray() for name in names}
    for key in site.index.builds.jobsets():
        rows = PATHS.of(site.index, key)
        for digest, number in _ROW.iter_unpack(rows):
            groups[digest[:prefix]] += _ROW.pack(digest, number)
    for name, found in groups.items():
        of_shard = sorted(_ROW.iter_unpack(found))
        hashes = b"".join(digest for digest, _ in of_shard).decode()
        yield shard(f"paths-{name.decode() or 'all'}", [hashes, [build for _, build in of_shard]])


def _rows_of(index: Index, key: JobsetKey) -> bytes:
    """Return the hashes of a jobset's paths, each with its build."""
    builds = index.builds.of_jobset(key)
    return b"".join(_ROW.pack(h.encode(), build.id) for build in builds for h in _hashes(build))


PATHS = Memoized("paths", bytes, _rows_of)


def prefix_of(builds: int) -> int:
    """Return how many characters of a hash lead to its shard."""
    return 0 if builds <= PER_SHARD else 1 if builds <= PER_SHARD * len(ALPHABET) else 2


def _hashes(build: Build) -> set[str]:
    paths = (build.drvpath, *(output.path for output in build.outputs))
    return {found[1] for found in map(_HASH.match, paths) if found}
