"""Reading the file of packages that the settings name, packed or not."""

import gzip
import lzma
import zlib
from pathlib import Path
from typing import IO, cast

from hydrasnap.errors import ConfigError, NotAHydraError
from hydrasnap.model import Package
from hydrasnap.wire.packages import read_packages

_MOST_BYTES = 1024 * 1024 * 1024  # a channel's list has 150 MB
_PIECE = 1 << 20


def load_packages(file: Path, key: str) -> dict[str, Package]:
    """Read the packages of a file by attribute name; `key` names the setting in errors."""
    try:
        body = _unpacked(file)
    except OSError as error:
        raise ConfigError(f"{key}: {file} cannot be read: {error.strerror or error}.") from None
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise ConfigError(f"{key}: {file} cannot be unpacked: {error}.") from None
    try:
        return read_packages(body, str(file))
    except NotAHydraError as error:
        raise ConfigError(
            f"{key}: {file} is not a list of packages ({error.message}).",
            hint="Take a channel's packages.json, or what `nix-env -qa --json --meta` writes.",
        ) from None


def _unpacked(file: Path) -> bytes:
    if file.suffix == ".br":
        return _unbrotli(file)
    with _opened(file) as stream:
        body = bytearray()
        while piece := stream.read(_PIECE):
            body += piece
            _check_size(body, file)
        return bytes(body)


def _opened(file: Path) -> IO[bytes]:
    if file.suffix == ".gz":
        return cast(IO[bytes], gzip.open(file))
    return lzma.open(file) if file.suffix == ".xz" else file.open("rb")


def _unbrotli(file: Path) -> bytes:
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
    return bytes(body)


def _check_size(body: bytearray, file: Path) -> None:
    if len(body) > _MOST_BYTES:
        raise ConfigError(f"{file} unpacks to more than {_MOST_BYTES:,} bytes.")
