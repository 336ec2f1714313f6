"""The flake score of hand-made histories, newest result on the right."""

import pytest

from hydrasnap.model import Build
from hydrasnap.report.flakiness import flake_score

CODES = {"s": 0, "f": 1, "c": 4, "a": 3, "u": 9}


def score(results: str) -> float | None:
    builds = [
        Build(id=number, project="p", jobset="j", job="a", finished=letter != "q",
              buildstatus=CODES.get(letter))
        for number, letter in enumerate(results)
    ]  # fmt: skip
    return flake_score(reversed(builds))


@pytest.mark.parametrize("results", ["", "s", "sf", "sfs", "sfsf", "sfsfqqcau"])
def test_four_results_say_nothing(results: str) -> None:
    assert score(results) is None


@pytest.mark.parametrize("results", ["sssss", "fffff", "ssssf", "ffffs", "sfffff"])
def test_a_steady_job_that_broke_or_was_repaired_once_is_not_flaky(results: str) -> None:
    assert score(results) == 0


@pytest.mark.parametrize("results", ["sfsfs", "fsfsfs", "sf" * 40])
def test_a_job_never_twice_the_same_is_wholly_flaky(results: str) -> None:
    assert score(results) == pytest.approx(1)


def test_a_failure_that_went_away_counts_more_when_it_is_recent() -> None:
    recent, old = score("ssssssssfs"), score("sfssssssss")
    assert recent is not None
    assert old is not None
    assert 0 < old < recent < 1


def test_the_formula_holds_to_the_digit() -> None:
    half = 0.5 ** (1 / 10)
    assert score("sssfs") == pytest.approx(half / (half + half**2 + half**3))


def test_aborted_cancelled_and_queued_results_are_left_out() -> None:
    assert score("ssqscfauqs") == score("sssfs")


def test_what_was_more_than_thirty_results_ago_is_forgotten() -> None:
    assert score("sfsfsf" + "s" * 30) == 0
