"""The past of one job: since when it fails, what changed when it broke, how long it takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from hydrasnap.model import Build, Evaluation, JobKey
from hydrasnap.report.index import Index
from hydrasnap.report.inputs import InputChange, changed_inputs


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a chart; `timestamp` is when the build was queued, in Unix seconds."""

    build: int
    timestamp: int
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Breakage:
    """When a job broke: the last good build and the first bad one after it.

    `good_evaluation` is the last evaluation that holds the good build, `bad_evaluation` the first
    that holds the bad one, `between` are those after the one and before the other, newest first.
    """

    last_good: Build
    first_bad: Build
    good_evaluation: Evaluation | None
    bad_evaluation: Evaluation | None
    between: tuple[Evaluation, ...]
    inputs: tuple[InputChange, ...]


@dataclass(frozen=True, slots=True)
class JobHistory:
    """What is known of a job.

    `builds` are all, `results` the finished ones, newest (highest id) first. `failing_since` is the
    first build of the present run of failures, None where the newest result that tells something
    succeeded; aborted builds are passed over. `since_is_exact` says that a good build comes just
    before it; else the job may have failed for longer than the snapshot reaches. `in_latest` is
    False only where it is certain that the newest evaluation of the jobset lacks the job.
    `durations` (seconds, of succeeded builds that ran) and `metrics` are in ascending order.
    """

    key: JobKey
    builds: tuple[Build, ...]
    results: tuple[Build, ...]
    failing_since: Build | None
    since_is_exact: bool
    last_good: Build | None
    breakage: Breakage | None
    in_latest: bool
    durations: tuple[Point, ...]
    metrics: Mapping[str, tuple[Point, ...]]

    def strip(self, count: int = 30) -> tuple[Build, ...]:
        """Return the last finished builds, oldest first."""
        return self.results[:count][::-1]

    @property
    def queued(self) -> tuple[Build, ...]:
        """Return the builds without a result, newest first."""
        return tuple(build for build in self.builds if not build.finished)

    @property
    def first_bad(self) -> Build | None:
        """Return the first failure after the last good build, where both are known."""
        return self.breakage.first_bad if self.breakage else None
