"""The data files of an evaluation, as types."""

from msgspec import UNSET, Struct, UnsetType, field

from hydrasnap.publish.pages.files.schemas.base import (
    Counts,
    Data,
    Format,
    Result,
    Seconds,
    Status,
    Time,
)


class Input(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """An input of an evaluation; what is empty is left out."""

    name: str
    type: str = ""
    uri: str = ""
    revision: str = ""
    value: str = ""
    dependency: int | None = None


class Change(Data):
    """A job that differs from the baseline; a removed one has no build."""

    job: str
    system: str
    before: Result | None
    build: int | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    finished: Time | UnsetType | None = UNSET


class CauseSince(Data):
    """The first of the consecutive evaluations that have a root cause of this name."""

    evaluation: int
    exact: bool


class RootCause(Data):
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


class RootCauses(Data):
    """The root causes, those that take down the most builds first.

    `unread` counts the failures whose cause was not looked up yet, `vanished` those whose cause the
    Hydra does not know any more.
    """

    causes: list[RootCause]
    unread: int
    vanished: int


class Evaluation(Data):
    """An evaluation and its lists: ``eval/ID.json``; `listed` counts all rows of each.

    On a site whose budget has no room for long lists, `new` and `queued` hold their first rows.
    """

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


class Jobs(Data):
    """Every job of an evaluation: ``eval/ID/jobs.json``; a row is job, system, build, status."""

    schema: Format
    evaluation: int
    columns: tuple[str, str, str, str]
    jobs: list[tuple[str, str, int, Status]]
