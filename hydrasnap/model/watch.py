"""Watch lists: the jobs that somebody cares for, across jobsets."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from hydrasnap.model.objects import JobsetKey


@dataclass(frozen=True, slots=True)
class Watch:
    """What to watch, by globs; a jobset is written ``PROJECT/NAME``. No globs mean everything."""

    name: str
    jobs: tuple[str, ...] = ()
    jobsets: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()

    def has_jobset(self, key: JobsetKey) -> bool:
        """Return whether anything in a jobset may be watched."""
        return _fits(f"{key.project}/{key.name}", self.jobsets)

    def has(self, job: str, system: str) -> bool:
        """Return whether a job is watched, in a jobset that is."""
        return _fits(job, self.jobs) and _fits(system, self.systems)


def _fits(name: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)
