"""The packages of [packages] file, which is read again only after it has changed."""

from functools import partial
from pathlib import Path

from hydrasnap.config.keys import Config
from hydrasnap.model import PackageList
from hydrasnap.publish.settings import PackageSettings


def package_settings(config: Config) -> PackageSettings:
    """Return the settings on packages; the file is read when packages are needed."""
    table = config.packages
    chosen = PackageSettings(
        prefixes=table.prefixes,
        source=table.input,
        maintainers=table.maintainers,
        emails=table.emails,
    )
    if not table.file:
        return chosen
    file, key = Path(table.file), config.key("packages", "file")
    load = partial(_load, file, key, Path(config.cache.folder))
    return PackageSettings(**{**vars(chosen), "load": load, "stamp": _stamp(file)})


def _load(file: Path, key: str, cache: Path) -> PackageList:
    from hydrasnap.store.memo_files import memoized  # most runs do without
    from hydrasnap.wire.package_files import file_digest, load_packages

    read = partial(load_packages, file, key)
    fingerprint = file_digest(file, key).encode()
    return memoized(cache, ("packages",), fingerprint, PackageList, read)


def _stamp(file: Path) -> bytes:
    """Describe a file by size and time; a missing one is reported when it is read."""
    try:
        found = file.stat()
    except OSError:
        return b""
    return f"{file}\t{found.st_size}\t{found.st_mtime_ns}".encode("utf-8", "surrogateescape")
