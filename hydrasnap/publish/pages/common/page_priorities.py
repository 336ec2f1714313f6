"""Which builds and jobs get a page of their own, within a budget of bytes and files.

Pages go to what people look for. Each jobset has a share of the budget; its builds are ranked, and
get pages in this order until the share ends. Whatever has no page is in the shards of the search,
which opens any build and job.

Nothing here depends on the last site: a snapshot gives the same pages in a full render and in an
incremental one. Every limit is a place in an order, not a condition on the whole site, so that one
build more moves the limit by a build or two, or by the lists of one evaluation.
"""

import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import cached_property, partial
from itertools import chain

from msgspec import Struct, structs

from hydrasnap.model import Build, Evaluation, JobKey, JobsetKey, Watch
from hydrasnap.publish.pages.common.page_costs import (
    MAINTAINER,
    long_lists,
    maintainers_within,
    own_pages,
    page_of_build,
    whole_site,
    without_own_pages,
)
from hydrasnap.publish.pages.common.site_budget import Budget, shares, total
from hydrasnap.report.changes import summary_of
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized

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

_URGENT: Place = (Rank.NEWLY_FAILING, 1)  # only the newest evaluation has lower places


class Policy(Struct, frozen=True, dict=True):
    """The builds and jobs that get a page (None: all); `why` says in words why some get none.

    Lists of the evaluations in `long_lists` (None: of all) go on for as many pages as they need; of
    others, only those of failing jobs do. The filter reads all rows from files.
    `maintainers` is how many of them get a page (None: all), those with most failing jobs first.
    """

    builds: frozenset[int] | None = None
    jobs: frozenset[JobKey] | None = None
    why: str = ""
    long_lists: frozenset[int] | None = None
    maintainers: int | None = None

    def has_build_page(self, build: Build) -> bool:
        """Return whether a build has a page of its own, or is only in the search's shards."""
        return self.builds is None or build.id in self.builds

    def jobs_of(self, key: JobsetKey) -> frozenset[str] | None:
        """Return the names of the jobs of a jobset that get a page; None if all do."""
        return None if self.jobs is None else self._by_jobset.get(key, frozenset())

    @cached_property
    def _by_jobset(self) -> Mapping[JobsetKey, frozenset[str]]:
        found: defaultdict[JobsetKey, set[str]] = defaultdict(set)
        for job in self.jobs or ():
            found[job.jobset_key].add(job.name)
        return {key: frozenset(names) for key, names in found.items()}

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
        wanted = (number for places in ranked.values() for number in places)
        jobs = {number: index.builds[number].job_key for number in wanted}
        return _policy(jobs, "the settings ask for that")
    people = min(maintainers, maintainers_within(budget.share(part)))
    jobsets = [_Claim(index, key, ranked.get(key, {})) for key in index.snapshot.jobsets]
    left = budget - whole_site(index) - MAINTAINER.times(people)
    everything = total(one.everything for one in jobsets) + MAINTAINER.times(maintainers - people)
    if part == 1.0 and not (left - everything).exceeded:
        return EVERYTHING
    least = total(one.least for one in jobsets)
    spent = least + (left - least).share(part)
    chosen = list(map(_Claim.within, jobsets, _shares(jobsets, spent)))
    why = f"pages for all builds and jobs would not fit into {budget}"
    found = _policy(dict(chain.from_iterable(builds.items() for builds, _ in chosen)), why)
    lists = frozenset(number for _, evaluations in chosen for number in evaluations)
    found = structs.replace(found, long_lists=lists)
    return found if people == maintainers else structs.replace(found, maintainers=people)


