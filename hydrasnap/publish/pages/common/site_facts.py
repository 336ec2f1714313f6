"""What every template may know of the whole site, as ``site``."""

from collections.abc import Callable

from hydrasnap.publish.links import Links
from hydrasnap.publish.pages.common.customizing import Appearance
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.site import Site

_MENU = (
    Link(label="Evaluations", href=Links.EVALUATIONS),
    Link(label="Compare", href=Links.COMPARE),
    Link(label="Builds", href=Links.BUILDS),
    Link(label="Queue", href=Links.QUEUE),
)
_ACTIVITY = Link(label="Activity", href=Links.STATUS)
_DATA = Link(label="Data and feeds", href=Links.DATA)
_MAINTAINERS = Link(label="Maintainers", href=Links.MAINTAINERS)
_WATCH_LISTS = Link(label="Watch lists", href=Links.WATCH)


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
    documents = (Link(label=found.title, href=found.path) for found in site.documents)
    activity = (_ACTIVITY,) if site.snapshot.live else ()
    watch_lists = (_WATCH_LISTS,) if site.watches else ()
    maintainers = (_MAINTAINERS,) if site.staff else ()
    return SiteFacts(
        title=site.name,
        base=site.base.rstrip("/"),
        origin=site.snapshot.origin,
        look=site.look,
        menu=(*_MENU, *activity, *watch_lists, *maintainers, _DATA, *documents),
        build=site.links.build,
    )
