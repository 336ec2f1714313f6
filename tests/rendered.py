"""What a rendered site shows, read from its pages and data files as a visitor would."""

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

UNKNOWN = -1  # how a figure is read that a page says is not known
_LOOKS = ("succeeded", "failed", "aborted", "queued")


class ShownRow(NamedTuple):
    """A row of a list: its build, and the one that it names as before, or None."""

    build: int
    job: str
    system: str
    outcome: str
    before: int | None


class ShownList(NamedTuple):
    """A list as its section has it; `said` is how long the section says that it is."""

    said: int
    rows: list[ShownRow]


class Jobset(NamedTuple):
    """A jobset that the site has a page of; `gone` where it says that Hydra has deleted it."""

    project: str
    name: str
    page: str
    gone: bool


def plain(text: str | None) -> str:
    """Undo how pages write signs that cannot be seen, such as ``⟨U+202E⟩``."""
    return re.sub(r"⟨U\+([0-9A-F]+)⟩", lambda found: chr(int(found[1], 16)), text or "")


def number(node: LexborNode | None) -> int:
    """Read the first word of a piece as a whole number; nothing is 0."""
    words = node.text().split() if node else []
    if words == ["\N{EN DASH}"]:
        return UNKNOWN
    return int(words[0].replace(",", "").replace("\N{MINUS SIGN}", "-")) if words else 0


class Site:
    """The folder of a site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def data(self, path: str) -> Any:
        """Read a data file."""
        return json.loads((self.folder / path).read_bytes())

    def html(self, path: str) -> LexborHTMLParser:
        """Read a page."""
        return LexborHTMLParser((self.folder / path).read_bytes())

    def has(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return (self.folder / path).is_file()

    def jobsets(self) -> Iterator[Jobset]:
        """Give the jobsets of all projects, by the data files."""
        for project in self.data("index.json")["projects"]:
            for jobset in self.data(project["data"])["jobsets"]:
                yield Jobset(project["name"], jobset["name"], jobset["page"], jobset["gone"])

    def evaluations(self, jobset: Jobset) -> dict[int, tuple[tuple[int, ...], int]]:
        """Return the table of a jobset's evaluations: the figures and the difference of each."""
        page = jobset.page.removesuffix(".html") + "/evals.html"
        rows = [row.css("td") for row in self.html(page).css("table.evaluations tbody tr")]
        return {number(c[0]): (_figures(c[4:8]), number(c[3])) for c in rows}

    def is_in_sight(self, jobset: Jobset) -> bool:
        """Tell whether Hydra has a jobset and shows it to all."""
        project = self.data(f"project/{jobset.page.split('/')[1]}.json")
        (found,) = (row for row in project["jobsets"] if row["name"] == jobset.name)
        return not (found["gone"] or found["hidden"] or project["hidden"])

    def causes(self, evaluation: int) -> list[tuple[str, int]]:
        """Return the derivations that take builds down by the page of root causes, and how many."""
        path = f"eval/{evaluation}/causes.html"
        rows = self.html(path).css("table.causes tbody tr") if self.has(path) else ()
        cells = [row.css("td") for row in rows]
        return sorted((_text(c[0]), number(c[2])) for c in cells if number(c[2]))

    def maintainers(self) -> Iterator[tuple[str, tuple[int, set[int]]]]:
        """Give each maintainer with the number of jobs, and what fails or was aborted."""
        for file in sorted(self.folder.glob("maintainer/*.json")):
            found = json.loads(file.read_bytes())
            page = self.html(found["page"])
            rows = page.css("#failing tbody tr")
            builds = {int(row.attributes["data-build"] or 0) for row in rows}
            assert builds == {row["build"] for row in found["failing"]}, "the page shows its data"
            yield found["name"], (found["counts"]["total"], builds)

    def failing_maintainers(self) -> dict[str, tuple[int, int]]:
        """Return the maintainers with failing jobs by the list: how many fail, of how many."""
        if not self.has("maintainers.html"):
            return {}
        rows = self.html("maintainers.html").css("#failing tbody tr")
        return {
            _text(row.css_first("th a, th")): (number(cells[0]), number(cells[2]))
            for row in rows
            if (cells := row.css("td"))
        }

    def baseline(self, evaluation: int) -> int | None:
        """Return what the page of an evaluation says that it is compared with."""
        told = fact(self.html(f"eval/{evaluation}.html"), "Compared")
        before = re.search(r"before it, (\d+)", _text(told))
        return int(before[1]) if before else None

    def others(self, evaluation: int) -> Iterator[tuple[int, str]]:
        """Give the further evaluations that one is compared with, and the pages of that."""
        for file in sorted((self.folder / f"eval/{evaluation}/vs").glob("*.html")):
            if file.stem.isdigit():
                yield int(file.stem), file.relative_to(self.folder).as_posix()

    def lists(self, page: str) -> dict[str, ShownList]:
        """Return the lists of a page that compares two evaluations, by their anchors."""
        found = {}
        for section in self.html(page).css("main > section"):
            name = section.attributes.get("id") or ""
            count = section.attributes.get("data-count")
            rows = list(_rows(section))
            for more in self._more(page, name):
                rows += _rows(self.html(more).css_first("main"))
            if count is not None or name == "undecided":
                found[name] = ShownList(len(rows) if count is None else int(count), rows)
        return found

    def _more(self, page: str, name: str) -> Iterator[str]:
        """Give the further pages of a long list."""
        folder = self.folder / page.removesuffix(".html")
        for file in folder.glob(f"{name}-*.html"):
            if file.stem.removeprefix(f"{name}-").isdigit():
                yield file.relative_to(self.folder).as_posix()

    def burn_down(self, jobset: Jobset) -> dict[int, dict[str, int]]:
        """Return the table below the chart: failing builds by evaluation and system."""
        section = self.html(jobset.page).css_first("#burn-down")
        if section is None:
            return {}
        systems = [head.text() for head in section.css("th")[2:]]
        rows = [row.css("td") for row in section.css("tbody tr")]
        return {
            number(row[0]): dict(zip(systems, map(number, row[2:]), strict=True)) for row in rows
        }

    def failing_longest(self, jobset: Jobset) -> tuple[int, list[tuple[str, str, int, bool]]]:
        """Return how many jobs fail, and the longest: job, system, build, whether exact."""
        rows = [row.css("td") for row in self._table(jobset.page, "#failing-longest")]
        found = [(plain(c[0].text()), c[1].text(), number(c[3]), "or longer" not in _text(c[2]))
                 for c in rows]  # fmt: skip
        return self._total(jobset.page, "#failing-longest"), found

    def flakiest(self, jobset: Jobset) -> tuple[int, list[tuple[str, str, int]]]:
        """Return how many jobs are flaky, and the worst: job, system, score of 100."""
        rows = [row.css("td") for row in self._table(jobset.page, "#flakiest")]
        found = [(plain(c[0].text()), c[1].text(), number(c[3])) for c in rows]
        return self._total(jobset.page, "#flakiest"), found

    def _table(self, page: str, section: str) -> list[LexborNode]:
        return self.html(page).css(f"{section} tbody tr")

    def _total(self, page: str, section: str) -> int:
        count = self.html(page).css_first(f"{section} h2 .count")
        return (
            int(_text(count).removesuffix(" known").rpartition(" ")[2].replace(",", ""))
            if count
            else 0
        )

    def overview(self) -> dict[str, tuple[int, int, tuple[int, ...]]]:
        """Return the jobsets of the first page: newest evaluation, newly failing, figures."""
        found = {}
        for row in self._table("index.html", "#projects"):
            link, cells = row.css_first("th.name a"), row.css("td")
            if link:
                newest = number(cells[0]) if cells[0].css_first("a") else 0
                values = newest, number(cells[3]), _figures(cells[4:8])
                found[link.attributes["href"] or ""] = values
        return found

    def broken(self) -> tuple[int, list[int]]:
        """Return how many jobs the first page says broke, and the builds that it lists."""
        rows = self._table("index.html", "#newly-failing")
        builds = [int(row.attributes["data-build"] or 0) for row in rows]
        return self._total("index.html", "#newly-failing"), builds

    def jobs(self) -> Iterator[tuple[dict[str, Any], LexborHTMLParser]]:
        """Give the data and the page of each job that has one; one that leads on is none."""
        for file in sorted((self.folder / "job").rglob("*.json")):
            found = json.loads(file.read_bytes())
            if "failingSince" not in found:
                continue
            page = LexborHTMLParser(file.with_suffix(".html").read_bytes())
            if page.css_first("meta[http-equiv=refresh]") is None:
                yield found, page


