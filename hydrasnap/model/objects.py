"""The objects of a Hydra, frozen: projects, jobsets, evaluations and builds.

Fields carry the names of Hydra's API where it has one; times are Unix seconds, durations seconds,
sizes bytes. Collections are sorted tuples, so equal objects are equal bytes in the cache.
"""

from enum import Enum

import msgspec
from msgspec import Struct

from hydrasnap.model.keys import JobKey, JobsetKey
from hydrasnap.model.status import BuildStatus, finished_status
from hydrasnap.model.value_bounds import Amount, Code, Figure, Id, Time, Whole

_QUEUED = BuildStatus.QUEUED  # asked for in the millions


class Value(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The base of all objects: immutable, by keyword, compact in the cache."""


class Declarative(Value, frozen=True):
    """Where a declarative project takes its jobsets from."""

    file: str
    type: str = ""
    value: str = ""


class Project(Value, frozen=True):
    """A project as ``/`` and ``/project/P`` show it; `jobsets` includes hidden ones, sorted."""

    name: str
    displayname: str = ""
    description: str = ""
    homepage: str = ""
    owner: str = ""
    enabled: bool = True
    hidden: bool = False
    enable_dynamic_run_command: bool = False
    declarative: Declarative | None = None
    jobsets: tuple[str, ...] = ()
    deleted_upstream: bool = msgspec.field(name="gone", default=False)


class JobsetCounts(Value, frozen=True):
    """The builds of the newest evaluation by state, as ``/api/jobsets`` counts them."""

    total: Amount = 0
    succeeded: Amount = 0
    failed: Amount = 0
    scheduled: Amount = 0


class JobsetOverview(Value, frozen=True):
    """What ``/api/jobsets?project=P`` says of a jobset: the cheapest way to notice a change.

    Hydras before 2019 report no times (`tells_times` is false): there, equal counts prove nothing.
    """

    project: str
    name: str
    counts: JobsetCounts = JobsetCounts()
    checkinterval: Whole = 0
    errortime: Time | None = None
    fetcherrormsg: str = ""
    lastcheckedtime: Time | None = None
    triggertime: Time | None = None
    starttime: Time | None = None
    tells_times: bool = True

    @property
    def key(self) -> JobsetKey:
        """Name the jobset."""
        return JobsetKey(self.project, self.name)


class JobsetInput(Value, frozen=True):
    """An input in a jobset's configuration; of several alternatives the API gives one."""

    name: str
    type: str
    value: str = ""
    emailresponsible: bool = False


class JobsetState(Enum):
    """Hydra's ``enabled`` of a jobset."""

    DISABLED = 0
    ENABLED = 1
    ONE_SHOT = 2
    ONE_AT_A_TIME = 3

    @property
    def enabled(self) -> bool:
        """Whether Hydra evaluates the jobset, in one way or another."""
        return self is not JobsetState.DISABLED

    @property
    def label(self) -> str:
        """The label on Hydra's configuration page."""
        return {0: "Disabled", 1: "Enabled", 2: "One-shot", 3: "One-at-a-time"}[self.value]


class JobsetConfiguration(Value, frozen=True):
    """How a jobset is evaluated; `flake` is set or the two ``nixexpr`` fields are."""

    description: str = ""
    state: JobsetState = JobsetState.ENABLED
    visible: bool = True
    flake: str = ""
    nixexprinput: str = ""
    nixexprpath: str = ""
    checkinterval: Whole = 0
    schedulingshares: Whole = 0
    keepnr: Whole = 0
    enableemail: bool = False
    emailoverride: str = ""
    enable_dynamic_run_command: bool = False
    inputs: tuple[JobsetInput, ...] = ()


class Jobset(Value, frozen=True):
    """A jobset with its newest errors and the ids of its evaluations, newest first.

    `evaluations` are the listed ids that are in the cache; `first_evaluation` is the oldest one
    Hydra lists where the listing was read to its end, else None: only then is it known that no
    evaluation came before; 0 says that there is none at all. `errormsg` comes from
    ``/jobset/P/J/errors``, as ``/jobset/P/J`` has none.
    """

    project: str
    name: str
    configuration: JobsetConfiguration = JobsetConfiguration()
    overview: JobsetOverview | None = None
    errormsg: str = ""
    evaluations: tuple[Id, ...] = ()
    first_evaluation: Amount | None = None
    deleted_upstream: bool = msgspec.field(name="gone", default=False)
    renamed_to: str | None = None

    @property
    def key(self) -> JobsetKey:
        """Name the jobset."""
        return JobsetKey(self.project, self.name)


class EvaluationInput(Value, frozen=True):
    """An input as an evaluation used it; `dependency` is the id of a build."""

    name: str
    type: str = ""
    uri: str = ""
    revision: str = ""
    value: str = ""
    dependency: Id | None = None


class Evaluation(Value, frozen=True):
    """One evaluation of a jobset; `builds` are its build ids, ascending.

    `had_errors` and their text `errormsg` stand on pages alone; None means not known. A Hydra
    before 2021 reports no times: then `timestamp` is `dated_by_builds`, the newest of theirs.
    """

    id: Id
    project: str
    jobset: str
    timestamp: Time = 0
    checkouttime: Time = 0
    evaltime: Time = 0
    flake: str = ""
    hasnewbuilds: bool = True
    inputs: tuple[EvaluationInput, ...] = ()
    builds: tuple[Id, ...] = ()
    had_errors: bool | None = None
    errormsg: str = ""
    dated_by_builds: bool = False
    deleted_upstream: bool = msgspec.field(name="gone", default=False)

    @property
    def jobset_key(self) -> JobsetKey:
        """Name the jobset."""
        return JobsetKey(self.project, self.jobset)

    @property
    def evaluated_at(self) -> int | None:
        """Return its `timestamp`, or None where that is not known."""
        return self.timestamp or None


class Output(Value, frozen=True):
    """An output of a derivation; `path` is empty for an unbuilt content-addressed one."""

    name: str
    path: str = ""


class Product(Value, frozen=True):
    """A build product; `number` is its place in Hydra's list, `filesize` in bytes."""

    number: Amount
    type: str = ""
    subtype: str = ""
    name: str = ""
    path: str = ""
    defaultpath: str = ""
    filesize: Amount | None = None
    sha256hash: str = ""


class Metric(Value, frozen=True):
    """A number that a build reported about itself."""

    name: str
    value: Figure
    unit: str = ""


class Build(Value, frozen=True):
    """A build of a job.

    `constituents` is None where the build is not known to be an aggregate. `partial` marks a build
    read from a listing: it lacks the derivation, outputs, products, metrics and start time.
    `timestamp` is when it was queued. Which evaluations hold it is said by the evaluations.
    """

    id: Id
    project: str
    jobset: str
    job: str
    system: str = ""
    nixname: str = ""
    drvpath: str = ""
    finished: bool = False
    buildstatus: Code | None = None
    timestamp: Time = 0
    starttime: Time | None = None
    stoptime: Time | None = None
    priority: Whole = 0
    releasename: str = ""
    outputs: tuple[Output, ...] = ()
    products: tuple[Product, ...] = ()
    metrics: tuple[Metric, ...] = ()
    constituents: tuple[Id, ...] | None = None
    partial: bool = False
    deleted_upstream: bool = msgspec.field(name="gone", default=False)

    @property
    def status(self) -> BuildStatus:
        """The status of the build; a restarted one that has not finished keeps its old code."""
        return finished_status(self.buildstatus) if self.finished else _QUEUED

    @property
    def label(self) -> str:
        """The status in words."""
        return self.status.label_for(self.buildstatus)

    @property
    def finished_at(self) -> int | None:
        """Return its `stoptime`; None where it has not finished, also after a restart."""
        return self.stoptime if self.finished else None

    @property
    def before_restart(self) -> BuildStatus | None:
        """The status before the restart, None for a build that was not restarted.

        A restart leaves code and times as they were (Hydra's ``restartBuilds``).
        """
        if self.finished or self.buildstatus is None:
            return None
        return finished_status(self.buildstatus)

    @property
    def job_key(self) -> JobKey:
        """Name the job."""
        return JobKey(self.project, self.jobset, self.job)

    @property
    def jobset_key(self) -> JobsetKey:
        """Name the jobset."""
        return JobsetKey(self.project, self.jobset)

    @property
    def duration(self) -> int | None:
        """Return the seconds it ran, or None where it has not finished."""
        if not self.finished or self.starttime is None or self.stoptime is None:
            return None
        return self.stoptime - self.starttime
