"""How big the builds of a job are; Hydra reports sizes by job and not by build."""

import msgspec

from hydrasnap.model.keys import JobKey
from hydrasnap.model.objects import Value
from hydrasnap.model.value_bounds import Amount, Id, Time

SIZE_KINDS = ("closure", "output")
"""What has a size: the outputs with all that they need to run, and the outputs alone."""


class SizePoint(Value, frozen=True):
    """The size of one build in bytes; `timestamp` is when the build was queued."""

    build: Id
    timestamp: Time
    value: Amount


class SizeSeries(Value, frozen=True):
    """The sizes of a job's successful builds, sorted by id, even of builds not in the snapshot.

    `unsized` are successful builds, known when Hydra was asked, of which it named no size.
    """

    points: tuple[SizePoint, ...] = ()
    unsized: tuple[Id, ...] = ()


class JobSizes(Value, frozen=True):
    """The sizes of a job's builds: `series` by kind, as far as Hydra was asked."""

    project: str
    jobset: str
    job: str
    series: dict[str, SizeSeries] = msgspec.field(default_factory=dict)

    @property
    def key(self) -> JobKey:
        """The key of the job."""
        return JobKey(self.project, self.jobset, self.job)
