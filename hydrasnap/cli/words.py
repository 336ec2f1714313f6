"""The sentences and tables that commands print at their end."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import structs

from hydrasnap.crawl import Outcome, PlannedStep
from hydrasnap.model import Run, Snapshot
from hydrasnap.pages.remarks import amounts
from hydrasnap.phrases import plural
from hydrasnap.publish import Published
from hydrasnap.report.lacking import lacking

_SHOWN_GAPS = 10
_SHOWN_REMARKS = 10
_KILO = 1000


def size(number: int) -> str:
    """Write a number of bytes for people, in powers of a thousand."""
    value, unit = float(number), "B"
    for unit in ("B", "kB", "MB", "GB"):  # noqa: B007
        if value < _KILO:
            break
        value /= _KILO
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"  # noqa: PLR2004


def moment(seconds: int) -> str:
    """Write a Unix time in UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def span(seconds: float) -> str:
    """Write a duration with its two largest units."""
    whole = int(seconds)
    for name, length, small, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60),
                                      ("min", 60, "s", 1)):  # fmt: skip
        if whole >= length:
            rest = whole % length // part
            return (
                f"{whole // length} {name} {rest} {small}" if rest else f"{whole // length} {name}"
            )
    return f"{whole} s"


def crawl_summary(origin: str, outcome: Outcome) -> str:
    """Say what a crawl did."""
    run = outcome.run
    evaluations = run.known_evaluations + run.new_evaluations
    builds = run.known_builds + run.new_builds
    lines = [
        f"{origin}, as of {moment(run.started)}",
        f"  asked   {plural(run.requests, 'request')}, {size(run.bytes)}, "
        f"{span(run.finished - run.started)}",
        f"  holds   {evaluations:,} evaluations ({run.new_evaluations:,} new), "
        f"{builds:,} builds ({run.new_builds:,} new)",
    ]
    return "\n".join([*lines, *gap_lines(run)])


def gap_lines(run: Run) -> list[str]:
    """Say what could not be read."""
    if not run.gaps:
        return []
    lines = [f"  gaps    {plural(len(run.gaps), 'part')} could not be read:"]
    lines += [f"    {gap.path}: {gap.reason}" for gap in run.gaps[:_SHOWN_GAPS]]
    if len(run.gaps) > _SHOWN_GAPS:
        lines.append(f"    and {len(run.gaps) - _SHOWN_GAPS} more: see `hydrasnap status`")
    return lines


def plan_lines(steps: Sequence[PlannedStep], overview_requests: int) -> list[str]:
    """Say what a crawl would ask for."""
    lines = [f"{overview_requests:>7,}  the overview, asked for now"]
    lines += [f"{_about(step):>7}  {step.jobset}: {step.look.value}" for step in steps]
    total = sum(step.requests for step in steps)
    if not total:
        return [*lines, "No more requests would follow."]
    what = f"About {plural(total, 'request')} would follow"
    return [*lines, f"{what}, and one for each build of an aggregate that is found."]


def plan_fields(steps: Sequence[PlannedStep], overview_requests: int) -> dict[str, Any]:
    """Say what a crawl would ask for, to a machine."""
    rows = [
        {"jobset": f"{step.jobset}", "look": step.look.value, "requests": step.requests}
        for step in steps
    ]
    about = sum(step.requests for step in steps)
    return {"overview_requests": overview_requests, "about": about, "jobsets": rows}


def _about(step: PlannedStep) -> str:
    return f"{step.requests:,}" if step.requests else "-"


def publish_summary(done: Published) -> str:
    """Say what a rendering wrote, what to look after, and which page to open."""
    lines = [
        f"  wrote   {plural(done.written, 'file')}; {done.unchanged:,} unchanged, "
        f"{done.removed:,} removed",
        f"  site    {done.pages:,} pages, {size(done.bytes)}",
    ]
    if done.policy.why:
        lines.append(f"  pages   only for notable builds and jobs: {done.policy.why};")
        lines.append("          the search opens the rest")
    lines += [f"  warning {remark}" for remark in done.remarks[:_SHOWN_REMARKS]]
    if len(done.remarks) > _SHOWN_REMARKS:
        lines.append(f"  warning and {len(done.remarks) - _SHOWN_REMARKS} more like these")
    return "\n".join([*lines, f"Open {done.index}"])


def publish_fields(done: Published) -> dict[str, Any]:
    """Say what a rendering wrote, to a machine."""
    return {
        "written": done.written,
        "unchanged": done.unchanged,
        "removed": done.removed,
        "pages": done.pages,
        "bytes": done.bytes,
        "index": str(done.index),
        "policy": done.policy.why,
        "lost": done.lost,
        "warnings": done.remarks,
    }


def status_fields(snapshot: Snapshot, bytes_on_disk: int, holder: str) -> dict[str, Any]:
    """Say what a cache holds, and what is missing, to a machine; `holder` writes to it now."""
    missing = lacking(snapshot)
    run = snapshot.run
    return {
        "origin": snapshot.origin,
        "projects": len(snapshot.projects),
        "jobsets": len(snapshot.jobsets),
        "evaluations": len(snapshot.evaluations),
        "gone_evaluations": sum(found.gone for found in snapshot.evaluations.values()),
        "builds": len(snapshot.builds),
        "missing": missing._asdict(),
        "bytes": bytes_on_disk,
        "running": holder,
        "run": {**structs.asdict(run), "gaps": [structs.asdict(gap) for gap in run.gaps]},
    }


def status_lines(snapshot: Snapshot, fields: dict[str, Any], now: float) -> list[str]:
    """Say what a cache holds, how old it is, how big, and what is missing."""
    run, gone = snapshot.run, fields["gone_evaluations"]
    age = (
        f"{moment(run.started)}, {span(max(now - run.started, 0))} ago" if run.started else "never"
    )
    lines = [
        f"origin       {snapshot.origin}",
        f"data as of   {age}{'' if run.complete else ' (incomplete)'}",
        f"projects     {fields['projects']:,}",
        f"jobsets      {fields['jobsets']:,}",
        f"evaluations  {fields['evaluations']:,}" + (f" ({gone:,} gone)" if gone else ""),
        f"builds       {fields['builds']:,}",
        f"size         {size(fields['bytes'])}",
        f"last run     {run.requests:,} requests, {size(run.bytes)}, "
        f"{span(run.finished - run.started)}",
    ]
    if fields["running"]:
        lines.append(f"running      {fields['running']} is writing to the cache")
    return [*lines, *_missing_lines(snapshot)]


def _missing_lines(snapshot: Snapshot) -> Iterator[str]:
    """Say what could not be read, and what is still to be fetched."""
    run, left = snapshot.run, lacking(snapshot)
    if run.reason:
        yield f"ended early  {run.reason}"
    what = amounts(left)
    if what and run.complete:
        yield f"missing      {what}; `hydrasnap crawl` fetches them again"
    elif what:
        yield f"left         {what} at least; the next run goes on"
    elif not run.complete and not run.gaps:
        yield "left         it is not known how much; the next run goes on"
    if run.complete or run.gaps:
        yield f"gaps         {len(run.gaps) or 'none'}"
    yield from (f"  {gap.path}: {gap.reason}" for gap in run.gaps)
