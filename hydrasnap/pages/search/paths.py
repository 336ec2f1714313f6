"""Store paths → builds, by the hash in the path."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from hydrasnap.model import Build

ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz"  # Nix's base 32
KNOWN = 10  # characters of a hash that are kept: 50 bits tell a million paths apart
PER_SHARD = 4096
_HASH = re.compile(r"/nix/store/([0-9a-df-np-sv-z]{32})-")


def path_shards(builds: Iterable[Build]) -> tuple[dict[str, object], int]:
    """Write the hashes and their builds, in shards by the first characters, and say how many."""
    found = sorted({(digest, build.id) for build in builds for digest in _hashes(build)})
    prefix = 0 if len(found) <= PER_SHARD else 1 if len(found) <= PER_SHARD * 32 else 2
    names = [""]
    for _ in range(prefix):
        names = [name + letter for name in names for letter in ALPHABET]
    groups: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for digest, number in found:
        groups[digest[:prefix]].append((digest, number))
    return {f"paths-{name or 'all'}": _shard(groups[name]) for name in names}, prefix


def _hashes(build: Build) -> Iterator[str]:
    for path in (build.drvpath, *(output.path for output in build.outputs)):
        match = _HASH.match(path)
        if match:
            yield match[1][:KNOWN]


def _shard(rows: list[tuple[str, int]]) -> object:
    return ["".join(digest for digest, _ in rows), [number for _, number in rows]]
