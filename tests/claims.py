"""Whether the sentences and counts of a site are true, by the raw files of its cache.

Nothing of hydrasnap takes part: `Facts` reads the JSON of the cache, `claims` reads each page as a
person does, and compares what stands there with a count of its own.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from recounted import ABORTED
from selectolax.lexbor import LexborHTMLParser, LexborNode

Json = dict[str, Any]
OUTCOMES = ("succeeded", "failed", "aborted", "queued")
SHOWN_AT_MOST = 25  # jobs that a page lists as newly failing
COLUMNS = 20  # evaluations in the grid
DAY = 86_400


class Claim(NamedTuple):
    """What a page says at a place, and what is so."""

    where: str
    said: object
    counted: object


def outcome(build: Json) -> str:
    """Tell what became of a build; a restarted one keeps its code."""
    if not build.get("finished"):
        return "queued"
    code = build.get("buildstatus")
    return "succeeded" if code == 0 else "aborted" if code in ABORTED else "failed"


class Facts:
    """What the files of a cache say."""

    def __init__(self, folder: Path) -> None:
        def read(pattern: str) -> list[Any]:
            return [json.loads(path.read_bytes()) for path in sorted(folder.glob(pattern))]

        manifest = json.loads((folder / "snapshot.json").read_bytes())
        self.run: Json = (manifest.get("runs") or [{"complete": False}])[0]
        self.gaps: list[Json] = self.run.get("gaps", [])
        self.now: int = self.run.get("finished") or self.run.get("started", 0)
        self.projects: dict[str, Json] = {raw["name"]: raw for raw in read("projects/*.json")}
        self.jobsets = {(raw["project"], raw["name"]): raw for raw in read("jobsets/*/*.json")}
        self.evaluations: dict[int, Json] = {raw["id"]: raw for raw in read("evals/*.json")}
        shards = read("builds/*.json")
        self.builds: dict[int, Json] = {raw["id"]: raw for shard in shards for raw in shard}
        self._add_parents()
        self.live: Json | None = next(iter(read("live.json")), None)

    def _add_parents(self) -> None:
        """Add what was lost and others belong to: it has its place on the site all the same."""
        for raw in (*self.evaluations.values(), *self.builds.values()):
            key = (raw["project"], raw["jobset"])
            self.jobsets.setdefault(key, {"project": key[0], "name": key[1]})
        for project, _ in self.jobsets:
            self.projects.setdefault(project, {"name": project, "enabled": True})

    def of(self, key: tuple[str, str]) -> list[Json]:
        """Return the evaluations of a jobset with builds of their own, newest first."""
        mine = [
            raw
            for raw in self.evaluations.values()
            if (raw["project"], raw["jobset"]) == key and raw.get("hasnewbuilds", True)
        ]
        return sorted(mine, key=lambda raw: -raw["id"])

    def shown(self, key: tuple[str, str]) -> list[Json]:
        """Return the evaluations that can be compared with one before, or are the first."""
        every, first = self.of(key), self.jobsets[key].get("first_evaluation")
        return [
            raw
            for place, raw in enumerate(every)
            if raw["id"] == first or (place + 1 < len(every) and not raw["id"] < (first or 0))
        ]

    def newest(self, key: tuple[str, str]) -> Json | None:
        """Return the newest evaluation that Hydra has, or else the newest."""
        every = self.of(key)
        present = [raw for raw in every if not raw.get("gone")]
        return next(iter(present or every), None)

    def known(self, evaluation: Json) -> list[Json]:
        return [self.builds[n] for n in evaluation.get("builds", ()) if n in self.builds]

    def missing(self, evaluation: Json) -> int:
        return len(evaluation.get("builds", ())) - len(self.known(evaluation))

    def figures(self, evaluation: Json) -> tuple[int, ...] | None:
        """Count the builds of an evaluation by outcome; None where none of them was read."""
        builds = self.known(evaluation)
        if not builds and self.missing(evaluation):
            return None
        counts = Counter(map(outcome, builds))
        return tuple(counts[name] for name in OUTCOMES)

    def is_hidden(self, key: tuple[str, str]) -> bool:
        visible = self.jobsets[key].get("configuration", {}).get("visible", True)
        return not visible or bool(self.projects.get(key[0], {}).get("hidden", False))

    def is_there(self, key: tuple[str, str]) -> bool:
        raw = self.jobsets[key]
        return not (raw.get("gone") or raw.get("renamed_to"))

    def is_enabled(self, key: tuple[str, str]) -> bool:
        return bool(self.jobsets[key].get("configuration", {}).get("state", 1))

    def in_use(self) -> Iterator[tuple[str, str]]:
        for key in self.jobsets:
            if self.is_there(key) and self.is_enabled(key) and not self.is_hidden(key):
                yield key

    def is_whole(self, key: tuple[str, str]) -> bool:
        """Tell whether all is known that tells what the newest evaluation of a jobset broke."""
        newest = self.newest(key)
        if newest is None:
            return bool(self.jobsets[key].get("first_evaluation", -1) == 0)
        return newest in self.shown(key) and not any(map(self.missing, self.of(key)))


class Page:
    """A page as a person reads it."""

    def __init__(self, file: Path) -> None:
        self.tree = LexborHTMLParser(file.read_bytes())

    def text(self, selector: str = "main") -> str:
        """Return the words of the first piece that fits."""
        return words(self.tree.css_first(selector))

    def count(self, section: str) -> int | None:
        """Return the last number in the heading of a section, None where there is no section."""
        found = self.tree.css_first(f"section#{section} > h2 .count")
        numbers = re.findall(r"[\d,]+", words(found))
        return int(numbers[-1].replace(",", "")) if numbers else None

    def rows(self, section: str) -> list[LexborNode]:
        return self.tree.css(f"section#{section} tbody tr:not(.group)")


def words(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""


def said(pattern: str, text: str) -> int | None:
    """Return the number that a sentence has at the first group of its pattern."""
    found = re.search(pattern, text)
    return int(found[1].replace(",", "")) if found else None


def cells(row: LexborNode) -> tuple[int, ...] | None:
    """Read the four figures of a row; None where they are dashes."""
    found = [words(row.css_first(f"td.n.{name}")) for name in OUTCOMES]
    texts = [words(cell) for cell in row.css("td.n")][-4:]
    if all(text in ("\N{EN DASH}", "") for text in texts):
        return None
    assert len(found) == len(texts)
    return tuple(int(text.replace(",", "")) for text in texts)


def claims(site: Path, cache: Path) -> list[Claim]:
    """Check all pages of a site; return what was compared."""
    facts, found = Facts(cache), list[Claim]()
    found += overview(facts, Page(site / "index.html"))
    pages = json.loads((site / "index.json").read_bytes())["projects"]
    for project in pages:
        data = json.loads((site / project["data"]).read_bytes())
        found += project_page(facts, project["name"], Page(site / project["page"]), data)
        for jobset in data["jobsets"]:
            key = (project["name"], jobset["name"])
            way = jobset["page"].removesuffix(".html")
            found += jobset_page(facts, key, Page(site / jobset["page"]), way)
            found += evaluations_page(facts, key, Page(site / f"{way}/evals.html"), way)
            found += grid(facts, key, Page(site / f"{way}/jobs.html"), way)
    for number, evaluation in facts.evaluations.items():
        file = site / f"eval/{number}.html"
        if file.is_file():
            found += evaluation_page(facts, evaluation, Page(file))
        for other in sorted(file.with_suffix("").glob("vs/*.html")):
            if other.stem.isdigit():
                found += lists(Page(other), f"eval/{number}/vs/{other.name}")
    found += queue(facts, Page(site / "queue.html"))
    found += activity(facts, site / "status.html")
    found += search(facts, Page(site / "search.html"))
    return found


def wrong(found: Iterable[Claim]) -> list[Claim]:
    """Return what is not so."""
    return [claim for claim in found if claim.said != claim.counted]


def overview(facts: Facts, page: Page) -> Iterator[Claim]:
    text = page.text()
    amounts = {"project": len(facts.projects), "jobset": sum(
        facts.jobsets[key].get("renamed_to") is None for key in facts.jobsets),
        "evaluation": len(facts.evaluations), "build": len(facts.builds)}  # fmt: skip
    for name, amount in amounts.items():
        yield Claim(f"overview, {name}s", said(rf"([\d,]+) {name}s?\b", text), amount)
    gaps = said(r"([\d,]+) parts? of the Hydra could not be read", text)
    yield Claim("overview, gaps", gaps or 0, len(facts.gaps))
    yield Claim("overview, gaps listed", len(page.rows("gaps")), len(facts.gaps))
    unfinished = "The last run did not finish" in text
    yield Claim("overview, unfinished", unfinished, not facts.run.get("complete", True))
    yield from _newly_failing(facts, page)
    trouble = page.count("trouble") or 0
    named = {words(link) for link in page.tree.css("section#trouble li > a:first-child")}
    yield Claim("overview, in trouble", trouble, len(named))
    for key in facts.jobsets:
        yield Claim(f"overview, trouble of {key}",
                    ":".join(key) in named and facts.is_hidden(key), False)  # fmt: skip
    groups = len(page.tree.css("section#projects tr.group"))
    yield Claim("overview, projects", page.count("projects"), groups)
    off = said(r"([\d,]+) disabled or deleted projects?", page.text("section#projects"))
    gone = [raw for raw in facts.projects.values() if raw.get("gone") or not raw.get("enabled", 1)]
    yield Claim("overview, projects that are off", off or 0, len(gone))
    yield from _lately(facts, page)


def _newly_failing(facts: Facts, page: Page) -> Iterator[Claim]:
    text, total = page.text("section#newly-failing"), page.count("newly-failing")
    rows = {int(row.attributes["data-build"] or 0) for row in page.rows("newly-failing")}
    unread = [key for key in facts.in_use() if not facts.is_whole(key)]
    allowed = {n for key in facts.jobsets if facts.is_there(key) and not facts.is_hidden(key)
               if (newest := facts.newest(key)) for n in newest.get("builds", ())}  # fmt: skip
    yield Claim("newly failing, rows", len(rows), min(total or 0, SHOWN_AT_MOST))
    yield Claim("newly failing, of others", rows - allowed, set())
    failing = {n for n in rows if outcome(facts.builds[n]) == "failed"}
    yield Claim("newly failing, that fail", failing, rows)
    surely = not unread and not facts.gaps and facts.run.get("complete", True)
    nothing = "Nothing broke in the newest evaluation" in text
    yield Claim("newly failing, none", nothing and not surely, False)
    number = said(r"of ([\d,]+) jobsets? the newest evaluation or the one before", text)
    if number is not None:
        yield Claim("newly failing, unread", number >= 1 and number <= len(unread), True)


def _lately(facts: Facts, page: Page) -> Iterator[Claim]:
    for span, seconds in (("24 hours", DAY), ("7 days", 7 * DAY)):
        text = page.text(f"#broke-{span.replace(' ', '-')}")
        broke, still = said(r"broken?\s+([\d,]+) job", text), said(r"([\d,]+) of them", text)
        where = f"broken in {span}"
        yield Claim(f"{where}, still", (still or 0) <= (broke or 0), True)
        inside = [raw for key in facts.in_use() for raw in facts.of(key)
                  if facts.now - seconds <= raw.get("timestamp", 0) <= facts.now]  # fmt: skip
        unread = any(map(facts.missing, inside)) or facts.gaps or not facts.run.get("complete", 1)
        yield Claim(f"{where}, is sure", "known to have broken" not in text and bool(unread), False)
        failing = {(raw["project"], raw["jobset"], build["job"], build.get("system", ""))
                   for raw in inside for build in facts.known(raw)
                   if outcome(build) == "failed"}  # fmt: skip
        yield Claim(f"{where}, at most", (broke or 0) <= len(failing), True)


def project_page(facts: Facts, name: str, page: Page, data: Json) -> Iterator[Claim]:
    mine = [key for key in facts.jobsets
            if key[0] == name and facts.jobsets[key].get("renamed_to") is None]  # fmt: skip
    yield Claim(f"{name}, jobsets", page.count("jobsets"), len(mine))
    off = said(r"([\d,]+) disabled or deleted jobsets?", page.text())
    counted = [key for key in mine if not facts.is_there(key) or not facts.is_enabled(key)]
    yield Claim(f"{name}, jobsets that are off", off or 0, len(counted))
    rows = {words(row.css_first("th a")): row for row in page.tree.css("table.figures tbody tr")}
    for key in mine:
        row = rows.get(key[1])
        yield Claim(f"{key}, row", row is not None, True)
        newest = facts.newest(key)
        if row is None or newest is None:
            continue
        figures = facts.figures(newest)
        yield Claim(f"{key}, figures", cells(row), figures)
        total, share = len(newest.get("builds", ())), words(row.css_first(".share"))
        if share and figures and total:
            least = "≥ " if facts.missing(newest) else ""
            yield Claim(f"{key}, share", share, f"{least}{100 * figures[0] // total} %")
    yield Claim(f"{name}, data", data["counts"] is None or data["counts"]["total"], sum(
        len(raw.get("builds", ())) for key in mine if facts.is_there(key)
        and facts.jobsets[key].get("configuration", {}).get("visible", True)
        and (raw := facts.newest(key))) if data["counts"] else True)  # fmt: skip


def _amounts(text: str) -> tuple[int, ...]:
    return tuple(said(rf"([\d,]+) {name}\b", text) or 0 for name in OUTCOMES)


def jobset_page(facts: Facts, key: tuple[str, str], page: Page, way: str) -> Iterator[Claim]:
    newest, shown = facts.newest(key), facts.shown(key)
    if page.tree.css_first("section#newest"):
        assert newest is not None
        sentence = words(page.tree.css_first("section#newest > p"))
        figures = facts.figures(newest)
        if figures is None:
            yield Claim(f"{way}, newest", sentence.startswith("not read yet"), True)
        else:
            yield Claim(f"{way}, newest", _amounts(sentence), figures)
            lacking = said(r"([\d,]+) not in the snapshot", sentence) or 0
            yield Claim(f"{way}, lacking", lacking, facts.missing(newest))
            built = said(r"(\d+) % built", sentence)
            total = len(newest["builds"])
            if built is not None:
                yield Claim(f"{way}, built", built, 100 * (total - figures[3]) // total)
        yield Claim(f"{way}, evaluations", page.count("evaluations"), len(shown))
    if "Hydra lists no evaluation" in page.text():
        yield Claim(f"{way}, none", facts.jobsets[key].get("first_evaluation"), 0)
    yield from _broken(page, way)
    yield from _earlier(facts, shown, page, way)
    yield from _burn_down(facts, key, page, way)


def _broken(page: Page, way: str) -> Iterator[Claim]:
    broken, rows = page.count("newly-failing"), page.rows("newly-failing")
    yield Claim(f"{way}, newly failing rows", len(rows), min(broken or 0, SHOWN_AT_MOST))
    jump = [(words(link.css_first("b")), words(link)) for link in page.tree.css("nav.jump a")]
    lists_ = {text.removeprefix(n).strip(): int(n.replace(",", "")) for n, text in jump if n}
    if broken is not None:
        yield Claim(f"{way}, newly failing", broken, lists_.get("newly failing"))


def _earlier(facts: Facts, shown: list[Json], page: Page, way: str) -> Iterator[Claim]:
    """Compare how much earlier evaluations are said to be with their times."""
    for hours, number in re.findall(r"(\d+) hours earlier, (\d+)", page.text("section#newest")):
        apart = facts.evaluations[shown[0]["id"]]["timestamp"] - _time(facts, number)
        yield Claim(f"{way}, against {number}", int(hours), round(apart / 3600))
    for number in re.findall(r"a day earlier, (\d+)", page.text("section#newest")):
        apart = shown[0]["timestamp"] - _time(facts, number)
        yield Claim(f"{way}, a day before", 20 <= apart / 3600 < 28, True)


def _time(facts: Facts, number: str) -> int:
    return int(facts.evaluations[int(number)]["timestamp"])


def _burn_down(facts: Facts, key: tuple[str, str], page: Page, way: str) -> Iterator[Claim]:
    heads = [words(head) for head in page.tree.css("section#burn-down th")][2:]
    for row in page.rows("burn-down"):
        number, _, *values = [words(cell) for cell in row.css("td")]
        evaluation = facts.evaluations[int(number)]
        yield Claim(f"{way}, chart at {number}", facts.missing(evaluation), 0)
        failed = Counter(build.get("system", "") for build in facts.known(evaluation)
                         if outcome(build) == "failed")  # fmt: skip
        counted = [failed[system] for system in heads]
        yield Claim(f"{way}, chart at {number}",
                    [int(value.replace(",", "")) for value in values], counted)  # fmt: skip
    left = said(r"([\d,]+) more left out", page.text("section#burn-down"))
    if page.tree.css_first("section#burn-down"):
        unread = [raw for raw in facts.shown(key)[:50] if facts.missing(raw)]
        yield Claim(f"{way}, chart leaves out", left or 0, len(unread))


def evaluations_page(facts: Facts, key: tuple[str, str], page: Page, way: str) -> Iterator[Claim]:
    shown, text = facts.shown(key), words(page.tree.css_first("p.lead"))
    rows = page.tree.css("table.evaluations tbody tr")
    yield Claim(f"{way}/evals, rows", len(rows), len(shown))
    is_one = re.match(r"The (only|newest) evaluation ", text) is not None
    number = said(r"(?:All|The) ([\d,]+)(?: newest)? evaluations", text)
    yield Claim(f"{way}/evals, lead", number or int(is_one), len(shown))
    if text.startswith(("All", "The only")):
        first = facts.jobsets[key].get("first_evaluation")
        yield Claim(f"{way}/evals, all", shown[-1]["id"], first)
    gone = said(r"has deleted ([\d,]+) of them", text) or int("has deleted it since" in text)
    yield Claim(f"{way}/evals, deleted", gone, sum(bool(raw.get("gone")) for raw in shown))
    for row, raw in zip(rows, shown, strict=True):
        yield Claim(f"{way}/evals, {raw['id']}", cells(row), facts.figures(raw))
        tags = {words(tag) for tag in row.css("span.tag")}
        yield Claim(f"{way}/evals, {raw['id']} tag", bool(tags & {"partly known", "not read yet"}),
                    bool(facts.missing(raw)))  # fmt: skip


def grid(facts: Facts, key: tuple[str, str], page: Page, way: str) -> Iterator[Claim]:
    text, rows = words(page.tree.css_first("p.lead")), page.tree.css("table.grid tbody tr")
    columns = facts.shown(key)[:COLUMNS]
    states: dict[str, list[set[str]]] = {}
    for place, evaluation in enumerate(columns):
        for build in facts.known(evaluation):
            row = states.setdefault(build["job"], [set() for _ in columns])
            row[place].add(outcome(build))
    left = said(r"([\d,]+) more jobs? left out", text) or 0
    yield Claim(f"{way}/jobs, rows", said(r"([\d,]+) jobs? in the", text) or 0, len(rows))
    yield Claim(f"{way}/jobs, all", len(rows) + left, len(states))
    named = {words(row.css_first("th a")) for row in rows}
    omitted = [row for job, row in states.items() if job not in named] if left else []
    for phrase, counted in (
        ("that fail", sum("failed" in row[0] for row in omitted)),
        ("that are queued or aborted",
         sum(bool(row[0] & {"queued", "aborted"}) and "failed" not in row[0] for row in omitted)),
        ("that succeeded in every evaluation shown", sum(
            all(cell == {"succeeded"} for cell in row) for row in omitted)),
        ("that the newest evaluation has no more", sum(not row[0] for row in omitted)),
    ):  # fmt: skip
        number = said(rf"([\d,]+) {phrase}(?: newly)?(?=,| and|\.|$)", text)
        if number is not None and phrase != "that fail":
            yield Claim(f"{way}/jobs, {phrase}", number, counted)
        if number is not None and phrase.endswith("no more"):
            yield Claim(f"{way}/jobs, newest known", facts.missing(columns[0]), 0)


def evaluation_page(facts: Facts, evaluation: Json, page: Page) -> Iterator[Claim]:
    where, text = f"eval/{evaluation['id']}", page.text()
    builds, missing = facts.known(evaluation), facts.missing(evaluation)
    unknown = re.search(r"snapshot lacks ([\d,]+) of its ([\d,]+) builds", text)
    told = tuple(int(n.replace(",", "")) for n in unknown.groups()) if unknown else None
    counted = (missing, len(evaluation.get("builds", ()))) if missing else None
    yield Claim(f"{where}, partly known", told, counted)
    facts_list = {words(term): words(term.next) for term in page.tree.css("dl.facts dt")}
    if facts.figures(evaluation) is not None:
        amounts = _amounts(facts_list.get("Builds", "").partition(": ")[2] or facts_list["Builds"])
        yield Claim(f"{where}, builds", amounts, facts.figures(evaluation))
    inputs = evaluation.get("inputs", ())
    counted_inputs = len(inputs) or int(bool(evaluation.get("flake")))
    yield Claim(f"{where}, inputs", page.count("inputs") or 0, counted_inputs)
    yield from _of_lists(facts, evaluation, page, where)
    yield from _by_dependency(builds, page, where)


def _of_lists(facts: Facts, evaluation: Json, page: Page, where: str) -> Iterator[Claim]:
    """Compare the lists together with all builds."""
    text, builds, missing = page.text(), facts.known(evaluation), facts.missing(evaluation)
    kinds = [int(words(node).replace(",", "")) for node in page.tree.css("#causes .kinds b")]
    bad = [build for build in builds if outcome(build) in ("failed", "aborted")]
    yield Claim(f"{where}, failures by kind", sum(kinds), len(bad))
    yield from lists(page, where)
    every = {node.attributes.get("id"): int(node.attributes.get("data-count") or 0)
             for node in page.tree.css("main > section[data-count]")}  # fmt: skip
    here = sum(every.values()) - every.get("removed", 0) + (page.count("undecided") or 0)
    yield Claim(f"{where}, all builds once", here, len(builds))
    if missing:
        yield Claim(f"{where}, removed", every.get("removed", 0), 0)
    if "with nothing: it is the first evaluation" in text:
        key = (evaluation["project"], evaluation["jobset"])
        first = facts.jobsets[key].get("first_evaluation")
        yield Claim(f"{where}, first", evaluation["id"], first)
    if "Nothing changed" in text:
        yield Claim(f"{where}, nothing changed", missing, 0)


def _by_dependency(builds: Iterable[Json], page: Page, where: str) -> Iterator[Claim]:
    """Compare how many failures by a dependency are explained, and how many are not."""
    text = page.text("section#root-causes")
    if not text:
        return
    unread = said(
        r"([\d,]+) builds? fails? because of a dependency that the snapshot has not", text
    )
    vanished = said(r"([\d,]+) builds? fails? because of a dependency that the Hydra does", text)
    by_dependency = [build for build in builds if build.get("buildstatus") == 2]
    less = (unread or 0) + (vanished or 0)
    yield Claim(f"{where}, unexplained", less <= len(by_dependency), True)


def lists(page: Page, where: str) -> Iterator[Claim]:
    """Compare each list's heading with its rows, the way to it, and the table by system."""
    jump = {(link.attributes["href"] or "").removeprefix("#"): words(link.css_first("b"))
            for link in page.tree.css("nav.jump a[href^='#']")}  # fmt: skip
    by_system: Counter[str] = Counter()
    heads = [words(head).lower() for head in page.tree.css("section#systems th")][1:]
    for row in page.rows("systems"):
        for name, cell in zip(heads, row.css("td")[-len(heads) :], strict=False):
            by_system[name] += int(words(cell).replace(",", "") or 0)
    for section in page.tree.css("main > section[data-count]"):
        name, count = section.attributes["id"] or "", int(section.attributes["data-count"] or 0)
        title = words(section.css_first("h2"))
        yield Claim(f"{where}#{name}, heading",
                    said(r"([\d,]+)$", title) or 0, count)  # fmt: skip
        if count:
            yield Claim(f"{where}#{name}, way", jump.get(name), f"{count:,}")
        text, rows = words(section), len(section.css("tbody tr"))
        if "Only counted here" not in text and "The first" not in text:
            yield Claim(f"{where}#{name}, rows", rows, count)
        more = re.search(r"([\d,]+) more of these ([\d,]+)", text)
        if more:
            first = len(section.css("div.wide")[0].css("tbody tr"))
            yield Claim(f"{where}#{name}, more", int(more[1].replace(",", "")), count - first)
        if by_system:
            label = title.removesuffix(f"{count:,}").strip().lower()
            yield Claim(f"{where}#{name}, by system", by_system.get(label, 0), count)


