"""The page that compares any two evaluations, and what it reads of each: a script.

The script has the state of every job as a table of builds: rows stand in the order of the lists, by
job, system and number; the note of a row is the list of the evaluation's own page that it is on.
Behind them stand the jobs that this evaluation lost.
"""

from collections.abc import Sequence

from hydrasnap.model import Build, Evaluation, EvaluationInput
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.page import File, Link, Page, PageContext
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.evaluation.failures import Failures
from hydrasnap.publish.pages.search.build_table import BuildTable
from hydrasnap.publish.pages.search.shards import shard
from hydrasnap.report.changes import ChangeKind, Changes, decided_build, has_gaps_before
from hydrasnap.report.inputs import compare_pattern, inputs_of

_LISTS = {kind: place for place, kind in enumerate(ChangeKind)}
_UNDECIDED = len(_LISTS)


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
    name = f"../{site.links.states(evaluation.id)}"
    return shard(name, _States(site, evaluation, changes).value())


class _States:
    """Writes the states of the jobs of an evaluation."""

    def __init__(self, site: Site, evaluation: Evaluation, changes: Changes | None) -> None:
        self._site = site
        self._changes = changes
        self._evaluation = evaluation
        self._table = BuildTable(site)

    def value(self) -> object:
        site, found = self._site, self._evaluation
        key, builds, removed = found.jobset_key, site.index.builds_of(found), self._removed()
        lists = self._lists(removed)
        rows = [(build, lists.get(build.id, _UNDECIDED)) for build in (*builds, *removed)]
        earlier = {row: self._earlier(build) for row, build in enumerate(builds)}
        return {
            "id": found.id,
            "jobset": key,
            "pages": [site.links.jobset(key), site.evaluation_href(found)],
            "timestamp": found.timestamp,
            "unknown": site.index.unknown(found),
            "gaps": int(has_gaps_before(site.index, found)),
            "removed": len(removed),
            "earlier": {row: state for row, state in earlier.items() if state},
            **Failures(site, found).value(builds),
            "inputs": list(map(_input, inputs_of(found))),
            **self._table.columns(rows),
        }

    def _removed(self) -> tuple[Build, ...]:
        rows = self._changes[ChangeKind.REMOVED] if self._changes else ()
        return tuple(change.before for change in rows if change.before)

    def _lists(self, removed: Sequence[Build]) -> dict[int, int]:
        """Return the place of the list that each build is on, by the build's id."""
        if self._changes is None:
            return {}
        found = {
            change.build.id: place
            for kind, place in _LISTS.items()
            for change in self._changes[kind]
            if change.build
        }
        found |= dict.fromkeys((build.id for build in self._changes.undecided), _UNDECIDED)
        return found | dict.fromkeys((build.id for build in removed), _LISTS[ChangeKind.REMOVED])

    def _earlier(self, build: Build) -> tuple[int, int, int] | None:
        """Return the last result of the job if the build itself says nothing about the package."""
        if build.status.decided:
            return None
        other = decided_build(self._site.index, build, self._evaluation)
        if other is None:
            return None
        return other.id, self._table.status(other), int(self._site.policy.has_build_page(other))


def _input(found: EvaluationInput) -> tuple[object, ...]:
    return (
        *(found.name, found.type, found.uri, found.revision, found.value, found.dependency),
        compare_pattern(found),
    )
