"""The tabs of an evaluation's page, by Hydra's rules."""

from collections import defaultdict
from dataclasses import dataclass

from hydrasnap.model import Build, Evaluation
from hydrasnap.report.index import Index

_ABORTED = frozenset({3, 4, 7, 10})
_TITLES = {
    "aborted": "Aborted / Timed out Jobs",
    "now-fail": "Newly Failing Jobs",
    "now-succeed": "Newly Succeeding Jobs",
    "new": "New Jobs",
    "removed": "Removed Jobs",
    "still-fail": "Still Failing Jobs",
    "still-succeed": "Still Succeeding Jobs",
    "unfinished": "Queued Jobs",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: the end of its id, its title, and the builds in its table."""

    name: str
    title: str
    builds: list[Build]


def tabs(
    index: Index, evaluation: Evaluation, baseline: Evaluation | None, wanted: str
) -> list[Tab]:
    """Sort the builds whose job contains the `wanted` text into tabs."""
    held: defaultdict[str, list[Build]] = defaultdict(list)
    before = {build.job: build for build in index.builds_of(baseline)} if baseline else {}
    for build in index.builds_of(evaluation):
        held[tab_of(build, before.pop(build.job, None))].append(build)
    held["removed"] = list(before.values())
    text = wanted.lower()
    return [
        Tab(name, title, [build for build in held[name] if text in build.job.lower()])
        for name, title in _TITLES.items()
    ]


def tab_of(build: Build, before: Build | None) -> str:
    """Choose the tab by Hydra's rules: while either build is unfinished, the job is unfinished."""
    if build.finished and build.buildstatus in _ABORTED:
        return "aborted"
    if before is None:
        return "new"
    if not (build.finished and before.finished):
        return "unfinished"
    if before.status.succeeded:
        return "still-succeed" if build.status.succeeded else "now-fail"
    return "now-succeed" if build.status.succeeded else "still-fail"
