"""Store paths → builds, by the hash in the path."""

import re
from collections.abc import Iterator
from operator import itemgetter

from hydrasnap.model import Build
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.shards import shard

ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz"  # Nix's base 32
KNOWN = 10  # characters of a hash that are kept: 50 bits tell a million paths apart
PER_SHARD = 2048  # builds, most of which have two paths
_HASH = re.compile(rf"/nix/store/([{ALPHABET}]{{{KNOWN}}})[{ALPHABET}]{{{32 - KNOWN}}}-")


def path_files(site: Site) -> Iterator[File]:
    """Yield shards with hashes and their builds, by the first characters of the hash."""
    prefix = prefix_of(len(site.snapshot.builds))
    names = [""]
    for _ in range(prefix):
        names = [name + letter for name in names for letter in ALPHABET]
    groups: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for number, build in sorted(site.snapshot.builds.items()):
        for digest in _hashes(build):
            groups[digest[:prefix]].append((digest, number))
    for name, rows in groups.items():
        rows.sort(key=itemgetter(0))  # and of one hash by build, as they came
        yield shard(f"paths-{name or 'all'}", _shard(rows))


def prefix_of(builds: int) -> int:
    """Return how many characters of a hash lead to its shard."""
    return 0 if builds <= PER_SHARD else 1 if builds <= PER_SHARD * len(ALPHABET) else 2


def _hashes(build: Build) -> set[str]:
    paths = (build.drvpath, *(output.path for output in build.outputs))
    return {found[1] for found in map(_HASH.match, paths) if found}


def _shard(rows: list[tuple[str, int]]) -> object:
    return ["".join(digest for digest, _ in rows), [number for _, number in rows]]