def queue(facts: Facts, page: Page) -> Iterator[Claim]:
    waiting = [raw for raw in facts.builds.values() if not raw.get("finished")
               and not raw.get("gone")]  # fmt: skip
    head = words(page.tree.css_first("h1 .count"))
    yield Claim("queue", int(head.replace(",", "") or 0), len(waiting))
    for section in ("by-jobset", "by-system"):
        amounts = [int(words(row.css("td")[1]).replace(",", "")) for row in page.rows(section)]
        yield Claim(f"queue, {section}", sum(amounts), len(waiting))
    yield Claim("queue, none", "Every build that the snapshot holds" in page.text(), not waiting)


def activity(facts: Facts, file: Path) -> Iterator[Claim]:
    yield Claim("activity", file.is_file(), facts.live is not None)
    if facts.live is None:
        return
    page = Page(file)
    for section, name in (("builds", "running"), ("machines", "machines")):
        found = facts.live.get(name)
        yield Claim(f"activity, {name}", page.count(section), None if found is None else len(found))
    for key, period in (("hours", "hour"), ("days", "day")):
        amounts = facts.live.get(key) or []
        names = [words(row.css_first("td")) for row in page.rows("throughput")]
        told = [name for name in names if period in name]
        yield Claim(f"activity, {key}", [text for text in told if "at least" not in text], [])
        if len(amounts) > 1:
            yield Claim(f"activity, {key}", len(told), len(amounts) - 1)


def search(facts: Facts, page: Page) -> Iterator[Claim]:
    names = {words(node) for node in page.tree.css("section#lists dt")}
    yield Claim("search, projects", len(names), len(facts.projects))
    links = page.tree.css("section#lists dd a")
    yield Claim("search, jobsets", len(links), len(facts.jobsets))
