"""Jobs are matched to packages by their names, without their system and known prefixes."""

import msgspec
import pytest
from example import build, snapshot

from hydrasnap.model import Package, Reasons
from hydrasnap.report.packages import PackageIndex, attribute

HELLO, PAGE = Package(description="Friendly"), Package(description="of the page")


@pytest.mark.parametrize(
    ("job", "system", "name"),
    [
        ("hello.x86_64-linux", "x86_64-linux", "hello"),
        ("nixos.hello.x86_64-linux", "x86_64-linux", "hello"),
        ("nixpkgs.python3Packages.x.aarch64-darwin", "aarch64-darwin", "python3Packages.x"),
        ("hello.x86_64-linux", "aarch64-linux", "hello.x86_64-linux"),
        ("tested", "x86_64-linux", "tested"),
        ("tested", "", "tested"),
    ],
)
def test_the_attribute_of_a_job(job: str, system: str, name: str) -> None:
    assert attribute(job, system) == name


def test_a_list_comes_before_the_page_of_the_build() -> None:
    hello, other = build(1, "hello.x86_64-linux"), build(2, "other.x86_64-linux")
    reasons = {number: Reasons(build=number, package=PAGE) for number in (1, 2)}
    found = msgspec.structs.replace(snapshot(), reasons=reasons)
    index = PackageIndex(found, {"hello": HELLO})
    assert [index.package_of(each) for each in (hello, other)] == [HELLO, PAGE]
    assert index.package_of(build(3, "third")) is None
    assert index.unmatched([hello, other, build(3, "third")]) == (1, 3)


def test_prefixes_can_be_chosen() -> None:
    index = PackageIndex(snapshot(), {"hello": HELLO}, prefixes=("our.",))
    assert index.package_of(build(1, "our.hello.x86_64-linux")) == HELLO
    assert index.package_of(build(1, "nixos.hello.x86_64-linux")) is None
