"""The rows and lists that tell what changed between two evaluations."""

from itertools import islice

from hydrasnap.model import Build, BuildStatus
from hydrasnap.pages.site import Site
from hydrasnap.pages.view import View
from hydrasnap.report.changes import Change, ChangeKind, Changes

SHOWN = 250
_PLAIN = {ChangeKind.NEW, ChangeKind.REMOVED, ChangeKind.STILL_SUCCEEDING}
_LOOKS = {
    ChangeKind.NEWLY_FAILING: "failed",
    ChangeKind.STILL_FAILING: "failed",
    ChangeKind.NEWLY_SUCCEEDING: "succeeded",
    ChangeKind.STILL_SUCCEEDING: "succeeded",
    ChangeKind.ABORTED: "aborted",
}


class Before(View, frozen=True, kw_only=True):
    """The build that a row is compared with."""

    id: int
    status: BuildStatus
    label: str


class ChangeRow(View, frozen=True, kw_only=True):
    """A row of a list; for a removed job `id` and the rest are those of its last build."""

    id: int
    job: str
    job_href: str
    status: BuildStatus
    label: str
    finished: int | None
    package: str
    system: str
    before: Before | None


class ChangeList(View, frozen=True, kw_only=True):
    """One of the eight lists; `folded` are the rows beyond the first some hundred.

    `before` says whether the rows are worth comparing with the builds they had before.
    """

    slug: str
    title: str
    look: str
    count: int
    before: bool
    rows: tuple[ChangeRow, ...]
    folded: tuple[ChangeRow, ...]


class SystemRow(View, frozen=True, kw_only=True):
    """The lists' counts for one system, in the order of the lists."""

    system: str
    counts: tuple[int, ...]


def summary(changes: Changes) -> str:
    """Say in one line how long the lists are."""
    counts = [(changes.count(kind), kind.title.lower()) for kind in ChangeKind]
    return ", ".join(f"{count:,} {title}" for count, title in counts if count) or "no builds"


def change_lists(site: Site, changes: Changes) -> tuple[ChangeList, ...]:
    """Describe the eight lists in their order."""
    return tuple(_list(site, changes, kind) for kind in ChangeKind)


def _list(site: Site, changes: Changes, kind: ChangeKind) -> ChangeList:
    rows = (change_row(site, change) for change in changes[kind])
    return ChangeList(
        slug=kind.slug,
        title=kind.title,
        look=_LOOKS.get(kind, ""),
        count=changes.count(kind),
        before=kind not in _PLAIN,
        rows=tuple(islice(rows, SHOWN)),
        folded=tuple(rows),
    )


def change_row(site: Site, change: Change) -> ChangeRow:
    """Describe a change; a removed job shows the build it had."""
    build = change.build or change.before
    assert build is not None, "a change has a build on one side"  # noqa: S101 - narrows the type
    before = change.before if change.build else None
    status = build.status
    return ChangeRow(
        id=build.id,
        job=change.job,
        job_href=site.links.job(build.job_key),
        status=status,
        label=status.label_for(build.buildstatus),
        finished=build.stoptime if build.finished else None,
        package=build.releasename or build.nixname,
        system=change.system,
        before=None if before is None else _before(before),
    )


def _before(build: Build) -> Before:
    status = build.status
    return Before(id=build.id, status=status, label=status.label_for(build.buildstatus))


def system_rows(changes: Changes) -> tuple[SystemRow, ...]:
    """Count the lists for each system."""
    return tuple(
        SystemRow(system=system, counts=tuple(counts[kind] for kind in ChangeKind))
        for system, counts in changes.by_system().items()
    )
