"""What the user wants of a Hydra, and how to fetch it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from hydrasnap.model import JobKey, JobsetKey, Project


class FetchStrategy(Enum):
    """How to fetch the builds of an evaluation."""

    NONE = "none"
    PER_BUILD = "builds"
    BULK = "evaluation"
    LISTING = "listing"


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user wants: globs on projects and on ``project/jobset``, and how far back.

    `hidden` takes hidden projects and jobsets too. `evaluations` is how many of each jobset are
    compared; one more is fetched, for the oldest to be compared with. `strategy` is how to fetch
    builds, None for the cheapest. `details` bounds the builds of a listing that a run completes one
    by one. `recheck` is after how many seconds failures are fetched again although nothing changed.
    `sizes` are globs on ``project/jobset/job``: of these jobs the sizes of builds are asked for.
    `live` asks what the Hydra is doing now. `reasons` bounds the HTML pages that a run reads to
    learn why builds and evaluations failed; 0 reads none.
    """

    projects: tuple[str, ...] = ()
    jobsets: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    evaluations: int = 10
    strategy: FetchStrategy | None = None
    details: int = 100
    recheck: int = 7 * 86400
    sizes: tuple[str, ...] = ()
    live: bool = False
    reasons: int = 0

    @property
    def window(self) -> int:
        """Return how many evaluations of a jobset are fetched."""
        return self.evaluations + 1

    @property
    def named(self) -> list[JobsetKey]:
        """Return the jobsets that are named one by one, without a wildcard."""
        literal = [glob for glob in self.jobsets if "/" in glob and not set(glob) & set("*?[")]
        return [JobsetKey(*glob.split("/", 1)) for glob in literal]

    def wants_project(self, project: Project) -> bool:
        """Return whether any jobset of the project may be wanted."""
        if project.hidden and not self.hidden:
            return False
        return self._matches_project(project.name) and not _matches(project.name, self.exclude)

    def _matches_project(self, name: str) -> bool:
        by_jobset = tuple(glob.partition("/")[0] for glob in self.jobsets if "/" in glob)
        if self.jobsets and not any("/" not in glob for glob in self.jobsets):
            return _matches(name, by_jobset) and (
                not self.projects or _matches(name, self.projects)
            )
        return not self.projects or _matches(name, self.projects)

    def wants_jobset(self, key: JobsetKey) -> bool:
        """Return whether the jobset, of a wanted project, is wanted."""
        address = f"{key.project}/{key.name}"
        if any(_matches_address(address, glob) for glob in self.exclude):
            return False
        return not self.jobsets or any(_matches_address(address, glob) for glob in self.jobsets)

    def sized(self, jobs: Collection[JobKey]) -> tuple[list[JobKey], list[str]]:
        """Return the jobs whose sizes are wanted, and the globs that match none."""
        fitting = {
            glob: {job for job in jobs if fnmatchcase("/".join(job), glob)} for glob in self.sizes
        }
        wanted = set[JobKey]().union(*fitting.values())
        return sorted(wanted), [glob for glob, found in fitting.items() if not found]


def _matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _matches_address(address: str, glob: str) -> bool:
    """Match ``project/jobset``; a glob without a slash is one for the jobset in any project."""
    return fnmatchcase(address, glob if "/" in glob else f"*/{glob}")
