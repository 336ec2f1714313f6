"""Lists of packages, as channels publish them and as nix-env writes them."""

import json
from typing import Any

import pytest

from hydrasnap.errors import NotAHydraError
from hydrasnap.model import Maintainer, Package
from hydrasnap.wire.packages import read_packages

HELLO: dict[str, Any] = {
    "name": "hello-2.12", "pname": "hello", "system": "x86_64-linux", "version": "2.12",
    "meta": {
        "description": "Friendly", "homepage": "https://example.org/hello", "available": True,
        "license": {"fullName": "GNU GPL v3", "spdxId": "GPL-3.0-or-later"},
        "maintainers": [{"name": "Ann", "github": "ann", "email": "ann@example.org"},
                        {"name": "Bob", "email": "bob@example.org"}],
        "position": "pkgs/by-name/he/hello/package.nix:47",
    },
}  # fmt: skip
FOUND = Package(
    description="Friendly", homepage="https://example.org/hello", license="GPL-3.0-or-later",
    maintainers=("ann", "Bob"), position="pkgs/by-name/he/hello/package.nix:47",
)  # fmt: skip


def read(value: Any) -> dict[str, Package]:
    return dict(read_packages(json.dumps(value).encode(), "packages.json").packages)


def test_both_forms_are_read() -> None:
    assert read({"version": 2, "packages": {"hello": HELLO}}) == {"hello": FOUND}
    assert read({"hello": HELLO, "nixos.x": {"name": "x"}}) == {"hello": FOUND}


@pytest.mark.parametrize(
    ("meta", "found"),
    [
        ({"license": ["MIT", {"spdxId": "X"}, "MIT"]}, Package(license="MIT, X")),
        ({"license": "free", "maintainers": ["a@b", 5]},
         Package(license="free", maintainers=("a@b",))),
        ({"homepage": ["https://a", "https://b"]}, Package(homepage="https://a")),
        ({"position": "/nix/store/abc-source/pkgs/x.nix:3"}, Package(position="pkgs/x.nix:3")),
        ({"description": 5, "license": 7, "homepage": {}, "maintainers": "me"},
         Package(maintainers=("me",))),
    ],
)  # fmt: skip
def test_every_form_of_a_field_is_read(meta: dict[str, Any], found: Package) -> None:
    assert read({"a": {"meta": meta}}) == {"a": found}


@pytest.mark.parametrize("value", [{}, [], {"a": {"name": "a"}}, {"packages": []}, "x", None])
def test_what_is_no_list_of_packages_is_refused(value: Any) -> None:
    with pytest.raises(NotAHydraError):
        read(value)


def test_an_odd_package_costs_itself() -> None:
    assert read({"hello": HELLO, "odd": 5, "other": {"meta": "x"}}) == {"hello": FOUND}


def test_maintainers_are_told_once_by_what_packages_call_them() -> None:
    found = read_packages(json.dumps({"hello": HELLO, "more": HELLO}).encode(), "packages.json")
    assert found.maintainers == {
        "ann": Maintainer(handle="ann", name="Ann", email="ann@example.org"),
        "Bob": Maintainer(name="Bob", email="bob@example.org"),
    }


def test_a_package_may_be_called_packages() -> None:
    assert read({"packages": HELLO, "hello": HELLO}) == {"packages": FOUND, "hello": FOUND}
