"""The page of a job: since when it fails, what changed when it broke, all its builds."""

from collections.abc import Iterable, Iterator, Mapping

from hydrasnap.model import Build, BuildStatus, JobKey
from hydrasnap.publish.pages.build.build import BeforeRestart, before_restart, constituents_of
from hydrasnap.publish.pages.common.breakage import Break, breakage_view
from hydrasnap.publish.pages.common.charts import job_charts
from hydrasnap.publish.pages.common.line_chart import Chart
from hydrasnap.publish.pages.common.packages import PackageFacts, package_facts
from hydrasnap.publish.pages.common.page import Alternate, File, Link, Page, PageContext, View
from hydrasnap.publish.pages.common.permalinks import Permalink, job_permalinks
from hydrasnap.publish.pages.common.redirects import with_old_names
from hydrasnap.publish.pages.common.rows import BuildRow, build_row, build_rows
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.sizes import SizeFact, job_sizes
from hydrasnap.publish.pages.feeds.feeds import job_feed, job_feed_link
from hydrasnap.publish.pages.files.badges import BadgeBox, badge_box, build_badge, picture
from hydrasnap.publish.pages.files.data import job_data
from hydrasnap.publish.pages.files.data_file import data_file, data_link
from hydrasnap.publish.pages.job.constituents import (
    AggregateState,
    PartsGrid,
    aggregate_state,
    parts_grid,
)
from hydrasnap.report.history import JobHistory, by_system, job_history
from hydrasnap.report.sizes import size_history

_FLAKY = 0.1


class Strip(View, frozen=True, kw_only=True):
    """The last results for a system, oldest first."""

    system: str
    rows: tuple[BuildRow, ...]


class MetricRow(View, frozen=True, kw_only=True):
    """The newest value of a metric for a system, and how many there are."""

    name: str
    system: str
    value: float
    unit: str
    build: int
    values: int


class JobPage(PageContext, frozen=True, kw_only=True):
    """A job; `results` are finished builds newest first, `folded` those beyond the first hundred.

    `before_restart` is the result that a build had before it was restarted, where no build has one.
    `package` is that of the newest build, None where it is not known. `several` systems share its
    name; `flakiness` is a percentage or None where the job is steady or has too few results.
    """

    name: str
    jobset: Link
    status: BuildStatus | None
    label: str
    newest: BuildRow | None
    before_restart: BeforeRestart | None
    several: bool
    failing_since: BuildRow | None
    since_is_exact: bool
    last_good: BuildRow | None
    in_latest: bool
    gone: bool
    flakiness: int | None
    sizes: tuple[SizeFact, ...]
    strips: tuple[Strip, ...]
    breakage: Break | None
    queued: tuple[BuildRow, ...]
    results: tuple[BuildRow, ...]
    folded: tuple[BuildRow, ...]
    aggregate: AggregateState | None  # None if it is no aggregate
    constituents: tuple[BuildRow, ...] | None
    grid: PartsGrid | None
    metrics: tuple[MetricRow, ...]
    charts: tuple[Chart, ...]
    badge: BadgeBox | None
    permalinks: tuple[Permalink, ...]
    package: PackageFacts | None
    note: str


def job_pages(site: Site, jobs: Iterable[JobKey]) -> Iterator[Page | File]:
    """Yield the pages and badges of all jobs that known builds belong to."""
    for job in filter(site.policy.has_job_page, jobs):
        yield from with_old_names(site, job.jobset_key, _items(site, job), job)


def _items(site: Site, job: JobKey) -> Iterator[Page | File]:
    history = job_history(site.index, job)
    page = job_page(site, history)
    yield Page(site.links.job(job), "job.html", page)
    yield from job_feed(site, history)
    yield data_file(site.links.job(job, ".json"), job_data(history, site.snapshot.sizes.get(job)))
    if history.results:
        yield File(site.links.job(job, ".svg"), picture(build_badge(history.results[0])))


def job_page(site: Site, history: JobHistory) -> JobPage:
    """Describe a job."""
    key, sizes = history.key, size_history(site.index, history.key)
    jobset = key.jobset_key
    newest = history.results[0] if history.results else None
    label = newest.label if newest else "No result yet"
    rows = {build.id: build_row(site, build) for build in history.builds}
    results = [rows[build.id] for build in history.results]
    most = site.limits.builds_of_job
    return JobPage(
        title=f"{key.name}: {label} · {jobset}",
        description=f"The job {key.name} of {jobset}: {label}.",
        shows="This page shows what the snapshot knows of the job; Hydra may keep older builds.",
        crumbs=site.breadcrumbs(*jobset),
        live=site.live("job", *key),
        alternates=_alternates(site, history),
        name=key.name,
        jobset=site.jobset_link(jobset, full=True),
        status=newest.status if newest else None,
        label=label,
        newest=results[0] if results else None,
        before_restart=None if newest else _before_restart(history),
        several=len(history.systems) > 1,
        failing_since=_row(rows, history.failing_since),
        since_is_exact=history.since_is_exact,
        last_good=_row(rows, history.last_good),
        in_latest=history.in_latest,
        gone=all(build.deleted_upstream for build in history.builds),
        flakiness=_flakiness(history),
        sizes=tuple(job_sizes(site, sizes)),
        strips=tuple(_strips(rows, history)),
        breakage=breakage_view(site, history.breakage),
        queued=tuple(rows[build.id] for build in history.queued),
        results=tuple(results[:most]),
        folded=tuple(results[most:]),
        aggregate=aggregate_state(site, history),
        constituents=_constituents(site, history),
        grid=parts_grid(site, history),
        metrics=_metrics(history),
        charts=tuple(job_charts(site, history, sizes)),
        badge=_badge(site, history),
        permalinks=tuple(job_permalinks(site, history)),
        package=package_facts(site, history.builds[0]) if history.builds else None,
        note=site.note(*key),
    )


def _alternates(site: Site, history: JobHistory) -> tuple[Alternate, ...]:
    data = data_link(site.links.job(history.key, ".json"), f"All builds of {history.key.name}")
    return (*job_feed_link(site, history), data)


def _strips(rows: Mapping[int, BuildRow], history: JobHistory) -> Iterator[Strip]:
    for system, builds in history.strips().items():
        if len(builds) > 1:
            yield Strip(system=system, rows=tuple(rows[build.id] for build in builds))


def _row(rows: Mapping[int, BuildRow], build: Build | None) -> BuildRow | None:
    return None if build is None else rows[build.id]


def _before_restart(history: JobHistory) -> BeforeRestart | None:
    return next(filter(None, map(before_restart, history.builds)), None)


def _flakiness(history: JobHistory) -> int | None:
    score = history.flakiness
    return None if score is None or score < _FLAKY else round(100 * score)


def _constituents(site: Site, history: JobHistory) -> tuple[BuildRow, ...] | None:
    """Return the constituents of the newest build, if it is an aggregate."""
    parts = constituents_of(site, history.builds[0]) if history.builds else None
    return None if parts is None else build_rows(site, parts)


def _metrics(history: JobHistory) -> tuple[MetricRow, ...]:
    return tuple(
        MetricRow(
            name=name,
            system=system,
            value=points[-1].value,
            unit=points[-1].unit,
            build=points[-1].build,
            values=len(points),
        )
        for name, every in sorted(history.metrics.items())
        for system, points in by_system(every).items()
    )


def _badge(site: Site, history: JobHistory) -> BadgeBox | None:
    if not history.results:
        return None
    key = history.key
    badge = build_badge(history.results[0])
    return badge_box(site, badge, site.links.job(key), key.name, has_shield=False)
