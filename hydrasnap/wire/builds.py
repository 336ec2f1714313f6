"""Builds, their sizes and the queue: from raw structures to the model."""

from typing import Any

import msgspec

from hydrasnap.model import Build, JobsetKey, Metric, Output, Product, SizePoint
from hydrasnap.model.value_bounds import LONGEST_NAME, Figure
from hydrasnap.wire.decode import Note, Oddities, decode, ignore, text_of, whole, wrong_shape
from hydrasnap.wire.schema import RawBuild, RawProduct, RawQueued, RawSize


def read_builds(
    body: bytes, where: str, key: JobsetKey | None = None, note: Note = ignore
) -> list[Build]:
    """Read ``/eval/ID/builds`` or ``/build/ID/constituents``, sorted by id.

    `key` is the jobset that was asked about, for builds that do not name theirs.
    """
    found = (_build(raw, key) for raw in decode(body, list[RawBuild], where, note))
    return sorted((build for build in found if build is not None), key=lambda build: build.id)


def read_build(body: bytes, where: str, key: JobsetKey | None = None, note: Note = ignore) -> Build:
    """Read ``/build/ID``."""
    found = _build(decode(body, RawBuild, where, note), key)
    if found is None:
        raise wrong_shape(where, "the build does not name its jobset")
    return found


def read_queue(body: bytes, where: str) -> frozenset[int]:
    """Read ``/api/queue``: the ids of all unfinished builds, restarted ones too."""
    return frozenset(entry.id for entry in decode(body, list[RawQueued], where, _refuse(where)))


def read_sizes(body: bytes, where: str) -> list[SizePoint]:
    """Read ``/job/P/J/JOB/closure-sizes`` or ``…/output-sizes``; each build once, sorted by id."""
    raw = decode(body, list[RawSize], where, _refuse(where))
    found = {each.id: each for each in raw}
    return [
        SizePoint(build=number, timestamp=each.timestamp or 0, value=each.value)
        for number, each in sorted(found.items())
    ]


def _refuse(where: str) -> Note:
    """Return a callback that raises NotAHydraError, where a lost element would be misread."""

    def note(oddities: Oddities) -> None:
        raise wrong_shape(where, str(oddities))

    return note


def _build(raw: RawBuild, key: JobsetKey | None) -> Build | None:
    products = raw.buildproducts or {}
    project = raw.project or (key.project if key else None)
    jobset = raw.jobset or (key.name if key else None)
    if project is None or jobset is None:
        return None
    return Build(
        id=raw.id,
        project=project,
        jobset=jobset,
        job=raw.job,
        system=raw.system or "",
        nixname=raw.nixname or "",
        drvpath=raw.drvpath or "",
        finished=bool(raw.finished),
        buildstatus=raw.buildstatus,
        timestamp=raw.timestamp or 0,
        starttime=raw.starttime or None,
        stoptime=raw.stoptime or None,
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
        number=whole(number) or 0,
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
    if not isinstance(fields, dict) or len(name) > LONGEST_NAME:
        return None
    try:
        value = msgspec.convert(float(fields["value"]), Figure)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None  # PostgreSQL knows NaN and infinity, JSON does not
    return Metric(name=name, value=value, unit=text_of(fields.get("unit")))
