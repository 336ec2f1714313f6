"""The package lists that channels publish, and those of ``nix-env -qa --json --meta``.

Both map attribute names to packages: a channel's ``packages.json`` below ``packages``, the other at
the top. A licence is an object, a list or text, a maintainer an object or text, a homepage text or
a list. What cannot be read of a package is left out.
"""

from typing import Any

from msgspec import Struct

from hydrasnap.model import Package
from hydrasnap.model.bounds import LONGEST_NAME, LONGEST_TEXT
from hydrasnap.wire.decode import decode, wrong_shape


class _RawMeta(Struct):
    description: Any = None
    license: Any = None
    homepage: Any = None
    maintainers: Any = None
    position: Any = None


class _RawPackage(Struct):
    meta: _RawMeta | None = None


class _RawList(Struct):
    packages: dict[str, _RawPackage]


def read_packages(body: bytes, where: str) -> dict[str, Package]:
    """Read a list of packages, by attribute name."""
    if b'"packages"' in body[:10_000]:
        raw = decode(body, _RawList, where).packages
    else:
        raw = decode(body, dict[str, _RawPackage], where)
    if not any(package.meta is not None for package in raw.values()):
        raise wrong_shape(where, "no package has `meta`; nix-env needs `--meta`")
    return {name: _package(each.meta) for name, each in raw.items() if each.meta is not None}


def _package(raw: _RawMeta) -> Package:
    return Package(
        description=_text(raw.description),
        license=", ".join(dict.fromkeys(filter(None, map(_license, _several(raw.license))))),
        homepage=next((text for each in _several(raw.homepage) if (text := _text(each))), ""),
        maintainers=tuple(dict.fromkeys(filter(None, map(_maintainer, _several(raw.maintainers))))),
        position=_position(_text(raw.position)),
    )


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= LONGEST_TEXT else ""


def _first(value: dict[str, Any], *keys: str) -> str:
    return next((text for key in keys if (text := _text(value.get(key)))), "")


def _license(value: Any) -> str:
    return (
        _first(value, "spdxId", "shortName", "fullName")
        if isinstance(value, dict)
        else _text(value)
    )


def _maintainer(value: Any) -> str:
    """Return the handle of a maintainer, which is public and short, else the name or e-mail."""
    if isinstance(value, dict):
        return _first(value, "github", "name", "email")[:LONGEST_NAME]
    return _text(value)[:LONGEST_NAME]


def _position(text: str) -> str:
    """Return the path within the source: a local one begins with a store path."""
    if text.startswith("/nix/store/"):
        return text.removeprefix("/nix/store/").partition("/")[2]
    return text
