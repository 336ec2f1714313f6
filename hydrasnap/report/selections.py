"""How the jobs of a watch list or a maintainer do, and what changed for them."""

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from hydrasnap.model import Build, BuildStatus, Evaluation, JobsetKey, Snapshot, Watch
from hydrasnap.model.value_bounds import LATEST
from hydrasnap.report.changes import Change
from hydrasnap.report.health import is_hidden
from hydrasnap.report.history import run_until
from hydrasnap.report.index import Index
from hydrasnap.report.packages import PackageIndex, Person
from hydrasnap.report.root_causes import Culprit, culprits
from hydrasnap.report.tally import Tally, tally
from hydrasnap.report.transitions import News, taken_down

W = TypeVar("W", bound=Hashable)


class Chooser(NamedTuple, Generic[W]):
    """Tells which watch lists or maintainers have jobs in a jobset, and which have a given job."""

    everyone: Iterable[W]  # that may have any of its jobs
    of: Callable[[Build], Iterable[W]]  # that have the job of a build


class FailingJob(NamedTuple):
    """A job that fails or was aborted in the newest evaluation of its jobset."""

    build: Build
    since: Build | None  # the first that failed, None for an aborted one
    exact: bool  # whether a good build comes just before it
    is_new: bool  # whether this evaluation broke it
    is_used: bool  # whether its jobset is still evaluated
    culprits: tuple[Culprit, ...]  # dependencies that it fails by, as far as known
    read: bool  # whether its page at the Hydra was read

    @property
    def by_dependency(self) -> bool:
        """Whether it is a dependency that failed, known or not."""
        return bool(self.culprits) or self.build.status is BuildStatus.DEPENDENCY_FAILED


class Selection(NamedTuple):
    """The jobs of a watch list or maintainer in the newest evaluations, and how they do."""

    jobsets: tuple[JobsetKey, ...] = ()
    tally: Tally = Tally()
    failing: tuple[FailingJob, ...] = ()  # the latest to break first
    news: tuple[News, ...] = ()  # the newest; their evaluations have names and times alone
    updated: int | None = None  # time of the newest evaluation, if known
    unread: int = 0  # jobsets that may have such jobs, whose newest evaluation is not known in full

    @property
    def failed(self) -> int:
        """Count the jobs that fail, without the aborted ones."""
        return sum(job.build.status.failed for job in self.failing)

    @property
    def newly_failing(self) -> int:
        """Count the jobs that the newest evaluation of their jobset broke."""
        return sum(job.is_new for job in self.failing)


@dataclass(slots=True)
class _Gathered:
    jobsets: set[JobsetKey] = field(default_factory=set)
    builds: list[Build] = field(default_factory=list)
    failing: list[FailingJob] = field(default_factory=list)
    news: list[News] = field(default_factory=list)


def present_jobsets(snapshot: Snapshot) -> list[JobsetKey]:
    """Return the jobsets that the Hydra has, under the names that they have now."""
    return [
        jobset.key
        for jobset in snapshot.jobsets.values()
        if not jobset.deleted_upstream and jobset.renamed_to is None
    ]


def hidden_jobsets(snapshot: Snapshot) -> frozenset[JobsetKey]:
    """Return the jobsets that the Hydra shows to their owners alone."""
    return frozenset(j.key for j in snapshot.jobsets.values() if is_hidden(snapshot, j))


def present_builds(index: Index) -> Iterator[Build]:
    """Yield the builds of the newest evaluations of the jobsets that the Hydra shows."""
    hidden = hidden_jobsets(index.snapshot)
    for key in present_jobsets(index.snapshot):
        latest = None if key in hidden else index.latest(key)
        yield from index.builds_of(latest) if latest else ()


def selections(
    index: Index,
    keys: Iterable[JobsetKey],
    chooser: Callable[[JobsetKey], Chooser[W] | None],
    news: Callable[[JobsetKey], tuple[News, ...]],
    most: int,
) -> dict[W, Selection]:
    """Gather how the jobs of all watch lists, or of all maintainers, do in some jobsets.

    `chooser` gives None for a jobset with no such job, which is not read. `most` of the news are
    kept. Each build is looked at once, whoever has its job.
    """
    found: defaultdict[W, _Gathered] = defaultdict(_Gathered)
    for key in keys:
        choose = chooser(key)
        if choose is None:
            continue
        for who in choose.everyone:
            found[who].jobsets.add(key)
        _gather_builds(index, key, choose, news(key), found)
        for one in news(key):
            _gather_news(index, one, choose, found)
    return {who: _selection(index, one, most) for who, one in found.items()}


