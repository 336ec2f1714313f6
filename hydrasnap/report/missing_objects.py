"""Objects that a snapshot refers to and lacks, such as those whose files were deleted."""

from typing import NamedTuple

from hydrasnap.model import Snapshot


class Missing(NamedTuple):
    """How many objects that others refer to are missing."""

    projects: int
    jobsets: int
    evaluations: int
    builds: int


def missing_objects(snapshot: Snapshot) -> Missing:
    """Count the missing objects, each once."""
    evaluations = snapshot.evaluations.values()
    jobsets = {found.jobset_key for found in evaluations}
    listed = {number for jobset in snapshot.jobsets.values() for number in jobset.evaluations}
    return Missing(
        projects=len({key.project for key in snapshot.jobsets} - snapshot.projects.keys()),
        jobsets=len(jobsets - snapshot.jobsets.keys()),
        evaluations=len(listed - snapshot.evaluations.keys()),
        builds=len(set[int]().union(*map(snapshot.absent_builds, evaluations))),
    )
