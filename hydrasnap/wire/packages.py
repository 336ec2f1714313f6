"""The package lists that channels publish, and those of ``nix-env -qa --json --meta``.

Both map attribute names to packages: a channel's ``packages.json`` below ``packages``, the other at
the top. A licence is an object, a list or text, a maintainer an object or text, a homepage text or
a list. What cannot be read of a package is left out.

A list of nixpkgs has 120,000 packages in 150 MB, so the packages are decoded one by one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from hydrasnap.model import Maintainer, Package, PackageList
from hydrasnap.model.value_bounds import LONGEST_NAME, LONGEST_TEXT
from hydrasnap.wire.decode import decode, wrong_shape

T = TypeVar("T")


class _RawMeta(Struct):
    description: Any = None
    license: Any = None
    homepage: Any = None
    maintainers: Any = None
    position: Any = None


class _RawPackage(Struct):
    meta: _RawMeta | None = None


_package = msgspec.json.Decoder(_RawPackage)


def read_packages(body: bytes | bytearray, where: str) -> PackageList:
    """Read a list of packages."""
    reader = _Reader()
    found = {name: reader.package(meta) for name, meta in _metas(_raw(body, where))}
    if not found:
        raise wrong_shape(where, "no package has `meta`; nix-env needs `--meta`")
    return PackageList(packages=found, maintainers=reader.maintainers)


def _raw(body: bytes | bytearray, where: str) -> Mapping[str, Raw]:
    """Split the list into packages; that of a channel has them below a version of its format."""
    top: dict[str, Raw] = decode(body, dict[str, Raw], where)
    if "packages" in top and top.keys() <= {"packages", "version"}:
        return decode(top["packages"], dict[str, Raw], where)  # type: ignore[no-any-return]
    return top


def _metas(packages: Mapping[str, Raw]) -> Iterator[tuple[str, _RawMeta]]:
    for name, raw in packages.items():
        try:
            meta = _package.decode(raw).meta
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if meta is not None:
            yield name, meta


class _Reader:
    """Reads what packages say of themselves; texts that many have are kept once."""

    def __init__(self) -> None:
        self.maintainers: dict[str, Maintainer] = {}
        self._known: dict[object, object] = {}

    def package(self, raw: _RawMeta) -> Package:
        """Read a package, and note its maintainers."""
        licenses = dict.fromkeys(filter(None, map(_license, _several(raw.license))))
        keys = dict.fromkeys(filter(None, map(self._maintainer, _several(raw.maintainers))))
        return Package(
            description=_text(raw.description),
            license=self._once(", ".join(licenses)),
            homepage=next((text for each in _several(raw.homepage) if (text := _text(each))), ""),
            maintainers=self._once(tuple(keys)),
            position=_position(_text(raw.position)),
        )

    def _once(self, value: T) -> T:
        return self._known.setdefault(value, value)  # type: ignore[return-value]

    def _maintainer(self, value: Any) -> str:
        """Note a maintainer; return the handle, which is public and short, else name or e-mail."""
        if not isinstance(value, dict):
            return _word(value)
        handle, name, email = (_word(value.get(key)) for key in ("github", "name", "email"))
        person = Maintainer(handle=handle, name=name, email=email)
        key = person.handle or person.name or person.email
        if key:
            self.maintainers.setdefault(key, person)
        return key


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= LONGEST_TEXT else ""


def _word(value: Any) -> str:
    return _text(value)[:LONGEST_NAME]


def _license(value: Any) -> str:
    if not isinstance(value, dict):
        return _text(value)
    keys = ("spdxId", "shortName", "fullName")
    return next((text for key in keys if (text := _text(value.get(key)))), "")


def _position(text: str) -> str:
    """Return the path within the source: a local one begins with a store path."""
    if text.startswith("/nix/store/"):
        return text.removeprefix("/nix/store/").partition("/")[2]
    return text
