"""Which package a job builds, and so whose it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hydrasnap.model import Build, Package, Snapshot

PREFIXES = ("nixos.", "nixpkgs.")


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """Finds the packages of builds, from a list of packages or from what pages of builds said.

    `listed` are packages by attribute name; job names are matched to these without their system and
    without one of the `prefixes`.
    """

    snapshot: Snapshot
    listed: Mapping[str, Package]
    prefixes: tuple[str, ...] = PREFIXES

    def package_of(self, build: Build) -> Package | None:
        """Return the package of a build, or None where none is known.

        A list knows where the source is, but only the page of a build is sure to be about it.
        """
        listed = self.listed.get(attribute(build.job, build.system, self.prefixes))
        if listed is not None:
            return listed
        reasons = self.snapshot.reasons.get(build.id)
        return reasons.package if reasons else None

    def unmatched(self, builds: Iterable[Build]) -> tuple[int, int]:
        """Count the jobs without a package, and all jobs."""
        jobs = {build.job_key: build for build in builds}
        without = sum(self.package_of(build) is None for build in jobs.values())
        return without, len(jobs)


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
