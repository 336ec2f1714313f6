"""When to try again, and how long to wait before."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long one request is tried.

    `attempts` counts all tries. `seconds` bounds the sum of the waits for one request. Waits double
    from `first` up to `longest` seconds, each with a jitter between half and full length.
    """

    attempts: int = 10
    seconds: float = 600.0
    first: float = 0.5
    longest: float = 60.0

    def backoff(self, failures: int, jitter: Callable[[], float] = random.random) -> float:
        """Return the seconds to wait after the given number of failures (1, 2, …)."""
        full = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return full * (0.5 + 0.5 * jitter())

    def tries(self, most: int | None, unanswered: int) -> int:
        """Return how often to try an address: `most` times, or as the settings say for None.

        Each `unanswered` address just before it halves the number, down to two.
        """
        most = self.attempts if most is None else most
        return max(min(most, _FEWEST), most >> unanswered)


def retry_after(value: str | None, *, now: datetime | None = None) -> float:
    """Read a ``Retry-After`` header, seconds or a date; 0 where it is absent or unreadable.

    Source: RFC 9110, section 10.2.3. Bounded to an hour.
    """
    if not value:
        return 0.0
    if value.strip().isdecimal():
        return min(float(value), 3600.0)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), 3600.0)
