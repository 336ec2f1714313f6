"""Which builds and jobs get a page of their own, within a budget of bytes and files.

Pages go to what people look for: builds are ranked, and get pages in this order until the budget
ends. Whatever has no page is in the shards of the search, which opens any build and job.

Nothing here remembers the last site: the same snapshot gives the same pages, rendered in full or
anew in part. What is decided is cut at a place in an order, not by a condition on the whole, so one
build more or less moves the place by a build or two, and the lists of one evaluation.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from hydrasnap.formatting import number, size
from hydrasnap.model import Build, Evaluation, JobKey, JobsetKey, Watch
from hydrasnap.report.changes import summary_of
from hydrasnap.report.index import Index
from hydrasnap.report.tally import tally_of

# What files take in bytes, measured on sites of both kinds of Hydra and rounded up: the page of a
# build; the page, data, badge and feed of a job; a build in the lists, pages and data of an
# evaluation; a build in the shards of search and filters; and what every jobset and evaluation has.
BUILD_BYTES, JOB_BYTES = 6_500, 16_000
ROW_BYTES, LISTED_ROW_BYTES, SHARD_BYTES = 600, 250, 150
JOBSET_BYTES, EVALUATION_BYTES = 400_000, 60_000
JOB_FILES, JOBSET_FILES, EVALUATION_FILES = 4, 21, 15
# The page, feed, data and both badges of a maintainer; all of them may take a part of the budget.
MAINTAINER_BYTES, MAINTAINER_FILES, MAINTAINERS_PART = 30_000, 5, 0.25
ROWS_A_FILE, BUILDS_A_FILE = 2_000, 80
LONG_LISTS_PART = 0.25  # of what is left for pages; more where builds and jobs need less


class Rank(IntEnum):
    """How likely people are to look for a build; the lowest rank gets a page first."""

    NEWLY_FAILING = 0
    WATCHED = 1
    AGGREGATE = 2
    FAILING = 3
    CHANGED = 4
    QUIET = 5


Place = tuple[Rank, int]
"""The rank of a build, and how many evaluations of its jobset are newer than its newest."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How big a site may become: bytes, and number of files."""

    bytes: int
    files: int

    def share(self, part: float) -> "Budget":
        """Return a part (0 to 1) of the budget."""
        return Budget(int(self.bytes * part), int(self.files * part))

    def __add__(self, other: "Budget") -> "Budget":
        return Budget(self.bytes + other.bytes, self.files + other.files)

    def larger(self, other: "Budget") -> "Budget":
        """Return the larger of both in bytes and in files."""
        return Budget(max(self.bytes, other.bytes), max(self.files, other.files))

    def __sub__(self, other: "Budget") -> "Budget":
        return Budget(self.bytes - other.bytes, self.files - other.files)

    @property
    def exceeded(self) -> bool:
        """Return whether more was taken from the budget than it had."""
        return self.bytes < 0 or self.files < 0


@dataclass(frozen=True)
class Policy:
    """The builds and jobs that get a page (None: all); `why` says in words why some get none.

    Lists of the evaluations in `long_lists` (None: of all) go on for as many pages as they need; of
    others, only those of failing jobs do. The filter reads all rows from files.
    `maintainers` is how many of them get a page, those first of whose jobs most fail; None for all.
    """

    builds: frozenset[int] | None = None
    jobs: frozenset[JobKey] | None = None
    why: str = ""
    long_lists: frozenset[int] | None = None
    maintainers: int | None = None

    def has_build_page(self, build: Build) -> bool:
        """Return whether a build has a page of its own, or is only in the search's shards."""
        return self.builds is None or build.id in self.builds

    def has_job_page(self, key: JobKey) -> bool:
        """Return whether a job has a page of its own, or is only in the search's shards."""
        return self.jobs is None or key in self.jobs

    def has_long_lists(self, evaluation: Evaluation) -> bool:
        """Return whether all lists of an evaluation go on for as many pages as they need."""
        return self.long_lists is None or evaluation.id in self.long_lists


EVERYTHING = Policy()


def decide(
    index: Index,
    wish: str,
    budget: Budget,
    watches: Iterable[Watch] = (),
    part: float = 1.0,
    maintainers: int = 0,
) -> Policy:
    """Apply ``all`` or ``notable``, or with ``auto`` hand out pages while the budget lasts.

    `maintainers` get pages before builds and jobs do, for a part of the budget. `part` (0 to 1) of
    what the budget leaves for pages is used: less than all of it where files turned out larger than
    they were estimated.
    """
    if wish == "all":
        return EVERYTHING
    ranked = _ranked(index, tuple(watches))
    if wish == "notable":
        wanted = (build for rank, build in ranked if rank < Rank.QUIET)
        return _policy(wanted, "the settings ask for that")
    people = min(maintainers, _affordable_maintainers(budget.share(part)))
    rest = budget - _of_maintainers(people) - _without_own_pages(index)
    left, own = rest.share(part), _all_own_pages(index)
    if (
        part == 1.0
        and not (
            rest - own - _all_long_lists(index) - _of_maintainers(maintainers - people)
        ).exceeded
    ):
        return EVERYTHING
    lists, cost = _affordable_lists(index, left.share(LONG_LISTS_PART).larger(left - own))
    chosen = _affordable(ranked, left - cost)
    why = (
        f"pages for all builds and jobs would not fit into {size(budget.bytes)} and "
        f"{number(budget.files)} files"
    )
    found = replace(_policy(chosen, why), long_lists=lists)
    return found if people == maintainers else replace(found, maintainers=people)


def _of_maintainers(people: int) -> Budget:
    return Budget(people * MAINTAINER_BYTES, people * MAINTAINER_FILES)


