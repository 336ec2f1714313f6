"""Jobs are matched to packages by their names; maintainers are told apart and named in public."""

import msgspec
import pytest
from example import build, snapshot

from hydrasnap.model import Maintainer, Package, PackageList, Reasons
from hydrasnap.report.packages import PackageIndex, Person, attribute

HELLO, PAGE = Package(description="Friendly"), Package(description="of the page")
LISTED = PackageList(packages={"hello": HELLO})


def maintained(
    *called: str, listed: dict[str, Maintainer] | None = None, emails: bool = False
) -> list[Person]:
    """Return the people behind the maintainers of a package."""
    packages = {"hello": Package(maintainers=called)}
    given = PackageList(packages=packages, maintainers=listed or {})
    found = PackageIndex(snapshot(), given, emails=emails).package_of(build(1, "hello"))
    assert found is not None
    return list(found.maintainers)


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


def test_a_list_comes_before_the_page_of_a_build() -> None:
    hello, other = build(1, "hello.x86_64-linux"), build(2, "other.x86_64-linux")
    reasons = {number: Reasons(build=number, package=PAGE) for number in (1, 2)}
    found = msgspec.structs.replace(snapshot(), builds={1: hello, 2: other}, reasons=reasons)
    index = PackageIndex(found, LISTED)
    told = [index.package_of(each) for each in (hello, other)]
    assert [each and each.package for each in told] == [HELLO, PAGE]
    assert index.package_of(build(3, "third")) is None
    assert index.unmatched([hello, other, build(3, "third")]) == (1, 3)


def test_the_newest_page_of_a_job_tells_of_all_its_builds() -> None:
    old, new, good = build(1, "other", 1), build(2, "other", 1), build(3, "other")
    reasons = {1: Reasons(build=1, package=HELLO), 2: Reasons(build=2, package=PAGE)}
    builds = {each.id: each for each in (old, new, good)}
    found = msgspec.structs.replace(snapshot(), builds=builds, reasons=reasons)
    told = PackageIndex(found, PackageList()).package_of(good)
    assert told is not None
    assert told.package == PAGE


def test_a_page_that_tells_nothing_of_a_package_is_none() -> None:
    reasons = {1: Reasons(build=1, package=Package())}
    found = msgspec.structs.replace(snapshot(), builds={1: build(1, "a", 1)}, reasons=reasons)
    assert PackageIndex(found, PackageList()).package_of(build(1, "a", 1)) is None


def test_prefixes_can_be_chosen() -> None:
    index = PackageIndex(snapshot(), LISTED, prefixes=("our.",))
    assert index.package_of(build(1, "our.hello.x86_64-linux")) is not None
    assert index.package_of(build(1, "nixos.hello.x86_64-linux")) is None


@pytest.mark.parametrize(
    ("called", "label", "name"),
    [
        ("ann@example.org", "ann", ""),
        ("Ann Other <ann@example.org>", "Ann Other", ""),
        ("<ann@example.org>", "ann", ""),
        ("Ann", "Ann", ""),
        ("@", "unnamed", ""),
    ],
)
def test_people_are_named_without_their_addresses(called: str, label: str, name: str) -> None:
    assert maintained(called) == [Person(label=label, name=name)]


def test_addresses_are_there_on_demand() -> None:
    assert maintained("Ann <ann@example.org>", emails=True) == [
        Person(label="Ann", email="ann@example.org")
    ]


def test_an_address_is_known_by_the_handle_that_a_list_has_for_it() -> None:
    listed = {"ann": Maintainer(handle="ann", name="Ann Other", email="Ann@example.org")}
    assert maintained("ann", "ann@example.org", listed=listed) == [
        Person(label="ann", name="Ann Other", handle="ann")
    ]


def test_namesakes_are_told_apart_and_twins_by_case_are_one() -> None:
    listed = {"Bob": Maintainer(handle="Bob"), "bob": Maintainer(handle="bob")}
    (bob,) = maintained("bob", "Bob", listed=listed)
    assert bob.label == "Bob"
    found = maintained("info@one.example", "Info@two.example", "info@one.EXAMPLE")
    assert [person.label for person in found] == ["info", "Info 2"]


def test_no_address_stands_where_a_name_should() -> None:
    listed = {"x": Maintainer(handle="x", name="x@example.org")}
    assert maintained("x", listed=listed) == [Person(label="x", handle="x")]
    assert maintained("y", listed={"y": Maintainer(name="y@example.org")}) == [Person(label="y")]
