"""The data files of projects and jobsets, as types."""

from hydrasnap.publish.pages.files.schemas.base import (
    Counts,
    Data,
    Format,
    Path,
    Result,
    Since,
    Time,
)


class ProjectRow(Data):
    """A project in the list of all; `counts` is null where nothing was read."""

    name: str
    page: Path
    data: Path
    counts: Counts | None
    newly_failing: int | None


class Index(Data):
    """All projects: ``index.json``."""

    schema: Format
    origin: str
    title: str
    projects: list[ProjectRow]


class JobsetRow(Data):
    """A jobset by its newest evaluation."""

    name: str
    page: Path
    data: Path
    enabled: bool
    hidden: bool
    gone: bool
    errors: bool
    latest: int | None
    latest_finished: int | None
    counts: Counts | None
    newly_failing: int | None


class Project(Data):
    """A project and its jobsets: ``project/P.json``."""

    schema: Format
    name: str
    displayname: str
    description: str
    homepage: str
    enabled: bool
    hidden: bool
    gone: bool
    counts: Counts | None
    newly_failing: int | None
    jobsets: list[JobsetRow]


class EvaluationRow(Data):
    """An evaluation of a jobset."""

    id: int
    timestamp: Time
    counts: Counts


class FailingRow(Result):
    """A job that fails in the newest evaluation."""

    job: str
    system: str
    since: Since


class FlakyRow(Data):
    """A job that changes its result without a cause; the score is from 0 to 1."""

    job: str
    score: float


class Jobset(JobsetRow):
    """The state of a jobset: ``jobset/P/J.json``; evaluations are newest first."""

    schema: Format
    project: str
    description: str
    evaluations: list[EvaluationRow]
    failing: list[FailingRow]
    flaky: list[FlakyRow]


class Revisions(Data):
    """The revisions of inputs: ``jobset/P/J/revisions.json``; a row has what `columns` names."""

    schema: Format
    project: str
    jobset: str
    columns: list[str]
    evaluations: list[list[int | str | None]]
