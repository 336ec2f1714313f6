"""The state of a snapshot in Markdown, for the summary of a CI job."""

import re
from collections.abc import Iterator

from hydrasnap.errors import one_line
from hydrasnap.formatting import clock, duration, mask_logins, plural, size
from hydrasnap.model import Snapshot
from hydrasnap.report.health import JobsetHealth, overview
from hydrasnap.report.index import Index
from hydrasnap.report.missing_objects import missing_objects

_SHOWN_JOBS = 20
_SHOWN_GAPS = 20
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|<>~&-])")


def markdown_lines(snapshot: Snapshot) -> Iterator[str]:
    """Yield the lines of a report: age, what newly fails and why, gaps, and requests."""
    run, missing = snapshot.run, missing_objects(snapshot)
    yield f"## {_text(snapshot.origin)}"
    yield ""
    yield (
        f"As of {clock(run.started)} UTC: {plural(len(snapshot.jobsets), 'jobset')}, "
        f"{plural(len(snapshot.evaluations), 'evaluation')}, "
        f"{plural(len(snapshot.builds), 'build')}. "
        f"The crawl made {plural(run.requests, 'request')} and took "
        f"{duration(max(run.finished - run.started, 0))}, for {size(run.bytes)}."
    )
    if run.reason:
        yield f"\n**It ended early:** {_text(run.reason)}"
    if missing.builds:
        yield f"\n{plural(missing.builds, 'build')} still to be fetched."
    yield ""
    yield "### Newly failing"
    yield ""
    health = [jobset for project in overview(Index(snapshot)) for jobset in project.jobsets]
    broken = [
        found
        for found in health
        if found.newly_failing and not found.hidden and not found.jobset.deleted_upstream
    ]
    unknown = any(found.in_use and not found.knows_failures for found in health)
    if not broken:
        yield "Nothing that this snapshot knows." if unknown else "Nothing."
    for found in broken:
        yield from _broken_jobs(found)
    if run.gaps:
        yield from ("", f"### {plural(len(run.gaps), 'gap')}", "")
        yield from (f"- {_code(gap.path)}: {_text(gap.reason)}" for gap in run.gaps[:_SHOWN_GAPS])
        if len(run.gaps) > _SHOWN_GAPS:
            yield f"- and {len(run.gaps) - _SHOWN_GAPS} more"


def _broken_jobs(found: JobsetHealth) -> Iterator[str]:
    assert found.latest is not None, "only an evaluation breaks jobs"  # noqa: S101
    assert found.changes is not None, "newly failing jobs are changes"  # noqa: S101
    yield f"- **{_text(found.key.path)}**, evaluation {found.latest.id}:"
    changes = found.changes.broken
    for change in changes[:_SHOWN_JOBS]:
        why = _text(change.shown.label.lower())
        yield f"  - {_code(change.job)} on {_code(change.system)}: {why}"
    if len(changes) > _SHOWN_JOBS:
        yield f"  - and {len(changes) - _SHOWN_JOBS:,} more"


def _text(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\1", mask_logins(one_line(text)))


def _code(text: str) -> str:
    """Return text as code; a backtick in it would end it."""
    return f"`{mask_logins(one_line(text)).replace('`', chr(39))}`"
