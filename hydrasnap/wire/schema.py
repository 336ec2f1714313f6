"""Hydra's answers as they come: one structure per kind of object, forgiving where servers differ.

The shapes are measured on Hydra 14332fbf; where older servers or the OpenAPI document differ, the
types here take both (0/1 or true/false, "" or null, `inputs` or `jobsetinputs`).
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

LARGEST = 2**63 - 1
"""What a number may be: PostgreSQL's ``bigint``, and all that files of the cache take."""

Whole = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
Bytes = Annotated[int, Meta(ge=0, le=LARGEST)]
Flag = bool | int | None
Text = str | None
Number = Whole | None
Loose = float | str | None


class RawDeclarative(Struct):
    """The ``declarative`` part of a project, absent unless it has a declaration file."""

    file: Text = None
    type: Text = None
    value: Text = None


class RawProject(Struct):
    """An element of ``/`` or the answer of ``/project/P``."""

    name: str
    jobsets: list[str]
    displayname: Text = None
    description: Text = None
    homepage: Text = None
    owner: Text = None
    enabled: Flag = True
    hidden: Flag = False
    enable_dynamic_run_command: Flag = False
    declarative: RawDeclarative | None = None


class RawOverview(Struct):
    """An element of ``/api/jobsets?project=P``."""

    project: str
    name: str
    nrtotal: Whole
    nrsucceeded: Whole
    nrfailed: Whole
    nrscheduled: Whole
    checkinterval: Number = None
    errortime: Number = None
    fetcherrormsg: Text = None
    lastcheckedtime: Number = None
    triggertime: Number = None
    starttime: Number = None


class RawJobset(Struct):
    """The answer of ``/jobset/P/J`` and of ``/jobset/P/J/errors``, which has the `errormsg`."""

    project: str
    name: str
    description: Text = None
    enabled: Flag = 1
    visible: Flag = None
    hidden: Flag = None
    flake: Text = None
    nixexprinput: Text = None
    nixexprpath: Text = None
    checkinterval: Number = None
    schedulingshares: Number = None
    keepnr: Number = None
    enableemail: Flag = False
    emailoverride: Text = None
    enable_dynamic_run_command: Flag = False
    errormsg: Text = None
    fetcherrormsg: Text = None
    errortime: Number = None
    inputs: dict[str, dict[str, Any]] | None = None
    jobsetinputs: dict[str, dict[str, Any]] | None = None


class RawEvaluationInput(Struct):
    """An element of an evaluation's ``jobsetevalinputs``."""

    type: Text = None
    uri: Text = None
    revision: str | int | None = None
    value: str | bool | int | None = None
    dependency: str | int | None = None


class RawEvaluation(Struct):
    """The answer of ``/eval/ID`` or an element of ``/jobset/P/J/evals``."""

    id: Whole
    builds: list[Whole]
    timestamp: Number = None
    checkouttime: Number = None
    evaltime: Number = None
    flake: Text = None
    hasnewbuilds: Flag = True
    jobsetevalinputs: dict[str, RawEvaluationInput] | None = None


class RawEvaluationPage(Struct):
    """A page of ``/jobset/P/J/evals``; `next` is absent on the last page."""

    evals: list[RawEvaluation]
    first: Text = None
    last: Text = None
    next: Text = None


class RawProduct(Struct):
    """An element of a build's ``buildproducts``."""

    type: Text = None
    subtype: Text = None
    name: Text = None
    path: Text = None
    defaultpath: Text = None
    filesize: Number = None
    sha256hash: Text = None


class RawOutput(Struct):
    """An element of a build's ``buildoutputs``."""

    path: Text = None


class RawBuild(Struct):
    """The answer of ``/build/ID`` or an element of ``/eval/ID/builds``."""

    id: Whole
    project: str
    jobset: str
    job: str
    finished: bool | int
    system: Text = None
    nixname: Text = None
    drvpath: Text = None
    buildstatus: Number = None
    timestamp: Number = None
    starttime: Number = None
    stoptime: Number = None
    priority: Number = None
    releasename: Text = None
    buildoutputs: dict[str, RawOutput] | None = None
    buildproducts: dict[str, RawProduct] | None = None
    buildmetrics: dict[str, Any] | None = None


class RawQueued(Struct):
    """An element of ``/api/queue``."""

    id: Whole


class RawSize(Struct):
    """An element of ``/job/P/J/JOB/closure-sizes`` or ``…/output-sizes``."""

    id: Whole
    value: Bytes
    timestamp: Number = None


class RawRunning(Struct):
    """An element of ``/status``, which tells the times of a build falsely null."""

    id: Whole
    project: str
    jobset: str
    job: str
    system: Text = None
    nixname: Text = None
    timestamp: Number = None


class RawPressure(Struct):
    """How short of something a machine was, in per cent of the last 10, 60 and 300 seconds."""

    avg10: float = 0
    avg60: float = 0
    avg300: float = 0


class RawMachineStats(Struct, rename="camel"):
    """The ``stats`` of a machine, which the new queue runner tells."""

    current_jobs: Loose = None
    nr_steps_done: Loose = None
    avg_step_build_time_ms: Loose = None
    idle_since: Loose = None
    disabled_until: Loose = None
    load1: Loose = None
    load5: Loose = None
    load15: Loose = None
    mem_usage: Loose = None
    pressure: dict[str, RawPressure | None] | None = None


class RawMachine(Struct, rename="camel"):
    """A machine of ``/machines`` or ``/queue-runner-status``, of the new queue runner or the old.

    `systems` and `total_mem` are what the queue runner itself calls `system_types` and `mem_total`.
    """

    system_types: list[str] | None = None
    systems: list[str] | None = None
    supported_features: list[str] | None = None
    mandatory_features: list[str] | None = None
    max_jobs: Loose = None
    has_capacity: Flag = None
    score: Loose = None
    mem_total: Loose = None
    total_mem: Loose = None
    stats: RawMachineStats | None = None
    jobs: list[str] | None = None
    disabled: Flag = None
    enabled: Flag = None
    disabled_until: Loose = None
    current_jobs: Loose = None
    idle_since: Loose = None
    nr_steps_done: Loose = None
    avg_step_build_time: Loose = None


class RawRunner(Struct, rename="camel"):
    """The answer of ``/queue-runner-status``; the old one has no `queue_runner` within."""

    queue_runner: dict[str, Any] | None = None
    machines: dict[str, RawMachine] | None = None
    machine_types: dict[str, Any] | None = None
