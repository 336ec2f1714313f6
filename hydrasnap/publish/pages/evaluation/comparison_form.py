"""The page that compares any two evaluations, and what it reads of each: a script.

The script has the state of every job as a table of builds: rows stand in the order of the lists, by
job, system and number; the note of a row is the list of the evaluation's own page that it is on.
Behind them stand the jobs that this evaluation lost.

Each failure is four numbers: its distance in rows from the failure before it; how much lower the
number of its first failed build is; when that build stopped, in minutes from the evaluation (both
null where no such build is known); and the index into `ways`, the distinct kinds of failure.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from hydrasnap.model import Build, BuildStatus, Evaluation, EvaluationInput
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.failure_cause import own_log
from hydrasnap.publish.pages.common.page import File, Link, Page, PageContext
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.builds_table import BuildTable
from hydrasnap.publish.pages.search.shards import Numbers, shard
from hydrasnap.report.changes import ChangeKind, Changes, decided_build, has_gaps_before
from hydrasnap.report.history import run_until
from hydrasnap.report.inputs import compare_pattern, inputs_of
from hydrasnap.report.root_causes import Culprit, culprits

_LISTS = {kind: place for place, kind in enumerate(ChangeKind)}
_UNDECIDED = len(_LISTS)
_ITSELF, _UNREAD, _FORGOTTEN, _NO_LOG = range(4)  # what is known of a failure without a culprit


class VersusPage(PageContext, frozen=True, kw_only=True):
    """The form for two evaluations; `hubs` lead to the comparisons that need no script."""

    hubs: tuple[Link, ...]


def versus_page(site: Site, hubs: tuple[Link, ...]) -> Page:
    """Return the page that compares any two evaluations."""
    context = VersusPage(
        title="Compare evaluations",
        description=f"Compare any two evaluations of {site.host} that the snapshot knows.",
        shows="This page compares evaluations of the snapshot; nothing is sent to any server.",
        hubs=hubs,
    )
    return Page(Links.COMPARE, "versus.html", context)


def states_file(site: Site, evaluation: Evaluation, changes: Changes | None = None) -> File:
    """Return the file with the state of every job of an evaluation; `changes` are on its page."""
    key, builds, table = evaluation.jobset_key, site.index.builds_of(evaluation), BuildTable(site)
    lost = changes[ChangeKind.REMOVED] if changes else ()
    removed = [change.before for change in lost if change.before]
    lists = _lists(changes, removed) if changes else {}
    rows = [(build, lists.get(build.id, _UNDECIDED)) for build in (*builds, *removed)]
    earlier = {row: _earlier(site, evaluation, table, build) for row, build in enumerate(builds)}
    value = {
        "id": evaluation.id,
        "jobset": key,
        "pages": [site.links.jobset(key), site.evaluation_href(evaluation)],
        "timestamp": evaluation.timestamp,
        "unknown": site.index.unknown(evaluation),
        "gaps": int(has_gaps_before(site.index, evaluation)),
        "removed": len(removed),
        "earlier": {row: state for row, state in earlier.items() if state},
        **_Failures(site, evaluation).value(builds),
        "inputs": list(map(_input, inputs_of(evaluation))),
        **table.columns(rows),
    }
    return shard(f"../{site.links.states(evaluation.id)}", value)


class _Failures:
    """Numbers ways of failing and the derivations at fault, and writes them."""

    def __init__(self, site: Site, evaluation: Evaluation) -> None:
        self._site = site
        self._minute = evaluation.timestamp // 60
        self._culprits: Numbers[tuple[str, str, str]] = Numbers()
        self._ways: Numbers[tuple[int, int, int, tuple[int, ...]]] = Numbers()

    def value(self, builds: Sequence[Build]) -> dict[str, object]:
        """Return the failures among builds, by their rows."""
        rows = [n for n, b in enumerate(builds) if b.status.unsuccessful]
        steps = (row - before for before, row in zip([0, *rows], rows, strict=False))
        failures = zip(steps, map(self._failure, (builds[row] for row in rows)), strict=True)
        return {
            "failures": list(chain.from_iterable((step, *failure) for step, failure in failures)),
            "ways": tuple(self._ways.known),
            "culprits": tuple(self._culprits.known),
            "hydra": self._site.origin,
        }

    def _failure(self, build: Build) -> tuple[int | None, int | None, int]:
        run = run_until(self._site.index, build)
        since = run.since
        paged = int(since is not None and self._site.policy.has_build_page(since))
        found = tuple(self._culprit(one) for one in culprits(self._site.index, build))
        exact = int(run.last_good is not None)
        way = self._ways((exact, paged, self._known(build), found))
        if since is None:
            return None, None, way
        minutes = since.stoptime // 60 - self._minute if since.stoptime else None
        return build.id - since.id, minutes, way

    def _culprit(self, found: Culprit) -> int:
        page = self._site.links.job(found.job) if found.job else ""
        return self._culprits((found.name, page, found.log))

    def _known(self, build: Build) -> int:
        if build.status is BuildStatus.DEPENDENCY_FAILED:
            read = self._site.snapshot.reasons_of(build) is not None
            return _FORGOTTEN if read else _UNREAD
        return _ITSELF if own_log(self._site, build) else _NO_LOG


def _lists(changes: Changes, removed: Iterable[Build]) -> dict[int, int]:
    """Return the place of the list that each build is on, by the build's id."""
    found = {
        change.build.id: place
        for kind, place in _LISTS.items()
        for change in changes[kind]
        if change.build
    }
    found |= dict.fromkeys((build.id for build in changes.undecided), _UNDECIDED)
    return found | dict.fromkeys((build.id for build in removed), _LISTS[ChangeKind.REMOVED])


def _earlier(
    site: Site, evaluation: Evaluation, table: BuildTable, build: Build
) -> tuple[int, int, int] | None:
    """Return the last result of the job if the build itself says nothing about the package."""
    if build.status.decided:
        return None
    other = decided_build(site.index, build, evaluation)
    if other is None:
        return None
    return other.id, table.status(other), int(site.policy.has_build_page(other))


def _input(found: EvaluationInput) -> tuple[object, ...]:
    return (
        *(found.name, found.type, found.uri, found.revision, found.value, found.dependency),
        compare_pattern(found),
    )
