"""The rows and figures that several pages share: builds, evaluations, tallies."""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from hydrasnap.formatting import MINUS
from hydrasnap.model import Build, BuildStatus, Evaluation
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.inputs import InputChange, changed_inputs, inputs_of, revision_url
from hydrasnap.report.tally import Tally, more_successes, tally_of

_COLUMNS = ("succeeded", "failed", "aborted", "queued")
_SHORT, _LONGEST = 12, 60
_BAR, _NARROWEST = 1000, 12


class BuildRow(View, frozen=True, kw_only=True):
    """A build in a list; `package` is its release or Nix name."""

    id: int
    status: BuildStatus
    label: str
    job: str
    job_href: str
    jobset: str
    jobset_href: str
    system: str
    package: str
    queued: int
    finished: int | None
    duration: int | None
    priority: int
    gone: bool


def build_row(site: Site, build: Build) -> BuildRow:
    """Describe a build for a list."""
    status = build.status
    return BuildRow(
        id=build.id,
        status=status,
        label=build.label,
        job=build.job,
        job_href=site.links.job(build.job_key),
        jobset=str(build.jobset_key),
        jobset_href=site.links.jobset(build.jobset_key),
        system=build.system,
        package=build.releasename or build.nixname,
        queued=build.timestamp,
        finished=build.finished_at,
        duration=build.duration,
        priority=build.priority,
        gone=build.deleted_upstream,
    )


def build_rows(site: Site, builds: Iterable[Build]) -> tuple[BuildRow, ...]:
    """Describe builds in the order given."""
    return tuple(build_row(site, build) for build in builds)


class Part(View, frozen=True, kw_only=True):
    """How many builds had one outcome; `amount` is None where none of the builds is known."""

    outcome: str
    amount: int | None


class Segment(View, frozen=True, kw_only=True):
    """The piece of a bar for one outcome, in thousandths of the bar."""

    outcome: str
    x: int
    width: int


class Figures(View, frozen=True, kw_only=True):
    """Builds counted by outcome.

    `columns` has every outcome, also those without a build; `total` counts all builds, known or
    not; `words` says all figures that are not zero. Of `bar`, the part without a known outcome
    stays empty. `built` says how much has a result, as long as not all has, such as "40 % built".
    """

    columns: tuple[Part, ...]
    total: int
    words: str
    bar: tuple[Segment, ...]
    built: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The figures that are not zero."""
        return tuple(part for part in self.columns if part.amount)


def figures(tally: Tally, *, is_read: bool = True) -> Figures:
    """Arrange a tally for a table and a bar; nothing is said of what was not read."""
    if not is_read or 0 < tally.unknown == tally.total:
        unread = tuple(Part(outcome=name, amount=None) for name in _COLUMNS)
        return Figures(columns=unread, total=tally.total, words="not read yet", bar=())
    columns = tuple(Part(outcome=name, amount=getattr(tally, name)) for name in _COLUMNS)
    words = [f"{part.amount:,} {part.outcome}" for part in columns if part.amount]
    if tally.unknown:
        words.append(f"{tally.unknown:,} not in the snapshot")
    return Figures(
        columns=columns,
        total=tally.total,
        words=", ".join(words) or "no builds",
        bar=_bar(columns, tally.total),
        built=_built(tally),
    )


def _built(tally: Tally) -> str:
    """Return how much of an evaluation has a result, in words; empty if all of it has."""
    if not tally.queued or tally.unknown:
        return ""
    return f"{100 * (tally.total - tally.queued) // tally.total} % built"


def _bar(columns: Iterable[Part], total: int) -> tuple[Segment, ...]:
    """Divide a bar by outcome, so that every outcome that occurs can be seen."""
    parts = [(part.outcome, part.amount) for part in columns if part.amount]
    widths = [max(_NARROWEST, round(_BAR * amount / total)) for _, amount in parts]
    surplus = sum(widths) - _BAR
    if surplus > 0:
        widths[widths.index(max(widths))] -= surplus
    starts = accumulate(widths, initial=0)
    return tuple(
        Segment(outcome=outcome, x=x, width=width)
        for (outcome, _), x, width in zip(parts, starts, widths, strict=False)
    )


class Verdict(View, frozen=True, kw_only=True):
    """The result of an evaluation in one sign: its worst news, and the part that succeeded.

    `share` is that part in per cent, as far as it is known.
    """

    status: BuildStatus
    words: str
    share: str


def verdict(tally: Tally) -> Verdict | None:
    """Return the sign that Hydra's lists show: unfinished, all well, some failed, or all failed."""
    total = tally.total
    if not total or tally.unknown == total:
        return None
    status, words = BuildStatus.SUCCEEDED, "All succeeded"
    if tally.queued or tally.unknown:
        status, words = BuildStatus.QUEUED, "Not all have a known result"
    elif tally.failed:
        status, words = BuildStatus.FAILED, "Some failed" if tally.succeeded else "All failed"
    elif tally.aborted:
        status, words = BuildStatus.ABORTED, "Some aborted" if tally.succeeded else "All aborted"
    share = f"{'≥ ' if tally.unknown else ''}{100 * tally.succeeded // total} %"
    return Verdict(status=status, words=words, share=share)


