"""Tests that a filter sees all jobs of an evaluation, in a real Chromium.

The evaluation has as many jobs as HYDRASNAP_TEST_JOBS says, and the filter is asked for as many
things as HYDRASNAP_TEST_FILTERS says; by default there are few of both. All rows of an answer are
compared if there are no more than HYDRASNAP_TEST_ROWS.
"""

import json
import os
import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from example import NOON
from hosts import Quiet, serving
from playwright.sync_api import Page, expect

from hydrasnap.model import Build, BuildStatus, Evaluation, Jobset, Project, Run, Snapshot, Watch
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
JOBS = int(os.environ.get("HYDRASNAP_TEST_JOBS", "600"))
FILTERS = int(os.environ.get("HYDRASNAP_TEST_FILTERS", "12"))
SYSTEMS = ("x86_64-linux", "aarch64-linux", "aarch64-darwin")
WORDS = ("python", "perl", "lib", "gtk", "rust", "haskell", "tools", "zlib", "http", "json")
CODES = (0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 7)
LABELS = {status.slug: status.label for status in BuildStatus}
MOST_ROWS = int(os.environ.get("HYDRASNAP_TEST_ROWS", "5000"))
ROWS = "main section.whole:not(.emptied) .matches tbody tr"


def jobs(chance: random.Random) -> list[tuple[str, str]]:
    """Make up names of jobs, and their systems."""
    names = [
        (f"{chance.choice(WORDS)}Packages.{chance.choice(WORDS)}-{number}", chance.choice(SYSTEMS))
        for number in range(JOBS)
    ]
    return [(f"{name}.{system}", system) for name, system in names]


def big_hydra() -> Snapshot:
    """Make two evaluations of as many jobs, of which some fail, wait or were removed."""
    chance = random.Random(7)  # noqa: S311 - the same each time
    names = jobs(chance)
    builds: dict[int, Build] = {}
    held: list[list[int]] = [[], []]
    for row, (job, system) in enumerate(names):
        for place, number in enumerate((1000 + row, 1000 + JOBS + row)):
            if chance.random() < 0.02:
                continue
            if place and chance.random() < 0.4 and row + 1000 in builds:
                held[1].append(1000 + row)
                continue
            waits = place and chance.random() < 0.03
            builds[number] = Build(
                id=number, project="p", jobset="j", job=job, system=system, nixname=f"{job}-1.0",
                finished=not waits, buildstatus=None if waits else chance.choice(CODES),
                timestamp=NOON, starttime=None if waits else NOON,
                stoptime=None if waits else NOON + 60,
            )  # fmt: skip
            held[place].append(number)
    evaluations = {
        number: Evaluation(
            id=number, project="p", jobset=name, timestamp=NOON + number, builds=tuple(sorted(ids))
        )
        for number, name, ids in (
            (1, "j", held[0]),
            (2, "j", held[1]),
            (3, "copy", held[0]),
            (4, "copy", held[0]),
        )
    }
    jobset = Jobset(project="p", name="j", evaluations=(2, 1), first_evaluation=1)
    copy = Jobset(project="p", name="copy", evaluations=(4, 3), first_evaluation=3)
    return Snapshot(
        origin="https://hydra.example",
        run=Run(started=NOON, finished=NOON + 9),
        projects={"p": Project(name="p")},
        jobsets={copy.key: copy, jobset.key: jobset},
        evaluations=evaluations,
        builds=builds,
    )


@pytest.fixture(scope="module")
def big_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("big")
    limits = Limits(
        rows_shown=20, steady_rows_shown=10, rows_of_page=100, rows_of_list=20,
        rows_of_further_page=2000, grid_rows=100, latest_builds=50, latest_builds_of_jobset=50,
        queued_builds=5,
    )  # fmt: skip
    watches = (Watch("Failing Linux", systems=("*-linux",), jobsets=("p/j",)),)
    settings = SiteSettings(policy="notable", limits=limits, watches=watches)
    publish(big_hydra(), settings, folder)
    return folder


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, big_site: Path) -> Iterator[str]:
    if request.param == "file":
        yield big_site.as_uri()
        return
    with serving(partial(Quiet, directory=str(big_site))) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def states(site: Path, evaluation: int = 2) -> list[tuple[int, str]]:
    """Return of each job the number of its build, and the lines in which a filter looks."""
    data = json.loads((site / f"eval/{evaluation}/jobs.json").read_text())
    return [
        (build, "\n".join((job, system, LABELS[status], str(build))).lower())
        for job, system, build, status in data["jobs"]
    ]


