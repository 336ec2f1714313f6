"""How big builds are and were: a line on the pages of jobs and builds, and series for charts."""

from collections.abc import Iterator, Sequence

from hydrasnap.formatting import size
from hydrasnap.model import SIZE_KINDS, Build
from hydrasnap.publish.pages.common.page import View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.history import Point, by_system
from hydrasnap.report.sizes import SizeHistory, size_history

TITLES = dict(zip(SIZE_KINDS, ("Closure size", "Output size"), strict=True))


class BuildPlace(View, frozen=True, kw_only=True):
    """Where a build can be seen: on a page of the site or, if it is `external`, on the Hydra."""

    id: int
    href: str
    external: bool = False


class SizeChange(View, frozen=True, kw_only=True):
    """How a size compares with that of an earlier build; `note` says what that build is."""

    words: str
    place: BuildPlace
    note: str = ""


class SizeFact(View, frozen=True, kw_only=True):
    """A size in bytes and how it changed; `place` is the build, None where the page is about it."""

    name: str
    value: int
    place: BuildPlace | None
    changes: tuple[SizeChange, ...]


def build_place(site: Site, history: SizeHistory, number: int) -> BuildPlace:
    """Return where a build of a job can be seen: on the Hydra if it is older than the snapshot."""
    if number in history.unknown:
        return BuildPlace(id=number, href=site.live("build", str(number)), external=True)
    return BuildPlace(id=number, href=site.links.build(number))


def job_sizes(site: Site, history: SizeHistory) -> Iterator[SizeFact]:
    """Return the newest sizes of a job by system, compared with the build before and the oldest."""
    for kind, title in TITLES.items():
        systems = by_system(history.points.get(kind, ()))
        for system, points in systems.items():
            shown = points[-site.limits.chart_builds :]
            changes = [_change(site, history, shown, -2)] if len(shown) > 1 else []
            if len(shown) > 2:  # noqa: PLR2004 - else the build before is the oldest one
                changes.append(_change(site, history, shown, 0, "the oldest shown"))
            yield SizeFact(
                name=f"{title}, {system}" if len(systems) > 1 else title,
                value=round(shown[-1].value),
                place=build_place(site, history, shown[-1].build),
                changes=tuple(changes),
            )


def build_sizes(site: Site, build: Build) -> Iterator[SizeFact]:
    """Return the sizes of a build, compared with those of the successful build before it."""
    history = size_history(site.index, build.job_key)
    for kind, title in TITLES.items():
        points = history.up_to(kind, build)
        if points:
            before = (_change(site, history, points, -2),) if len(points) > 1 else ()
            value = round(points[-1].value)
            yield SizeFact(name=title, value=value, place=None, changes=before)


def _change(
    site: Site, history: SizeHistory, points: Sequence[Point], place: int, note: str = ""
) -> SizeChange:
    """Compare the last of some points with another."""
    more = round(points[-1].value - points[place].value)
    words = f"{size(abs(more))} {'more' if more > 0 else 'less'} than" if more else "the same as"
    found = build_place(site, history, points[place].build)
    return SizeChange(words=words, place=found, note=note)
