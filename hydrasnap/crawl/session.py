"""What the steps of one crawl share: the client, the cache, the wishes, and the gaps so far."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from hydrasnap.client import Client, Fetched, Waiting
from hydrasnap.crawl.resume import Progress
from hydrasnap.errors import (
    CrawlError,
    NotAHydraError,
    NotFoundError,
    OfflineError,
    UnreachableError,
)
from hydrasnap.model import Gap, JobsetKey
from hydrasnap.plan import Selection
from hydrasnap.store import Cache

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """An event: a stage of the crawl begins; `total` is its number of steps where that is known."""

    name: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An event: a step of the stage is done; `what` is for the reader."""

    what: str


@dataclass(frozen=True, slots=True)
class Note:
    """An event worth a line of its own, such as a damaged file."""

    text: str


Event = Stage | Step | Note | Fetched | Waiting


@dataclass(slots=True)
class Session:
    """One crawl under way, since `now` in Unix seconds.

    `overviewed` tells whether the overview is known, without which nothing is learned.
    """

    client: Client
    cache: Cache
    selection: Selection
    watch: Callable[[Event], None]
    now: int
    gaps: list[Gap] = field(default_factory=list)
    overviewed: bool = False
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(self.cache.unfinished)

    @contextmanager
    def gap_at(self, path: str) -> Iterator[None]:
        """Turn what goes wrong with one object into a gap; what stops the run goes on up."""
        try:
            yield
        except OfflineError:
            raise
        except (NotFoundError, NotAHydraError, UnreachableError) as error:
            self.add_gap(path, error)

    def add_gap(self, path: str, error: CrawlError) -> None:
        """Remember a part that could not be read."""
        self.gaps.append(Gap(path=path, reason=error.message))

    async def remember(
        self,
        key: JobsetKey,
        path: str,
        ask: Callable[[str, Callable[[bytes], T]], Awaitable[T]],
        parse: Callable[[bytes], T],
    ) -> T:
        """Ask for a part of a jobset's list, or read the answer that the run before has got."""
        answers = self.progress.of(key).answers
        if path in answers:
            return parse(answers[path])

        def keep(body: bytes) -> T:
            found = parse(body)
            answers[path] = body
            return found

        return await ask(path, keep)

    async def each(self, items: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
        """Do `work` for all items, as many at once as the client has connections.

        The first error ends it; the others are let go.
        """
        waiting = iter(items)

        async def worker() -> None:
            for item in waiting:
                await work(item)

        workers = [asyncio.ensure_future(worker()) for _ in range(self.client.settings.connections)]
        try:
            await asyncio.gather(*workers)
        finally:
            for task in workers:
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