def fits(term: str, text: str) -> bool:
    wanted = not term.startswith("-")
    word = term.removeprefix("-")
    if word.startswith("/"):
        return bool(re.search(word[1:-1], text, re.MULTILINE | re.IGNORECASE)) == wanted
    return (word.lower() in text) == wanted


def a_filter(chance: random.Random, texts: list[str]) -> list[str]:
    """Make up terms: pieces of what is there, words, expressions, and what must not be there."""

    def word() -> str:
        line = chance.choice(chance.choice(texts).split("\n"))
        start = chance.randrange(len(line))
        piece = line[start : start + chance.randint(1, 9)].split()
        return piece[0].lstrip("-/") or "x" if piece else "x"

    def expression() -> str:
        first, second = re.escape(word()).replace("/", "."), re.escape(word()).replace("/", ".")
        shapes = (
            f"^{first}",
            f"{first}$",
            f"{first}|{second}",
            f"{first}.*{second}",
            f"({first}|{second})+",
            f"\\b{first}",
            "[0-9]{3}",
            "[a-f]+[0-9]",
            f"^[a-m].*{second}",
        )
        return f"/{chance.choice(shapes)}/"

    made = [chance.choice((word, word, expression))() for _ in range(chance.randint(1, 3))]
    return [f"-{term}" if chance.random() < 0.2 else term for term in made]


def every_row(page: Page, *, keep: bool = True) -> list[int]:
    """Ask for all rows, which are not drawn meanwhile, and return the numbers of their builds.

    Without `keep` they are taken off the page again, which very many would make slow.
    """
    found: list[int] = page.evaluate(
        """([rows, keep]) => {
          document.querySelector("main").hidden = true;
          const wanted = "section.whole:not(.emptied) .matches > button";
          for (let more; (more = document.querySelector(wanted)); more.click());
          const found = [...document.querySelectorAll(rows)].map(({ dataset }) => +dataset.build);
          if (!keep) for (const all of document.querySelectorAll(".matches")) all.replaceChildren();
          document.querySelector("main").hidden = false;
          return found;
        }""",
        [ROWS, keep],
    )
    return found


def shown_rows(page: Page) -> list[int]:
    """Return the numbers of the builds whose rows are shown without being asked for."""
    found: list[int] = page.locator(ROWS).evaluate_all(
        "all => all.map((row) => Number(row.dataset.build))"
    )
    return found


def lost(site: Path) -> list[tuple[int, str]]:
    """Return what stands for removed jobs: the builds of the evaluation before."""
    found = []
    for row in json.loads((site / "eval/2.json").read_text())["removed"]:
        build, status = row["before"]["build"], LABELS[row["before"]["status"]]
        found.append((build, "\n".join((row["job"], row["system"], status, str(build))).lower()))
    return found


def test_a_filter_finds_what_a_script_finds_in_the_data(
    opened: Opener, address: str, big_site: Path, complaints: list[str]
) -> None:
    chance = random.Random(11)  # noqa: S311 - the same each time
    every = [*states(big_site), *lost(big_site)]
    texts = [text for _, text in every]
    page = opened()
    page.goto(f"{address}/eval/2.html")
    field, said = page.locator(".filter input"), page.locator(".filter output")
    field.fill("python")
    expect(said).to_contain_text("by job, system, status and number")
    for _ in range(FILTERS):
        terms = a_filter(chance, texts)
        field.fill(" ".join(terms))
        expected = [build for build, text in every if all(fits(term, text) for term in terms)]
        amount = f"{len(expected):,}" if expected else "none"
        expect(said).to_have_text(f"{amount} of {len(every):,} by job, system, status and number")
        if len(expected) <= MOST_ROWS:
            assert sorted(every_row(page, keep=False)) == sorted(expected), terms
        else:
            assert set(shown_rows(page)) < set(expected), terms
    assert complaints == []


