"""The data files as types, and the JSON Schemas published for them below ``schema/``.

A file is described once, here; a test reads every data file of a site strictly by its type. A
field that a file gets in `data` is added here too.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct, field
from msgspec.json import encode, format, schema  # noqa: A004 - of JSON, as its module says

from hydrasnap.model import Live
from hydrasnap.publish.output.manifest import Manifest
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

Format = Annotated[Literal[1], Meta(description="The number of the format of the file.")]
Time = Annotated[int, Meta(description="Unix seconds.")]
Seconds = Annotated[int, Meta(description="Seconds.")]
Status = Annotated[
    str, Meta(description="A word.", examples=["succeeded", "failed", "dependency-failed"])
]
Path = Annotated[str, Meta(description="A path below the root of the site.")]


class _Data(Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """The base of all data: every field is there, and there are no others."""


class Counts(_Data):
    """Numbers of builds by outcome; `unknown` ones are not in the snapshot."""

    total: int
    succeeded: int
    failed: int
    aborted: int
    queued: int
    unknown: int


class Result(_Data):
    """The result of a build in short; `finished` is null while it has none."""

    build: int
    status: Status
    finished: Time | None


class Since(Result):
    """The first of the present failures; `exact` where a good build comes just before it."""

    exact: bool


class ProjectRow(_Data):
    """A project in the list of all; `counts` is null where nothing was read."""

    name: str
    page: Path
    data: Path
    counts: Counts | None
    newly_failing: int | None


class Index(_Data):
    """All projects: ``index.json``."""

    schema: Format
    origin: str
    title: str
    projects: list[ProjectRow]


class JobsetRow(_Data):
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


class Project(_Data):
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


class EvaluationRow(_Data):
    """An evaluation of a jobset."""

    id: int
    timestamp: Time
    counts: Counts


class FailingRow(Result):
    """A job that fails in the newest evaluation."""

    job: str
    system: str
    since: Since


class FlakyRow(_Data):
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


class Input(Struct, forbid_unknown_fields=True, kw_only=True):
    """An input of an evaluation; what is empty is left out."""

    name: str
    type: str = ""
    uri: str = ""
    revision: str = ""
    value: str = ""
    dependency: int | None = None


class Change(_Data):
    """A job that differs from the baseline; a removed one has no build."""

    job: str
    system: str
    before: Result | None
    build: int | None = None
    status: Status | None = None
    finished: Time | None = None


class CauseSince(_Data):
    """The first of the consecutive evaluations that have a root cause of this name."""

    evaluation: int
    exact: bool


class RootCause(_Data):
    """A derivation that failed, and the builds that fail because of it.

    `outputs` are its store paths, `status` is what became of it in Hydra's words. `job` is the job
    that builds it, of whatever jobset, and `log` the address of its log; both are null where there
    is none. It takes jobs down since an evaluation, or longer where that is not `exact`.
    """

    name: str
    outputs: list[str]
    status: str
    job: str | None
    log: str | None
    since: CauseSince
    systems: list[str]
    builds: list[int]


class RootCauses(_Data):
    """The root causes, those that take down the most builds first.

    `unread` counts the failures whose cause was not looked up yet, `vanished` those whose cause the
    Hydra does not know any more.
    """

    causes: list[RootCause]
    unread: int
    vanished: int


class Evaluation(_Data):
    """An evaluation and its lists: ``eval/ID.json``; `listed` counts all of them."""

    schema: Format
    id: int
    project: str
    jobset: str
    timestamp: Time
    checkouttime: Seconds = field(name="checkouttime")
    evaltime: Seconds
    flake: str
    gone: bool
    baseline: int | None
    complete: bool
    counts: Counts
    inputs: dict[str, Input]
    changed_inputs: list[str]
    listed: dict[str, int]
    root_causes: RootCauses
    newly_failing: list[Change] = field(name="newly-failing")
    newly_succeeding: list[Change] = field(name="newly-succeeding")
    new: list[Change]
    removed: list[Change]
    still_failing: list[Change] = field(name="still-failing")
    queued: list[Change]
    aborted: list[Change]


class Jobs(_Data):
    """Every job of an evaluation: ``eval/ID/jobs.json``; a row is job, system, build, status."""

    schema: Format
    evaluation: int
    columns: tuple[str, str, str, str]
    jobs: list[tuple[str, str, int, Status]]


class Revisions(_Data):
    """The revisions of inputs: ``jobset/P/J/revisions.json``; a row has what `columns` names."""

    schema: Format
    project: str
    jobset: str
    columns: list[str]
    evaluations: list[list[int | str | None]]


class Build(Result):
    """A build of a job."""

    system: str
    queued: Time
    duration: Seconds | None
    nixname: str
    drvpath: str
    outputs: dict[str, str]


class Job(_Data):
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
    closure_sizes: list[tuple[int, Time, int]] = []
    output_sizes: list[tuple[int, Time, int]] = []


class Culprit(_Data):
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


class Selection(_Data):
    """The jobs of a watch list or maintainer: ``watch/NAME.json``, ``maintainer/NAME.json``."""

    schema: Format
    name: str
    page: Path
    counts: Counts
    newly_failing: int
    failing: list[SelectedJob]


class Shield(_Data):
    """A badge for shields.io: ``shield.json`` beside a page."""

    schema_version: Literal[1]
    label: str
    message: str
    color: str


class LiveState(Live, frozen=True, kw_only=True):
    """What the Hydra was doing when it was asked: ``status.json``."""

    schema: Format


FILES: dict[str, type[Struct]] = {
    "index": Index,
    "project": Project,
    "jobset": Jobset,
    "revisions": Revisions,
    "evaluation": Evaluation,
    "jobs": Jobs,
    "job": Job,
    "selection": Selection,
    "status": LiveState,
    "shield": Shield,
    "manifest": Manifest,
}
"""The type of each kind of data file, by the name of its schema."""


def schema_files(site: Site) -> Iterator[File]:
    """Yield the schemas of all data files."""
    for name, kind in FILES.items():
        content = {"$schema": _DIALECT, **schema(kind)}
        text = format(encode(content, order="sorted"), indent=1).decode()
        yield File(f"schema/{name}.json", f"{text}\n")
