"""Store paths → builds, by the hash in the path."""

import re
from collections import defaultdict
from collections.abc import Iterator

from hydrasnap.model import Build
from hydrasnap.pages.page import File
from hydrasnap.pages.search.shards import shard
from hydrasnap.pages.site import Site

ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz"  # Nix's base 32
KNOWN = 10  # characters of a hash that are kept: 50 bits tell a million paths apart
PER_SHARD = 2048  # builds, most of which have two paths
_HASH = re.compile(r"/nix/store/([0-9a-df-np-sv-z]{32})-")


def path_files(site: Site) -> Iterator[File]:
    """Write the hashes and their builds, in shards by the first characters."""
    builds = site.snapshot.builds
    prefix = prefix_of(len(builds))
    found = sorted({(digest, build.id) for build in builds.values() for digest in _hashes(build)})
    names = [""]
    for _ in range(prefix):
        names = [name + letter for name in names for letter in ALPHABET]
    groups: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for digest, number in found:
        groups[digest[:prefix]].append((digest, number))
    for name in names:
        yield shard(f"paths-{name or 'all'}", _shard(groups[name]))


def prefix_of(builds: int) -> int:
    """Return how many characters of a hash lead to its shard."""
    return 0 if builds <= PER_SHARD else 1 if builds <= PER_SHARD * len(ALPHABET) else 2


def _hashes(build: Build) -> Iterator[str]:
    for path in (build.drvpath, *(output.path for output in build.outputs)):
        match = _HASH.match(path)
        if match:
            yield match[1][:KNOWN]


def _shard(rows: list[tuple[str, int]]) -> object:
    return ["".join(digest for digest, _ in rows), [number for _, number in rows]]