class Revision(View, frozen=True, kw_only=True):
    """An input that changed, in few words; `href` shows the change or the new state."""

    name: str
    short: str
    href: str | None


class EvaluationRow(View, frozen=True, kw_only=True):
    """An evaluation in a list; `href` is empty where it has no page, `delta` where unknown."""

    id: int
    href: str
    jobset: Link
    timestamp: int | None
    changes: tuple[Revision, ...]
    figures: Figures
    delta: str
    notes: tuple[str, ...]


def evaluation_row(site: Site, evaluation: Evaluation) -> EvaluationRow:
    """Describe an evaluation for a list."""
    tally = tally_of(site.index, evaluation)
    return EvaluationRow(
        id=evaluation.id,
        href=site.evaluation_href(evaluation),
        jobset=site.jobset_link(evaluation.jobset_key, full=True),
        timestamp=evaluation.evaluated_at,
        changes=changed_revisions(site, evaluation),
        figures=figures(tally),
        delta=_delta(more_successes(site.index, evaluation) or 0, tally),
        notes=tuple(_notes(site, evaluation)),
    )


def evaluation_rows(site: Site, evaluations: Iterable[Evaluation]) -> tuple[EvaluationRow, ...]:
    """Describe evaluations in the order given."""
    return tuple(evaluation_row(site, evaluation) for evaluation in evaluations)


def changed_revisions(site: Site, evaluation: Evaluation) -> tuple[Revision, ...]:
    """Return the inputs of an evaluation that differ from those of the one before."""
    changes = changed_inputs(site.index.previous(evaluation), evaluation)
    return tuple(revision(change) for change in changes if change.after)


def changed_commits(site: Site, evaluation: Evaluation) -> tuple[Revision, ...]:
    """Return the inputs with a new revision, or if there is none all that changed."""
    changes = changed_inputs(site.index.previous(evaluation), evaluation)
    commits = [change for change in changes if change.after and change.after.revision]
    return tuple(map(revision, commits)) or changed_revisions(site, evaluation)


def evaluation_commits(site: Site, evaluation: Evaluation) -> tuple[Revision, ...]:
    """Return the inputs that changed, or if none did the revision of each."""
    return changed_commits(site, evaluation) or revisions(evaluation)


def revisions(evaluation: Evaluation) -> tuple[Revision, ...]:
    """Return the revision of each input of an evaluation."""
    return tuple(
        Revision(name=found.name, short=found.revision[:_SHORT], href=revision_url(found))
        for found in inputs_of(evaluation)
        if found.revision
    )


def revision(change: InputChange) -> Revision:
    """Return the state of an input in few words."""
    after = change.after
    if after is None:
        return Revision(name=change.name, short="removed", href=None)
    href = change.compare_url or revision_url(after)
    short = after.revision[:_SHORT] or after.value or after.uri
    if after.dependency is not None:
        short = f"build {after.dependency}"
    return Revision(name=change.name, short=short[:_LONGEST], href=href)


def _notes(site: Site, evaluation: Evaluation) -> Iterator[str]:
    unknown = site.index.unknown(evaluation)
    if unknown:
        yield "not read yet" if unknown == len(evaluation.builds) else "partly known"
    if evaluation.deleted_upstream:
        yield "gone"
    if evaluation.had_errors:
        yield "errors"


def _delta(more: int, tally: Tally) -> str:
    """Write how many more builds succeeded than before; no decrease while builds are queued."""
    if more > 0:
        return f"+{more:,}"
    return f"{MINUS}{-more:,}" if more < 0 and not tally.queued else ""
