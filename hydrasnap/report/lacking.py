"""What a snapshot refers to and does not hold, such as files that somebody has deleted."""

from typing import NamedTuple

from hydrasnap.model import Snapshot


class Lacking(NamedTuple):
    """How many evaluations that jobsets list, and builds that evaluations list, are not there."""

    evaluations: int
    builds: int


def lacking(snapshot: Snapshot) -> Lacking:
    """Count what is not there, each thing once."""
    listed = {number for jobset in snapshot.jobsets.values() for number in jobset.evaluations}
    builds = {number for found in snapshot.evaluations.values() for number in found.builds}
    return Lacking(len(listed - snapshot.evaluations.keys()), len(builds - snapshot.builds.keys()))
