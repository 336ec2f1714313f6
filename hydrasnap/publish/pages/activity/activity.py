"""The page of what the Hydra was doing when it was asked: live state, with its time."""

from collections.abc import Iterator

from msgspec import to_builtins

from hydrasnap.formatting import listed, number, plural
from hydrasnap.model import Live, RunningBuild
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.activity.machines import (
    Fact,
    MachineRow,
    QueueRow,
    at_work,
    machine_row,
    queue_rows,
    runner_facts,
)
from hydrasnap.publish.pages.common.line_chart import Chart, Moment, Series, chart
from hydrasnap.publish.pages.common.page import File, Link, Page, PageContext, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.files.data_file import SCHEMA, data_file, data_link

DATA = "status.json"
_FEWEST = 2
_PERIODS = {
    "hour": "Builds of the latest hours that had any",
    "day": "Builds of the latest days that had any",
}


class RunningRow(View, frozen=True, kw_only=True):
    """A build under way; its page is `external` where the snapshot does not know it."""

    id: int
    href: str
    external: bool
    job: Link
    jobset: Link
    package: str
    system: str
    machine: str
    queued: int | None
    age: int | None


class LivePages(View, frozen=True, kw_only=True):
    """The addresses of the Hydra's own pages that show the live state."""

    running: str
    machines: str
    runner: str


class ActivityPage(PageContext, frozen=True, kw_only=True):
    """What a Hydra was doing; None is what it did not report; `not_reported` lists that."""

    as_of: int
    sums: str
    not_reported: str
    pages: LivePages
    rows: tuple[RunningRow, ...] | None
    placed: bool
    elsewhere: int
    machines: tuple[MachineRow, ...] | None
    facts: tuple[Fact, ...] | None
    queues: tuple[QueueRow, ...]
    charts: tuple[Chart, ...]


class LiveNote(View, frozen=True, kw_only=True):
    """The live state in a line: `spark` is the SVG path of a sparkline, `newest` its last point."""

    href: str
    sums: str
    as_of: int
    spark: str
    newest: str


def activity_pages(site: Site) -> Iterator[Page | File]:
    """Yield the page and its data, if the Hydra was asked."""
    live = site.snapshot.live
    if live is not None:
        yield Page(Links.STATUS, "status.html", activity_page(site, live))
        yield data_file(DATA, {"schema": SCHEMA, **to_builtins(live)})


def activity_page(site: Site, live: Live) -> ActivityPage:
    """Describe what the Hydra was doing."""
    running, machines, runner = live.running, live.machines, live.runner
    now = live.asked
    return ActivityPage(
        title="Activity",
        description=f"What {site.host} was doing when it was asked: builds, machines, throughput.",
        shows="This page shows what the Hydra was doing at one moment, and nothing of it lasts.",
        live=site.live("status"),
        alternates=(data_link(DATA, "The live state"),),
        as_of=now,
        sums=_sums(live),
        not_reported=listed(tuple(_not_reported(live))),
        pages=LivePages(
            running=site.live("status"),
            machines=site.live("machines"),
            runner=site.live("queue-runner-status"),
        ),
        rows=None if running is None else tuple(_running(site, live, one) for one in running),
        placed=any(build.machine for build in running or ()),
        elsewhere=live.elsewhere,
        machines=None if machines is None else tuple(machine_row(each, now) for each in machines),
        facts=None if runner is None else tuple(runner_facts(runner)),
        queues=() if runner is None else queue_rows(runner),
        charts=tuple(filter(None, (_chart("hour", live.hours), _chart("day", live.days)))),
    )


def live_note(site: Site) -> LiveNote | None:
    """Return a summary of the live state for the overview, if there is any."""
    live = site.snapshot.live
    if live is None:
        return None
    days = _chart("day", live.days)
    return LiveNote(
        href=Links.STATUS,
        sums=_sums(live),
        as_of=live.asked,
        spark=days.lines[0].path if days else "",
        newest=days.lines[0].newest if days else "",
    )


def _sums(live: Live) -> str:
    parts = []
    if live.running is not None:
        parts.append(f"{plural(len(live.running) + live.elsewhere, 'build')} running")
    if live.machines is not None:
        parts.append(at_work(live.machines))
    if live.runner is not None:
        parts.append(f"queue runner {live.runner.status}")
    return ", ".join(parts)


def _not_reported(live: Live) -> Iterator[str]:
    names = {
        "running builds": live.running,
        "machines": live.machines,
        "queue runner": live.runner,
        "throughput": live.days or live.hours,
    }
    return (name for name, found in names.items() if found is None)


def _running(site: Site, live: Live, build: RunningBuild) -> RunningRow:
    known = build.id in site.snapshot.builds
    jobset = build.jobset_key
    own, page = site.links.build(build.id), site.live("build", str(build.id))
    return RunningRow(
        id=build.id,
        href=own if known else page,
        external=not known,
        job=Link(label=build.job, href=site.links.job(build.job_key) if known else ""),
        jobset=Link(
            label=str(jobset),
            href=site.links.jobset(jobset) if jobset in site.snapshot.jobsets else "",
        ),
        package=build.nixname,
        system=build.system,
        machine=build.machine,
        queued=build.timestamp or None,
        age=live.asked - build.timestamp if build.timestamp else None,
    )


def _chart(period: str, amounts: tuple[int, ...] | None) -> Chart | None:
    """Draw amounts in their order.

    Hydra does not say which hour or day each is of, and leaves out those without any build: an
    amount may be of earlier than its place says.
    """
    if amounts is None or len(amounts) < _FEWEST:
        return None
    count = len(amounts)
    moments = [
        Moment(label=f"at least {plural(back, period)} earlier" if back else "newest")
        for back in range(count - 1, -1, -1)
    ]
    series = [Series(name="builds", values=tuple(map(float, amounts)))]
    name = (f"builds-by-{period}", _PERIODS[period], period.capitalize())
    return chart(name, moments, series, number)
