"""The rows and lists of what changed between two evaluations."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from msgspec import structs

from hydrasnap.model import Build, BuildStatus, Evaluation, JobsetKey
from hydrasnap.publish.pages.common.channels import Since, since_of
from hydrasnap.publish.pages.common.costs import QUIET_LISTS
from hydrasnap.publish.pages.common.failure_cause import FailureCause, failure_cause
from hydrasnap.publish.pages.common.frame import Link, PageContext
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.rows import figures
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.view import View
from hydrasnap.report.changes import Change, ChangeKind, Changes
from hydrasnap.report.channels import failing_since
from hydrasnap.report.tally import tally_of

_ALL = tuple(ChangeKind)
_PLAIN = {ChangeKind.NEW, ChangeKind.REMOVED, ChangeKind.STILL_SUCCEEDING}
LOOKS = {
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
    """A row of a list; for a removed job `id` and the rest are those of its last build.

    `time` is when it finished or, in the list of queued builds, when it was queued. `before` is the
    build that it is compared with; `since` is when a job that still fails began to.
    """

    id: int
    job: str
    job_href: str
    status: BuildStatus
    label: str
    time: int | None
    package: str
    system: str
    before: Before | None
    since: Since | None


class ListPart(Link, frozen=True, kw_only=True):
    """A page of a long list; `label` is its number."""

    span: str  # its first and last job


class ChangeList(View, frozen=True, kw_only=True):
    """One of the eight lists; `folded` are the rows beyond the first some hundred.

    Of a long list `folded` is empty, and the rows beyond the first are on the pages `more` or,
    where the site has no room for those, in the data file `rest`. A list without any rows is only
    counted.
    `before` says whether the rows are worth comparing with the builds they had before.
    """

    slug: str
    title: str
    look: str
    count: int
    before: bool
    rows: tuple[ChangeRow, ...]
    folded: tuple[ChangeRow, ...]
    more: tuple[ListPart, ...]
    rest: str


class SystemRow(View, frozen=True, kw_only=True):
    """The lists' counts for one system, in the order of the lists."""

    system: str
    counts: tuple[int, ...]


def summary(changes: Changes) -> str:
    """Return the lengths of the lists in one line."""
    counts = [(changes.count(kind), kind.title.lower()) for kind in ChangeKind]
    return ", ".join(f"{count:,} {title}" for count, title in counts if count) or "no builds"


class ListPage(PageContext, frozen=True, kw_only=True):
    """A page of the rows of a long list."""

    of: Link
    slug: str  # of the list
    heading: str
    count: int  # of all rows of the list
    before: bool
    rows: tuple[ChangeRow, ...]
    pages: tuple[ListPart, ...]  # all pages of the list
    here: str  # the label of this one
    jobs: str  # the file with all jobs of the evaluation, for the filter
    against: str  # that of the evaluation it is compared with, empty for the one before


def change_lists(
    site: Site, changes: Changes, path: str, listed: Collection[ChangeKind] = _ALL
) -> tuple[ChangeList, ...]:
    """Describe the eight lists of the page at `path` in their order; all but `listed` in number."""
    return tuple(
        _list(site, changes, kind, path) if kind in listed else _counted(changes, kind)
        for kind in ChangeKind
    )


def list_pages(
    site: Site,
    changes: Changes,
    path: str,
    frame: PageContext,
    listed: Collection[ChangeKind] = _ALL,
    against: str = "",
) -> Iterator[Page]:
    """Yield the further pages of the long lists of the page at `path`, with context `frame`."""
    most, key = site.limits.rows_of_further_page, changes.evaluation.jobset_key
    jobs = f"eval/{changes.evaluation.id}/jobs"
    for kind in listed:
        links = _more(site, changes, kind, path)
        for number, link in enumerate(links):
            start = _rows_shown(site, kind) + number * most
            rows = changes[kind][start : start + most]
            context = ListPage(
                title=f"{kind.title}, page {link.label} · {frame.title}",
                description=f"{kind.title}, page {link.label} of {len(links) + 1}: {frame.title}.",
                shows=frame.shows,
                crumbs=(*frame.crumbs, Link(label=frame.title, href=path)),
                live=frame.live,
                of=Link(label=frame.title, href=f"{path}#{kind.slug}"),
                slug=kind.slug,
                heading=kind.title,
                count=changes.count(kind),
                before=kind not in _PLAIN,
                rows=tuple(change_row(site, change, key) for change in rows),
                pages=(_first_part(site, changes, kind, path), *links),
                here=link.label,
                jobs=jobs,
                against=against,
            )
            yield Page(link.href, "change-list.html", context)


def _first_part(site: Site, changes: Changes, kind: ChangeKind, path: str) -> ListPart:
    rows = changes[kind][: _rows_shown(site, kind)]
    return ListPart(label="1", href=f"{path}#{kind.slug}", span=_span(rows))


