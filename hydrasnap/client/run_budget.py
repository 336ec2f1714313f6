"""The limits of a run, and what it has used of them."""

from collections.abc import Callable
from dataclasses import dataclass

from hydrasnap.errors import BudgetError


@dataclass(frozen=True, slots=True)
class Limits:
    """The maximum requests, seconds and received bytes of one run; None means no limit."""

    requests: int | None = None
    seconds: float | None = None
    bytes: int | None = None


class Budget:
    """Counts requests and bytes, and ends the run before it exceeds its limits."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self.limits = limits
        self.requests = 0
        self.bytes = 0
        self._now = now
        self._started = now()

    @property
    def seconds(self) -> float:
        """Return how long the run has lasted."""
        return self._now() - self._started

    def check_time(self, wait: float) -> None:
        """Raise BudgetError if waiting for `wait` seconds would exceed the run's time limit."""
        if self.limits.seconds is not None and self.seconds + wait > self.limits.seconds:
            raise BudgetError(
                f"--max-time is used up: {self.seconds:.0f} seconds passed, "
                f"and the Hydra wants {wait:.0f} more before the next request."
            )

    def receive(self, amount: int) -> None:
        """Count received bytes; end the run in the middle of an answer that exceeds the limit."""
        self.bytes += amount
        if self.limits.bytes is not None and self.bytes > self.limits.bytes:
            raise BudgetError(f"--max-bytes is used up: {self.bytes} bytes received.")

    @property
    def seconds_left(self) -> float | None:
        """The seconds until the end of the run; None if there is no limit."""
        return None if self.limits.seconds is None else self.limits.seconds - self.seconds

    def spend_request(self) -> None:
        """Count a request that is about to be sent; raise BudgetError if none is left."""
        checks = (
            ("--max-requests", self.limits.requests, self.requests, "requests made"),
            ("--max-time", self.limits.seconds, self.seconds, "seconds passed"),
            ("--max-bytes", self.limits.bytes, self.bytes, "bytes received"),
        )
        for option, limit, spent, what in checks:
            if limit is not None and spent >= limit:
                raise BudgetError(f"{option} is used up: {spent:.0f} {what}.")
        self.requests += 1
