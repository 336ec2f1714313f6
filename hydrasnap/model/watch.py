"""Watch lists: jobs to follow, across jobsets."""

from collections.abc import Collection
from fnmatch import fnmatchcase

from msgspec import Struct

from hydrasnap.model.keys import JobsetKey


class Watch(Struct, frozen=True):
    """What to watch, by globs; a jobset is written ``PROJECT/NAME``. No globs mean everything."""

    name: str
    jobs: tuple[str, ...] = ()
    jobsets: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()

    def has_jobset(self, key: JobsetKey) -> bool:
        """Return whether anything in a jobset may be watched."""
        return fits(key.path, self.jobsets)

    def has(self, job: str, system: str) -> bool:
        """Return whether a job is watched, in a jobset that is."""
        return fits(job, self.jobs) and fits(system, self.systems)


def fits(name: str, globs: Collection[str]) -> bool:
    """Return whether a name fits one of some globs; any does where there is none."""
    return not globs or any(fnmatchcase(name, glob) for glob in globs)
