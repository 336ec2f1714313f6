"""The keys of jobsets and jobs."""

from typing import NamedTuple


class JobsetKey(NamedTuple):
    """The key of a jobset: shown as ``project:name``."""

    project: str
    name: str

    def __str__(self) -> str:
        return f"{self.project}:{self.name}"

    @property
    def path(self) -> str:
        """The name as settings and their globs have it: ``project/name``."""
        return f"{self.project}/{self.name}"


class JobKey(NamedTuple):
    """The key of a job: shown as ``project:jobset:name``."""

    project: str
    jobset: str
    name: str

    def __str__(self) -> str:
        return f"{self.project}:{self.jobset}:{self.name}"

    @property
    def path(self) -> str:
        """The name as settings and their globs have it: ``project/jobset/name``."""
        return f"{self.project}/{self.jobset}/{self.name}"

    @property
    def jobset_key(self) -> JobsetKey:
        """Name the jobset."""
        return JobsetKey(self.project, self.jobset)