def _span(rows: Sequence[Change]) -> str:
    first, last = rows[0].job, rows[-1].job
    return first if first == last else f"{first} to {last}"


def _more(site: Site, changes: Changes, kind: ChangeKind, path: str) -> tuple[ListPart, ...]:
    """Return links to the further pages of a long list, if the site has room for them."""
    limits = site.limits
    is_cut = not site.policy.has_long_lists(changes.evaluation)
    may_cut = kind in QUIET_LISTS or not _is_with_previous(site, changes)
    if (is_cut and may_cut) or not _is_long(site, changes, kind):
        return ()
    starts = range(_rows_shown(site, kind), changes.count(kind), limits.rows_of_further_page)
    stem = f"{path.removesuffix('.html')}/{kind.slug}"
    return tuple(
        ListPart(
            label=str(n), href=f"{stem}-{n}.html",
            span=_span(changes[kind][start : start + limits.rows_of_further_page]),
        )
        for n, start in enumerate(starts, start=2)
    )  # fmt: skip


def _is_with_previous(site: Site, changes: Changes) -> bool:
    """Return whether an evaluation is compared with the one before, as its own page does."""
    return changes.baseline is site.index.previous(changes.evaluation)


def _is_long(site: Site, changes: Changes, kind: ChangeKind) -> bool:
    """Return whether a list is too long to stand on the page with all its rows."""
    limits, every = site.limits, sum(map(changes.count, ChangeKind))
    return every > limits.rows_of_page and changes.count(kind) > limits.rows_of_list


def _rows_shown(site: Site, kind: ChangeKind) -> int:
    limits, steady = site.limits, kind is ChangeKind.STILL_SUCCEEDING
    return limits.steady_rows_shown if steady else limits.rows_shown


def _list(site: Site, changes: Changes, kind: ChangeKind, path: str) -> ChangeList:
    more = _more(site, changes, kind, path)
    shown = _rows_shown(site, kind)
    is_long = _is_long(site, changes, kind)
    every = changes[kind][: shown if is_long else None]
    key = changes.evaluation.jobset_key
    rows = (change_row(site, change, key) for change in every)
    first = tuple(islice(rows, shown))
    rest = "" if more or not is_long else "/jobs.json"
    data = rest and site.links.evaluation(changes.evaluation.id, rest)
    return structs.replace(
        _counted(changes, kind), rows=first, folded=tuple(rows), more=more, rest=data
    )


def _counted(changes: Changes, kind: ChangeKind) -> ChangeList:
    return ChangeList(
        slug=kind.slug,
        title=kind.title,
        look=LOOKS.get(kind, ""),
        count=changes.count(kind),
        before=kind not in _PLAIN,
        rows=(),
        folded=(),
        more=(),
        rest="",
    )


class BrokenRow(View, frozen=True, kw_only=True):
    """A job that an evaluation broke, and why."""

    jobset: Link
    evaluation: Link | None
    built: str  # how much of the evaluation has a result, such as "40 % built"; empty if all
    change: ChangeRow
    why: FailureCause


def broken_row(site: Site, evaluation: Evaluation, change: Change) -> BrokenRow:
    """Describe a job that an evaluation broke."""
    assert change.build is not None, "what newly fails has a build"  # noqa: S101 - narrows the type
    return BrokenRow(
        jobset=site.jobset_link(evaluation.jobset_key, full=True),
        evaluation=site.evaluation_link(evaluation),
        built=figures(tally_of(site.index, evaluation)).built,
        change=change_row(site, change),
        why=failure_cause(site, change.build),
    )


def change_row(site: Site, change: Change, key: JobsetKey | None = None) -> ChangeRow:
    """Describe a change; a removed job shows the build it had.

    With `key`, the jobset of the evaluation, a job that still fails has the time since when.
    """
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
        time=_time(change.kind, build),
        package=build.releasename or build.nixname,
        system=change.system,
        before=None if before is None else _before(before),
        since=_since(site, change, key),
    )


def _since(site: Site, change: Change, key: JobsetKey | None) -> Since | None:
    if key is None or change.build is None or change.kind is not ChangeKind.STILL_FAILING:
        return None
    return since_of(site, failing_since(site.index, change.build, key))


def _time(kind: ChangeKind, build: Build) -> int | None:
    if kind is ChangeKind.QUEUED:
        return build.timestamp or None
    return build.stoptime if build.finished else None


def _before(build: Build) -> Before:
    status = build.status
    return Before(id=build.id, status=status, label=status.label_for(build.buildstatus))


def system_rows(changes: Changes) -> tuple[SystemRow, ...]:
    """Count the lists for each system."""
    return tuple(
        SystemRow(system=system, counts=tuple(counts[kind] for kind in ChangeKind))
        for system, counts in changes.by_system().items()
    )
