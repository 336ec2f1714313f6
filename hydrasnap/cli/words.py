"""The sentences and tables that commands print at their end."""

import time
from collections.abc import Sequence

from hydrasnap.crawl import Outcome, PlannedStep
from hydrasnap.model import Run, Snapshot
from hydrasnap.publish import Published

_SHOWN_GAPS = 10
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
        f"  asked   {run.requests:,} requests, {size(run.bytes)}, "
        f"{span(run.finished - run.started)}",
        f"  holds   {evaluations:,} evaluations ({run.new_evaluations:,} new), "
        f"{builds:,} builds ({run.new_builds:,} new)",
    ]
    return "\n".join([*lines, *gap_lines(run)])


def gap_lines(run: Run) -> list[str]:
    """Say what could not be read."""
    if not run.gaps:
        return []
    lines = [f"  gaps    {len(run.gaps)} parts could not be read:"]
    lines += [f"    {gap.path}: {gap.reason}" for gap in run.gaps[:_SHOWN_GAPS]]
    if len(run.gaps) > _SHOWN_GAPS:
        lines.append(f"    and {len(run.gaps) - _SHOWN_GAPS} more: see `hydrasnap status`")
    return lines


def plan_lines(steps: Sequence[PlannedStep], overview_requests: int) -> list[str]:
    """Say what a crawl would ask for."""
    lines = [f"{overview_requests:>7,}  the overview, asked for now"]
    lines += [f"{_at_most(step):>7}  {step.jobset}: {step.look.value}" for step in steps]
    total = sum(step.requests for step in steps)
    return [*lines, f"{total:>7,}  requests at most would follow, and some for aggregates"]


def _at_most(step: PlannedStep) -> str:
    return f"{step.requests:,}" if step.requests else "-"


def publish_summary(done: Published) -> str:
    """Say what a rendering wrote, and which page to open."""
    rest = f"{done.unchanged:,} unchanged, {done.removed:,} removed"
    reason = f"  pages   only for notable builds and jobs: {done.policy.why};\n"
    why = f"{reason}          the search opens the rest\n" if done.policy.why else ""
    return (
        f"  wrote   {done.written:,} files; {rest}\n"
        f"  site    {done.pages:,} pages, {size(done.bytes)}\n"
        f"{why}"
        f"Open {done.index}"
    )


def status_lines(snapshot: Snapshot, bytes_on_disk: int, now: float) -> list[str]:
    """Say what a cache holds, how old it is, how big, and what is missing."""
    run = snapshot.run
    unknown = sum(snapshot.unknown_builds(e) for e in snapshot.evaluations.values())
    gone = sum(1 for e in snapshot.evaluations.values() if e.gone)
    age = (
        f"{moment(run.started)}, {span(max(now - run.started, 0))} ago" if run.started else "never"
    )
    lines = [
        f"origin       {snapshot.origin}",
        f"data as of   {age}{'' if run.complete else ' (incomplete)'}",
        f"projects     {len(snapshot.projects):,}",
        f"jobsets      {len(snapshot.jobsets):,}",
        f"evaluations  {len(snapshot.evaluations):,}" + (f" ({gone:,} gone)" if gone else ""),
        f"builds       {len(snapshot.builds):,}"
        + (f" ({unknown:,} places in evaluations not fetched yet)" if unknown else ""),
        f"size         {size(bytes_on_disk)}",
        f"last run     {run.requests:,} requests, {size(run.bytes)}, "
        f"{span(run.finished - run.started)}",
        f"gaps         {len(run.gaps) or 'none'}",
    ]
    return lines + [f"  {gap.path}: {gap.reason}" for gap in run.gaps]