def test_a_further_page_of_a_list_filters_the_whole_list(
    opened: Opener, address: str, big_site: Path, complaints: list[str]
) -> None:
    rows = json.loads((big_site / "eval/2.json").read_text())["still-failing"]
    page = opened()
    page.goto(f"{address}/eval/2/still-failing-2.html")
    page.locator(".filter input").fill("python -zlib")
    expected = [r["build"] for r in rows if "python" in r["job"] and "zlib" not in r["job"]]
    said = page.locator(".filter output")
    expect(said).to_have_text(
        f"{len(expected):,} of {len(rows):,} by job, system, status and number"
    )
    assert 0 < len(expected) < len(rows)
    assert sorted(every_row(page)) == sorted(expected)
    assert complaints == []


def test_lists_without_a_job_are_no_hindrance(
    opened: Opener, big_site: Path, complaints: list[str]
) -> None:
    page = opened()
    page.goto((big_site / "eval/4.html").as_uri())
    assert page.locator("section.quiet").count() > 3
    page.locator(".filter input").fill("python")
    expect(page.locator(".filter output")).to_contain_text("by job, system, status and number")
    expected = [build for build, text in states(big_site, 4) if "python" in text]
    assert sorted(every_row(page)) == sorted(expected)
    assert complaints == []


def test_until_the_jobs_are_there_a_filter_says_what_it_has_seen(
    opened: Opener, address: str
) -> None:
    page = opened()
    page.route("**/eval/2/jobs.js", lambda route: route.abort())
    page.goto(f"{address}/eval/2.html")
    page.locator(".filter input").fill("python")
    expect(page.locator(".filter output")).to_contain_text("on others were not looked at")
    expect(page.locator(".filter output")).to_contain_text("could not be loaded")


def test_a_view_of_all_jobs_is_in_the_address(opened: Opener, address: str) -> None:
    page = opened()
    page.goto(f"{address}/eval/2.html")
    page.locator(".filter input").fill("perl")
    expect(page.locator(".filter output")).to_contain_text("by job")
    page.locator("select[name=status]").select_option("Failed")
    page.locator(ROWS).first.wait_for()
    page.get_by_role("button", name="Build", exact=True).first.click()
    page.get_by_role("button", name="Build", exact=True).first.click()
    rows, said = every_row(page), page.locator(".filter output").inner_text()
    first = page.locator("section.whole:not(.emptied) .matches").first.locator("tbody tr")
    builds = [int(row) for row in first.evaluate_all("all => all.map((row) => row.dataset.build)")]
    assert builds == sorted(builds, reverse=True)
    assert len(builds) > 1
    there = page.url
    page.goto("about:blank")
    page.goto(there)
    expect(page.locator(".filter output")).to_have_text(said)
    assert every_row(page) == rows
    page.locator(".filter input").fill("")
    page.locator("select[name=status]").select_option("")
    expect(page.locator(".filter output")).to_contain_text("on others")
    expect(page.locator(".matches")).to_have_count(0)


def test_a_comparison_filters_all_its_jobs_too(opened: Opener, big_site: Path) -> None:
    page = opened()
    page.goto((big_site / "eval/2/vs/4.html").as_uri())
    page.locator(".filter input").fill("/python|perl/ linux")
    expect(page.locator(".filter output")).to_contain_text("by job, system, status and number")
    expected = [
        build
        for build, text in [*states(big_site), *lost(big_site)]
        if fits("/python|perl/", text) and "linux" in text
    ]
    assert sorted(every_row(page)) == sorted(expected)


