"""All jobs of a snapshot by jobset and package: a job's name without its system.

nixpkgs has 252,676 jobs but a fourth of that in packages: ``hello.x86_64-linux`` and
``hello.aarch64-linux`` are found, stored and shown as one.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hydrasnap.model import Build, JobKey, JobsetKey
from hydrasnap.pages.site import Site

SYSTEMS = 64  # more than any Hydra has; a bound for what a hostile one may claim

Packages = Mapping[tuple[int, str], Mapping[str, list[Build]]]


@dataclass(frozen=True)
class Catalogue:
    """Jobsets by number; packages by jobset and name: for each ending of a job its builds.

    The builds of a job are by id. `files` names the pages of jobs whose page is not where their
    name suggests: empty for those without page.
    """

    systems: tuple[str, ...]
    jobsets: tuple[JobsetKey, ...]
    packages: Packages
    files: Mapping[JobKey, str]
    pageless_builds: frozenset[int]
    evaluations: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, site: Site) -> "Catalogue":
        """Walk the builds of a snapshot once."""
        builds = site.snapshot.builds
        systems = _systems(builds)
        jobsets = tuple(site.snapshot.jobsets)
        number = {key: place for place, key in enumerate(jobsets)}
        packages: dict[tuple[int, str], dict[str, list[Build]]] = {}
        known = frozenset(systems)
        for _, build in sorted(builds.items()):
            package, ending = split(build.job, known)
            place = number[JobsetKey(build.project, build.jobset)]
            packages.setdefault((place, package), {}).setdefault(ending, []).append(build)
        return cls(
            systems=systems,
            jobsets=jobsets,
            packages=dict(sorted(packages.items())),
            files=_files(site),
            pageless_builds=frozenset(b.id for b in builds.values() if not site.has_build_page(b)),
            evaluations=_evaluations(site),
        )

    def file_of(self, place: int, job: str) -> str | None:
        """Return the name of a job's page, empty if it has none, None if it is the job's name."""
        return self.files.get(JobKey(*self.jobsets[place], job))


def split(job: str, systems: frozenset[str]) -> tuple[str, str]:
    """Cut the system off a job's name.

    >>> split("hello.x86_64-linux", frozenset({"x86_64-linux"}))
    ('hello', '.x86_64-linux')
    >>> split("x86_64-linux.hello", frozenset({"x86_64-linux"}))
    ('x86_64-linux.hello', '')
    """
    package, dot, system = job.rpartition(".")
    return (package, dot + system) if package and system in systems else (job, "")


def _systems(builds: Mapping[int, Build]) -> tuple[str, ...]:
    counts = Counter(build.system for build in builds.values())
    most = sorted(counts, key=lambda system: (-counts[system], system))[:SYSTEMS]
    return tuple(sorted(most))


def _files(site: Site) -> dict[JobKey, str]:
    jobs = {build.job_key for build in site.snapshot.builds.values()}
    files = {key: site.links.name(key.name) if site.has_job_page(key) else "" for key in jobs}
    return {key: file for key, file in files.items() if file != key.name}


def _evaluations(site: Site) -> dict[int, tuple[int, ...]]:
    """Return the evaluations of each build, newest first; equal lists are one object."""
    lists: dict[int, tuple[int, ...]] = {}
    longer: dict[tuple[tuple[int, ...], int], tuple[int, ...]] = {}
    for number, evaluation in sorted(site.snapshot.evaluations.items(), reverse=True):
        for build in evaluation.builds:
            old = lists.get(build, ())
            lists[build] = longer.setdefault((old, number), (*old, number))
    return lists
