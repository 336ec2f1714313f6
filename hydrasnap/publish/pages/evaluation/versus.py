"""The page that compares any two evaluations, and what it reads of each: a script.

The script has the state of every job, small enough that a browser can load two of nixpkgs. Rows
stand in the order of the lists, by job, system and number, with the list of the evaluation's own
page that each is on. Behind them stand the jobs that this evaluation lost. `jobs.js` reads them,
for comparisons and for filters that look at more jobs than a page has.
"""

from collections.abc import Iterator, Sequence

from hydrasnap.model import Build, Evaluation, EvaluationInput, JobKey
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.frame import Link, PageContext
from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.shards import Numbers, after, shard
from hydrasnap.report.changes import ChangeKind, Changes, decided_build, has_gaps_before
from hydrasnap.report.inputs import compare_pattern, inputs_of

_PLAIN, _MOVED, _NONE = range(3)  # where a job's page is: where its name says, elsewhere, nowhere
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


def states_path(evaluation: int) -> str:
    """Return the way to the state of every job of an evaluation, without its ending."""
    return f"eval/{evaluation}/jobs"


def states_file(site: Site, evaluation: Evaluation, changes: Changes | None = None) -> File:
    """Return the file with the state of every job of an evaluation; `changes` are on its page."""
    name = f"../{states_path(evaluation.id)}"
    return shard(name, _States(site, evaluation, changes).value())


class _States:
    """Numbers what rows have in common, and writes them."""

    def __init__(self, site: Site, evaluation: Evaluation, changes: Changes | None) -> None:
        self._site = site
        self._changes = changes
        self._evaluation = evaluation
        self._key = evaluation.jobset_key
        self._folder = "/".join(("job", *map(site.links.name, self._key), ""))
        self._systems: Numbers[str] = Numbers()
        self._statuses: Numbers[tuple[str, str, str]] = Numbers()
        self._combos: Numbers[tuple[int, int, int, int, int]] = Numbers()
        self._files: dict[int, str] = {}

    def value(self) -> object:
        site, found = self._site, self._evaluation
        builds = site.index.builds_of(found)
        removed = self._removed()
        every = (*builds, *removed)
        lists = self._lists(removed)
        kinds = [self._kind(row, build, lists) for row, build in enumerate(every)]
        earlier = {row: self._earlier(build) for row, build in enumerate(builds)}
        return {
            "id": found.id,
            "jobset": self._key,
            "pages": [site.links.jobset(self._key), site.evaluation_href(found)],
            "folder": self._folder,
            "timestamp": found.timestamp,
            "unknown": site.index.unknown(found),
            "gaps": int(has_gaps_before(site.index, found)),
            "names": "|".join(_front_coded(every)),
            "ids": [number - before for before, number in _pairs(every)],
            "kinds": kinds,
            "removed": len(removed),
            "earlier": {row: state for row, state in earlier.items() if state},
            "files": self._files,
            "combos": tuple(self._combos.known),
            "systems": tuple(self._systems.known),
            "statuses": tuple(self._statuses.known),
            "inputs": list(map(_input, inputs_of(found))),
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

    def _kind(self, row: int, build: Build, lists: dict[int, int]) -> int:
        system, status = self._systems(build.system), self._status(build)
        paged, place = int(self._site.has_build_page(build)), self._place(row, build.job_key)
        return self._combos((system, status, paged, place, lists.get(build.id, _UNDECIDED)))

    def _place(self, row: int, job: JobKey) -> int:
        if not self._site.has_job_page(job):
            return _NONE
        page = self._site.links.job(job)
        if page == f"{self._folder}{job.name}.html":
            return _PLAIN
        self._files[row] = page
        return _MOVED

    def _status(self, build: Build) -> int:
        status = build.status
        label = status.label_for(build.buildstatus)
        return self._statuses((label, status.outcome.value, status.icon))

    def _earlier(self, build: Build) -> tuple[int, int, int] | None:
        """Return the last result of the job if the build itself says nothing about the package."""
        if build.status.decided:
            return None
        other = decided_build(self._site.index, build, self._evaluation)
        if other is None:
            return None
        return other.id, self._status(other), int(self._site.has_build_page(other))


def _front_coded(builds: Sequence[Build]) -> Iterator[str]:
    before = ""
    for build in builds:
        name = build.job.replace("~", "~0").replace("|", "~1")
        yield after(before, name)
        before = name


def _pairs(builds: Sequence[Build]) -> Iterator[tuple[int, int]]:
    before = 0
    for build in builds:
        yield before, build.id
        before = build.id


def _input(found: EvaluationInput) -> tuple[object, ...]:
    return (
        *(found.name, found.type, found.uri, found.revision, found.value, found.dependency),
        compare_pattern(found),
    )
