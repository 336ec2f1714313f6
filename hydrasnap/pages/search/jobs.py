"""What is known of every build, in shards that follow from the job's name, and from the build's id.

A shard is ``[nixnames, systems, evaluation lists, packages]``; a package is
``[jobset, name, job…]``, a job ``[ending, file, build…]``, where `file` names the page, null if it
is named as the job, and empty if there is none. A build is six numbers in a row: id, status, finish
time (0: unknown), Nix name, system, evaluations; the status is twice its place in the directory,
and one more if the build has no page.
"""

from collections.abc import Mapping

from hydrasnap.model import Build, BuildStatus
from hydrasnap.pages.search.catalogue import Catalogue, Packages
from hydrasnap.pages.search.names import Numbers
from hydrasnap.pages.search.shards import home_of, power_of_two

BUILDS = 1024  # builds of one shard, on average
IDS = 4096  # builds of one shard of ids
_STATUS = {status: place for place, status in enumerate(BuildStatus)}


def job_shards(catalogue: Catalogue) -> dict[str, object]:
    """Write the builds of all jobs."""
    count = shard_count(catalogue)
    groups: list[dict[tuple[int, str], Mapping[str, list[Build]]]] = [{} for _ in range(count)]
    for (place, package), jobs in catalogue.packages.items():
        home = home_of(*catalogue.jobsets[place], package, count)
        groups[home][place, package] = jobs
    return {f"jobs-{number}": _Shard(catalogue).write(group) for number, group in enumerate(groups)}


def shard_count(catalogue: Catalogue) -> int:
    """Return how many shards the builds need, a power of two."""
    builds = sum(len(found) for jobs in catalogue.packages.values() for found in jobs.values())
    return power_of_two(builds / BUILDS)


def id_shards(catalogue: Catalogue, count: int) -> tuple[dict[str, object], list[int]]:
    """Write where each build is known: differences of ids, numbers of shards; and the first ids."""
    homes: dict[int, int] = {}
    for (place, package), jobs in catalogue.packages.items():
        home = home_of(*catalogue.jobsets[place], package, count)
        homes |= {build.id: home for builds in jobs.values() for build in builds}
    ids = sorted(homes)
    shards: dict[str, object] = {}
    first = ids[::IDS]
    for number, start in enumerate(first):
        part = ids[number * IDS : (number + 1) * IDS]
        steps = [after - before for before, after in zip([start, *part], part, strict=False)]
        shards[f"ids-{number}"] = [steps, [homes[found] for found in part]]
    return shards, first


class _Shard:
    """Writes one shard; Nix names, systems and lists of evaluations are written once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._nixnames: Numbers[str] = Numbers()
        self._systems: Numbers[str] = Numbers()
        self._evaluations: Numbers[tuple[int, ...]] = Numbers()

    def write(self, packages: Packages) -> object:
        rows = [self._package(place, name, jobs) for (place, name), jobs in packages.items()]
        nixnames, systems = list(self._nixnames.known), list(self._systems.known)
        return [nixnames, systems, list(self._evaluations.known), rows]

    def _package(self, place: int, name: str, jobs: Mapping[str, list[Build]]) -> list[object]:
        return [place, name, *(self._job(place, name, *job) for job in sorted(jobs.items()))]

    def _job(self, place: int, name: str, ending: str, builds: list[Build]) -> list[object]:
        numbers: list[object] = [ending, self._catalogue.file_of(place, name + ending)]
        for build in reversed(builds):
            numbers += self._build(build)
        return numbers

    def _build(self, build: Build) -> tuple[int, ...]:
        return (
            build.id,
            _STATUS[build.status] * 2 + (build.id in self._catalogue.pageless_builds),
            (build.stoptime or 0) if build.finished else 0,
            self._nixnames(build.nixname),
            self._systems(build.system),
            self._evaluations(self._catalogue.evaluations.get(build.id, ())),
        )
