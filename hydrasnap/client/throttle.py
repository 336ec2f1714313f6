"""How fast to ask: a steady rate, and a lower one after a server has said "too fast"."""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

_USUAL = 1.0
_SLOWER = 0.5
_SLOWEST = 1 / 60
_FIRST_AFTER_UNPACED = 1.0


class RateLimiter:
    """Let each request wait until ``1 / rate`` seconds after the one before.

    `rate` is in requests a second, None for no limit. `now` counts seconds, `sleep` waits them.
    """

    def __init__(
        self,
        rate: float | None,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.rate = rate
        self._now = now
        self._sleep = sleep
        self._next = 0.0
        self._penalty_ends = 0.0

    async def wait(self) -> None:
        """Sleep until the next request may be sent."""
        if self.rate is None and not self._next:
            return
        moment = max(self._now(), self._next)
        self._next = moment + (1 / self.rate if self.rate else 0.0)
        delay = moment - self._now()
        if delay > 0:
            await self._sleep(delay)

    def slow_down(self, retry_after: float) -> float:
        """Send nothing for `retry_after` seconds, and go on at half the rate.

        Return the seconds until the next request may go out.
        """
        if self._now() < self._penalty_ends:  # another request got the same answer meanwhile
            return self._penalty_ends - self._now()
        self.rate = max(_SLOWEST, self.rate * _SLOWER if self.rate else _FIRST_AFTER_UNPACED)
        self._penalty_ends = self._now() + max(retry_after, 1 / self.rate)
        self._next = max(self._next, self._penalty_ends)
        return self._penalty_ends - self._now()


def is_this_machine(origin: str) -> bool:
    """Return whether `origin` is on this machine, where no rate is needed."""
    host = urlsplit(origin).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def usual_rate(origin: str) -> float | None:
    """Return the rate at which a Hydra is asked where the user sets none."""
    return None if is_this_machine(origin) else _USUAL
