"""The page of an evaluation, ``/eval/ID?full=1``: a table row per job, sorted into Hydra's tabs."""

import time
from html import escape
from urllib.parse import quote

from hydrasnap.demo.rows import BuildRow, EvaluationRow
from hydrasnap.demo.world import World

ABORTED = frozenset({3, 4, 7, 10})
TABS = {
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
_HEAD = (
    '<table class="table table-striped table-condensed clickable-rows">\n    <thead>\n'
    "      <tr>          <th></th>        <th>#</th>        <th>Job</th>        "
    "<th>Finished at</th>\n        <th>Package/release name</th>\n        <th>System</th>      "
    "</tr>\n    </thead>\n    <tbody>"
)


def tab_of(row: BuildRow, before: BuildRow | None) -> str:
    """Sort a build into a tab, with Hydra's own traps: an unfinished baseline hides a result."""
    if row.finished and row.status in ABORTED:
        return "aborted"
    if before is None:
        return "new"
    if not (row.finished and before.finished):
        return "unfinished"
    if before.status == 0:
        return "still-succeed" if row.status == 0 else "now-fail"
    return "now-succeed" if row.status == 0 else "still-fail"


def removed(rows: list[BuildRow], before: list[BuildRow]) -> list[BuildRow]:
    """Return the jobs that are gone; like Hydra it misses those that sort after all others."""
    names = {row.job for row in rows}
    last = max(names, default="")
    return [row for row in before if row.job not in names and row.job < last]


def _moment(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    then = time.gmtime(seconds)
    plain = time.strftime("%Y-%m-%d %H:%M:%S", then)
    return (
        f'<time title="{plain} (UTC)" datetime="{plain.replace(" ", "T")}Z" '
        f'data-timestamp="{seconds}" class="date is-relative">{plain[:10]}</time>'
    )


def _row(row: BuildRow, base: str) -> str:
    icon, title = _ICONS.get(row.status if row.finished else None, _ICONS[1])
    link = f"{base}/build/{row.id}"
    when = _moment(row.stoptime if row.finished else None)
    return (
        f'    <tr>        <td>      <img src="{base}/static/images/emojione-{icon}.svg" '
        f'height="16" width="16" title="{title}" alt="{title}" class="build-status" />        '
        f'</td>      <td><a class="row-link" href="{link}">{row.id}</a></td>        <td>\n'
        f'          <a href="{link}">{escape(row.job)}</a>        </td>      '
        f'<td class="nowrap">{when}</td>\n'
        f"      <td>{escape(row.releasename or row.nixname)}</td>\n"
        f'      <td class="nowrap"><tt>{escape(row.system)}</tt></td>    </tr>'
    )


def _removed_row(row: BuildRow, base: str) -> str:
    parts = (quote(part, safe="") for part in (*row.jobset, row.job))
    return (
        f'          <tr>\n            <td><a href="{base}/job/{"/".join(parts)}">'
        f"{escape(row.job)}</a></td>\n            <td><tt>{escape(row.system)}</tt></td>\n"
        "          </tr>"
    )


def _pane(tab: str, rows: list[BuildRow], base: str) -> str:
    if tab == "removed":
        head = _HEAD.split("<tr>", maxsplit=1)[0] + "<tr><th>Job</th><th>System</th></tr>\n"
        body = head + "</thead>\n<tbody>" + "".join(_removed_row(row, base) for row in rows)
    else:
        body = _HEAD + "".join(_row(row, base) for row in rows)
    return f'\n  <div id="tabs-{tab}" class="tab-pane">  {body}    </tbody>\n  </table>  </div>\n'


def evaluation_page(world: World, row: EvaluationRow, base: str) -> str:
    """Return the page as a browser gets it, compared with the evaluation before."""
    older = next((old for old in world.evaluations_of(row.jobset) if old.id < row.id), None)
    rows = sorted((world.builds[number] for number in row.builds), key=lambda each: each.job)
    known = [world.builds[number] for number in older.builds] if older else []
    baseline = {each.job: each for each in known}
    panes: dict[str, list[BuildRow]] = {tab: [] for tab in TABS}
    for each in rows:
        panes[tab_of(each, baseline.get(each.job))].append(each)
    panes["removed"] = removed(rows, sorted(known, key=lambda each: each.job))
    tabs = "".join(
        f'<li class="nav-item"><a class="nav-link" href="#tabs-{tab}">{TABS[tab]} ({len(held)})'
        "</a></li>"
        for tab, held in panes.items()
        if held
    )
    title = escape(f"Evaluation {row.id} of jobset {row.jobset}")
    return (
        f'<!DOCTYPE html>\n\n<html lang="en">\n\n  <head>\n    <title>Hydra - {title}</title>\n'
        f"  </head>\n  <body>\n<p>This evaluation was performed on {_moment(row.timestamp)}.</p>\n"
        f'<ul class="nav nav-tabs">{tabs}</ul>\n<div class="tab-content">\n'
        + "".join(_pane(tab, held, base) for tab, held in panes.items())
        + "</div>\n  </body>\n</html>\n"
    )