def _gather_builds(
    index: Index,
    key: JobsetKey,
    choose: Chooser[W],
    news: tuple[News, ...],
    found: Mapping[W, _Gathered],
) -> None:
    latest = index.latest(key)
    if latest is None:
        return
    is_newest = bool(news) and news[0].evaluation.id == latest.id
    new = {change.build.id for change in news[0].broken if change.build} if is_newest else set()
    for build in index.builds_of(latest):
        everyone = tuple(choose.of(build))
        if not everyone:
            continue
        is_bad = build.status.unsuccessful
        job = _failing_job(index, build, is_new=build.id in new) if is_bad else None
        for who in everyone:
            one = found[who]
            one.jobsets.add(key)
            one.builds.append(build)
            if job is not None:
                one.failing.append(job)


def _failing_job(index: Index, build: Build, *, is_new: bool) -> FailingJob:
    run, reasons = run_until(index, build), index.snapshot.reasons_of(build)
    return FailingJob(
        build=build,
        since=run.since,
        exact=run.last_good is not None,
        is_new=is_new,
        is_used=index.snapshot.jobsets[build.jobset_key].configuration.state.enabled,
        culprits=culprits(index, build),
        read=reasons is not None,
    )


def _gather_news(
    index: Index, news: News, choose: Chooser[W], found: Mapping[W, _Gathered]
) -> None:
    broken, fixed = _by_who(news.broken, choose), _by_who(news.fixed, choose)
    named = news.evaluation
    brief = Evaluation(
        id=named.id, project=named.project, jobset=named.jobset, timestamp=named.timestamp
    )
    for who in {**broken, **fixed}:
        worse, better = tuple(broken.get(who, ())), tuple(fixed.get(who, ()))
        theirs = News(brief, worse, better, taken_down(index, worse))
        found[who].jobsets.add(named.jobset_key)
        found[who].news.append(theirs)


def _by_who(changes: Iterable[Change], choose: Chooser[W]) -> dict[W, list[Change]]:
    found: defaultdict[W, list[Change]] = defaultdict(list)
    for change in changes:
        for who in choose.of(change.build) if change.build is not None else ():
            found[who].append(change)
    return found


def _selection(index: Index, found: _Gathered, most: int) -> Selection:
    failing = sorted(
        found.failing,
        key=lambda job: (-(job.since.id if job.since else 0), job.build.job_key, job.build.system),
    )
    news = sorted(found.news, key=lambda one: -one.evaluation.id)[:most]
    return Selection(
        jobsets=tuple(sorted(found.jobsets)),
        tally=tally(found.builds),
        failing=tuple(failing),
        news=tuple(news),
        updated=newest_time(index, found.jobsets),
    )


def newest_time(index: Index, keys: Iterable[JobsetKey]) -> int | None:
    """Return when the newest evaluation of some jobsets was made, as far as that is known."""
    times = (found.timestamp for key in keys for found in index.evaluations_of(key))
    return max((time for time in times if 0 < time <= LATEST), default=None)


def watch_chooser(
    watches: Iterable[Watch], hidden: Container[JobsetKey] = ()
) -> Callable[[JobsetKey], Chooser[str] | None]:
    """Choose watch lists, by name; in `hidden` jobsets only lists that name jobsets."""

    def choose(key: JobsetKey) -> Chooser[str] | None:
        fitting = [watch for watch in watches if watch.has_jobset(key)]
        mine = [watch for watch in fitting if watch.jobsets or key not in hidden]
        if not mine:
            return None
        return Chooser(
            [watch.name for watch in mine],
            lambda build: [watch.name for watch in mine if watch.has(build.job, build.system)],
        )

    return choose


def maintainer_chooser(
    packages: PackageIndex, hidden: Container[JobsetKey] = ()
) -> Callable[[JobsetKey], Chooser[Person] | None]:
    """Choose the maintainers of packages; in `hidden` jobsets nobody."""
    everybody = Chooser[Person]((), packages.maintainers_of)
    return lambda key: None if key in hidden else everybody
