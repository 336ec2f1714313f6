"""Projects and jobsets: from raw structures to the model."""

from dataclasses import dataclass

from msgspec import UNSET

from hydrasnap.model import (
    Declarative,
    JobsetConfiguration,
    JobsetCounts,
    JobsetInput,
    JobsetOverview,
    JobsetState,
    Project,
)
from hydrasnap.wire.decode import Note, decode, ignore, text_of, wrong_shape
from hydrasnap.wire.schema import RawInput, RawJobset, RawOverview, RawProject


@dataclass(frozen=True, slots=True)
class JobsetAnswer:
    """What ``/jobset/P/J/errors`` says: the configuration, and the text of evaluation errors."""

    configuration: JobsetConfiguration
    errormsg: str


def read_projects(body: bytes, where: str = "/", note: Note = ignore) -> list[Project]:
    """Read ``/``: all projects, hidden and disabled ones too, by name."""
    found = {each.name: each for each in decode(body, list[RawProject], where, note)}
    return [_project(found[name]) for name in sorted(found)]


def read_overviews(
    body: bytes, project: str, where: str, note: Note = ignore
) -> list[JobsetOverview]:
    """Read ``/api/jobsets?project=P``, by name; hidden jobsets are missing there."""
    raw = decode(body, list[RawOverview], where, note)
    found = {each.name: each for each in raw if each.project in (None, project)}
    return [_overview(found[name], project) for name in sorted(found)]


def read_jobset(body: bytes, where: str, note: Note = ignore) -> JobsetAnswer:
    """Read ``/jobset/P/J/errors``, which alone has the text of evaluation errors.

    Before 2024, ``/jobset/P/J`` has it.
    """
    raw = decode(body, RawJobset, where, note)
    if raw.enabled is UNSET and raw.inputs is None and raw.jobsetinputs is None:
        raise wrong_shape(where, "it has neither `enabled` nor `inputs`")
    return JobsetAnswer(
        configuration=_configuration(raw),
        errormsg=raw.errormsg or "",
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


def _overview(raw: RawOverview, project: str) -> JobsetOverview:
    return JobsetOverview(
        project=project,
        name=raw.name,
        counts=JobsetCounts(
            total=raw.nrtotal,
            succeeded=raw.nrsucceeded,
            failed=raw.nrfailed,
            scheduled=raw.nrscheduled,
        ),
        checkinterval=raw.checkinterval or 0,
        errortime=raw.errortime or None,
        fetcherrormsg=raw.fetcherrormsg or "",
        lastcheckedtime=None if raw.lastcheckedtime is UNSET else raw.lastcheckedtime or None,
        triggertime=raw.triggertime or None,
        starttime=raw.starttime or None,
        tells_times=raw.lastcheckedtime is not UNSET,
    )


def _configuration(raw: RawJobset) -> JobsetConfiguration:
    states = {state.value: state for state in JobsetState}
    number = 1 if raw.enabled is UNSET else int(raw.enabled or 0)
    state = states.get(number, JobsetState.ENABLED)
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


def _jobset_inputs(raw: dict[str, RawInput]) -> tuple[JobsetInput, ...]:
    return tuple(
        JobsetInput(
            name=name,
            type=found.type or "",
            value=_input_value(found),
            emailresponsible=bool(found.emailresponsible),
        )
        for name, found in sorted(raw.items())
    )


def _input_value(raw: RawInput) -> str:
    """Return the value; servers before 2021 list ``jobsetinputalts``, strings or objects."""
    if raw.value is None and raw.jobsetinputalts:
        first = raw.jobsetinputalts[0]
        return text_of(first.get("value") if isinstance(first, dict) else first)
    return text_of(raw.value)
