"""When to try again, and how long to wait first."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.client.backoff import Retry, retry_after

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_grow_within_bounds(failures: int, chance: float) -> None:
    retry = Retry()
    wait = retry.backoff(failures, lambda: chance)
    full = min(retry.longest, retry.first * 2.0 ** min(failures - 1, 30))
    assert full / 2 <= wait <= full
    assert retry.backoff(failures + 1, lambda: chance) >= wait


def test_jitter_spreads_the_waits() -> None:
    assert len({Retry().backoff(5) for _ in range(20)}) > 10


@pytest.mark.parametrize(("most", "tries"), [(None, [10, 5, 2, 2]), (6, [6, 3, 2]), (1, [1, 1])])
def test_patience_shrinks_while_nothing_is_answered(most: int | None, tries: list[int]) -> None:
    assert [Retry().tries(most, unanswered) for unanswered in range(len(tries))] == tries


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0), ("", 0), ("0", 0), ("7", 7), (" 7 ", 7), ("99999999999", 3600), ("-5", 0),
        ("1.5", 0), ("soon", 0), ("9" * 5000, 3600),
        ("Mon, 02 Nov 2026 00:01:30 GMT", 90), ("Sun, 01 Nov 2026 00:00:00 GMT", 0),
        ("Mon, 02 Nov 2026 00:01:30 -0000", 90), ("Fri, 02 Nov 2096 00:00:00 GMT", 3600),
        ("Mon, 99 Nov 2026 00:00:00 GMT", 0), ("Mon, 02 Nov 99999 00:00:00 GMT", 0),
        ("Mon, 02 Nov 2026 00:00:00 +99999999999999", 0),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_its_forms(value: str | None, seconds: float) -> None:
    assert retry_after(value, now=NOW) == seconds


DATES = st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,6} \d\d:\d\d:\d\d [+-]\d{1,12}")


@given(st.one_of(st.text(), DATES))
def test_no_header_breaks_it_or_asks_for_more_than_an_hour(value: str) -> None:
    assert 0 <= retry_after(value, now=NOW) <= 3600
