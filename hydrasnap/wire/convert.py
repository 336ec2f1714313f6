"""From raw structures to the model: each value in its one canonical form."""

import math
import re
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from hydrasnap.errors import NotAHydraError
from hydrasnap.model import (
    Build,
    Declarative,
    Evaluation,
    EvaluationInput,
    JobsetConfiguration,
    JobsetCounts,
    JobsetInput,
    JobsetKey,
    JobsetOverview,
    JobsetState,
    Metric,
    Output,
    Product,
    Project,
)
from hydrasnap.wire.raw import (
    RawBuild,
    RawEvaluation,
    RawEvaluationInput,
    RawEvaluationPage,
    RawJobset,
    RawOverview,
    RawProduct,
    RawProject,
    RawQueued,
)

T = TypeVar("T")

_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class JobsetAnswer:
    """What ``/jobset/P/J/errors`` says: the configuration and the texts of the errors."""

    key: JobsetKey
    configuration: JobsetConfiguration
    errormsg: str
    fetcherrormsg: str
    errortime: int | None


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """A page of a jobset's evaluations, newest first.

    `last` tells that no page follows, `pages` how many there are, at least.
    """

    evaluations: tuple[Evaluation, ...]
    last: bool
    pages: int


def read_projects(body: bytes, where: str = "/") -> list[Project]:
    """Read ``/``: all projects, hidden and disabled ones too, by name."""
    return sorted(map(_project, _decode(body, list[RawProject], where)), key=lambda p: p.name)


def read_overviews(body: bytes, where: str) -> list[JobsetOverview]:
    """Read ``/api/jobsets?project=P``, by name; hidden jobsets are missing there."""
    found = map(_overview, _decode(body, list[RawOverview], where))
    return sorted(found, key=lambda jobset: jobset.name)


def read_jobset(body: bytes, where: str) -> JobsetAnswer:
    """Read ``/jobset/P/J/errors``, the one place that tells the evaluation error."""
    raw = _decode(body, RawJobset, where)
    return JobsetAnswer(
        key=JobsetKey(raw.project, raw.name),
        configuration=_configuration(raw, where),
        errormsg=raw.errormsg or "",
        fetcherrormsg=raw.fetcherrormsg or "",
        errortime=raw.errortime,
    )


def read_evaluation_page(body: bytes, key: JobsetKey, where: str) -> EvaluationPage:
    """Read a page of ``/jobset/P/J/evals``: one object; the specification has an array of them."""
    raw = _decode(body, RawEvaluationPage | list[RawEvaluationPage], where)
    pages = raw if isinstance(raw, list) else [raw]
    if not pages:
        raise _shape(where, "an object with `evals` was expected, found an empty list")
    found = (_evaluation(entry, key) for page in pages for entry in page.evals)
    newest_first = tuple(sorted(found, key=lambda evaluation: -evaluation.id))
    number = re.search(r"\bpage=(\d{1,9})\b", pages[-1].last or "")
    return EvaluationPage(
        newest_first, last=not pages[-1].next, pages=int(number[1]) if number else 1
    )


def read_evaluation(body: bytes, key: JobsetKey, where: str) -> Evaluation:
    """Read ``/eval/ID``; it does not say its jobset, so the caller does."""
    return _evaluation(_decode(body, RawEvaluation, where), key)


def read_builds(body: bytes, where: str) -> list[Build]:
    """Read ``/eval/ID/builds`` or ``/build/ID/constituents``, by id."""
    return sorted(map(_build, _decode(body, list[RawBuild], where)), key=lambda build: build.id)


def read_build(body: bytes, where: str) -> Build:
    """Read ``/build/ID``."""
    return _build(_decode(body, RawBuild, where))


def read_queue(body: bytes, where: str) -> frozenset[int]:
    """Read ``/api/queue``: the ids of all unfinished builds, restarted ones too."""
    return frozenset(entry.id for entry in _decode(body, list[RawQueued], where))


def _decode(body: bytes, kind: Any, where: str) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _shape(where, str(error)) from error


def _shape(where: str, what: str) -> NotAHydraError:
    return NotAHydraError(f"{where} did not answer as a Hydra does: {what}.")


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
        raise _shape(where, f"`enabled` is {raw.enabled}, known are 0 to 3") from None
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
    return _text(value)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _evaluation(raw: RawEvaluation, key: JobsetKey) -> Evaluation:
    return Evaluation(
        id=raw.id,
        project=key.project,
        jobset=key.name,
        timestamp=raw.timestamp or 0,
        checkouttime=raw.checkouttime or 0,
        evaltime=raw.evaltime or 0,
        flake=raw.flake or "",
        hasnewbuilds=bool(raw.hasnewbuilds),
        inputs=tuple(
            _evaluation_input(name, found)
            for name, found in sorted((raw.jobsetevalinputs or {}).items())
        ),
        builds=tuple(sorted(set(raw.builds))),
    )


def _evaluation_input(name: str, raw: RawEvaluationInput) -> EvaluationInput:
    dependency = _text(raw.dependency)
    return EvaluationInput(
        name=name,
        type=raw.type or "",
        uri=raw.uri or "",
        revision=_text(raw.revision),
        value=_text(raw.value),
        dependency=_whole(dependency),
    )


def _build(raw: RawBuild) -> Build:
    products = raw.buildproducts or {}
    return Build(
        id=raw.id,
        project=raw.project,
        jobset=raw.jobset,
        job=raw.job,
        system=raw.system or "",
        nixname=raw.nixname or "",
        drvpath=raw.drvpath or "",
        finished=bool(raw.finished),
        buildstatus=raw.buildstatus,
        timestamp=raw.timestamp or 0,
        starttime=raw.starttime,
        stoptime=raw.stoptime,
        priority=raw.priority or 0,
        releasename=raw.releasename or "",
        outputs=tuple(
            Output(name=name, path=found.path or "")
            for name, found in sorted((raw.buildoutputs or {}).items())
        ),
        products=tuple(sorted(map(_product, products.items()), key=lambda p: p.number)),
        metrics=_metrics(raw.buildmetrics or {}),
    )


def _product(entry: tuple[str, RawProduct]) -> Product:
    number, raw = entry
    return Product(
        number=_whole(number) or 0,
        type=raw.type or "",
        subtype=raw.subtype or "",
        name=raw.name or "",
        path=raw.path or "",
        defaultpath=raw.defaultpath or "",
        filesize=raw.filesize,
        sha256hash=raw.sha256hash or "",
    )


def _metrics(raw: dict[str, Any]) -> tuple[Metric, ...]:
    """Read a map of name → {value, unit}, or the specification's single {name, value, unit}."""
    if isinstance(raw.get("name"), str) and "value" in raw and not isinstance(raw["value"], dict):
        raw = {raw["name"]: raw}
    found = (_metric(name, fields) for name, fields in sorted(raw.items()))
    return tuple(metric for metric in found if metric is not None)


def _metric(name: str, fields: Any) -> Metric | None:
    if not isinstance(fields, dict):
        return None
    try:
        value = float(fields["value"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(value):
        return None  # PostgreSQL knows NaN and infinity, JSON does not
    return Metric(name=name, value=value, unit=_text(fields.get("unit")))
