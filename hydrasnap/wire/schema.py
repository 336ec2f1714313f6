"""Hydra's answers as they come: one structure per kind of object, forgiving where servers differ.

The shapes are measured on Hydra 14332fbf. Where older servers or the OpenAPI document differ, the
types here take both (0/1 or true/false, "" or null, `inputs` or `jobsetinputs`). A field without a
default is one that its object cannot do without.
"""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from hydrasnap.model.value_bounds import (
    LONGEST_ERROR,
    LONGEST_NAME,
    LONGEST_TEXT,
    Amount,
    Code,
    Figure,
    Id,
    Time,
    Whole,
)

Flag = bool | int | None
Hiding = Annotated[bool | int | None, Meta(extra={"vital": True})]
"""Whether an object is hidden: where this is unreadable, the object is left out, not published."""
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME, extra={"exact": True})]
"""What Hydra's addresses are made of."""
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)] | None
LongText = Annotated[str, Meta(max_length=LONGEST_ERROR)] | None
Number = Whole | None
Moment = Time | None
Loose = Figure | Annotated[str, Meta(max_length=LONGEST_TEXT)] | None
Plain = str | bool | int | float | None


class RawDeclarative(Struct):
    """The ``declarative`` part of a project, absent unless it has a declaration file."""

    file: Text = None
    type: Text = None
    value: Text = None


class RawProject(Struct):
    """An element of ``/`` or the answer of ``/project/P``."""

    name: Name
    jobsets: list[Name] = []
    displayname: Text = None
    description: Text = None
    homepage: Text = None
    owner: Text = None
    enabled: Flag = True
    hidden: Hiding = False
    enable_dynamic_run_command: Flag = False
    declarative: RawDeclarative | None = None


class RawOverview(Struct):
    """An element of ``/api/jobsets?project=P``; before 2019 it has no times and no errors."""

    name: Name
    nrtotal: Amount
    nrsucceeded: Amount
    nrfailed: Amount
    nrscheduled: Amount
    project: Name | None = None
    checkinterval: Number = None
    errortime: Moment = None
    fetcherrormsg: LongText = None
    lastcheckedtime: Moment | UnsetType = UNSET
    triggertime: Moment = None
    starttime: Moment = None


class RawInput(Struct):
    """An element of a jobset's ``inputs``, or of ``jobsetinputs`` before 2021."""

    type: Text = None
    value: Plain = None
    emailresponsible: Flag = False
    jobsetinputalts: list[Any] | None = None


class RawJobset(Struct):
    """The answer of ``/jobset/P/J`` and of ``/jobset/P/J/errors``, which has the `errormsg`."""

    description: Text = None
    enabled: Flag | UnsetType = UNSET
    visible: Hiding = None
    hidden: Hiding = None
    flake: Text = None
    nixexprinput: Text = None
    nixexprpath: Text = None
    checkinterval: Number = None
    schedulingshares: Number = None
    keepnr: Number = None
    enableemail: Flag = False
    emailoverride: Text = None
    enable_dynamic_run_command: Flag = False
    errormsg: LongText = None
    inputs: dict[str, RawInput] | None = None
    jobsetinputs: dict[str, RawInput] | None = None


class RawEvaluationInput(Struct):
    """An element of an evaluation's ``jobsetevalinputs``."""

    type: Text = None
    uri: Text = None
    revision: Plain = None
    value: Plain = None
    dependency: Plain = None


class RawEvaluation(Struct):
    """The answer of ``/eval/ID`` or an element of ``/jobset/P/J/evals``."""

    id: Id
    builds: list[Id]
    timestamp: Moment = None
    checkouttime: Moment = None
    evaltime: Moment = None
    flake: Text = None
    hasnewbuilds: Flag = True
    jobsetevalinputs: dict[str, RawEvaluationInput] | None = None


class RawEvaluationPage(Struct):
    """A page of ``/jobset/P/J/evals``; `next` is absent on the last page."""

    evals: list[RawEvaluation]
    last: Text = None
    next: Text = None


class RawProduct(Struct):
    """An element of a build's ``buildproducts``."""

    type: Text = None
    subtype: Text = None
    name: Text = None
    path: Text = None
    defaultpath: Text = None
    filesize: Amount | None = None
    sha256hash: Text = None


class RawOutput(Struct):
    """An element of a build's ``buildoutputs``."""

    path: Text = None


class RawBuild(Struct):
    """The answer of ``/build/ID`` or an element of ``/eval/ID/builds``."""

    id: Id
    job: Name
    finished: bool | int
    project: Name | None = None
    jobset: Name | None = None
    system: Text = None
    nixname: Text = None
    drvpath: Text = None
    buildstatus: Code | None = None
    timestamp: Moment = None
    starttime: Moment = None
    stoptime: Moment = None
    priority: Number = None
    releasename: Text = None
    buildoutputs: dict[str, RawOutput] | None = None
    buildproducts: dict[str, RawProduct] | None = None
    buildmetrics: dict[str, Any] | None = None


class RawQueued(Struct):
    """An element of ``/api/queue``."""

    id: Id


class RawSize(Struct):
    """An element of ``/job/P/J/JOB/closure-sizes`` or ``…/output-sizes``."""

    id: Id
    value: Amount
    timestamp: Moment = None


class RawRunning(Struct):
    """An element of ``/status``, which wrongly has null for the times of a build."""

    id: Id
    project: Name
    jobset: Name
    job: Name
    system: Text = None
    nixname: Text = None
    timestamp: Moment = None


class RawPressure(Struct):
    """How short of something a machine was, in per cent of the last 10, 60 and 300 seconds."""

    avg10: Figure = 0
    avg60: Figure = 0
    avg300: Figure = 0


class RawMachineStats(Struct, rename="camel"):
    """The ``stats`` of a machine, which only the new queue runner reports."""

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
