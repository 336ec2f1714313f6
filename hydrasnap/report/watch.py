"""The present state and the news of the jobs on a watch list."""

from collections.abc import Iterator
from dataclasses import dataclass

from hydrasnap.model import Build, Evaluation, JobsetKey, Watch
from hydrasnap.report.changes import Change
from hydrasnap.report.history import FailingRun, failing_run
from hydrasnap.report.index import Index
from hydrasnap.report.transitions import News


@dataclass(frozen=True, slots=True)
class Watched:
    """A watched build of the newest evaluation; `run` says since when it fails, if it does."""

    evaluation: Evaluation
    build: Build
    run: FailingRun


def watched_builds(index: Index, watch: Watch, key: JobsetKey) -> Iterator[Watched]:
    """Yield the watched builds of a jobset's newest evaluation, by job and system."""
    latest = index.latest(key)
    if latest is None or not watch.has_jobset(key):
        return
    for build in index.builds_of(latest):
        if watch.has(build.job, build.system):
            yield Watched(latest, build, _run(index, build))


def _run(index: Index, build: Build) -> FailingRun:
    if build.status.succeeded or build.status.queued:
        return FailingRun(None, None)
    every = index.builds_of_job(build.job_key)
    return failing_run(
        b for b in every if b.system == build.system and b.finished and b.id <= build.id
    )


def watched_news(watch: Watch, news: News) -> News | None:
    """Return what of an evaluation's news is watched, or None."""
    if not watch.has_jobset(news.evaluation.jobset_key):
        return None
    broken, fixed = _watched(watch, news.broken), _watched(watch, news.fixed)
    return News(news.evaluation, broken, fixed) if broken or fixed else None


def _watched(watch: Watch, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(change for change in changes if watch.has(change.job, change.system))
