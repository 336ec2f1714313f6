"""Tests of the comparisons: which there are, that they are right, that they stay few."""

from pathlib import Path

import pytest
from example import NOON, all_pages, build, evaluation, jobset, snapshot
from msgspec import structs

from hydrasnap.config.loading import load
from hydrasnap.model import JobsetConfiguration, JobsetKey, JobsetState, Snapshot
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.evaluation.comparison import ComparisonPage, HubPage
from hydrasnap.publish.pages.evaluation.evaluation import EvaluationPage
from hydrasnap.publish.pages.jobset.jobset import JobsetPage
from hydrasnap.report.baselines import own_baselines

OTHERS = Limits().other_jobsets
DAY = 86_400


def grown() -> Snapshot:
    """Give p:j evaluations over a month, and other jobsets beside it."""
    every = snapshot()
    ages = {101: 40, 102: 9, 103: 8, 104: 1, 105: 0}
    mine = {
        number: evaluation(number, (201, 105), timestamp=NOON + 99 * DAY - age * DAY)
        for number, age in ages.items()
    }
    others = [f"other-{n}" for n in range(OTHERS + 3)]
    builds = {9000 + n: build(9000 + n, "breaks", jobset=name) for n, name in enumerate(others)}
    theirs = {
        900 + n: evaluation(900 + n, (9000 + n,), jobset=name) for n, name in enumerate(others)
    }
    jobsets = {
        JobsetKey("p", name): jobset(name, evaluations=(900 + n,), first_evaluation=900 + n)
        for n, name in enumerate(others)
    }
    off = JobsetKey("p", "other-0")
    disabled = JobsetConfiguration(state=JobsetState.DISABLED)
    jobsets[off] = structs.replace(jobsets[off], configuration=disabled)
    return structs.replace(
        every,
        builds={**every.builds, **builds},
        evaluations={**every.evaluations, **mine, **theirs},
        jobsets={**every.jobsets, **jobsets},
    )


SITE = Site(grown(), baselines={"p/j": 11, "p/weird": 404})


@pytest.fixture(scope="module")
def pages() -> dict[str, object]:
    return {page.path: page.context for page in all_pages(SITE) if isinstance(page, Page)}


def own(number: int, pinned: int | None = None) -> dict[str, int]:
    found = own_baselines(SITE.index, SITE.snapshot.evaluations[number], pinned)
    return {baseline.name: baseline.evaluation.id for baseline in found}


def test_the_newest_evaluation_has_a_past_to_compare_with() -> None:
    assert own(105) == {"8 days earlier": 103, "40 days earlier": 101}  # 104 is its own page's
    assert own(105, 103) == {"the pinned baseline": 103, "40 days earlier": 101}


def test_an_older_evaluation_has_one_too() -> None:
    assert own(104) == {"39 days earlier": 101}
    assert own(104, 11) == {"the pinned baseline": 11, "39 days earlier": 101}
    assert own(11, 11) == {}
    assert own(104, 21) == {"39 days earlier": 101}  # the other is of another jobset


def test_a_comparison_has_the_same_lists_against_another_baseline(
    pages: dict[str, object],
) -> None:
    found = pages["eval/105/vs/11.html"]
    assert isinstance(found, ComparisonPage)
    lists = {one.slug: [row.job for row in one.rows] for one in found.changes.lists if one.count}
    assert lists["newly-failing"] == ["breaks"]
    assert lists["removed"] == ["all", "bad", "mended", "zz-removed"]
    assert [row.name for row in found.changes.differences] == ["src"]
    assert (found.other.href, found.live) == (
        "eval/11.html",
        "https://hydra.example.org/eval/105?compare=11",
    )


def test_the_newest_is_compared_with_a_few_other_jobsets_in_use(pages: dict[str, object]) -> None:
    hub = pages["eval/105/compare.html"]
    assert isinstance(hub, HubPage)
    theirs = [row.jobset.label for row in hub.rows if row.jobset.label != "p:j"]
    assert theirs == ["p:weird", *(f"p:other-{n}" for n in range(1, OTHERS))]
    assert all(row.href in pages for row in hub.rows)
    other = pages["eval/105/vs/901.html"]
    assert isinstance(other, ComparisonPage)
    assert [row.job for row in other.changes.lists[0].rows] == ["breaks"]


def test_the_pages_grow_with_the_jobsets_and_not_with_their_square(
    pages: dict[str, object],
) -> None:
    count = sum(isinstance(page, ComparisonPage) for page in pages.values())
    shown = sum(isinstance(page, EvaluationPage) for page in pages.values())
    assert count <= len(SITE.snapshot.jobsets) * (OTHERS + 3) + shown


def test_an_evaluation_points_to_its_comparisons(pages: dict[str, object]) -> None:
    newest, older = pages["eval/105.html"], pages["eval/104.html"]
    assert isinstance(newest, EvaluationPage)
    assert isinstance(older, EvaluationPage)
    assert [link.href for link in newest.comparisons] == [
        "eval/105/vs/11.html",
        "eval/105/vs/103.html",
        "eval/105/vs/101.html",
    ]
    assert (newest.hub, older.hub) == ("eval/105/compare.html", "")
    assert [link.href for link in older.comparisons] == [
        "eval/104/vs/11.html",
        "compare.html?a=104&b=101",
    ]
    assert "eval/104/vs/11.html" in pages


def test_a_jobset_points_to_the_comparison_with_its_pinned_baseline(
    pages: dict[str, object],
) -> None:
    found = pages["jobset/p/j.html"]
    assert isinstance(found, JobsetPage)
    assert found.newest is not None
    pinned = found.newest.comparisons[0]
    assert pinned.href == "eval/105/vs/11.html"
    assert pinned.label == "the pinned baseline, 11"


def test_failures_are_counted_by_kind_and_blockers_named() -> None:
    pages = {page.path: page for page in all_pages(Site(snapshot())) if isinstance(page, Page)}
    found = pages["eval/12.html"].context
    assert isinstance(found, EvaluationPage)
    assert {row.status.slug: row.amount for row in found.statuses} == {
        "failed": 1, "dependency-failed": 2, "failed-with-output": 1, "timed-out": 1,
    }  # fmt: skip
    (blocker,) = found.blockers
    assert (blocker.build.id, [row.id for row in blocker.blocks]) == (201, [207])


def test_a_baseline_is_pinned_in_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "hydrasnap.toml"
    file.write_text('[site.baselines]\n"p:j" = 11\n')
    assert load(file, {}).site.baselines == {"p/j": 11}


def test_what_succeeds_in_both_is_counted_and_not_listed(pages: dict[str, object]) -> None:
    comparisons = [page for page in pages.values() if isinstance(page, ComparisonPage)]
    still = [
        one for page in comparisons for one in page.changes.lists if one.slug == "still-succeeding"
    ]
    assert any(one.count for one in still)
    assert not any(one.rows or one.folded or one.more for one in still)
