"""Atom feeds as text: valid by RFC 4287, the same bytes for the same news."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from hydrasnap.formatting import clock, visible
from hydrasnap.publish.pages.common.page import Link, View

TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_XHTML = "http://www.w3.org/1999/xhtml"


class Group(View, frozen=True, kw_only=True):
    """A list inside an entry; `omitted` counts what it leaves out."""

    heading: str
    items: tuple[Link, ...]
    omitted: int = 0


class Entry(View, frozen=True, kw_only=True):
    """One piece of news; `id` is a name that no other entry has, `updated` Unix seconds."""

    id: str
    title: str
    href: str
    updated: int
    groups: tuple[Group, ...]


class Feed(View, frozen=True, kw_only=True):
    """A feed; its addresses are absolute, or relative to the feed itself.

    `updated` is when anything last happened to what the feed is on, in Unix seconds.
    """

    id: str
    title: str
    author: str
    self_href: str
    page_href: str
    updated: int
    entries: tuple[Entry, ...]


def moment(seconds: int) -> str:
    """Return a time as RFC 3339 writes it, to the minute; it must be within the calendar.

    >>> moment(1795392000)
    '2026-11-23T00:00:00Z'
    """
    day, _, minute = clock(seconds).partition(" ")
    return f"{day}T{minute}:00Z"


def atom(feed: Feed) -> str:
    """Return the XML of a feed; it counts as updated when its newest entry was."""
    root = Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    newest = max((entry.updated for entry in feed.entries), default=feed.updated)
    _text(root, "updated", moment(newest))
    _text(SubElement(root, "author"), "name", feed.author)
    _text(root, "generator", "hydrasnap")
    _link(root, "self", TYPE, feed.self_href)
    _link(root, "alternate", "text/html", feed.page_href)
    for entry in feed.entries:
        _entry(root, entry)
    indent(root, " ")
    text = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = visible(text)


def _link(parent: Element, rel: str, kind: str, href: str) -> None:
    SubElement(parent, "link", rel=rel, type=kind, href=href)


def _entry(root: Element, entry: Entry) -> None:
    element = SubElement(root, "entry")
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "updated", moment(entry.updated))
    _link(element, "alternate", "text/html", entry.href)
    content = SubElement(element, "content", type="xhtml")
    _groups(SubElement(content, "div", xmlns=_XHTML), entry.groups)


def _groups(place: Element, groups: Iterable[Group]) -> None:
    for group in groups:
        _text(place, "p", f"{group.heading}:")
        rows = SubElement(place, "ul")
        for item in group.items:
            link = SubElement(SubElement(rows, "li"), "a", href=item.href)
            link.text = visible(item.label)
        if group.omitted:
            _text(rows, "li", f"and {group.omitted:,} more")
