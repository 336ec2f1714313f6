"""The box of a channel: whether it is blocked, since when, and by what."""

from collections.abc import Iterator

from hydrasnap.formatting import duration, plural
from hydrasnap.model import Evaluation
from hydrasnap.publish.pages.common.failure_cause import FailureCause, failure_cause
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.rows import (
    BuildRow,
    Revision,
    build_row,
    changed_commits,
    revisions,
)
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.channels import Blocking, Channel, channels
from hydrasnap.report.constituents import tells_constituents


class Since(View, frozen=True, kw_only=True):
    """Since when something fails.

    `time` is when the first failed build of the run ended (Unix seconds), `build` its id, and
    `evaluation` the first that holds it. `exact` says that a good build came just before it; else
    it may have failed for longer. `commits` are what changed in that evaluation.
    """

    time: int | None
    build: int
    evaluation: Link | None
    exact: bool
    commits: tuple[Revision, ...]


class BlockingRow(View, frozen=True, kw_only=True):
    """A constituent that keeps an aggregate from success; `since` is None where it was aborted."""

    build: BuildRow
    since: Since | None
    why: FailureCause


class ChannelBox(View, frozen=True, kw_only=True):
    """The state of an aggregate, and what blocks it."""

    jobset: Link
    build: BuildRow  # the build of the aggregate in the evaluation
    size: int  # number of its constituents
    evaluation: Link | None
    grid: str  # path of its constituents over time, empty if no page shows them
    good: Link | None  # last evaluation in which it succeeded
    good_time: int | None  # Unix seconds
    good_commits: tuple[Revision, ...]  # the revisions of its inputs at that time
    ago: str  # how far back that is; empty if it is this one
    blocking: tuple[BlockingRow, ...]  # constituents without success, the first of blocking_total
    blocking_total: int
    pending: str  # in words, the constituents without a result


def channel_boxes(site: Site, evaluation: Evaluation | None) -> tuple[ChannelBox, ...]:
    """Describe the aggregates of an evaluation that matter."""
    if evaluation is None or not site.index.is_comparable(evaluation):
        return ()
    found = channels(site.index, evaluation, site.aggregates, site.limits.channels)
    return tuple(_box(site, channel) for channel in found)


def _box(site: Site, channel: Channel) -> ChannelBox:
    build, good = channel.aggregate, channel.good
    return ChannelBox(
        jobset=site.jobset_link(build.jobset_key, full=True),
        build=build_row(site, build),
        size=len(build.constituents or ()),
        evaluation=site.evaluation_link(channel.evaluation),
        grid=_grid(site, channel),
        good=site.evaluation_link(good),
        good_time=good.evaluated_at if good else None,
        good_commits=revisions(good) if good else (),
        ago=_ago(site, channel),
        blocking=tuple(_blocking(site, one) for one in channel.blocking[: site.limits.blockers]),
        blocking_total=len(channel.blocking),
        pending=", ".join(_pending(channel)),
    )


def _grid(site: Site, channel: Channel) -> str:
    """Return the address of an aggregate's grid: a section of its job's page, if there is one."""
    job = channel.aggregate.job_key
    builds = site.index.builds_of_job(job) if site.policy.has_job_page(job) else ()
    has_grid = tells_constituents(site.index, builds)
    return f"{site.links.job(job)}#constituents-over-time" if has_grid else ""


def _ago(site: Site, channel: Channel) -> str:
    """Return in words how far before the evaluation the last success is."""
    now, good = channel.evaluation, channel.good
    if good is None or good.id == now.id:
        return ""
    between = sum(1 for found in site.index.earlier(now) if found.id >= good.id)
    words = plural(between, "evaluation")
    seconds = now.timestamp - good.timestamp
    known = now.timestamp > 0 and good.timestamp > 0 and seconds > 0
    return f"{words}, {duration(seconds)} before" if known else f"{words} before"


def _pending(channel: Channel) -> Iterator[str]:
    if channel.waiting:
        yield f"{plural(channel.waiting, 'constituent')} without a result"
    if channel.unknown:
        yield f"{channel.unknown:,} not in the snapshot"


def _blocking(site: Site, found: Blocking) -> BlockingRow:
    return BlockingRow(
        build=build_row(site, found.build),
        since=since_of(site, found),
        why=failure_cause(site, found.build),
    )


def since_of(site: Site, found: Blocking) -> Since | None:
    """Describe since when a build's job fails."""
    first = found.run.since
    if first is None:
        return None
    return Since(
        time=first.stoptime,
        build=first.id,
        evaluation=site.evaluation_link(found.since),
        exact=found.run.last_good is not None,
        commits=changed_commits(site, found.since) if found.since else (),
    )