def test_a_grid_filters_all_its_jobs(
    opened: Opener, address: str, big_site: Path, complaints: list[str]
) -> None:
    older, newer = (
        {job: (build, status) for job, _, build, status in rows_of(big_site, n)} for n in (1, 2)
    )
    every = sorted(older.keys() | newer.keys())
    page = opened()
    page.goto(f"{address}/jobset/p/j/jobs.html")
    said = page.locator(".filter output")
    page.locator(".filter input").fill("-perl /^[a-m].*linux$/")
    expected = [job for job in every if "perl" not in job and re.search("^[a-m].*linux$", job)]
    assert len(expected) > 100
    expect(said).to_have_text(f"{len(expected)} of {len(every)} by name")
    every_row(page)
    rows = page.locator("section.whole .matches tbody tr").evaluate_all(
        "all => all.map((row) => [row.dataset.job, ...[...row.cells].slice(1).map((cell) =>"
        " cell.textContent && [Number(/\\d+(?=(\\.html)?$)/.exec(cell.firstChild.href)[0]),"
        " cell.textContent])])"
    )
    assert [row[0] for row in rows] == expected
    for job, *cells in rows:
        assert cells == [cell_of(newer, job), cell_of(older, job)]
    page.locator("select[name=status]").select_option("Timed out")
    slow = [job for job in expected if "timed-out" in str((older.get(job), newer.get(job)))]
    expect(said).to_have_text(f"{len(slow)} of {len(every)} by name")
    page.goto("about:blank")
    page.go_back()
    expect(said).to_have_text(f"{len(slow)} of {len(every)} by name")
    assert complaints == []


def rows_of(site: Path, evaluation: int) -> list[tuple[str, str, int, str]]:
    found: list[tuple[str, str, int, str]] = json.loads(
        (site / f"eval/{evaluation}/jobs.json").read_text()
    )["jobs"]
    return found


def cell_of(builds: dict[str, tuple[int, str]], job: str) -> object:
    if job not in builds:
        return ""
    build, status = builds[job]
    return [build, LABELS[status]]


@pytest.mark.parametrize(
    ("path", "queued"),
    [
        ("builds.html", False),
        ("project/p/all.html", False),
        ("jobset/p/j/all.html", False),
        ("queue.html", True),
    ],
)
def test_lists_of_builds_are_filtered_whole(
    opened: Opener, address: str, big_site: Path, complaints: list[str], path: str, queued: bool
) -> None:
    known = {row[2]: row for number in (1, 2) for row in rows_of(big_site, number)}
    every = [row for row in known.values() if (row[3] == "queued") == queued]
    page = opened()
    page.goto(f"{address}/{path}")
    page.locator(".filter input").fill("python -/^lib/ p:j")
    expected = [build for job, _, build, _ in every if "python" in job and job[:3] != "lib"]
    said = page.locator(".filter output")
    expect(said).to_contain_text(f"{len(expected)} of {len(every):,} by job, jobset, system")
    assert 0 < len(expected) < len(every)
    assert every_row(page) == sorted(expected, reverse=True)
    assert complaints == []


def test_a_list_that_the_page_has_whole_loads_nothing(
    opened: Opener, big_site: Path, demo_site: Path, requests: list[str]
) -> None:
    page = opened()
    page.goto(f"{demo_site.as_uri()}/jobset/tools/trunk/jobs.html")
    page.locator(".filter input").fill("python")
    expect(page.locator(".filter output")).to_contain_text(" of ")
    assert not any("/search/" in address for address in requests)


def test_a_watch_list_filters_all_that_fails(
    opened: Opener, address: str, big_site: Path, complaints: list[str]
) -> None:
    below = big_site / "watch/Failing~20Linux"
    rows = json.loads(below.with_suffix(".json").read_text())["failing"]
    expected = [row["build"] for row in rows if re.search("^(py|gtk)", row["job"])]
    page = opened()
    page.goto(f"{address}/watch/Failing~20Linux.html")
    assert page.locator("#failing tbody tr").count() == 20
    page.locator("#failing .spans a").click()
    expect(page.locator("#failing tbody tr")).to_have_count(len(rows) - 20)
    expect(page.locator("nav .spans [aria-current]")).to_have_text("2")
    page.go_back()
    page.locator(".filter input").fill("/^(py|gtk)/ p:j")
    said = page.locator(".filter output")
    expect(said).to_contain_text(f"{len(expected)} of {len(rows)} by job, jobset, system, status")
    assert 0 < len(expected) < len(rows)
    assert every_row(page) == expected
    assert complaints == []
