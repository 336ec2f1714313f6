"""Reports on a crawl, its plan, its cache, and a render: lines for people, fields for programs.

Most renders end after a comparison, so nothing is imported here that only others need.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import structs

from hydrasnap.formatting import clock, duration, plural, size
from hydrasnap.model import Run, Snapshot

if TYPE_CHECKING:
    from hydrasnap.crawl.dry_run import PlannedStep
    from hydrasnap.crawl.prune import Pruned
    from hydrasnap.crawl.run import CrawlResult
    from hydrasnap.publish.settings import Published

_SHOWN_GAPS = 10
_SHOWN_REMARKS = 10


def moment(seconds: float) -> str:
    """Write a moment in UTC, with the zone."""
    return f"{clock(int(seconds))} UTC"


def crawl_lines(origin: str, result: "CrawlResult") -> list[str]:
    """Return lines on what a crawl did."""
    run = result.run
    evaluations = run.known_evaluations + run.new_evaluations
    builds = run.known_builds + run.new_builds
    return [
        f"{origin}, as of {moment(run.started)}",
        f"  asked   {plural(run.requests, 'request')}, {size(run.bytes)}, "
        f"{duration(int(run.finished - run.started))}",
        f"  holds   {evaluations:,} evaluations ({run.new_evaluations:,} new), "
        f"{builds:,} builds ({run.new_builds:,} new)",
        *_gap_lines(run),
    ]


def crawl_fields(origin: str, result: "CrawlResult") -> dict[str, Any]:
    """Return the fields of the event on what a crawl did."""
    return {"origin": origin, **_run_fields(result.run)}


def _run_fields(run: Run) -> dict[str, Any]:
    return {**structs.asdict(run), "gaps": [structs.asdict(gap) for gap in run.gaps]}


def _gap_lines(run: Run) -> Iterator[str]:
    """Return lines on what could not be read."""
    if run.gaps:
        yield f"  gaps    {plural(len(run.gaps), 'part')} could not be read:"
    yield from (f"    {gap.path}: {gap.reason}" for gap in run.gaps[:_SHOWN_GAPS])
    if len(run.gaps) > _SHOWN_GAPS:
        yield f"    and {len(run.gaps) - _SHOWN_GAPS} more: see `hydrasnap status`"


def pruned_line(done: "Pruned") -> str:
    """Return the line on what [retention] dropped from a cache."""
    jobsets, evaluations = plural(done.jobsets, "jobset"), plural(done.evaluations, "evaluation")
    return f"dropped {jobsets}, {evaluations} and {plural(done.builds, 'build')}"


def plan_lines(
    steps: "Sequence[PlannedStep]", overview_requests: int, live_requests: int = 0
) -> list[str]:
    """Return lines on what a crawl would request."""
    lines = [f"{overview_requests:>7,}  the overview, asked for now"]
    for step in steps:
        about = f"{step.requests:,}" if step.requests else "-"
        lines.append(f"{about:>7}  {step.jobset.path}: {step.refresh.value}")
    if live_requests:
        lines.append(f"{live_requests:>7,}  the live state")
    total = sum(step.requests for step in steps) + live_requests
    if not total:
        return [*lines, "No more requests would follow."]
    what = f"About {plural(total, 'request')} would follow"
    return [*lines, f"{what}, and one for each build of an aggregate that is found."]


def plan_fields(
    steps: "Sequence[PlannedStep]", overview_requests: int, live_requests: int = 0
) -> dict[str, Any]:
    """Return the fields of the event on what a crawl would request."""
    rows = [
        {
            "jobset": step.jobset.path,
            "refresh": step.refresh.value,
            "requests": step.requests,
        }
        for step in steps
    ]
    about = sum(step.requests for step in steps) + live_requests
    return {"overview_requests": overview_requests, "about": about, "jobsets": rows}


def status_fields(snapshot: Snapshot, bytes_on_disk: int, holder: str) -> dict[str, Any]:
    """Return what a cache holds and lacks, as fields; `holder` is the process that writes to it."""
    from hydrasnap.report.missing_objects import missing_objects

    return {
        "origin": snapshot.origin,
        "projects": len(snapshot.projects),
        "jobsets": len(snapshot.jobsets),
        "evaluations": len(snapshot.evaluations),
        "gone_evaluations": sum(found.deleted_upstream for found in snapshot.evaluations.values()),
        "builds": len(snapshot.builds),
        "missing": missing_objects(snapshot)._asdict(),
        "bytes": bytes_on_disk,
        "live": live_state(snapshot),
        "running": holder,
        "run": _run_fields(snapshot.run),
    }


def live_state(snapshot: Snapshot) -> str:
    """Return how much the Hydra was doing, and when; empty if the last run did not ask."""
    live = snapshot.live
    if live is None:
        return ""
    amount = len(live.running or ()) + live.elsewhere
    what = "" if live.running is None else f"{plural(amount, 'build')} running, "
    return f"{what}as of {moment(live.asked)}"


def status_lines(snapshot: Snapshot, fields: dict[str, Any], now: float) -> list[str]:
    """Return lines on what a cache holds, how old and how big it is, and what is missing."""
    run, gone = snapshot.run, fields["gone_evaluations"]
    age = f"{moment(run.started)}, {duration(max(int(now - run.started), 0))} ago"
    lines = [
        f"origin       {snapshot.origin}",
        f"data as of   {age if run.started else 'never'}{'' if run.complete else ' (incomplete)'}",
        f"projects     {fields['projects']:,}",
        f"jobsets      {fields['jobsets']:,}",
        f"evaluations  {fields['evaluations']:,}" + (f" ({gone:,} deleted)" if gone else ""),
        f"builds       {fields['builds']:,}",
        f"size         {size(fields['bytes'])}",
        f"last run     {run.requests:,} requests, {size(run.bytes)}, "
        f"{duration(int(run.finished - run.started))}",
    ]
    if fields["live"]:
        lines.append(f"live state   {fields['live']}")
    if fields["running"]:
        lines.append(f"running      {fields['running']} is writing to the cache")
    return [*lines, *_missing_lines(snapshot)]


def _missing_lines(snapshot: Snapshot) -> Iterator[str]:
    """Return lines on what could not be read, and on what is still to be fetched."""
    from hydrasnap.publish.user_warnings import amounts
    from hydrasnap.report.missing_objects import missing_objects

    run, missing = snapshot.run, missing_objects(snapshot)
    if run.reason:
        yield f"ended early  {run.reason}"
    what = amounts(missing)
    if what and run.complete:
        yield f"missing      {what}; `hydrasnap crawl` fetches them again"
    elif what:
        yield f"left         {what} at least; the next run goes on"
    elif not run.complete and not run.gaps:
        yield "left         it is not known how much; the next run goes on"
    if run.complete or run.gaps:
        yield f"gaps         {len(run.gaps) or 'none'}"
    yield from (f"  {gap.path}: {gap.reason}" for gap in run.gaps)


def render_lines(done: "Published") -> list[str]:
    """Return lines on what a render wrote, what needs attention, and which page to open."""
    lines = [
        f"  wrote   {plural(done.written, 'file')}; {done.unchanged:,} unchanged, "
        f"{done.removed:,} removed",
        f"  site    {done.pages:,} pages, {size(done.bytes)}",
    ]
    if done.why:
        lines.append(f"  pages   not for all builds and jobs: {done.why};")
        lines.append("          the search opens the rest")
    if done.matched:
        lines.append(f"  package {done.matched}")
    lines += [f"  warning {remark}" for remark in done.remarks[:_SHOWN_REMARKS]]
    if len(done.remarks) > _SHOWN_REMARKS:
        lines.append(f"  warning and {len(done.remarks) - _SHOWN_REMARKS} more like these")
    return [*lines, f"Open {done.index}"]


def render_fields(done: "Published") -> dict[str, Any]:
    """Return the fields of the event on what a render wrote."""
    return {
        "written": done.written,
        "unchanged": done.unchanged,
        "removed": done.removed,
        "pages": done.pages,
        "bytes": done.bytes,
        "index": str(done.index),
        "policy": done.why,
        "lost": done.lost,
        "packages": done.matched,
        "warnings": done.remarks,
    }
