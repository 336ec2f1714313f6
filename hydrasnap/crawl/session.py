"""What the steps of one crawl share: the client, the cache, the selection, and the gaps so far."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from hydrasnap.client import Client, Fetched, Runtime, Settings, Waiting
from hydrasnap.crawl.resume import Progress
from hydrasnap.errors import (
    CrawlError,
    DeniedError,
    NotAHydraError,
    NotFoundError,
    UnreachableError,
)
from hydrasnap.model import Gap, JobsetKey
from hydrasnap.plan import Selection
from hydrasnap.store import Cache
from hydrasnap.wire.decode import Oddities

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


class Ask(Protocol):
    """One of the client's ways to ask: for JSON, or for a page."""

    async def __call__(
        self, path: str, parse: Callable[[bytes], T], *, tries: int | None = None
    ) -> T:
        """Return the parsed answer."""


Event = Stage | Step | Note | Fetched | Waiting


def open_client(
    cache: Cache, settings: Settings, runtime: Runtime | None, watch: Callable[[Event], None]
) -> Client:
    """Make a client for the Hydra that a cache is of."""
    origin, known = cache.manifest.origin, not cache.empty
    return Client(origin, settings, runtime=runtime, watch=watch, known=known)


LOSSES = (NotFoundError, NotAHydraError, DeniedError, UnreachableError)
"""The errors that cost one answer, after which a run goes on."""


@dataclass(slots=True)
class Session:
    """One crawl under way, since `now` in Unix seconds.

    `overviewed` tells whether the overview is known, without which nothing is learned. `doubtful`
    are the addresses whose answers were partly unreadable or contradicted others. `incomplete` are
    those of lists with unreadable elements: what is absent there may exist. `unsettled` are those
    that were asked and gave no answer yet. `checked` are the jobsets that Hydra has checked since
    the last run, as far as the overview tells.
    """

    client: Client
    cache: Cache
    selection: Selection
    watch: Callable[[Event], None]
    now: int
    gaps: list[Gap] = field(default_factory=list)
    overviewed: bool = False
    doubtful: set[str] = field(default_factory=set)
    incomplete: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    lacks_errors_page: bool = False
    checked: set[JobsetKey] = field(default_factory=set)
    progress: Progress = field(init=False)
    revisit: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(self.cache.unfinished)
        self.revisit = frozenset(self.cache.manifest.revisit)

    @contextmanager
    def gap_at(self, path: str) -> Iterator[None]:
        """Turn the loss of one answer into a gap; what ends the run is passed on."""
        try:
            yield
        except LOSSES as error:
            self.add_gap(path, error)

    def add_gap(self, path: str, error: CrawlError) -> None:
        """Remember a part that could not be read."""
        self.gaps.append(Gap(path=path, reason=str(error)))

    def doubt(self, path: str, reason: str) -> None:
        """Remember that the answer of an address is not to be trusted, and say why."""
        if path not in self.doubtful:
            self.doubtful.add(path)
            self.watch(Note(f"{path}: {reason}."))

    def note_at(self, path: str) -> Callable[[Oddities], None]:
        """Return a callback that records the unreadable parts of an answer."""

        def note(oddities: Oddities) -> None:
            if oddities.lost:
                self.incomplete.add(path)
            self.doubt(path, str(oddities))

        return note

    def note_list_at(self, path: str) -> Callable[[Oddities], None]:
        """Return what takes note, and counts lost elements as a gap: no other address has them."""
        note = self.note_at(path)

        def note_list(oddities: Oddities) -> None:
            if oddities.lost and path not in self.incomplete:
                self.add_gap(path, NotAHydraError(f"{path}: {oddities}."))
            note(oddities)

        return note_list

    def left_to_revisit(self, *, ended_early: bool) -> set[str]:
        """Return the addresses that the next run asks again.

        An answer that is as odd at the second time as at the first will stay so.
        """
        left = {gap.path for gap in self.gaps} | (self.doubtful - self.revisit)
        return left | self.revisit | self.unsettled if ended_early else left

    async def remember(
        self,
        key: JobsetKey,
        path: str,
        ask: Ask,
        parse: Callable[[bytes], T],
        *,
        tries: int | None = None,
    ) -> T:
        """Ask for a part of a jobset's list, or read the answer that the run before has got."""
        answers = self.progress.of(key).answers
        if path in answers:
            with suppress(NotAHydraError):
                return parse(answers[path])

        def keep(body: bytes) -> T:
            found = parse(body)
            if path not in self.doubtful:
                answers[path] = body
            return found

        return await ask(path, keep, tries=tries)

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
