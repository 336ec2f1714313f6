"""The page ``/eval/ID?full=1``: a table row for each job of an evaluation, in Hydra's tabs.

Crawlers read this page where the JSON of an evaluation is too large for a Hydra.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from html import escape
from urllib.parse import quote

from hydrasnap.model import Build, Evaluation
from hydrasnap.report import Index

_ROWS = 250
_ABORTED = frozenset({3, 4, 7, 10})
_TABS = {
    "aborted": "Aborted / Timed out Jobs",
    "now-fail": "Newly Failing Jobs",
    "now-succeed": "Newly Succeeding Jobs",
    "new": "New Jobs",
    "removed": "Removed Jobs",
    "still-fail": "Still Failing Jobs",
    "still-succeed": "Still Succeeding Jobs",
    "unfinished": "Queued Jobs",
}
_ICONS = {
    None: ("question-2754", "Queued"),
    0: ("check-2714", "Succeeded"),
    1: ("red-x-274c", "Failed"),
    2: ("gray-x-2716", "Dependency failed"),
    3: ("stopsign-1f6d1", "Aborted"),
    4: ("stopsign-1f6d1", "Cancelled"),
    6: ("red-x-274c", "Failed with output"),
    7: ("stopsign-1f6d1", "Timed out"),
    9: ("stopsign-1f6d1", "Unsupported system type"),
    10: ("stopsign-1f6d1", "Log limit exceeded"),
    11: ("red-x-274c", "Output size limit exceeded"),
    12: ("red-x-274c", "Non-deterministic build"),
}
_TABLE = '<table class="table table-striped table-condensed clickable-rows">\n<thead>\n'
_HEAD = (
    "<tr><th></th><th>#</th><th>Job</th><th>Finished at</th><th>Package/release name</th>"
    "<th>System</th></tr>\n"
)
_REMOVED_HEAD = "<tr><th>Job</th><th>System</th></tr>\n"


async def evaluation_page(index: Index, evaluation: Evaluation, base: str) -> AsyncIterator[str]:
    """Yield the page part by part; links begin with `base`, which ends in a slash."""
    panes = _panes(index, evaluation)
    yield _beginning(evaluation, {tab: len(held) for tab, held in panes.items()})
    for tab in _TABS:
        head = _REMOVED_HEAD if tab == "removed" else _HEAD
        yield f'<div id="tabs-{tab}" class="tab-pane">{_TABLE}{head}</thead>\n<tbody>\n'
        write = _removed_row if tab == "removed" else _row
        for start in range(0, len(panes[tab]), _ROWS):
            yield "".join(write(build, base) for build in panes[tab][start : start + _ROWS])
            await asyncio.sleep(0)
        yield "</tbody>\n</table></div>\n"
    yield "</div>\n</body>\n</html>\n"


def _panes(index: Index, evaluation: Evaluation) -> defaultdict[str, list[Build]]:
    """Sort the builds into tabs by comparison with the evaluation before."""
    older = index.previous(evaluation)
    known = index.builds_of(older) if older else ()
    baseline = {build.job: build for build in known}
    panes: defaultdict[str, list[Build]] = defaultdict(list)
    for build in index.builds_of(evaluation):
        panes[tab_of(build, baseline.pop(build.job, None))].append(build)
    panes["removed"] = list(baseline.values())
    return panes


def tab_of(build: Build, before: Build | None) -> str:
    """Choose the tab as Hydra does: an unfinished build of the baseline hides a result."""
    if build.finished and build.buildstatus in _ABORTED:
        return "aborted"
    if before is None:
        return "new"
    if not (build.finished and before.finished):
        return "unfinished"
    if before.status.succeeded:
        return "still-succeed" if build.status.succeeded else "now-fail"
    return "now-succeed" if build.status.succeeded else "still-fail"


def _beginning(evaluation: Evaluation, counts: dict[str, int]) -> str:
    tabs = "".join(
        f'<li class="nav-item"><a class="nav-link" href="#tabs-{tab}">{title} ({counts[tab]})</a>'
        "</li>"
        for tab, title in _TABS.items()
        if counts.get(tab)
    )
    title = escape(f"Evaluation {evaluation.id} of jobset {evaluation.jobset_key}")
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>Hydra - {title}</title>\n'
        '<meta charset="utf-8">\n</head>\n<body>\n'
        f"<p>This evaluation was performed on {_time(evaluation.timestamp)}.</p>\n"
        f'<ul class="nav nav-tabs">{tabs}</ul>\n<div class="tab-content">\n'
    )


def _time(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    then = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))
    return (
        f'<time title="{then} (UTC)" datetime="{then.replace(" ", "T")}Z" '
        f'data-timestamp="{seconds}" class="date is-relative">{then[:10]}</time>'
    )


def _row(build: Build, base: str) -> str:
    icon, title = _ICONS.get(build.buildstatus if build.finished else None, _ICONS[1])
    link = f"{escape(base)}build/{build.id}"
    return (
        f'<tr><td><img src="{escape(base)}static/images/emojione-{icon}.svg" height="16" '
        f'width="16" title="{title}" alt="{title}" class="build-status" /></td>'
        f'<td><a class="row-link" href="{link}">{build.id}</a></td>'
        f'<td><a href="{link}">{escape(build.job)}</a></td>'
        f'<td class="nowrap">{_time(build.stoptime if build.finished else None)}</td>'
        f"<td>{escape(build.releasename or build.nixname)}</td>"
        f'<td class="nowrap"><tt>{escape(build.system)}</tt></td></tr>\n'
    )


def _removed_row(build: Build, base: str) -> str:
    path = "/".join(quote(part, safe="") for part in build.job_key)
    return (
        f'<tr><td><a href="{escape(base)}job/{path}">{escape(build.job)}</a></td>'
        f"<td><tt>{escape(build.system)}</tt></td></tr>\n"
    )