def _affordable_lists(index: Index, budget: Budget) -> tuple[frozenset[int], Budget]:
    """Return the evaluations whose long lists the budget can take, newest first, and their cost."""
    found, cost = set(), Budget(0, 0)
    for _, evaluation in sorted(_by_age(index), key=lambda one: (one[0], -one[1].id)):
        more = cost + _long_lists(evaluation)
        if (budget - more).exceeded:
            break
        found.add(evaluation.id)
        cost = more
    return frozenset(found), cost


def _all_long_lists(index: Index) -> Budget:
    return sum(map(_long_lists, _shown(index)), Budget(0, 0))


def _long_lists(evaluation: Evaluation) -> Budget:
    """Estimate what the pages of the rows of an evaluation take that its own page has not."""
    rows = len(evaluation.builds)
    return Budget(rows * (ROW_BYTES - LISTED_ROW_BYTES), rows // ROWS_A_FILE)


def _affordable_maintainers(budget: Budget) -> int:
    """Return how many maintainers the budget has pages for."""
    share = budget.share(MAINTAINERS_PART)
    return min(share.bytes // MAINTAINER_BYTES, share.files // MAINTAINER_FILES)


def _policy(chosen: Iterable[Build], why: str) -> Policy:
    jobs = {build.id: build.job_key for build in chosen}
    return Policy(frozenset(jobs), frozenset(jobs.values()), why)


def _without_own_pages(index: Index) -> Budget:
    """Estimate what a site takes before any build, job or further page of a list has a page."""
    shown = _shown(index)
    rows = sum(len(evaluation.builds) for evaluation in shown)
    failing = sum(tally_of(index, evaluation).unsuccessful for evaluation in shown)
    builds, jobsets = len(index.snapshot.builds), len(index.snapshot.jobsets)
    return Budget(
        rows * LISTED_ROW_BYTES
        + failing * ROW_BYTES
        + builds * SHARD_BYTES
        + jobsets * JOBSET_BYTES
        + len(shown) * EVALUATION_BYTES,
        failing // ROWS_A_FILE
        + builds // BUILDS_A_FILE
        + jobsets * JOBSET_FILES
        + len(shown) * EVALUATION_FILES,
    )


def _all_own_pages(index: Index) -> Budget:
    """Estimate what the pages of all builds and jobs take."""
    builds = len(index.builds)
    jobs = sum(map(index.builds.count_jobs, index.builds.jobsets()))
    return Budget(builds * BUILD_BYTES + jobs * JOB_BYTES, builds + jobs * JOB_FILES)


def _affordable(ranked: Iterable[tuple[Rank, Build]], budget: Budget) -> Iterator[Build]:
    """Yield the builds whose pages, with those of their jobs, the budget can take."""
    jobs: set[JobKey] = set()
    size_left, files_left = budget.bytes, budget.files
    for _, build in ranked:
        is_new_job = build.job_key not in jobs
        size_left -= BUILD_BYTES + is_new_job * JOB_BYTES
        files_left -= 1 + is_new_job * JOB_FILES
        if size_left < 0 or files_left < 0:
            return
        jobs.add(build.job_key)
        yield build


def _ranked(index: Index, watches: tuple[Watch, ...]) -> Iterator[tuple[Rank, Build]]:
    """Yield every build once, the most looked for first: by rank, then by age of its evaluation."""
    best: dict[int, Place] = {}
    for key in index.snapshot.jobsets:
        for build, place in _places(index, key, watches).items():
            best[build] = min(place, best.get(build, place))
    builds = index.snapshot.builds
    for looked_for in sorted(best, key=lambda known: (*best[known], -known)):
        yield best[looked_for][0], builds[looked_for]
    for quiet in sorted(builds.keys() - best.keys(), reverse=True):
        yield Rank.QUIET, builds[quiet]


def _by_age(index: Index) -> Iterator[tuple[int, Evaluation]]:
    """Yield the evaluations that have a page, each with how many of its jobset are newer."""
    for key in index.snapshot.jobsets:
        yield from enumerate(index.shown_evaluations(key))


def _places(index: Index, key: JobsetKey, watches: tuple[Watch, ...]) -> dict[int, Place]:
    """Return the best places of the builds in a jobset's evaluations, but for quiet successes."""
    watching = [watch for watch in watches if watch.has_jobset(key)]

    def answer() -> dict[int, Place]:
        best: dict[int, Place] = {}
        for age, evaluation in enumerate(index.shown_evaluations(key)):
            for rank, build in _ranks(index, evaluation, watching):
                best[build.id] = min((rank, age), best.get(build.id, (rank, age)))
        return best

    return index.remembered(key, "ranks", dict[int, Place], answer, also=watching)


def _ranks(
    index: Index, evaluation: Evaluation, watching: Iterable[Watch]
) -> Iterator[tuple[Rank, Build]]:
    """Rank the builds of an evaluation that are more than quiet successes."""
    summary = summary_of(index, evaluation)
    broken = {change.build.id for change in summary.broken if change.build is not None}
    fixed = {change.build.id for change in summary.fixed if change.build is not None}
    for build in index.builds_of(evaluation):
        rank = Rank.NEWLY_FAILING if build.id in broken else _rank(build, watching)
        if rank is Rank.QUIET and build.id in fixed:
            rank = Rank.CHANGED
        if rank is not Rank.QUIET:
            yield rank, build


def _rank(build: Build, watching: Iterable[Watch]) -> Rank:
    """Rank a build by its state and by who looks for it."""
    if any(watch.has(build.job, build.system) for watch in watching):
        return Rank.WATCHED
    if build.constituents is not None:
        return Rank.AGGREGATE
    if not build.status.succeeded:
        return Rank.FAILING
    return Rank.QUIET


def _shown(index: Index) -> list[Evaluation]:
    return [found for _, found in _by_age(index)]
