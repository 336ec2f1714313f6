"""The page of an evaluation: what broke, what was mended, and what went in."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from hydrasnap.model import Build, BuildStatus, Evaluation, EvaluationInput
from hydrasnap.pages.badges import badge_files, tally_badge
from hydrasnap.pages.data import data_file, data_link, evaluation_data, jobs_data
from hydrasnap.pages.frame import Alternate, Frame, Link
from hydrasnap.pages.page import File, Page
from hydrasnap.pages.rows import BuildRow, Figures, build_rows, figures
from hydrasnap.pages.site import Site
from hydrasnap.pages.view import View
from hydrasnap.report.changes import Change, ChangeKind, Changes, compare
from hydrasnap.report.inputs import InputChange, changed_inputs, inputs_of, revision_url
from hydrasnap.report.tally import tally_of

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


class InputRow(View, frozen=True, kw_only=True):
    """An input as it was used; `href` shows its revision, `build` the build it came from."""

    name: str
    type: str
    value: str
    revision: str
    href: str | None
    build: Link | None


class InputDifference(View, frozen=True, kw_only=True):
    """An input that differs from the baseline's; `href` shows what lies between."""

    name: str
    kind: str
    before: str
    after: str
    href: str | None


class SystemRow(View, frozen=True, kw_only=True):
    """The lists' counts for one system, in the order of the lists."""

    system: str
    counts: tuple[int, ...]


class EvaluationPage(Frame, frozen=True, kw_only=True):
    """An evaluation; `unknown` builds are not in the snapshot, so its lists are incomplete."""

    id: int
    jobset: Link
    timestamp: int | None
    checkouttime: int
    evaltime: int
    flake: str
    figures: Figures
    unknown: int
    baseline: Link | None
    baseline_unknown: int
    next: Link | None
    gone: bool
    lists: tuple[ChangeList, ...]
    undecided: tuple[BuildRow, ...]
    systems: tuple[SystemRow, ...]
    inputs: tuple[InputRow, ...]
    differences: tuple[InputDifference, ...]


def evaluation_pages(site: Site, evaluation: Evaluation) -> Iterator[Page | File]:
    """Give the page, data and badge of an evaluation of which it is known what came before."""
    changes = compare(site.index, evaluation)
    paths = partial(site.links.evaluation, evaluation.id)
    yield Page(paths(), "eval.html", evaluation_page(site, changes))
    yield data_file(paths(".json"), evaluation_data(site, changes))
    yield data_file(paths("/jobs.json"), jobs_data(site, evaluation))
    badge = tally_badge(tally_of(site.index, evaluation))
    yield from badge_files(badge, paths("/shield.json"), paths(".svg"))


def evaluation_page(site: Site, changes: Changes) -> EvaluationPage:
    """Describe an evaluation against the one before it."""
    evaluation = changes.evaluation
    key = evaluation.jobset_key
    return EvaluationPage(
        title=f"Evaluation {evaluation.id} of {key}",
        description=f"Evaluation {evaluation.id} of {key}: {_summary(changes)}.",
        shows=f"This page shows evaluation {evaluation.id} of {key} and what it changed.",
        crumbs=site.trail(*key),
        live=site.live("eval", str(evaluation.id)),
        alternates=_alternates(site, evaluation),
        id=evaluation.id,
        jobset=Link(label=str(key), href=site.links.jobset(key)),
        timestamp=evaluation.timestamp or None,
        checkouttime=evaluation.checkouttime,
        evaltime=evaluation.evaltime,
        flake=evaluation.flake,
        figures=figures(tally_of(site.index, evaluation)),
        unknown=changes.unknown,
        baseline=site.evaluation_link(changes.baseline),
        baseline_unknown=changes.baseline_unknown,
        next=site.evaluation_link(site.index.next(evaluation)),
        gone=evaluation.gone,
        lists=tuple(_list(site, changes, kind) for kind in ChangeKind),
        undecided=build_rows(site, changes.undecided),
        systems=_systems(changes),
        inputs=tuple(_input(site, found) for found in inputs_of(evaluation)),
        differences=tuple(map(difference, changed_inputs(changes.baseline, evaluation))),
    )


def _alternates(site: Site, evaluation: Evaluation) -> tuple[Alternate, ...]:
    number = evaluation.id
    return (
        data_link(site.links.evaluation(number, ".json"), f"Evaluation {number}: its lists"),
        data_link(
            site.links.evaluation(number, "/jobs.json"),
            f"Evaluation {number}: every job",
            "JSON of all jobs",
        ),
    )


def _summary(changes: Changes) -> str:
    counts = [(changes.count(kind), kind.title.lower()) for kind in ChangeKind]
    return ", ".join(f"{count:,} {title}" for count, title in counts if count) or "no builds"


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


def _systems(changes: Changes) -> tuple[SystemRow, ...]:
    return tuple(
        SystemRow(system=system, counts=tuple(counts[kind] for kind in ChangeKind))
        for system, counts in changes.by_system().items()
    )


def _input(site: Site, found: EvaluationInput) -> InputRow:
    build = None
    if found.dependency is not None:
        href = site.links.build(found.dependency)
        known = found.dependency in site.snapshot.builds
        build = Link(label=f"build {found.dependency}", href=href if known else "")
    return InputRow(
        name=found.name,
        type=found.type,
        value=found.uri or found.value,
        revision=found.revision,
        href=revision_url(found),
        build=build,
    )


def difference(change: InputChange) -> InputDifference:
    """Describe how an input changed."""
    return InputDifference(
        name=change.name,
        kind=change.kind.value,
        before=_words(change.before, change.after),
        after=_words(change.after, change.before),
        href=change.compare_url,
    )


def _words(found: EvaluationInput | None, other: EvaluationInput | None) -> str:
    """Say what tells one state of an input from the other."""
    if found is None:
        return ""
    if found.dependency is not None:
        return f"build {found.dependency}"
    words = [found.type] if other is None or other.type != found.type else []
    if other is None or other.uri != found.uri:
        words.append(found.uri)
    state = found.revision or found.value
    if state not in found.uri:
        words.append(state)
    return " ".join(filter(None, words)) or state
