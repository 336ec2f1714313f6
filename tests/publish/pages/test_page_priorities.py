"""Tests of which builds and jobs get a page, and of the way to those that get none."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import pytest
from example import all_pages, build, evaluation, jobset, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.cli.reports import render_lines
from hydrasnap.errors import OutputError
from hydrasnap.model import Build, Evaluation, JobKey, JobsetKey, Snapshot, Watch
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.page_priorities import EVERYTHING, Policy, decide
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.site_budget import Budget, shares
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import Published, SiteSettings
from hydrasnap.report.changes import ChangeKind, compare
from hydrasnap.report.index import Index

T = TypeVar("T")
BUDGET = Budget(900_000_000, 100_000)


@pytest.fixture(scope="module")
def notable(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Published]:
    folder = tmp_path_factory.mktemp("notable")
    return folder, publish(snapshot(), SiteSettings(policy="notable"), folder)


def test_a_small_hydra_gets_a_page_for_everything() -> None:
    assert decide(Index(snapshot()), "auto", BUDGET) == EVERYTHING
    assert decide(Index(snapshot()), "all", Budget(1, 1)) == EVERYTHING


def chosen(part: float, *watches: Watch) -> frozenset[int]:
    """Return the builds with a page where a part of the budget for pages can be used."""
    found = decide(Index(snapshot()), "auto", BUDGET, watches, part).builds
    assert found is not None
    return found


def test_a_smaller_budget_has_the_first_pages_of_a_larger_one() -> None:
    steps = [chosen(part) for part in (0.0, 0.0001, 0.0002, 0.0005, 0.001, 0.01)]
    assert steps[0] == frozenset()
    assert all(less <= more for less, more in pairwise(steps))
    assert len(set(steps)) > 3


def test_in_each_jobset_newly_failing_builds_come_first_then_watched_ones() -> None:
    index, key = Index(snapshot()), JobsetKey("p", "j")
    newest = index.latest(key)
    assert newest is not None
    broken = {c.build.id for c in compare(index, newest)[ChangeKind.NEWLY_FAILING] if c.build}
    own = set(index.builds.ids_of(key))
    parts = [chosen(part) & own for part in (0.0001, 0.0002, 0.0003, 0.0005)]
    assert any(parts)
    assert all(first <= broken or broken <= first for first in parts)
    good = {b.id for b in snapshot().builds.values() if b.job == "good" and b.jobset == "j"}
    assert not good & chosen(0.0005)
    assert good & chosen(0.0005, Watch("mine", ("good",)))


amounts = st.integers(0, 10**9)


@given(
    st.lists(st.tuples(amounts, amounts), min_size=1, max_size=9), amounts, st.integers(0, 10**8)
)
def test_shares_keep_to_the_budget_and_one_that_grows_takes_from_its_own(
    claims: list[tuple[int, int]], room: int, more: int
) -> None:
    needs = [Budget(need, 0) for need, _ in claims]
    wishes = [Budget(need + wish, 0) for need, wish in claims]
    budget = Budget(room + sum(need for need, _ in claims), 10)
    found = shares(budget, needs, wishes)
    limits = zip(needs, found, wishes, strict=True)
    assert all(need.bytes <= share.bytes <= wish.bytes for need, share, wish in limits)
    assert sum(share.bytes for share in found) <= budget.bytes
    if needs[0].bytes + more <= found[0].bytes < wishes[0].bytes:
        needs[0] += Budget(more, 0)
        wishes[0] += Budget(more, 0)
        assert shares(budget, needs, wishes) == found


def three_jobsets(*evaluations: int) -> Snapshot:
    """Make jobsets of 400 jobs, a third of which fail, with so many evaluations each."""
    builds: list[Build] = []
    found: list[Evaluation] = []
    for place, count in enumerate(evaluations):
        for turn in range(count):
            ids = range(1000 * (10 * place + turn), 1000 * (10 * place + turn) + 400)
            name = {"jobset": f"set-{place}"}
            builds += [build(n, f"job-{n % 1000}", int(n % 1000 % 3 == 0), **name) for n in ids]
            found.append(evaluation(10 * place + turn + 1, tuple(ids), inputs=(), **name))
    keys = [JobsetKey("p", f"set-{place}") for place in range(len(evaluations))]
    return structs.replace(
        snapshot(),
        jobsets={key: jobset(key.name) for key in keys},
        evaluations={one.id: one for one in found},
        builds={one.id: one for one in builds},
    )


def test_a_jobset_that_grows_leaves_the_pages_of_the_others_alone() -> None:
    """Otherwise a new evaluation of one jobset would render all large jobsets anew."""
    budget = Budget(10_000_000, 100_000)
    before, after = (
        decide(Index(three_jobsets(*counts)), "auto", budget) for counts in ((2, 2, 2), (2, 3, 2))
    )
    assert before.jobs is not None
    assert after.jobs is not None
    assert 100 < len(before.jobs) < 600
    assert {job.jobset for job in before.jobs ^ after.jobs} == {"set-1"}


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    lost=st.sampled_from(sorted(snapshot().builds)),
    part=st.sampled_from((0.0001, 0.0002, 0.0005, 0.001)),
)
def test_a_build_more_or_less_turns_few_pages_over(lost: int, part: float) -> None:
    every = snapshot()
    kept = {number: found for number, found in every.builds.items() if number != lost}
    fewer = decide(Index(structs.replace(every, builds=kept)), "auto", BUDGET, (), part).builds
    assert fewer is not None
    assert len((chosen(part) ^ fewer) - {lost}) <= 3


@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    lost=st.sampled_from(sorted(snapshot().builds)),
    size=st.floats(15.0, 24.0).map(lambda power: int(2**power)),
    files=st.floats(4.0, 12.0).map(lambda power: int(2**power)),
)
def test_whatever_the_budget_a_build_more_or_less_turns_few_pages_over(
    lost: int, size: int, files: int
) -> None:
    every = snapshot()
    kept = {number: found for number, found in every.builds.items() if number != lost}
    indexes = Index(every), Index(structs.replace(every, builds=kept))
    before, after = (decide(one, "auto", Budget(size, files), maintainers=9) for one in indexes)
    builds = held(before.builds, every.builds) ^ held(after.builds, kept)
    assert len(builds - {lost}) <= 12  # the files of a job are as many as those of some builds
    jobs = {build.job_key for build in every.builds.values()}
    assert len(held(before.jobs, jobs) ^ held(after.jobs, jobs)) <= 4
    lists = (held(found.long_lists, every.evaluations) for found in (before, after))
    assert len(next(lists) ^ next(lists)) <= 1
    assert held_people(before) == held_people(after)


def held(found: frozenset[T] | None, every: Iterable[T]) -> frozenset[T]:
    return frozenset(every) if found is None else found


def held_people(policy: Policy) -> int:
    return 9 if policy.maintainers is None else policy.maintainers


@pytest.mark.parametrize("files", [100, 320])
def test_the_budget_is_kept_and_a_site_that_cannot_is_an_error(tmp_path: Path, files: int) -> None:
    whole = publish(snapshot(), SiteSettings(), tmp_path / "whole")
    settings = SiteSettings(max_files=files)
    if files < 200:
        with pytest.raises(OutputError, match="even if no build and no job has a page") as caught:
            publish(snapshot(), settings, tmp_path / "small")
        assert "raise [site] max_bytes" in caught.value.hint
        assert not (tmp_path / "small" / "index.html").exists()
        return
    done = publish(snapshot(), settings, tmp_path / "small")
    assert whole.written > files >= done.written


def test_without_room_for_long_lists_only_those_of_failing_jobs_go_on() -> None:
    whole = Site(snapshot(), limits=Limits(rows_of_page=1, rows_of_list=1, rows_shown=1))
    short = replace(whole, policy=structs.replace(EVERYTHING, long_lists=frozenset()))
    pages = [{page.path for page in all_pages(site)} for site in (whole, short)]
    gone = pages[0] - pages[1]
    own = {path for path in gone if "/vs/" not in path}
    assert own
    assert all(re.search(r"/(new|still-succeeding|queued)-\d+\.html$", path) for path in own)
    assert gone - own, "comparisons have further pages too"
    assert not [path for path in pages[1] if re.search(r"/vs/\d+/[a-z-]+-\d+\.html$", path)]
    assert [path for path in pages[1] if re.search(r"/newly-failing-\d+\.html$", path)]


def test_bytes_are_kept_even_where_the_estimate_was_too_low(tmp_path: Path) -> None:
    none = publish(snapshot(), SiteSettings(policy="notable"), tmp_path / "notable")
    most = none.bytes - 20_000
    done = publish(snapshot(), SiteSettings(max_bytes=most), tmp_path / "small")
    found = [file for file in (tmp_path / "small").rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in found if not file.name.startswith(".hydrasnap-"))
    assert done.bytes == size <= most


def test_what_fails_waits_or_was_mended_is_notable_and_what_goes_well_is_not() -> None:
    every = snapshot()
    policy = decide(Index(every), "notable", BUDGET)
    assert policy.builds is not None
    assert policy.jobs is not None
    for number in policy.builds:
        assert every.builds[number].job_key in policy.jobs
    failed = [b.id for b in every.builds.values() if b.job == "breaks" and b.status.failed]
    assert policy.builds.issuperset(failed)
    assert JobKey("p", "j", "good") not in policy.jobs


def test_every_link_leads_to_a_page_or_to_the_search(notable: tuple[Path, Published]) -> None:
    site, _ = notable
    searched = set()
    for page in site.rglob("*.html"):
        for node in LexborHTMLParser(page.read_text()).css("a[href]"):
            address = node.attributes["href"] or ""
            path, _, query = address.partition("#")[0].partition("?")
            if urlsplit(address).scheme or not path:
                continue
            assert (page.parent / unquote(path)).is_file(), f"{page}: {address}"
            if path.endswith("search.html"):
                searched.add(query)
    assert "job/p/j/good" in searched
    assert any(query.startswith("build/") for query in searched)


def test_the_summary_says_what_has_no_page_and_why(notable: tuple[Path, Published]) -> None:
    site, done = notable
    assert "not for all builds and jobs" in "\n".join(render_lines(done))
    policy = decide(Index(snapshot()), "notable", BUDGET)
    assert len(list((site / "build").glob("*.html"))) == len(policy.builds or ())


def test_the_policy_can_change_and_the_site_follows(tmp_path: Path) -> None:
    publish(snapshot(), SiteSettings(policy="notable"), tmp_path)
    assert publish(snapshot(), SiteSettings(), tmp_path).written > 0
    assert (tmp_path / "job/p/j/good.html").is_file()
    assert publish(snapshot(), SiteSettings(policy="notable"), tmp_path).removed > 0
    assert not (tmp_path / "job/p/j/good.html").exists()