def fact(page: LexborHTMLParser, name: str) -> LexborNode | None:
    """Return what a page says of a named thing."""
    terms = (node for node in page.css("dl.facts dt") if node.text() == name)
    return next((term.next for term in terms), None)


def build_of(node: LexborNode | None) -> int | None:
    """Return the build that the link in a piece of a page leads to."""
    link = node.css_first("a[href*='build/']") if node else None
    address = link.attributes["href"] or "" if link else ""
    return int(posixpath.basename(address).removesuffix(".html")) if address else None


def failing_on(page: LexborHTMLParser) -> tuple[int, bool] | None:
    """Return the build since which a job fails by its page, and whether it was the first to."""
    line = fact(page, "Failing since")
    build = build_of(line)
    return (build, "or longer" not in _text(line)) if build else None


def table_compares(heads: list[str]) -> bool:
    """Tell whether a table of builds says what they are compared with."""
    return "Before" in heads or "Failing" in heads


def _text(node: LexborNode | None) -> str:
    """Read a piece of a page as a browser shows it: the ends of its lines are blanks."""
    return " ".join(node.text().split()) if node else ""


def _figures(cells: list[LexborNode]) -> tuple[int, ...]:
    return tuple(map(number, cells))


def _rows(part: LexborNode | None) -> Iterator[ShownRow]:
    for table in part.css("table.builds") if part else ():
        heads = [head.text().split()[0] for head in table.css("th")]
        for row in table.css("tbody tr"):
            cells = dict(zip(heads, row.css("td"), strict=True))
            (look,) = [node.attributes["class"] or "" for node in cells["Status"].css(".st")]
            build = int(row.attributes["data-build"] or 0)
            before = row.attributes.get("data-before")
            yield ShownRow(
                build,
                plain(row.attributes["data-job"]),
                cells["System"].text(),
                next(name for name in _LOOKS if name in look.split()),
                int(before) if before and table_compares(heads) else None,
            )
