"""The pages of maintainers: what fails of their packages, and a list of all maintainers."""

from collections.abc import Iterator

from hydrasnap.formatting import plural
from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.page import (
    File,
    Link,
    Outside,
    Page,
    PageContext,
    View,
    outside,
)
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.selections.selection import (
    SelectionPage,
    selection_alternates,
    selection_badge,
    selection_pages,
    selection_view,
)
from hydrasnap.report.packages import Person
from hydrasnap.report.selections import Selection


class MaintainerPage(SelectionPage, frozen=True, kw_only=True):
    """A maintainer."""

    full_name: str  # empty if it is unknown or the name of the page
    account: Outside | None
    email: Outside | None


class MaintainerRow(View, frozen=True, kw_only=True):
    """A maintainer in the list of all."""

    link: Link  # with an empty address if there is no page
    full_name: str
    failing: int
    newly: int | None  # None if the maintainer has no page
    jobs: int


class MaintainersPage(PageContext, frozen=True, kw_only=True):
    """All maintainers of jobs in the newest evaluations."""

    rows: tuple[MaintainerRow, ...]  # maintainers with failing jobs, those with most first
    well: tuple[Link, ...]  # those without failing jobs, by name
    known: int  # jobs whose package is known
    jobs: int
    is_listed: bool  # whether a list of packages was given


def maintainer_pages(site: Site) -> Iterator[Page | File]:
    """Yield each maintainer's page and files, and the page that lists them."""
    for person, selection in site.maintained.items():
        yield from _pages(site, person, selection)
    if site.staff:
        yield Page(Links.MAINTAINERS, "maintainers.html", maintainers_page(site))


def maintainers_page(site: Site) -> MaintainersPage:
    """Return the list of all maintainers."""
    without, total = site.unmatched
    well = (one.person for one in site.staff if not one.failing)
    return MaintainersPage(
        title="Maintainers",
        description=f"The maintainers of packages on {site.name}, by how many of their jobs fail.",
        shows="This page lists the maintainers of jobs in the newest evaluations.",
        rows=tuple(
            MaintainerRow(
                link=site.maintainer_link(one.person),
                full_name=one.person.name,
                failing=one.failing,
                newly=_newly(site, one.person),
                jobs=one.jobs,
            )
            for one in site.staff
            if one.failing
        ),
        well=tuple(map(site.maintainer_link, sorted(well, key=lambda one: one.label.lower()))),
        known=total - without,
        jobs=total,
        is_listed=site.is_listed,
    )


def _newly(site: Site, person: Person) -> int | None:
    found = site.maintained.get(person)
    return found.newly_failing if found else None


def _pages(site: Site, person: Person, selection: Selection) -> Iterator[Page | File]:
    name, path = person.label, site.links.maintainer(person.label)
    page = MaintainerPage(
        title=f"{name}: maintainer",
        description=f"{selection.failed:,} of {plural(selection.tally.total, 'job')} of {name} "
        "fail in the newest evaluations.",
        shows="This page shows the jobs of one maintainer in the newest evaluations.",
        crumbs=(Link(label="Maintainers", href=Links.MAINTAINERS),),
        alternates=selection_alternates(path, name, selection),
        name=name,
        selection=selection_view(site, path, selection),
        badge=selection_badge(site, name, path, selection),
        full_name=person.name,
        account=outside(person.handle, f"https://github.com/{person.handle}"),
        email=outside(person.email, f"mailto:{person.email}"),
    )
    yield from selection_pages(site, path, "maintainer.html", page, selection)
