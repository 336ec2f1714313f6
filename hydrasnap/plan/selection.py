"""What the user wants of a Hydra, and how to fetch it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from hydrasnap.model import JobKey, JobsetKey, Project, fits


class FetchStrategy(Enum):
    """How to fetch the builds of an evaluation; the values are those of the setting."""

    NONE = "none"
    PER_BUILD = "singly"
    BULK = "together"
    LISTING = "listing"


@dataclass(frozen=True, slots=True)
class Selection:
    """What to copy of a Hydra, and how. Globs are on ``project``, ``project/jobset`` or a job."""

    projects: tuple[str, ...] = ()
    jobsets: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: bool = False  # whether to take hidden projects and jobsets too
    evaluations: int = 10  # of each jobset; one more is fetched to compare the oldest with
    strategy: FetchStrategy | None = None  # how to fetch builds; None takes the cheapest
    details: int = 100  # builds of a listing to complete one by one in a run
    # seconds after which failures are fetched again although nothing changed
    recheck: int = 7 * 86400
    sizes: tuple[str, ...] = ()  # globs ``project/jobset/job`` of the jobs whose sizes to fetch
    live: bool = False  # whether to ask what the Hydra is doing now
    reasons: int = 0  # HTML pages to read in a run for why builds failed; 0 reads none
    # builds of an evaluation, above which a list of evaluations is read from HTML: that costs the
    # server less
    large: int = 10_000

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
            return _matches(name, by_jobset) and fits(name, self.projects)
        return fits(name, self.projects)

    def wants_jobset(self, key: JobsetKey) -> bool:
        """Return whether the jobset, of a wanted project, is wanted."""
        address = key.path
        if any(_matches_address(address, glob) for glob in self.exclude):
            return False
        return not self.jobsets or any(_matches_address(address, glob) for glob in self.jobsets)

    def sized(self, jobs: Collection[JobKey]) -> tuple[list[JobKey], list[str]]:
        """Return the jobs whose sizes are wanted, and the globs that match none."""
        fitting = {
            glob: {job for job in jobs if fnmatchcase(job.path, glob)} for glob in self.sizes
        }
        wanted = set[JobKey]().union(*fitting.values())
        return sorted(wanted), [glob for glob, found in fitting.items() if not found]


def _matches(name: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


def _matches_address(address: str, glob: str) -> bool:
    """Match ``project/jobset``; a glob without a slash is one for the jobset in any project."""
    return fnmatchcase(address, glob if "/" in glob else f"*/{glob}")
