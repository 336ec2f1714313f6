"""Packages and their maintainers, as pages of builds and lists of packages name them."""

from collections.abc import Mapping

from hydrasnap.model.objects import Value


class Package(Value, frozen=True):
    """What a package says of itself."""

    description: str = ""
    license: str = ""
    homepage: str = ""
    maintainers: tuple[str, ...] = ()  # e-mail addresses, names or handles
    position: str = ""  # in the source: path and line, with a colon between


class Maintainer(Value, frozen=True):
    """Somebody who looks after packages."""

    handle: str = ""  # account on GitHub
    name: str = ""
    email: str = ""


class PackageList(Value, frozen=True):
    """Packages by attribute name, and their maintainers by what the packages call them."""

    packages: Mapping[str, Package] = {}
    maintainers: Mapping[str, Maintainer] = {}