class _Claim:
    """What a jobset takes from the budget: at least, with pages of what is notable, with all pages.

    `urgent` is what pages of the builds that people look for today take beyond the least.
    """

    def __init__(self, index: Index, key: JobsetKey, places: Mapping[int, Place]) -> None:
        self._index = index
        self._key = key
        self._places = places
        self._evaluations = index.shown_evaluations(key)
        self._own = own_pages(index, key)
        self.least = without_own_pages(index, key)
        self.urgent = self._pages(place for place in places.values() if place < _URGENT)
        self.notable = self.least + self._pages(places.values())
        lists = (long_lists(index, evaluation) for evaluation in self._evaluations)
        self.everything = self.least + self._own + total(lists)

    def _pages(self, places: Iterable[Place]) -> Budget:
        """Estimate what the pages of builds at some places take, at most."""
        return page_of_build(is_new_job=True).times(sum(1 for _ in places)).smaller(self._own)

    def within(self, share: Budget) -> tuple[dict[int, JobKey], list[int]]:
        """Return what a share has room for: pages of builds, and long lists of evaluations.

        The builds are ids, each with its job; the evaluations are ids too.
        """
        left = share - self.least
        lists, cost = self._lists(left.share(LONG_LISTS_PART).larger(left - self._own))
        return dict(self._builds(left - cost)), lists

    def _lists(self, budget: Budget) -> tuple[list[int], Budget]:
        """Return the newest evaluations whose long lists the budget can take, and the cost."""
        found, cost = [], Budget(0, 0)
        for evaluation in self._evaluations:
            more = cost + long_lists(self._index, evaluation)
            if (budget - more).exceeded:
                break
            found.append(evaluation.id)
            cost = more
        return found, cost

    def _builds(self, budget: Budget) -> Iterator[tuple[int, JobKey]]:
        """Yield the builds whose pages, with those of their jobs, the budget can take."""
        jobs: set[JobKey] = set()
        for number in self._in_order():
            job = self._index.builds[number].job_key
            budget -= page_of_build(is_new_job=job not in jobs)
            if budget.exceeded:
                return
            jobs.add(job)
            yield number, job

    def _in_order(self) -> Iterator[int]:
        """Yield every build once, the most important first: by rank, then by evaluation."""
        places = self._places
        yield from sorted(places, key=lambda number: (*places[number], -number))
        yield from (n for n in reversed(self._index.builds.ids_of(self._key)) if n not in places)


def _shares(jobsets: Sequence[_Claim], budget: Budget) -> list[Budget]:
    """Share a budget among jobsets: what is urgent in any, then notable, then the rest."""
    least, nothing = [one.least for one in jobsets], [Budget(0, 0)] * len(jobsets)
    urgent = shares(budget - total(least), nothing, [one.urgent for one in jobsets])
    first = list(map(operator.add, least, urgent))
    second = shares(budget, first, [one.notable for one in jobsets])
    return shares(budget, second, [one.everything for one in jobsets])


def _policy(chosen: Mapping[int, JobKey], why: str) -> Policy:
    return Policy(frozenset(chosen), frozenset(chosen.values()), why)


def _ranked(index: Index, watches: tuple[Watch, ...]) -> Mapping[JobsetKey, Mapping[int, Place]]:
    """Return the best places of the builds of each jobset, but for quiet successes."""
    best: defaultdict[JobsetKey, dict[int, Place]] = defaultdict(dict)
    for key in index.snapshot.jobsets:
        for number, place in ranks(key, watches).of(index, key).items():
            found = best[index.builds.jobset_of(number) or key]
            found[number] = min(place, found.get(number, place))
    return best


def ranks(key: JobsetKey, watches: Iterable[Watch]) -> Memoized[dict[int, Place]]:
    """Ask for the best places of the builds in a jobset's evaluations, but for quiet successes."""
    watching = [watch for watch in watches if watch.has_jobset(key)]
    return Memoized("ranks", dict[int, Place], partial(_places, watching), watching)


def _places(watching: Iterable[Watch], index: Index, key: JobsetKey) -> dict[int, Place]:
    best: dict[int, Place] = {}
    for age, evaluation in enumerate(index.shown_evaluations(key)):
        for rank, build in _ranks(index, evaluation, watching):
            best[build.id] = min((rank, age), best.get(build.id, (rank, age)))
    return best


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
