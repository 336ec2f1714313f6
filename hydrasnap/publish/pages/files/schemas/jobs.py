"""The data files of a job, and of the jobs that a list or a maintainer selects, as types."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from hydrasnap.publish.pages.files.schemas.base import (
    Counts,
    Data,
    Format,
    Path,
    Result,
    Seconds,
    Since,
    Status,
    Time,
)

Sizes = Sequence[tuple[int, Time, int]]


class Build(Result):
    """A build of a job."""

    system: str
    queued: Time
    duration: Seconds | None
    nixname: str
    drvpath: str
    outputs: dict[str, str]


class Job(Data):
    """A job and its builds: ``job/P/J/JOB.json``; builds are newest first, points oldest first.

    A point is build, time, value and unit; of sizes it is build, time and bytes.
    """

    schema: Format
    project: str
    jobset: str
    name: str
    status: Status | None
    in_latest: bool
    failing_since: Since | None
    last_success: Result | None
    flakiness: float | None
    builds: list[Build]
    metrics: dict[str, list[tuple[int, Time, float, str]]]
    closure_sizes: Sizes | UnsetType = UNSET
    output_sizes: Sizes | UnsetType = UNSET


class Culprit(Data):
    """A derivation that makes a job fail: its status in Hydra's words, and its job, if any."""

    name: str
    status: str
    job: str | None


class SelectedJob(Result):
    """A job that fails or was aborted in the newest evaluation of its jobset.

    `new` says whether this evaluation broke it. `since` is null where it was merely aborted.
    `why` is empty where it failed itself, or where `explained` is false: then it fails by a
    dependency that is not known.
    """

    project: str
    jobset: str
    job: str
    system: str
    new: bool
    since: Since | None
    why: list[Culprit]
    explained: bool


class Selection(Data):
    """The jobs of a watch list or maintainer: ``watch/NAME.json``, ``maintainer/NAME.json``."""

    schema: Format
    name: str
    page: Path
    counts: Counts
    newly_failing: int
    failing: list[SelectedJob]
