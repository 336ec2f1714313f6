"""What only Hydra's HTML pages have: failed steps, package data, errors, what finished lately.

The pages are those of Hydra 14332fbf. ``/build/ID`` has a table of failed build steps and, under
"Details", what the package says of itself. ``/jobset/P/J/all`` lists builds by the time at which
they stopped, restarted ones included. ``/jobset/P/J/evals`` marks evaluations with errors, and
``/eval/ID/errors`` has their text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from hydrasnap.model import Build, FailedStep, Package, Reasons
from hydrasnap.model.value_bounds import LONGEST_ERROR, LONGEST_TEXT
from hydrasnap.wire.html_listings import (
    build_rows,
    evaluations_page,
    linked_id,
    parsed_page,
    text_in,
    unknown_page,
)
from hydrasnap.wire.live import machine_name

_STEPS_HEAD = ("Nr", "Step", "Duration", "Machine", "Status")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(\d{1,9})\s*([dhms])")
_LOG = re.compile(r"/build/[0-9]{1,15}/(?:step/[0-9]{1,9}/log|nixlog/[0-9]{1,9}|log)$")
_MOST_MAINTAINERS = 200


def read_reasons(body: bytes, build: Build, where: str) -> Reasons:
    """Read the page of a failed build: the steps that failed, and the package."""
    tree = parsed_page(body, where)
    if tree.find(".//div[@id='tabs-summary']") is None:
        raise unknown_page(where, "no summary of a build")
    return Reasons(
        build=build.id,
        stoptime=build.stoptime,
        steps=tuple(sorted(_failed_steps(tree, where), key=lambda step: step.number)),
        package=_package(tree),
    )


def read_finished(body: bytes, build: Build, where: str) -> list[Build]:
    """Read a page of ``/jobset/P/J/all``: its builds, the last to stop first.

    `build` names the jobset; the builds are `partial`.
    """
    tree = parsed_page(body, where)
    tables = tree.findall(".//table")
    found = [row for table in tables for row in build_rows(table, build, where)]
    if not found and tree.find(".//ul[@class='pagination']") is None:
        raise unknown_page(where, "no table of builds")
    return found


@dataclass(frozen=True, slots=True)
class ErrorMarks:
    """The evaluations on a page of ``/jobset/P/J/evals``, and those of them that had errors."""

    listed: frozenset[int]
    with_errors: frozenset[int]


def read_error_marks(body: bytes, where: str) -> ErrorMarks:
    """Read which evaluations of a list had errors."""
    tree, listed, marked = evaluations_page(body, where), set(), set()
    for row in tree.iterfind(".//tbody/tr"):
        number = linked_id(row.find(".//a[@class='row-link']"), "eval")
        badges = {text_in(badge) for badge in row.iterfind(".//span")}
        if number is None or "Eval Errors Unknown" in badges:  # so says a snapshot that is served
            continue
        listed.add(number)
        if "Eval Errors" in badges:
            marked.add(number)
    return ErrorMarks(frozenset(listed), frozenset(marked))


def read_evaluation_errors(body: bytes, where: str) -> str:
    """Read ``/eval/ID/errors``: the text of the errors, empty if there were none."""
    tree = parsed_page(body, where)
    if tree.find(".//div[@id='tabs-errors']") is None:
        raise unknown_page(where, "no errors of an evaluation")
    text = "".join("".join(map(str, pre.itertext())) for pre in tree.iterfind(".//pre"))
    return text[:LONGEST_ERROR]


def _failed_steps(tree: etree._Element, where: str) -> Iterator[FailedStep]:
    """Yield the steps below the heading; a page without it has none."""
    for heading in tree.iterfind(".//h3"):
        if text_in(heading) != "Failed build steps":
            continue
        table = heading.getnext()
        head = () if table is None else tuple(map(text_in, table.iterfind(".//thead/tr/th")))
        if table is None or head != _STEPS_HEAD:
            raise unknown_page(where, f"steps with the columns {', '.join(head)}")
        for row in table.iterfind("tbody/tr"):
            if (step := _step(row)) is not None:
                yield step


def _step(row: etree._Element) -> FailedStep | None:
    """Read a row; the resolution of a content-addressed derivation is no failure."""
    cells = row.findall("td")
    number = text_in(cells[0]) if len(cells) == len(_STEPS_HEAD) else ""
    if not re.fullmatch(r"[0-9]{1,9}", number):
        return None
    kind = " ".join(str(cells[1].text or "").split())
    if not kind.startswith(("Build of", "Substitution of")):
        return None
    error = cells[4].find(".//span[@class='error']")
    message = cells[4].find("em")
    return FailedStep(
        number=int(number),
        outputs=tuple(_outputs(cells[1])),
        status="" if error is None else text_in(error)[:100],
        substitution=kind.startswith("Substitution"),
        machine=machine_name(text_in(cells[3])) if cells[3].find("em") is None else "",
        duration=_span(text_in(cells[2])),
        propagated_from=_propagated_from(cells[4]),
        log=_log(cells[4]),
        message="" if message is None else text_in(message)[:LONGEST_TEXT],
    )


def _outputs(cell: etree._Element) -> Iterator[str]:
    """Yield the store paths; a content-addressed one can be empty."""
    for name in cell.iterfind("tt"):
        for part in name.itertext():
            yield from filter(None, re.split(r"[,\s]+", str(part)))


def _span(text: str) -> int | None:
    """Read a span of time such as ``1h 2m 3s``."""
    parts = _SPAN.findall(text)
    return sum(int(amount) * _SECONDS[unit] for amount, unit in parts) if parts else None


def _propagated_from(cell: etree._Element) -> int | None:
    if "propagated from" not in text_in(cell):
        return None
    found = (linked_id(link, "build") for link in cell.iterfind("a"))
    return next((number for number in found if number is not None), None)


def _log(cell: etree._Element) -> str:
    """Return the path of the log, where the page links to it."""
    for link in cell.iterfind("a"):
        found = _LOG.search(link.get("href") or "")
        if found and text_in(link) == "log":
            return found[0]
    return ""


def _package(tree: etree._Element) -> Package | None:
    """Read what the package says of itself, where the page has these rows."""
    rows = {
        text_in(head): row.find("td")
        for row in tree.iterfind(".//div[@id='tabs-details']/table/tr")
        if (head := row.find("th")) is not None
    }
    if "Short description:" not in rows:
        return None
    texts = {name: _given(cell) for name, cell in rows.items()}
    maintainers = re.split(r"\s*,\s*", texts.get("Maintainer(s):", ""))
    return Package(
        description=texts.get("Short description:", ""),
        license=texts.get("License:", ""),
        homepage=texts.get("Homepage:", ""),
        maintainers=tuple(dict.fromkeys(filter(None, maintainers[:_MOST_MAINTAINERS]))),
    )


def _given(cell: etree._Element | None) -> str:
    """Return the text of a cell; Hydra writes what is not given in italics."""
    if cell is None or (cell.find("em") is not None and text_in(cell) == "not given"):
        return ""
    return text_in(cell)[:LONGEST_TEXT]
