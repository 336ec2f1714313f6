"""Two of Hydra's HTML pages, for what its API cannot finish at nixpkgs' size.

``/eval/ID?full=1`` has a row for each build: id, status, job, finish time, package name and system.
It is read as a stream, so that memory stays small with 250,000 of them. ``/jobset/P/J/evals`` has a
row for each evaluation. If a table is not the known one (Hydra 14332fbf), that is an error and no
guess.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from sys import intern

from lxml import etree, html

from hydrasnap.errors import NotAHydraError
from hydrasnap.model import Build, BuildStatus, Evaluation
from hydrasnap.model.value_bounds import LATEST, LONGEST_NAME, LONGEST_TEXT
from hydrasnap.wire.decode import Note, Oddities, ignore

_TABS = frozenset(
    f"tabs-{name}"
    for name in (
        "aborted", "now-fail", "now-succeed", "new", "still-fail", "still-succeed", "unfinished",
    )
)  # fmt: skip
_HEAD = ("", "#", "Job", "Finished at", "Package/release name", "System")
_STATUS = {
    "Succeeded": BuildStatus.SUCCEEDED,
    "Failed": BuildStatus.FAILED,
    "Dependency failed": BuildStatus.DEPENDENCY_FAILED,
    "Aborted": BuildStatus.ABORTED,
    "Cancelled": BuildStatus.CANCELLED,
    "Failed with output": BuildStatus.FAILED_WITH_OUTPUT,
    "Timed out": BuildStatus.TIMED_OUT,
    "Unsupported system type": BuildStatus.UNSUPPORTED_SYSTEM,
    "Log limit exceeded": BuildStatus.LOG_LIMIT,
    "Output size limit exceeded": BuildStatus.OUTPUT_LIMIT,
    "Non-deterministic build": BuildStatus.NON_DETERMINISTIC,
    "Queued": BuildStatus.QUEUED,
    "Build in progress": BuildStatus.QUEUED,
}
_NUMBER = re.compile(r"[0-9]{1,15}")
_EVALUATIONS_HEAD = ("#", "Date", "Input changes", "Jobs")
_SHOWING = re.compile(r"Showing evaluations\s+\d+\s+-\s+\d+\s+out of\s+(\d{1,9})\b")
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class EvaluationIds:
    """The ids on a page of ``/jobset/P/J/evals``, newest first, and the number on all pages."""

    ids: tuple[int, ...]
    total: int


def parsed_page(body: bytes, where: str) -> etree._Element:
    """Parse a page whose size does not grow with the number of builds."""
    try:
        return html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError) as error:
        raise unknown_page(where, str(error)) from None


def evaluations_page(body: bytes, where: str) -> etree._Element:
    """Parse a page of ``/jobset/P/J/evals``."""
    tree = parsed_page(body, where)
    if tuple(text_in(cell) for cell in tree.iterfind(".//thead/tr[1]/th")) != _EVALUATIONS_HEAD:
        raise unknown_page(where, "no list of evaluations")
    return tree


def read_evaluation_ids(body: bytes, where: str) -> EvaluationIds:
    """Read which evaluations a page lists, and how many all pages list."""
    tree = evaluations_page(body, where)
    showing = _SHOWING.search(" ".join(text_in(p) for p in tree.iterfind(".//p")))
    if showing is None:
        raise unknown_page(where, "no list of evaluations")
    links = tree.iterfind(".//tbody//a[@class='row-link']")
    ids = {number for link in links if (number := linked_id(link, "eval")) is not None}
    return EvaluationIds(tuple(sorted(ids, reverse=True)), int(showing[1]))


def linked_id(link: etree._Element | None, kind: str) -> int | None:
    """Return the id of the object that a link leads to; `kind` is ``build`` or ``eval``."""
    address = (link.get("href") or "") if link is not None else ""
    found = re.search(rf"/{kind}/([0-9]{{1,15}})$", address)
    return int(found[1]) if found else None


def read_listing(
    body: bytes, evaluation: Evaluation, where: str, note: Note = ignore
) -> list[Build]:
    """Read the rows of the builds of `evaluation`, by id; each build is `partial`.

    An unreadable row is left out. A page with more unreadable rows than others is not the known
    one, and an error.
    """
    wanted = set(evaluation.builds)
    found, odd = {}, Oddities()
    for row in _rows(body, where):
        try:
            build = _build(row, evaluation, where)
        except NotAHydraError as error:
            odd.lost.append(error.message)
            continue
        if build.id in wanted:
            found[build.id] = build
    if len(odd.lost) > len(found):
        raise NotAHydraError(odd.lost[0])
    if odd:
        note(odd)
    if wanted and not found:
        raise unknown_page(where, "no row of a build that belongs to it")
    return [found[number] for number in sorted(found)]


def build_rows(table: etree._Element, jobset: Evaluation | Build, where: str) -> Iterator[Build]:
    """Yield the builds of a table that has the columns of builds, unreadable rows left out."""
    if tuple(text_in(cell) for cell in table.iterfind("thead/tr/th")) != _HEAD:
        return
    for row in table.iterfind("tbody/tr"):
        with suppress(NotAHydraError):
            yield _build(row, jobset, where)


def _rows(body: bytes, where: str) -> Iterator[etree._Element]:
    """Yield the table rows of the tabs of builds, and forget each after its use."""
    parser = etree.HTMLPullParser(events=("start", "end"), huge_tree=True, encoding="utf-8")
    tab = ""
    for start in range(0, len(body), _CHUNK):
        parser.feed(body[start : start + _CHUNK])
        for event, element in parser.read_events():
            if event == "start":
                if element.tag == "div" and (element.get("id") or "").startswith("tabs-"):
                    tab = element.get("id") or ""
            elif element.tag == "tr":
                if tab in _TABS and _is_body_row(element, where):
                    yield element
                _forget(element)


def _is_body_row(row: etree._Element, where: str) -> bool:
    if row.find("th") is None:
        return True
    head = tuple(text_in(cell) for cell in row.iterfind("th"))
    if head != _HEAD:
        raise unknown_page(where, f"a table with the columns {', '.join(head)}")
    return False


def _forget(row: etree._Element) -> None:
    row.clear()
    parent = row.getparent()
    while parent is not None and row.getprevious() is not None:
        del parent[0]


def _build(row: etree._Element, evaluation: Evaluation | Build, where: str) -> Build:
    cells = row.findall("td")
    if len(cells) != len(_HEAD):
        raise unknown_page(where, f"a row of {len(cells)} cells")
    status = _status(cells[0], where)
    stop = cells[3].find(".//time")
    stoptime = (stop.get("data-timestamp") or "") if stop is not None else ""
    return Build(
        id=_id(cells[1], where),
        project=evaluation.project,
        jobset=evaluation.jobset,
        job=_name(cells[2], where),
        nixname=text_in(cells[4])[:LONGEST_TEXT],
        system=intern(text_in(cells[5])[:LONGEST_TEXT]),  # one text for all rows
        finished=not status.queued,
        buildstatus=status.code,
        stoptime=_moment(stoptime),
        partial=True,
    )


def _status(cell: etree._Element, where: str) -> BuildStatus:
    image = cell.find(".//img")
    title = (image.get("title") or "") if image is not None else ""
    if title not in _STATUS:
        raise unknown_page(where, f"the status {title!r}")
    return _STATUS[title]


def _id(cell: etree._Element, where: str) -> int:
    found = linked_id(cell.find(".//a"), "build")
    if found is None:
        raise unknown_page(where, "a row without a build id")
    return found


def _moment(text: str) -> int | None:
    found = int(text) if _NUMBER.fullmatch(text) else 0
    return found if 0 < found <= LATEST else None


def _name(cell: etree._Element, where: str) -> str:
    name = text_in(cell)
    if not 0 < len(name) <= LONGEST_NAME:
        raise unknown_page(where, f"a job's name of {len(name)} characters")
    return name


def text_in(cell: etree._Element) -> str:
    """Return the text of an element, without the white space around it."""
    return "".join(str(part) for part in cell.itertext()).strip()


def unknown_page(where: str, what: str) -> NotAHydraError:
    """Return the error of a page that is not the known one."""
    return NotAHydraError(
        f"{where} is not a page that hydrasnap knows: {what}.",
        hint="This Hydra may be newer; please report it.",
    )
