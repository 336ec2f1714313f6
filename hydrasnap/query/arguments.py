"""What the user names in a question: jobsets and jobs by globs, evaluations by number."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from hydrasnap.errors import ConfigError
from hydrasnap.model import JobKey, JobsetKey, fits
from hydrasnap.query.database import Database, Members

_OFFERED = 8


def matching_jobsets(database: Database, globs: Sequence[str]) -> list[JobsetKey]:
    """Return the jobsets that match any of some globs ``PROJECT/JOBSET``. Raise if none does."""
    wanted = [glob if "/" in glob else glob.replace(":", "/", 1) for glob in globs]
    keys = [key for key in database.jobsets if fits(key.path, wanted)]
    if not keys:
        rest = len(database.jobsets) - _OFFERED
        known = ", ".join(key.path for key in database.jobsets[:_OFFERED]) or "none"
        known += f" and {rest} more" if rest > 0 else ""
        raise ConfigError(
            f"No jobset of the cache matches {' or '.join(globs)}.",
            hint=f"Write PROJECT/JOBSET; there are {known}.",
        )
    return keys


def matching_jobs(database: Database, glob: str) -> list[JobKey]:
    """Return the jobs that match a glob, ``JOB`` or ``PROJECT/JOBSET/JOB``. Raise if none does."""
    project, jobset, job = glob.split("/", 2) if glob.count("/") > 1 else ("*", "*", glob)
    keys = [
        key
        for key in database.jobs(job)
        if fnmatchcase(key.project, project) and fnmatchcase(key.jobset, jobset)
    ]
    if not keys:
        raise ConfigError(
            f"No job of the cache matches {glob}.",
            hint="Write JOB or PROJECT/JOBSET/JOB; * stands for anything.",
        )
    return keys


def known_evaluation(database: Database, number: int) -> Members:
    """Return an evaluation. Raise ConfigError if the cache does not hold it."""
    found = database.evaluation(number)
    if found is None:
        raise ConfigError(
            f"The cache has no evaluation {number}.",
            hint="`hydrasnap status` says what it holds.",
        )
    return found
