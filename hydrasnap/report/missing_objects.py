"""What a snapshot refers to and does not hold, such as files that somebody has deleted."""

from typing import NamedTuple

from hydrasnap.model import Snapshot


class Missing(NamedTuple):
    """How many things that others refer to are not there."""

    projects: int
    jobsets: int
    evaluations: int
    builds: int


def missing_objects(snapshot: Snapshot) -> Missing:
    """Count what is not there, each thing once."""
    evaluations = snapshot.evaluations.values()
    jobsets = {found.jobset_key for found in evaluations}
    listed = {number for jobset in snapshot.jobsets.values() for number in jobset.evaluations}
    return Missing(
        projects=len({key.project for key in snapshot.jobsets} - snapshot.projects.keys()),
        jobsets=len(jobsets - snapshot.jobsets.keys()),
        evaluations=len(listed - snapshot.evaluations.keys()),
        builds=len(set[int]().union(*map(snapshot.absent_builds, evaluations))),
    )
