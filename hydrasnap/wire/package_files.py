"""Reading the file of packages that the settings name, packed or not."""

import gzip
import hashlib
import lzma
import zlib
from pathlib import Path
from typing import IO, cast

from hydrasnap.errors import ConfigError, NotAHydraError
from hydrasnap.model import PackageList
from hydrasnap.wire.packages import read_packages

_MOST_BYTES = 1024 * 1024 * 1024  # a channel's list has 150 MB
_PIECE = 1 << 20


def file_digest(file: Path, key: str) -> str:
    """Return a digest of the content of a file; `key` names the setting in errors."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(file, key, error) from None


def load_packages(file: Path, key: str) -> PackageList:
    """Read the packages of a file; `key` names the setting in errors."""
    try:
        body = _unpacked(file)
    except OSError as error:
        raise _unreadable(file, key, error) from None
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise ConfigError(f"{key}: {file} cannot be unpacked: {error}.") from None
    try:
        return read_packages(body, str(file))
    except NotAHydraError as error:
        raise ConfigError(
            f"{key}: {file} is not a list of packages ({error.message}).",
            hint="Take a channel's packages.json, or what `nix-env -qa --json --meta` writes.",
        ) from None


def _unreadable(file: Path, key: str, error: OSError) -> ConfigError:
    reason = (error.strerror or str(error)).lower()
    return ConfigError(f"{key}: {file} cannot be read: {reason}.")


def _unpacked(file: Path) -> bytearray:
    if file.suffix == ".br":
        return _unbrotli(file)
    with _opened(file) as stream:
        body = bytearray()
        while piece := stream.read(_PIECE):
            body += piece
            _check_size(body, file)
        return body


def _opened(file: Path) -> IO[bytes]:
    if file.suffix == ".gz":
        return cast(IO[bytes], gzip.open(file))
    return lzma.open(file) if file.suffix == ".xz" else file.open("rb")


def _unbrotli(file: Path) -> bytearray:
    try:
        import brotli
    except ImportError:
        raise ConfigError(
            f"{file} is packed with Brotli, for which a package is missing.",
            hint="Install it with `pip install brotli`, or unpack the file with `brotli -d`.",
        ) from None
    decoder, body = brotli.Decompressor(), bytearray()
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            try:
                body += decoder.process(piece)
            except brotli.error as error:
                raise ConfigError(f"{file} cannot be unpacked: {error}.") from None
            _check_size(body, file)
    if not decoder.is_finished():
        raise ConfigError(f"{file} cannot be unpacked: its end is missing.")
    return body


def _check_size(body: bytearray, file: Path) -> None:
    if len(body) > _MOST_BYTES:
        raise ConfigError(f"{file} unpacks to more than {_MOST_BYTES:,} bytes.")
