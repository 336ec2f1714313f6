"""What every template may know of the whole site, as ``site``."""

from collections.abc import Callable

from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.page import Appearance, Link, View
from hydrasnap.publish.pages.common.site import Site


class SiteFacts(View, frozen=True, kw_only=True):
    """The facts of a site: the same on all of its pages.

    `title` names the site, `base` is its absolute address without a slash at its end, or empty,
    `origin` the address of the Hydra. `look` has the user's logo and style sheet, empty if there
    are none. `menu` are the pages of the menu bar, in order. `build` gives the path of a build's
    page from its id.
    """

    title: str
    base: str
    origin: str
    look: Appearance
    menu: tuple[Link, ...]
    build: Callable[[int], str]


def site_facts(site: Site) -> SiteFacts:
    """Gather the facts of a site; the menu has the pages that the site really has."""
    pages = (
        ("Evaluations", Links.EVALUATIONS, True),
        ("Compare", Links.COMPARE, True),
        ("Builds", Links.BUILDS, True),
        ("Queue", Links.QUEUE, True),
        ("Activity", Links.STATUS, site.snapshot.live),
        ("Watch lists", Links.WATCH, site.watches),
        ("Maintainers", Links.MAINTAINERS, site.staff),
        ("Data and feeds", Links.DATA, True),
        *((found.title, found.path, True) for found in site.documents),
    )
    return SiteFacts(
        title=site.name,
        base=site.base.rstrip("/"),
        origin=site.snapshot.origin,
        look=site.look,
        menu=tuple(Link(label=label, href=href) for label, href, is_there in pages if is_there),
        build=site.links.build,
    )
