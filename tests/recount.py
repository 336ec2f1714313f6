"""Compare a rendered site with what the Hydra itself answers, counted anew.

    python tests/recount.py SITE URL [OLDER_URL...]

Nothing of hydrasnap takes part: `recounted` counts from raw answers, `rendered` reads the pages.
Further addresses are of the same Hydra at earlier times, for a site that keeps what was deleted.
The pages of failed builds are read too; a crawl with a large [crawl] reasons has read them all.
Prints each disagreement and how much was compared; exits with 1 where there is any.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
from recounted import (
    LISTS,
    OUTCOMES,
    Ask,
    Build,
    Hydra,
    Past,
    Row,
    failing_since,
    failures,
    flakiness,
    lists,
    tally,
)
from recounted_pages import (
    WITHOUT_PAGE,
    BuildPage,
    Look,
    labels,
    maintainers_of_jobs,
    read_page,
    reasons,
)
from rendered import Jobset, ShownList, ShownRow, Site, fact, failing_on, number
from selectolax.lexbor import LexborHTMLParser

CHART = 50  # evaluations that the burn-down reaches back
TABLE = 10  # rows of the tables of the longest failing and the flakiest jobs
LINES = 25  # jobs that a page lists as newly failing
FLAKY = 0.1  # the score from which the page of a job tells it


@dataclass
class Recount:
    """What was compared, by kind, and what differs."""

    compared: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def check(self, kind: str, where: object, shown: object, counted: object) -> None:
        """Note whether the site and the recount say the same."""
        self.compared[kind] += 1
        if shown != counted:
            self.differences.append(f"{kind}, {where}: shown {shown}, counted {counted}")

    def __str__(self) -> str:
        lines = [*self.differences]
        lines += [f"{amount:7,} compared: {kind}" for kind, amount in sorted(self.compared.items())]
        lines.append(f"{len(self.differences):7,} differences")
        return "\n".join(lines)


class Comparison:
    """A site beside its Hydra, whose pages of builds are read too if `look` is given."""

    def __init__(self, site: Site, hydra: Hydra, look: Look | None = None) -> None:
        self.site, self.hydra, self.look = site, hydra, look
        self.found = Recount()
        self.check = self.found.check
        self.shown = {jobset: site.evaluations(jobset) for jobset in site.jobsets()}
        self.pasts = {j: hydra.past(j.project, j.name, rows) for j, rows in self.shown.items()}
        self.owner = {n: past for past in self.pasts.values() for n in past.held}

    def run(self) -> Recount:
        """Compare everything."""
        names = {(jobset.project, jobset.name) for jobset in self.pasts}
        self.check("jobsets missing", "the site", self.hydra.jobsets() - names, set())
        for jobset, past in self.pasts.items():
            self.jobset(jobset, past)
        for data, page in self.site.jobs():
            self.job(data, page, self.past_of(data["project"], data["jobset"]))
        self.overview()
        if self.look is not None:
            pages = dict(self.pages(self.look))
            for past in self.pasts.values():
                self.causes(past, pages)
            self.maintainers(pages)
        return self.found

    def pages(self, look: Look) -> Iterator[tuple[int, BuildPage]]:
        """Read the pages of all builds that name failed steps."""
        every = {build.id: build for past in self.pasts.values() for build in past.every}
        for key, build in every.items():
            text = None if build.status in WITHOUT_PAGE else look(f"/build/{key}")
            if text is not None:
                yield key, read_page(text)

    def causes(self, past: Past, pages: Mapping[int, BuildPage]) -> None:
        """Compare the root causes of evaluations, as data and as pages."""
        for evaluation in past.held:
            if not self.site.has(f"eval/{evaluation}.json"):
                continue
            counted = reasons(past.builds(evaluation), pages)
            found = self.site.data(f"eval/{evaluation}.json")["rootCauses"]
            shown = {tuple(c["outputs"]): frozenset(c["builds"]) for c in found["causes"]}
            self.check("root causes", evaluation, shown, counted.causes)
            unknown = found["unread"], found["vanished"]
            self.check("failures without a known cause", evaluation, unknown, (0, counted.vanished))
            rows = sorted((_name(cause), len(below)) for cause, below in counted.causes.items())
            self.check("tables of root causes", evaluation, self.site.causes(evaluation), rows)

    def maintainers(self, pages: Mapping[int, BuildPage]) -> None:
        """Compare what fails of each maintainer, and the list of them."""
        bad: defaultdict[str, set[int]] = defaultdict(set)
        jobs: Counter[str] = Counter()
        failing: Counter[str] = Counter()
        told = {j: maintainers_of_jobs(past.every, pages) for j, past in self.pasts.items()}
        every = (people for found in told.values() for people in found.values())
        names = labels(chain.from_iterable(every))
        for jobset in filter(self.site.is_in_sight, self.pasts):
            newest = max(self.shown[jobset], default=0)
            for build in self.pasts[jobset].builds(newest):
                people = [names[address] for address in told[jobset].get(build.job, ())]
                jobs.update(people)
                failing.update(people if build.outcome == "failed" else ())
                for label in people if build.outcome in ("failed", "aborted") else ():
                    bad[label].add(build.id)
        shown = dict(self.site.maintainers())
        self.check("maintainers", "the site", sorted(shown), sorted(jobs))
        for label in jobs:
            self.check("jobs of maintainers", label, shown.get(label), (jobs[label], bad[label]))
        table = {label: (count, jobs[label]) for label, count in failing.items()}
        self.check("tables of maintainers", "the list", self.site.failing_maintainers(), table)

    def past_of(self, project: str, jobset: str) -> Past:
        """Return the past of the jobset of a name."""
        return next(past for j, past in self.pasts.items() if j[:2] == (project, jobset))

    def jobset(self, jobset: Jobset, past: Past) -> None:
        """Compare what is said of a jobset and its evaluations."""
        there = self.hydra.has(jobset.project, jobset.name)
        self.check("jobsets gone", jobset.page, jobset.gone, not there)
        shown = self.shown[jobset]
        listed = past.listed[-len(shown) :] if shown else []
        self.check("evaluations shown", jobset.page, sorted(shown), listed)
        for evaluation, figures in shown.items():
            self.tally(evaluation, figures, past)
            self.evaluation(evaluation, past)
        newest = past.builds(max(shown)) if shown else []
        self.failing(jobset, newest, past)
        self.flaky(jobset, newest, past)
        self.burn_down(jobset, listed[-CHART:], past)

    def tally(self, evaluation: int, shown: tuple[tuple[int, ...], int], past: Past) -> None:
        """Compare a row of the table of evaluations."""
        figures, delta = shown
        counted = tally(past.builds(evaluation))
        self.check("figures of evaluations", evaluation, figures, counted)
        previous = past.previous(evaluation)
        more = counted[0] - tally(past.builds(previous))[0] if previous is not None else 0
        hidden = more < 0 and counted[3]
        self.check("differences of evaluations", evaluation, delta, 0 if hidden else more)

    def evaluation(self, evaluation: int, past: Past) -> None:
        """Compare the lists of an evaluation with all that it is compared with."""
        previous, builds = past.previous(evaluation), past.builds(evaluation)
        self.check("baselines", evaluation, self.site.baseline(evaluation), previous)
        counted = lists(builds, past, previous)
        page = f"eval/{evaluation}.html"
        self.lists(page, self.site.lists(page), counted)
        self.data(evaluation, counted)
        rows = self.site.data(f"eval/{evaluation}/jobs.json")["jobs"]
        wanted = [[b.job, b.system, b.id, b.status] for b in builds]
        self.check("states of all jobs", evaluation, sorted(rows), sorted(wanted))
        for other, address in self.site.others(evaluation):
            found = lists(builds, self.owner.get(other, past), other)
            self.lists(address, self.site.lists(address), found)

    def lists(self, page: str, shown: dict[str, ShownList], counted: dict[str, list[Row]]) -> None:
        """Compare the lists of a page: their counts and every row."""
        for name in (*LISTS, "undecided"):
            found, rows = shown.get(name, ShownList(0, [])), counted[name]
            self.check("sections", f"{page}#{name}", found.said, len(rows))
            if name == "still-succeeding" and "/vs/" in page:
                continue  # such a page counts this list alone
            plain = name in ("new", "removed", "still-succeeding", "undecided")
            wanted = [_row(row, plain=plain) for row in rows]
            for pair in _apart(found.rows, wanted):
                self.check("rows", f"{page}#{name}", *pair)

    def data(self, evaluation: int, counted: dict[str, list[Row]]) -> None:
        """Compare the data file of an evaluation."""
        found = self.site.data(f"eval/{evaluation}.json")
        for name in LISTS:
            where = f"eval/{evaluation}.json {name}"
            self.check("lists as data", where, found["listed"][name], len(counted[name]))
            if name in found:
                rows = [_named(row["job"], row["system"], row.get("build")) for row in found[name]]
                wanted = [
                    _named(*row.build.key, None if name == "removed" else row.build.id)
                    for row in counted[name]
                ]
                self.check("lists as data", where, sorted(rows), sorted(wanted))

    def failing(self, jobset: Jobset, newest: list[Build], past: Past) -> None:
        """Compare since when the jobs of the newest evaluation fail."""
        counted = [
            (b, since)
            for b in newest
            if b.outcome == "failed" and (since := failing_since(past.results(b)))
        ]
        rows = self.site.data(jobset.page.removesuffix(".html") + ".json")["failing"]
        shown = {row["build"]: (row["since"]["build"], row["since"]["exact"]) for row in rows}
        for build in shown.keys() | {b.id for b, _ in counted}:
            first = next((tuple(since) for b, since in counted if b.id == build), None)
            self.check("failing since by jobset", f"build {build}", shown.get(build), first)
        total, longest = self.site.failing_longest(jobset)
        self.check("failing jobs", jobset.page, total, len(counted))
        table = sorted((since.since, *b.key, since.exact) for b, since in counted)[:TABLE]
        wanted = [(job, system, since, exact) for since, job, system, exact in table]
        self.check("tables of failing longest", jobset.page, longest, wanted)

    def flaky(self, jobset: Jobset, newest: list[Build], past: Past) -> None:
        """Compare the flake scores of the newest evaluation."""
        scores = {b.key: score for b in newest if (score := flakiness(past.results(b)))}
        rows = self.site.data(jobset.page.removesuffix(".html") + ".json")["flaky"]
        shown = sorted((row["job"], row["score"]) for row in rows)
        wanted = sorted((job, round(score, 3)) for (job, _), score in scores.items())
        self.check("flake scores by jobset", jobset.page, shown, wanted)
        total, worst = self.site.flakiest(jobset)
        self.check("flaky jobs", jobset.page, total, len(scores))
        ordered = sorted((-score, key) for key, score in scores.items())[:TABLE]
        table = [(*key, round(-100 * score)) for score, key in ordered]
        self.check("tables of the flakiest", jobset.page, worst, table)

    def burn_down(self, jobset: Jobset, evaluations: list[int], past: Past) -> None:
        """Compare each point of the chart of failing jobs."""
        shown = self.site.burn_down(jobset)
        counted = {n: failures(past.builds(n)) for n in evaluations if len(evaluations) > 1}
        systems = {build.system for n in counted for build in past.builds(n)}
        self.check("evaluations in charts", jobset.page, sorted(shown), sorted(counted))
        for evaluation in shown.keys() & counted.keys():
            points, wanted = shown[evaluation], counted[evaluation]
            self.check("systems in charts", jobset.page, points.keys(), systems)
            for system in points:
                where = f"{jobset.page}, {evaluation}, {system}"
                self.check("points of the burn-down", where, points[system], wanted[system])

    def job(self, data: dict[str, Any], page: LexborHTMLParser, past: Past) -> None:
        """Compare the page and the data of a job."""
        where = f"{data['project']}:{data['jobset']}:{data['name']}"
        every = [b for b in past.every if b.job == data["name"]]
        shown = [build["build"] for build in data["builds"]]
        self.check("builds of jobs", where, shown, [build.id for build in every])
        since, score = past.job(data["name"])
        told = data["failingSince"]
        found = told and (told["build"], told["exact"])
        self.check("failing since as data", where, found, since)
        self.check("failing since by job", where, failing_on(page), since)
        rounded = None if score is None else round(score, 3)
        self.check("flake scores as data", where, data["flakiness"], rounded)
        percent = None if score is None or score < FLAKY else round(100 * score)
        words = fact(page, "Flakiness")
        self.check("flake scores by job", where, words and number(words), percent)

    def overview(self) -> None:
        """Compare the first page."""
        shown, broken = self.site.overview(), []
        for jobset, past in self.pasts.items():
            newest = max(self.shown[jobset], default=0)
            builds = past.builds(newest)
            against = past.previous(newest)
            worse = lists(builds, past, against)["newly-failing"] if newest else []
            broken += [row.build.id for row in worse if not jobset.gone]
            wanted = newest, len(worse), tally(builds)
            self.check("rows of the overview", jobset.page, shown.get(jobset.page), wanted)
        total, listed = self.site.broken()
        self.check("newly failing on the overview", "total", total, len(broken))
        rows = set(listed) - set(broken), len(listed)
        self.check("newly failing on the overview", "rows", rows, (set(), min(LINES, len(broken))))
        self.sums()

    def sums(self) -> None:
        """Compare the sums of all projects."""
        for project in self.site.data("index.json")["projects"]:
            mine = [j for j in self.pasts if j.project == project["name"] and not j.gone]
            newest = [self.pasts[j].builds(max(self.shown[j])) for j in mine if self.shown[j]]
            counted = dict(zip(OUTCOMES, tally(chain(*newest)), strict=True))
            shown = {name: project["counts"][name] for name in OUTCOMES}
            self.check("sums of projects", project["name"], shown, counted)


def _name(cause: tuple[str, ...]) -> str:
    """Return the name of a store path, without its hash."""
    return cause[0].rpartition("/")[2].partition("-")[2]


def _row(row: Row, *, plain: bool) -> ShownRow:
    build, before = row
    past = None if plain or before is None else before.id
    return ShownRow(build.id, build.job, build.system, build.outcome, past)


def _named(job: str, system: str, build: int | None) -> tuple[str, str, int]:
    return job, system, build or 0


def _apart(
    shown: list[ShownRow], counted: list[ShownRow]
) -> Iterator[tuple[ShownRow | None, ShownRow | None]]:
    """Lay rows side by side, by build."""
    mine, theirs = {row.build: row for row in shown}, {row.build: row for row in counted}
    for build in sorted(mine.keys() | theirs.keys()):
        yield mine.get(build), theirs.get(build)


def recount(folder: Path, *asks: Ask, look: Look | None = None) -> Recount:
    """Compare the site in a folder with a Hydra, of which older states may be given too."""
    return Comparison(Site(folder), Hydra(*asks), look).run()


def _ask(client: httpx.Client, path: str) -> Any:
    answer = client.get(path)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    return answer.raise_for_status().json()


def _look(client: httpx.Client, path: str) -> str | None:
    answer = client.get(path, headers={"Accept": "text/html"})
    return answer.text if answer.status_code == httpx.codes.OK else None


def main() -> int:
    """Compare the site and the Hydras that the command line names."""
    if len(sys.argv) < 3:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    headers = {"Accept": "application/json"}
    clients = [
        httpx.Client(base_url=url, headers=headers, timeout=600, follow_redirects=True)
        for url in sys.argv[2:]
    ]
    asks = (partial(_ask, client) for client in clients)
    found = recount(Path(sys.argv[1]), *asks, look=partial(_look, clients[0]))
    sys.stdout.write(f"{found}\n")
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main())
