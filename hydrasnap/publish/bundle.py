"""One file with a whole site, to open offline: the same bytes for the same site."""

import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from hydrasnap.errors import ConfigError, OutputError

TOP = "hydrasnap-site"  # the folder in the file, so that unpacking leaves one folder
_OURS = ".hydrasnap-"
_YEAR_1980 = (1980, 1, 1, 0, 0, 0)  # the earliest time that a ZIP file can store
_MODE = 0o644


def bundle(site: Path, target: Path) -> int:
    """Pack the files of a site into `target`, whose suffix says how; return their number.

    Names are sorted, and times, owners and modes are always the same. Files and folders whose name
    begins with ``.git`` or ``.hydrasnap-`` and symbolic links are left out.
    """
    write = next((how for suffix, how in _WRITERS.items() if target.name.endswith(suffix)), None)
    if write is None:
        raise ConfigError(
            f"{target} has no suffix that says how to pack.",
            hint=f"End the name with one of {', '.join(_WRITERS)}.",
        )
    if not (site / "index.html").is_file():
        raise OutputError(
            f"There is no site in {site}.",
            hint="Write one with `hydrasnap render`, or name another place with --output.",
        )
    files = sorted(_files(site))
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with temporary.open("wb") as file:
            write(file, [(f"{TOP}/{name}", site / name) for name in files])
        temporary.replace(target)
    except OSError as error:
        raise OutputError(
            f"The site cannot be packed into {target}: {error.strerror or error}.",
            hint="Check that folder, its permissions and the room there, and let no other run "
            "write to the site meanwhile.",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return len(files)


def _files(site: Path) -> Iterator[str]:
    """Yield the names of the files of a site, relative to it."""
    for folder, folders, names in os.walk(site):
        folders[:] = [name for name in folders if not name.startswith((".git", _OURS))]
        for name in names:
            path = Path(folder, name)
            if not name.startswith((".git", _OURS)) and path.is_file() and not path.is_symlink():
                yield path.relative_to(site).as_posix()


Entries = list[tuple[str, Path]]


def _write_zip(file: IO[bytes], entries: Entries) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in entries:
            info = zipfile.ZipInfo(name, _YEAR_1980)
            info.create_system = 3  # Unix, on every system
            info.external_attr = (0o100000 | _MODE) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())


def _write_tar(file: IO[bytes], entries: Entries) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, path in entries:
            content = path.read_bytes()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), _MODE
            archive.addfile(info, io.BytesIO(content))


def _write_gz(file: IO[bytes], entries: Entries) -> None:
    import gzip

    with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        _write_tar(cast("IO[bytes]", packed), entries)


def _write_zst(file: IO[bytes], entries: Entries) -> None:
    try:
        from compression import zstd  # type: ignore[import-not-found]  # Python 3.14 and newer
    except ImportError:
        try:
            from backports import zstd
        except ImportError:
            raise ConfigError(
                "Packing into .tar.zst needs a package that is not installed.",
                hint="Install it with `pip install 'hydrasnap[zstd]'`, or pack into .zip.",
            ) from None
    with zstd.open(file, "wb", level=10) as packed:
        _write_tar(packed, entries)


_WRITERS: dict[str, Callable[[IO[bytes], Entries], None]] = {
    ".zip": _write_zip,
    ".tar.gz": _write_gz,
    ".tar.zst": _write_zst,
}
