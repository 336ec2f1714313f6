"""Whether the files of a site fit together: links, anchors, missing and foreign files, size."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import lxml.html
from msgspec import Struct

from hydrasnap.errors import OutputError
from hydrasnap.publish.output.folder import manifest_paths
from hydrasnap.publish.output.ownership import MANIFEST

_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "embed": "src"}
_OURS = ".hydrasnap-"


class SiteCheck(Struct, frozen=True):
    """The result of checking all files of a site; every finding is a sentence.

    `extra` counts the files that hydrasnap did not write, such as a `CNAME`; they are no mistake.
    """

    files: int
    pages: int
    bytes: int
    extra: int
    findings: tuple[str, ...]


def check_site(site: Path, limit: int) -> SiteCheck:
    """Check a site that hydrasnap wrote; `limit` is the size in bytes that it may have."""
    if not (site / MANIFEST).is_file():
        raise OutputError(
            f"There is no site of hydrasnap in {site}.",
            hint="Write one with `hydrasnap render`, or name another place with --output.",
        )
    sizes = dict(_present(site))
    written = set(manifest_paths(site))
    findings = [f"{name} is missing." for name in sorted(written - sizes.keys())]
    pages = sorted(name for name in sizes.keys() & written if name.endswith(".html"))
    findings += _broken_links(site, pages, sizes.keys())
    total = sum(sizes.values())
    if total > limit:
        findings.append(f"The site has {total:,} bytes, more than {limit:,}.")
    extra = len(sizes.keys() - written)
    return SiteCheck(len(sizes), len(pages), total, extra, tuple(findings))


def _present(site: Path) -> Iterator[tuple[str, int]]:
    """Yield the files of a site but our own notes and those of Git, with their sizes."""
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if not name.startswith((_OURS, ".git")) and path.is_file():
            yield name, path.stat().st_size


def _broken_links(site: Path, pages: Iterable[str], present: Set[str]) -> Iterator[str]:
    """Yield a sentence for each link that leads nowhere, or loads something from elsewhere."""
    anchors: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for name in pages:
        for target, anchor, problem in _links(site, name):
            if problem:
                yield problem
            elif target not in present:
                yield f"{name} leads to {target}, which does not exist."
            elif anchor and target.endswith(".html"):
                anchors[target].add((anchor, name))
    yield from _missing_anchors(site, anchors)


def _links(site: Path, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield the target, the anchor and the problem of each link and file of a page."""
    for element in _parsed(site / name).iter():
        if not isinstance(element.tag, str):
            continue
        loads = _LOADED.get(element.tag) or ("href" if element.tag == "link" else "")
        key = loads or ("href" if element.tag == "a" else "")
        address = element.get(key) if key else None
        if address is None or element.get("rel") in ("canonical", "alternate"):
            continue
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            if loads and parts.scheme != "data":
                yield "", "", f"{name} loads {address} from another host."
            continue
        if name == "404.html":
            continue  # it is served at any depth, and finds the root by itself
        target = _resolved(name, unquote(parts.path))
        if target is None:
            yield "", "", f"{name} leads to {address}, which is outside of the site."
        else:
            yield target, unquote(parts.fragment), ""


def _resolved(page: str, path: str) -> str | None:
    """Return the file that a relative path leads to; None if it leaves the site."""
    if not path:
        return page
    target = normpath(join(dirname(page), path))
    if target.partition("/")[0] in ("..", ""):
        return None
    is_folder = target == "." or path.endswith(("/", ".."))
    return normpath(f"{target}/index.html") if is_folder else target


def _missing_anchors(site: Path, wanted: dict[str, set[tuple[str, str]]]) -> Iterator[str]:
    """Yield a sentence for each anchor that its page does not have; each page is read once more."""
    for target, pairs in sorted(wanted.items()):
        known = {element.get("id") for element in _parsed(site / target).iter()}
        for anchor, name in sorted(pairs):
            if anchor not in known:
                yield f"{name} leads to {target}#{anchor}, where there is no such place."


def _parsed(file: Path) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(file.read_bytes() or b"<html></html>")
