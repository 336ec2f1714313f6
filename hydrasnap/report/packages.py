"""Which package a job builds, and who maintains it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from hydrasnap.model import Build, JobKey, Maintainer, Package, PackageList, Snapshot

PREFIXES = ("nixos.", "nixpkgs.")


class Person(NamedTuple):
    """A maintainer as pages name them."""

    label: str  # unique, whatever its case
    name: str = ""  # empty if unknown, or the label
    handle: str = ""  # account on GitHub, empty if unknown
    email: str = ""  # empty if unknown, or not to be shown


class KnownPackage(NamedTuple):
    """A package and its maintainers."""

    package: Package
    maintainers: tuple[Person, ...]


class PackageIndex:
    """Finds the packages of jobs, from a list of packages or from what pages of builds said.

    Job names are matched to the attribute names of `listed` without their system and without one of
    the `prefixes`. Addresses of people are left out unless `emails` is true.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        listed: PackageList,
        prefixes: tuple[str, ...] = PREFIXES,
        *,
        emails: bool = False,
    ) -> None:
        self._snapshot, self._listed, self._prefixes = snapshot, listed, prefixes
        self._emails = emails
        self._known: dict[int, KnownPackage] = {}

    @cached_property
    def is_known(self) -> bool:
        """Whether anything is known of any package."""
        return bool(self._listed.packages or self._from_pages)

    def facts(self) -> tuple[object, ...]:
        """Return all that decides which package a job has."""
        from_pages = sorted(self._from_pages.items())
        return self._listed, self._prefixes, self._emails, from_pages

    def package_of(self, build: Build) -> KnownPackage | None:
        """Return the package of a build's job, or None where none is known.

        Where the list has none, the newest page of a build that was read names it.
        """
        if not self.is_known:
            return None
        name = attribute(build.job, build.system, self._prefixes)
        found = self._listed.packages.get(name) or self._from_pages.get(build.job_key)
        if found is None:
            return None
        known = self._known.get(id(found))
        if known is None:
            people = dict.fromkeys(self._people[name] for name in found.maintainers)
            known = self._known[id(found)] = KnownPackage(found, tuple(people))
        return known

    def maintainers_of(self, build: Build) -> tuple[Person, ...]:
        """Return the maintainers of a build's job, as far as they are known."""
        found = self.package_of(build)
        return found.maintainers if found else ()

    def unmatched(self, builds: Iterable[Build]) -> tuple[int, int]:
        """Count the jobs without a package, and all jobs."""
        jobs = {build.job_key: build for build in builds}
        without = sum(self.package_of(build) is None for build in jobs.values())
        return without, len(jobs)

    @cached_property
    def _from_pages(self) -> dict[JobKey, Package]:
        """The packages that pages of builds name, by job; the newest build counts."""
        builds, reasons = self._snapshot.builds, self._snapshot.reasons
        return {
            builds[number].job_key: package
            for number in sorted(reasons.keys() & builds.keys())
            if (package := reasons[number].package) is not None and package != Package()
        }

    @cached_property
    def _people(self) -> Mapping[str, Person]:
        """The people, by the names that packages have for them."""
        called = dict(self._listed.maintainers)
        packages = (*self._listed.packages.values(), *self._from_pages.values())
        for name in {name for package in packages for name in package.maintainers}:
            called.setdefault(name, _read(name))
        return dict(_people(called, emails=self._emails))


class Workload(NamedTuple):
    """A maintainer, and how many jobs of theirs fail, of how many."""

    person: Person
    failing: int
    jobs: int


def workloads(packages: PackageIndex, builds: Iterable[Build]) -> list[Workload]:
    """Rank the maintainers of some builds by their failing jobs, then by all their jobs."""
    failing: Counter[Person] = Counter()
    jobs: Counter[Person] = Counter()
    for build in builds:
        people = packages.maintainers_of(build)
        jobs.update(people)
        if build.status.failed:
            failing.update(people)
    found = [Workload(person, failing[person], count) for person, count in jobs.items()]
    return sorted(found, key=lambda one: (-one.failing, -one.jobs, one.person.label.lower()))


def jobs_by_person(packages: PackageIndex, builds: Iterable[Build]) -> dict[str, tuple[str, ...]]:
    """Return the names, without their system, of the jobs of each maintainer, by label."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for build in builds:
        people = packages.maintainers_of(build)
        name = build.job.removesuffix(f".{build.system}") if people else ""
        for person in people:
            found[person.label].add(name)
    return {label: tuple(sorted(found[label])) for label in sorted(found)}


def attribute(job: str, system: str, prefixes: Iterable[str] = PREFIXES) -> str:
    """Return the attribute name in a job's name.

    >>> attribute("nixos.hello.x86_64-linux", "x86_64-linux"), attribute("python3.pkgs.x", "")
    ('hello', 'python3.pkgs.x')
    """
    name = job.removesuffix(f".{system}") if system else job
    for prefix in prefixes:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def _read(text: str) -> Maintainer:
    """Read what a package calls a maintainer: a name, an address, or a name with its address.

    >>> _read("Ann <ann@example.org>").name, _read("ann@example.org").email
    ('Ann', 'ann@example.org')
    """
    name, _, rest = text.partition("<")
    email = rest.partition(">")[0].strip() if rest else name.strip() if "@" in name else ""
    return Maintainer(name="" if "@" in name else name.strip(), email=email)


def _people(called: Mapping[str, Maintainer], *, emails: bool) -> Iterator[tuple[str, Person]]:
    """Tell people apart: one handle or address is one person, and each has a label of their own.

    Of the names for one person, one with a handle is preferred.
    """
    by_email = {one.email.lower(): one for one in called.values() if one.handle and one.email}
    found: dict[str, tuple[Maintainer, list[str]]] = {}
    for name, one in sorted(called.items()):
        known = one if one.handle else by_email.get(one.email.lower(), one)
        identity = (known.handle or known.email or known.name or name).lower()
        found.setdefault(identity, (known, []))[1].append(name)
    taken: set[str] = set()
    for identity in sorted(found, key=lambda one: (not found[one][0].handle, one)):
        known, names = found[identity]
        label = _free(known.handle or known.name or _local(known.email) or identity, taken)
        person = Person(
            label=label,
            name="" if known.name == label or "@" in known.name else known.name,
            handle=known.handle,
            email=known.email if emails else "",
        )
        yield from ((name, person) for name in names)


def _free(wanted: str, taken: set[str]) -> str:
    """Return a label that nobody has yet: a number tells namesakes apart."""
    label, number = _local(wanted), 1
    while label.lower() in taken:
        number += 1
        label = f"{_local(wanted)} {number}"
    taken.add(label.lower())
    return label


def _local(text: str) -> str:
    """Return what stands before the host of an address."""
    return text.partition("@")[0].strip() or "unnamed"
