"""Builds, their sizes and the queue: from raw structures to the model."""

import math
from typing import Any

from hydrasnap.model import (
    Build,
    Metric,
    Output,
    Product,
    SizePoint,
)
from hydrasnap.wire.decode import decode, text_of, whole
from hydrasnap.wire.schema import (
    RawBuild,
    RawProduct,
    RawQueued,
    RawSize,
)


def read_builds(body: bytes, where: str) -> list[Build]:
    """Read ``/eval/ID/builds`` or ``/build/ID/constituents``, by id."""
    return sorted(map(_build, decode(body, list[RawBuild], where)), key=lambda build: build.id)


def read_build(body: bytes, where: str) -> Build:
    """Read ``/build/ID``."""
    return _build(decode(body, RawBuild, where))


def read_queue(body: bytes, where: str) -> frozenset[int]:
    """Read ``/api/queue``: the ids of all unfinished builds, restarted ones too."""
    return frozenset(entry.id for entry in decode(body, list[RawQueued], where))


def read_sizes(body: bytes, where: str) -> list[SizePoint]:
    """Read ``/job/P/J/JOB/closure-sizes`` or ``…/output-sizes``, each build once, by id."""
    found = {raw.id: raw for raw in decode(body, list[RawSize], where)}
    return [
        SizePoint(build=number, timestamp=raw.timestamp or 0, value=raw.value)
        for number, raw in sorted(found.items())
    ]


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
    if not isinstance(fields, dict):
        return None
    try:
        value = float(fields["value"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(value):
        return None  # PostgreSQL knows NaN and infinity, JSON does not
    return Metric(name=name, value=value, unit=text_of(fields.get("unit")))
