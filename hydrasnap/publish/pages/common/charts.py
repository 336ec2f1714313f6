"""The charts of the site: failing jobs by system, build times, sizes, metrics."""

from collections.abc import Iterator, Sequence

from msgspec import structs

from hydrasnap.formatting import number, plural
from hydrasnap.model import JobsetKey
from hydrasnap.publish.pages.common.line_chart import Chart, Moment, Series, chart, unit_words
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.sizes import TITLES, build_place
from hydrasnap.report.burndown import BurnDownPoint, burn_down
from hydrasnap.report.history import JobHistory, Point, by_system
from hydrasnap.report.sizes import SizeHistory

_FEWEST = 2


def burn_down_chart(site: Site, key: JobsetKey) -> Chart | None:
    """Draw how many jobs of a jobset fail, by system, if there is something to compare."""
    found = burn_down(site.index, key, site.limits.chart_evaluations)
    if len(found.points) < _FEWEST or not found.systems:
        return None
    moments = [_evaluation(site, point) for point in found.points]
    ordered = sorted(found.systems, key=lambda system: (-found.series(system)[-1], system))
    series = [Series(name=system, values=found.series(system)) for system in ordered]
    name = ("burn-down", "Failing jobs by system", "Evaluation")
    drawn = chart(name, moments, series, number)
    return structs.replace(drawn, unread=found.unread)


def _evaluation(site: Site, point: BurnDownPoint) -> Moment:
    waiting = point.tally.queued
    return Moment(
        label=str(point.evaluation.id),
        href=site.links.evaluation(point.evaluation.id),
        time=point.evaluation.timestamp,
        note=f"{plural(waiting, 'build')} without a known result" if waiting else "",
        open=waiting > 0,
    )


def job_charts(site: Site, history: JobHistory, sizes: SizeHistory) -> Iterator[Chart]:
    """Draw what has two values or more of a job, by system: build times, sizes, each metric."""
    several = len(history.systems) > 1
    metrics = enumerate(sorted(history.metrics.items()), 1)
    values = [("build-time", "Build time", history.durations)]
    values += [(f"{kind}-size", TITLES[kind], sizes.points.get(kind, ())) for kind in TITLES]
    values += [(f"metric-{place}", name, points) for place, (name, points) in metrics]
    for key, title, points in values:
        for place, (system, own) in enumerate(by_system(points).items(), 1):
            name = (f"{key}-{place}", f"{title}, {system}") if several else (key, title)
            if len(own) >= _FEWEST:
                yield _points(site, name, own, sizes)


def _points(
    site: Site, name: tuple[str, str], points: Sequence[Point], sizes: SizeHistory
) -> Chart:
    newest = points[-site.limits.chart_builds :]
    moments = [_build(site, point, sizes) for point in newest]
    series = [Series(name=name[1], values=tuple(point.value for point in newest))]
    return chart((*name, "Build"), moments, series, unit_words(newest[-1].unit))


def _build(site: Site, point: Point, sizes: SizeHistory) -> Moment:
    place = build_place(site, sizes, point.build)
    return Moment(
        label=str(point.build), href=place.href, time=point.timestamp, external=place.external
    )
