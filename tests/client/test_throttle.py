"""Each request has its moment, and a server that says "too fast" is remembered."""

import asyncio
from itertools import pairwise

import pytest
from hydras import Clock
from hypothesis import given
from hypothesis import strategies as st

from hydrasnap.client.throttle import RateLimiter, is_this_machine

RATES = st.floats(min_value=0.05, max_value=1000)


def moments(pace: RateLimiter, clock: Clock, work: list[float]) -> list[float]:
    """Return when each of the requests goes out that take so long each."""

    async def run() -> list[float]:
        found = []
        for seconds in work:
            await pace.wait()
            found.append(clock.now)
            clock.now += seconds
        return found

    return asyncio.run(run())


@given(RATES, st.lists(st.floats(min_value=0, max_value=5), min_size=1, max_size=30))
def test_no_second_has_more_requests_than_the_rate(rate: float, work: list[float]) -> None:
    clock = Clock()
    found = moments(RateLimiter(rate, now=clock.read, sleep=clock.sleep), clock, work)
    assert all(b - a >= 1 / rate - 1e-6 for a, b in pairwise(found))
    assert sum(clock.slept) <= len(work) / rate + 1e-6


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=10))
def test_without_a_rate_nobody_waits(work: list[float]) -> None:
    clock = Clock()
    moments(RateLimiter(None, now=clock.read, sleep=clock.sleep), clock, work)
    assert clock.slept == []


@given(st.one_of(st.none(), RATES), st.lists(st.floats(min_value=0, max_value=900), max_size=12))
def test_a_penalty_is_served_and_the_pace_stays_bounded(
    rate: float | None, penalties: list[float]
) -> None:
    clock = Clock()
    pace = RateLimiter(rate, now=clock.read, sleep=clock.sleep)
    for penalty in penalties:
        before = clock.now
        wait = pace.slow_down(penalty)
        assert wait >= penalty - 1e-6
        moments(pace, clock, [0.0])
        assert clock.now >= before + penalty - 1e-6
        assert clock.now <= before + max(penalty, 60.0) + 1e-6
        assert pace.rate is not None
        assert 1 / 60 <= pace.rate <= (rate or 1.0)


def test_many_at_once_are_punished_once() -> None:
    clock = Clock()
    pace = RateLimiter(4.0, now=clock.read, sleep=clock.sleep)
    waits = [pace.slow_down(10) for _ in range(8)]
    assert (pace.rate, waits) == (2.0, [10] * 8)


def test_many_at_once_go_out_one_by_one() -> None:
    clock = Clock()
    pace = RateLimiter(2.0, now=clock.read, sleep=clock.sleep)

    async def run() -> None:
        await asyncio.gather(*(pace.wait() for _ in range(4)))

    asyncio.run(run())
    assert clock.slept == [0.5] * 3


@pytest.mark.parametrize(
    ("origin", "private"),
    [
        ("http://127.0.0.1:3000", True), ("http://127.9.9.9", True), ("http://[::1]:80", True),
        ("http://localhost", True), ("http://hydra.localhost:3000", True),
        ("http://192.168.1.2", False), ("https://localhost.example.org", False),
        ("https://127.0.0.1.example.org", False), ("https://hydra.nixos.org", False), ("x", False),
    ],
)  # fmt: skip
def test_only_this_machine_needs_no_sparing(origin: str, private: bool) -> None:
    assert is_this_machine(origin) is private
