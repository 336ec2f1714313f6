"""A run stops before it spends more than it may."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.client.run_budget import Budget, Limits
from hydrasnap.errors import BudgetError


@given(st.integers(1, 50))
def test_exactly_so_many_requests_are_allowed(most: int) -> None:
    budget = Budget(Limits(requests=most), lambda: 0.0)
    for _ in range(most):
        budget.spend_request()
    with pytest.raises(BudgetError, match="--max-requests is used up"):
        budget.spend_request()
    assert budget.requests == most


def test_time_and_bytes_are_counted() -> None:
    clock = count()
    budget = Budget(Limits(seconds=3), lambda: float(next(clock)))
    budget.spend_request()
    budget.spend_request()
    with pytest.raises(BudgetError, match="--max-time is used up: 3 seconds passed"):
        budget.spend_request()
    budget = Budget(Limits(bytes=10), lambda: 0.0)
    budget.spend_request()
    budget.bytes += 10
    with pytest.raises(BudgetError, match="--max-bytes is used up: 10 bytes received"):
        budget.spend_request()


def test_without_limits_everything_is_allowed() -> None:
    budget = Budget(Limits(), lambda: 0.0)
    for _ in range(1000):
        budget.bytes += 10**9
        budget.spend_request()
    budget.check_time(1e9)
    assert budget.requests == 1000


@pytest.mark.parametrize(("wait", "allowed"), [(0.0, True), (5.0, True), (5.1, False)])
def test_a_wait_beyond_the_end_is_refused(wait: float, allowed: bool) -> None:
    budget = Budget(Limits(seconds=5), lambda: 0.0)
    if allowed:
        budget.check_time(wait)
    else:
        with pytest.raises(BudgetError):
            budget.check_time(wait)
