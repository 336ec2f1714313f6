"""The lists of what changed between two evaluations, and the further pages of long ones."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from msgspec import structs

from hydrasnap.publish.pages.common.change_rows import ChangeRow, change_row
from hydrasnap.publish.pages.common.inputs import InputDifference, differences
from hydrasnap.publish.pages.common.page import Link, Page, PageContext, View
from hydrasnap.publish.pages.common.page_costs import QUIET_LISTS
from hydrasnap.publish.pages.common.rows import BuildRow, build_rows
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.changes import Change, ChangeKind, Changes

_ALL = tuple(ChangeKind)
_PLAIN = {ChangeKind.NEW, ChangeKind.REMOVED, ChangeKind.STILL_SUCCEEDING}
LOOKS = {
    ChangeKind.NEWLY_FAILING: "failed",
    ChangeKind.STILL_FAILING: "failed",
    ChangeKind.NEWLY_SUCCEEDING: "succeeded",
    ChangeKind.STILL_SUCCEEDING: "succeeded",
    ChangeKind.ABORTED: "aborted",
}


class ListPart(Link, frozen=True, kw_only=True):
    """A page of a long list; `label` is its number."""

    span: str  # its first and last job


class ChangeList(View, frozen=True, kw_only=True):
    """One of the eight lists; `folded` are the rows that are hidden at first.

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
    rows: tuple[ChangeRow, ...] = ()
    folded: tuple[ChangeRow, ...] = ()
    more: tuple[ListPart, ...] = ()
    rest: str = ""


class SystemRow(View, frozen=True, kw_only=True):
    """The lists' counts for one system, in the order of the lists."""

    system: str
    counts: tuple[int, ...]


class ChangesView(View, frozen=True, kw_only=True):
    """What changed from one evaluation, the baseline, to another."""

    jobs: str  # the file with all jobs of the evaluation, which filters read
    against: str  # the same file of the baseline; empty if that is the evaluation before
    unknown: int  # builds that are not in the snapshot, so that the lists are incomplete
    baseline_unknown: int  # builds of the baseline that are not in the snapshot
    nothing_changed: bool
    lists: tuple[ChangeList, ...]
    undecided: tuple[BuildRow, ...]  # finished builds of which it is not known whether they are new
    undecided_total: int
    systems: tuple[SystemRow, ...]
    differences: tuple[InputDifference, ...]  # of the inputs


def summary(changes: Changes) -> str:
    """Return the lengths of the lists in one line."""
    counts = [(changes.count(kind), kind.title.lower()) for kind in ChangeKind]
    return ", ".join(f"{count:,} {title}" for count, title in counts if count) or "no builds"


class ChangesPage(PageContext, frozen=True, kw_only=True):
    """The base of the pages that show what changed."""

    changes: ChangesView


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


def changes_view(
    site: Site,
    changes: Changes,
    path: str,
    listed: Collection[ChangeKind] = _ALL,
    against: str = "",
) -> ChangesView:
    """Describe changes for the page at `path`; lists that are not `listed` are only counted."""
    return ChangesView(
        jobs=site.links.states(changes.evaluation.id),
        against=against,
        unknown=changes.unknown,
        baseline_unknown=changes.baseline_unknown,
        nothing_changed=changes.nothing_changed,
        lists=tuple(
            _list(site, changes, kind, path) if kind in listed else _counted(changes, kind)
            for kind in ChangeKind
        ),
        undecided=build_rows(site, changes.undecided[: site.limits.undecided]),
        undecided_total=len(changes.undecided),
        systems=tuple(
            SystemRow(system=system, counts=tuple(counts[kind] for kind in ChangeKind))
            for system, counts in changes.by_system().items()
        ),
        differences=differences(site, changes.baseline, changes.evaluation),
    )


def list_pages(
    site: Site,
    changes: Changes,
    path: str,
    first: ChangesPage,
    listed: Collection[ChangeKind] = _ALL,
) -> Iterator[Page]:
    """Yield the further pages of the long lists of the page at `path`, with context `first`."""
    key = changes.evaluation.jobset_key
    for kind in listed:
        parts = list(_further(site, changes, kind, path))
        links = [link for link, _ in parts]
        for link, rows in parts:
            context = ListPage(
                title=f"{kind.title}, page {link.label} · {first.title}",
                description=f"{kind.title}, page {link.label} of {len(links) + 1}: {first.title}.",
                shows=first.shows,
                crumbs=(*first.crumbs, Link(label=first.title, href=path)),
                live=first.live,
                of=Link(label=first.title, href=f"{path}#{kind.slug}"),
                slug=kind.slug,
                heading=kind.title,
                count=changes.count(kind),
                before=kind not in _PLAIN,
                rows=tuple(change_row(site, change, key) for change in rows),
                pages=(_first_part(site, changes, kind, path), *links),
                here=link.label,
                jobs=first.changes.jobs,
                against=first.changes.against,
            )
            yield Page(link.href, "change-list.html", context)


def _first_part(site: Site, changes: Changes, kind: ChangeKind, path: str) -> ListPart:
    rows = changes[kind][: _rows_shown(site, kind)]
    return ListPart(label="1", href=f"{path}#{kind.slug}", span=_span(rows))


def _span(rows: Sequence[Change]) -> str:
    first, last = rows[0].job, rows[-1].job
    return first if first == last else f"{first} to {last}"


def _further(
    site: Site, changes: Changes, kind: ChangeKind, path: str
) -> Iterator[tuple[ListPart, Sequence[Change]]]:
    """Yield the further pages of a long list, if the site has room for them, and their rows."""
    most, evaluation = site.limits.rows_of_further_page, changes.evaluation
    is_cut = not site.policy.has_long_lists(evaluation)
    is_with_previous = changes.baseline is site.index.previous(evaluation)  # as its own page is
    may_cut = kind in QUIET_LISTS or not is_with_previous
    if (is_cut and may_cut) or not _is_long(site, changes, kind):
        return
    starts = range(_rows_shown(site, kind), changes.count(kind), most)
    for number, start in enumerate(starts, start=2):
        href = f"{path.removesuffix('.html')}/{kind.slug}-{number}.html"
        rows = changes[kind][start : start + most]
        yield ListPart(label=str(number), href=href, span=_span(rows)), rows


def _is_long(site: Site, changes: Changes, kind: ChangeKind) -> bool:
    """Return whether a list is too long to stand on the page with all its rows."""
    limits, every = site.limits, sum(map(changes.count, ChangeKind))
    return every > limits.rows_of_page and changes.count(kind) > limits.rows_of_list


def _rows_shown(site: Site, kind: ChangeKind) -> int:
    limits, steady = site.limits, kind is ChangeKind.STILL_SUCCEEDING
    return limits.steady_rows_shown if steady else limits.rows_shown


def _list(site: Site, changes: Changes, kind: ChangeKind, path: str) -> ChangeList:
    more = tuple(link for link, _ in _further(site, changes, kind, path))
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
    )
