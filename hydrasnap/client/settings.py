"""The settings of a client, what tests replace, and the events that it reports."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from hydrasnap.client.backoff import Retry
from hydrasnap.client.run_budget import Limits

HARD_CAP = 16


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login; its `repr` does not show the password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a client behaves."""

    contact: str = ""
    rate: float | None = None  # requests a second; None is one, or no limit on this machine itself
    concurrency: int = 1
    credentials: Credentials | None = None  # for Hydra's own login
    basic: Credentials | None = None  # for basic authentication in front of the Hydra
    limits: Limits = field(default_factory=Limits)
    retry: Retry = field(default_factory=Retry)
    # seconds to wait for the next part of an answer; Hydra sends none before all is computed
    timeout: float = 900.0  # where the answer may be large
    usual_timeout: float = 300.0  # of any other answer
    most_bytes: int = 768 * 1024 * 1024  # of an answer that may be large
    usual_bytes: int = 64 * 1024 * 1024  # of any other answer

    @property
    def connections(self) -> int:
        """Return how many requests may be under way at once."""
        return max(1, min(self.concurrency, HARD_CAP))


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a client runs on, and tests replace: the transport, the clock, and waiting."""

    transport: httpx.AsyncBaseTransport | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Fetched:
    """An event: an answer has arrived."""

    path: str
    status: int
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event: a request is tried again after `seconds`."""

    path: str
    reason: str
    seconds: float


def normal_origin(address: str) -> str:
    """Return scheme, host, port and base path of a Hydra, in one spelling and without a login.

    >>> normal_origin("Hydra.Example.org/"), normal_origin("http://x:y@h:3000/hydra/")
    ('https://hydra.example.org', 'http://h:3000/hydra')
    """
    parts = urlsplit(address if "://" in address else f"https://{address}")
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != usual else ""
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"
