"""The page of the queue: what waits or runs, of all jobsets."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from hydrasnap.formatting import plural
from hydrasnap.model import Build
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.page import Link, Page, PageContext, View
from hydrasnap.publish.pages.common.rows import BuildRow, build_rows
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.jobset.builds_file import builds_paths


class Waiting(View, frozen=True, kw_only=True):
    """How much of a jobset or system waits, and since when (Unix seconds)."""

    link: Link
    amount: int
    oldest: int
    newest: int


class QueuePage(PageContext, frozen=True, kw_only=True):
    """What waits or runs; `total` counts both, and `running` is known if `asked` is set.

    `asked` is when the Hydra was asked what runs, in Unix seconds. `running` maps the ids of the
    builds that run to true. `files` hold all rows; there are none if the page holds all.
    """

    total: int
    rows: tuple[BuildRow, ...]
    jobsets: tuple[Waiting, ...]
    systems: tuple[tuple[str, int], ...]
    running: Mapping[int, bool]
    files: tuple[str, ...]
    asked: int | None


def queue_pages(site: Site) -> Iterator[Page]:
    """Yield the page of the queue."""
    yield Page(Links.QUEUE, "queue.html", queue_page(site))


def queue_page(site: Site) -> QueuePage:
    """Describe what waits or runs, by priority and age."""
    builds, live = site.index.queued(), site.snapshot.live
    shown = builds[: site.limits.queued_builds]
    jobsets = sorted({build.jobset_key for build in builds}) if len(shown) < len(builds) else ()
    systems = Counter(build.system for build in builds)
    return QueuePage(
        title="Queue",
        description=f"{plural(len(builds), 'build')} queued or running on {site.host}.",
        shows="This page lists the builds of the snapshot that had no result when it was taken.",
        live=site.live("queue"),
        total=len(builds),
        rows=build_rows(site, shown),
        jobsets=tuple(_waiting(site, builds)),
        running={build.id: True for build in shown if build.id in site.running},
        files=builds_paths(site, jobsets),
        asked=live.asked if live and live.running is not None else None,
        systems=tuple(sorted(systems.items(), key=lambda item: (-item[1], item[0]))),
    )


def _waiting(site: Site, builds: Iterable[Build]) -> Iterator[Waiting]:
    groups: dict[tuple[str, str], list[Build]] = {}
    for build in builds:
        groups.setdefault(build.jobset_key, []).append(build)
    for _, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        key = group[0].jobset_key
        times = [build.timestamp for build in group]
        link = site.jobset_link(key, full=True)
        yield Waiting(link=link, amount=len(group), oldest=min(times), newest=max(times))
