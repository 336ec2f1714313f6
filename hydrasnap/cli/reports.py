"""The sentences and tables on a crawl, its plan and its cache."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import structs

from hydrasnap.cli.units import moment, size, span
from hydrasnap.crawl import CrawlResult, PlannedStep
from hydrasnap.formatting import plural
from hydrasnap.model import Run, Snapshot
from hydrasnap.publish.pages.overview.remarks import amounts
from hydrasnap.report.missing import missing_objects

_SHOWN_GAPS = 10


def crawl_summary(origin: str, outcome: CrawlResult) -> str:
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


def plan_lines(
    steps: Sequence[PlannedStep], overview_requests: int, live_requests: int = 0
) -> list[str]:
    """Say what a crawl would ask for."""
    lines = [f"{overview_requests:>7,}  the overview, asked for now"]
    lines += [f"{_about(step):>7}  {step.jobset}: {step.refresh.value}" for step in steps]
    if live_requests:
        lines.append(f"{live_requests:>7,}  the live state")
    total = sum(step.requests for step in steps) + live_requests
    if not total:
        return [*lines, "No more requests would follow."]
    what = f"About {plural(total, 'request')} would follow"
    return [*lines, f"{what}, and one for each build of an aggregate that is found."]


def plan_fields(
    steps: Sequence[PlannedStep], overview_requests: int, live_requests: int = 0
) -> dict[str, Any]:
    """Say what a crawl would ask for, to a machine."""
    rows = [
        {"jobset": f"{step.jobset}", "look": step.refresh.value, "requests": step.requests}
        for step in steps
    ]
    about = sum(step.requests for step in steps) + live_requests
    return {"overview_requests": overview_requests, "about": about, "jobsets": rows}


def _about(step: PlannedStep) -> str:
    return f"{step.requests:,}" if step.requests else "-"


def status_fields(snapshot: Snapshot, bytes_on_disk: int, holder: str) -> dict[str, Any]:
    """Say what a cache holds, and what is missing, to a machine; `holder` writes to it now."""
    missing = missing_objects(snapshot)
    run = snapshot.run
    return {
        "origin": snapshot.origin,
        "projects": len(snapshot.projects),
        "jobsets": len(snapshot.jobsets),
        "evaluations": len(snapshot.evaluations),
        "gone_evaluations": sum(found.deleted_upstream for found in snapshot.evaluations.values()),
        "builds": len(snapshot.builds),
        "missing": missing._asdict(),
        "bytes": bytes_on_disk,
        "live": live_words(snapshot),
        "running": holder,
        "run": {**structs.asdict(run), "gaps": [structs.asdict(gap) for gap in run.gaps]},
    }


def live_words(snapshot: Snapshot) -> str:
    """Say how much the Hydra was doing, and when; nothing if the last run did not ask."""
    live = snapshot.live
    if live is None:
        return ""
    amount = len(live.running or ()) + live.elsewhere
    what = "" if live.running is None else f"{plural(amount, 'build')} running, "
    return f"{what}as of {moment(live.asked)}"


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
    if fields["live"]:
        lines.append(f"live state   {fields['live']}")
    if fields["running"]:
        lines.append(f"running      {fields['running']} is writing to the cache")
    return [*lines, *_missing_lines(snapshot)]


def _missing_lines(snapshot: Snapshot) -> Iterator[str]:
    """Say what could not be read, and what is still to be fetched."""
    run, left = snapshot.run, missing_objects(snapshot)
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
