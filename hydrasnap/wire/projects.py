"""Projects and jobsets: from raw structures to the model."""

from dataclasses import dataclass
from typing import Any

from hydrasnap.model import (
    Declarative,
    JobsetConfiguration,
    JobsetCounts,
    JobsetInput,
    JobsetKey,
    JobsetOverview,
    JobsetState,
    Project,
)
from hydrasnap.wire.decode import decode, text_of, wrong_shape
from hydrasnap.wire.schema import (
    RawJobset,
    RawOverview,
    RawProject,
)


@dataclass(frozen=True, slots=True)
class JobsetAnswer:
    """What ``/jobset/P/J/errors`` says: the configuration and the texts of the errors."""

    key: JobsetKey
    configuration: JobsetConfiguration
    errormsg: str
    fetcherrormsg: str
    errortime: int | None


def read_projects(body: bytes, where: str = "/") -> list[Project]:
    """Read ``/``: all projects, hidden and disabled ones too, by name."""
    return sorted(map(_project, decode(body, list[RawProject], where)), key=lambda p: p.name)


def read_overviews(body: bytes, where: str) -> list[JobsetOverview]:
    """Read ``/api/jobsets?project=P``, by name; hidden jobsets are missing there."""
    found = map(_overview, decode(body, list[RawOverview], where))
    return sorted(found, key=lambda jobset: jobset.name)


def read_jobset(body: bytes, where: str) -> JobsetAnswer:
    """Read ``/jobset/P/J/errors``, the one place that tells the evaluation error."""
    raw = decode(body, RawJobset, where)
    return JobsetAnswer(
        key=JobsetKey(raw.project, raw.name),
        configuration=_configuration(raw, where),
        errormsg=raw.errormsg or "",
        fetcherrormsg=raw.fetcherrormsg or "",
        errortime=raw.errortime,
    )


def _project(raw: RawProject) -> Project:
    return Project(
        name=raw.name,
        displayname=raw.displayname or "",
        description=raw.description or "",
        homepage=raw.homepage or "",
        owner=raw.owner or "",
        enabled=bool(raw.enabled),
        hidden=bool(raw.hidden),
        enable_dynamic_run_command=bool(raw.enable_dynamic_run_command),
        declarative=_declarative(raw),
        jobsets=tuple(sorted(set(raw.jobsets))),
    )


def _declarative(raw: RawProject) -> Declarative | None:
    found = raw.declarative
    if found is None or not found.file:
        return None
    return Declarative(file=found.file, type=found.type or "", value=found.value or "")


def _overview(raw: RawOverview) -> JobsetOverview:
    return JobsetOverview(
        project=raw.project,
        name=raw.name,
        counts=JobsetCounts(
            total=raw.nrtotal,
            succeeded=raw.nrsucceeded,
            failed=raw.nrfailed,
            scheduled=raw.nrscheduled,
        ),
        checkinterval=raw.checkinterval or 0,
        errortime=raw.errortime,
        fetcherrormsg=raw.fetcherrormsg or "",
        lastcheckedtime=raw.lastcheckedtime,
        triggertime=raw.triggertime,
        starttime=raw.starttime,
    )


def _configuration(raw: RawJobset, where: str) -> JobsetConfiguration:
    try:
        state = JobsetState(int(raw.enabled or 0))
    except ValueError:
        raise wrong_shape(where, f"`enabled` is {raw.enabled}, known are 0 to 3") from None
    return JobsetConfiguration(
        description=raw.description or "",
        state=state,
        visible=not raw.hidden if raw.visible is None else bool(raw.visible),
        flake=raw.flake or "",
        nixexprinput=raw.nixexprinput or "",
        nixexprpath=raw.nixexprpath or "",
        checkinterval=raw.checkinterval or 0,
        schedulingshares=raw.schedulingshares or 0,
        keepnr=raw.keepnr or 0,
        enableemail=bool(raw.enableemail),
        emailoverride=raw.emailoverride or "",
        enable_dynamic_run_command=bool(raw.enable_dynamic_run_command),
        inputs=_jobset_inputs(raw.inputs or raw.jobsetinputs or {}),
    )


def _jobset_inputs(raw: dict[str, dict[str, Any]]) -> tuple[JobsetInput, ...]:
    return tuple(
        JobsetInput(
            name=name,
            type=str(fields.get("type") or ""),
            value=_input_value(fields),
            emailresponsible=bool(fields.get("emailresponsible")),
        )
        for name, fields in sorted(raw.items())
    )


def _input_value(fields: dict[str, Any]) -> str:
    """Return the value; servers before 2021 list ``jobsetinputalts``, strings or objects."""
    value = fields.get("value")
    alternatives = fields.get("jobsetinputalts")
    if value is None and isinstance(alternatives, list) and alternatives:
        first = alternatives[0]
        value = first.get("value") if isinstance(first, dict) else first
    return text_of(value)
