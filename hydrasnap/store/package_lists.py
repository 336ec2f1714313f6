"""A list of packages in a compact form beside a cache, so that it is read once.

It lies in the folder ``.index`` of the cache, which git ignores, under the digest of what it was
read from.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from hydrasnap.model import PackageList
from hydrasnap.store.layout import INDEXES

_FORMAT = 1
_decoder = msgspec.msgpack.Decoder(PackageList)


def cached_packages(folder: Path, digest: str, read: Callable[[], PackageList]) -> PackageList:
    """Return the list of packages of a digest: the one that a cache keeps, else what `read` gives.

    A cache that cannot be written keeps none; those of other digests are dropped.
    """
    file = folder / INDEXES / f"packages-{_FORMAT}-{digest[:32]}.msgpack"
    with suppress(OSError, msgspec.DecodeError):
        return _decoder.decode(file.read_bytes())
    found = read()
    if folder.is_dir():
        with suppress(OSError):
            _keep(file, found)
    return found


def _keep(file: Path, found: PackageList) -> None:
    file.parent.mkdir(exist_ok=True)
    (file.parent / ".gitignore").write_text("*\n", encoding="utf-8")
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(msgspec.msgpack.encode(found))
        for other in file.parent.glob("packages-*.msgpack"):
            other.unlink(missing_ok=True)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
