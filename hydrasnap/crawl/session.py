"""What the steps of one crawl share: the client, the cache, the selection, and the gaps so far."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from hydrasnap.client.client import Client
from hydrasnap.client.settings import Fetched, Runtime, Settings, Waiting
from hydrasnap.crawl.resume import Progress
from hydrasnap.errors import (
    CrawlError,
    DeniedError,
    NotAHydraError,
    NotFoundError,
    UnreachableError,
)
from hydrasnap.formatting import mask_logins
from hydrasnap.model import Build, Evaluation, Gap, JobsetKey
from hydrasnap.plan.selection import Selection
from hydrasnap.store.cache import Cache
from hydrasnap.wire.decode import Oddities

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """An event: a stage of the crawl begins; `total` is its number of steps where that is known."""

    name: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An event: a step of the stage is done."""


@dataclass(frozen=True, slots=True)
class Note:
    """An event worth a line of its own, such as a damaged file."""

    text: str


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
    """The state of a crawl under way."""

    client: Client
    cache: Cache
    selection: Selection
    watch: Callable[[Event], None]
    now: int  # Unix seconds
    gaps: list[Gap] = field(default_factory=list)
    overviewed: bool = False  # whether the overview was read, without which nothing is learned
    # paths whose answers were partly unreadable or contradicted others
    doubtful: set[str] = field(default_factory=set)
    # paths of lists that lost elements: what is absent there may exist
    incomplete: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)  # paths that gave no final answer yet
    lacks_errors_page: bool = False  # as Hydras before 2024 do
    # jobsets that Hydra has checked since the last run
    checked: set[JobsetKey] = field(default_factory=set)
    progress: Progress = field(init=False)
    revisit: frozenset[str] = field(init=False)  # paths that the last run wants to be read again

    def __post_init__(self) -> None:
        self.progress = Progress(self.cache.unfinished)
        self.revisit = frozenset(self.cache.manifest.revisit)

    def window(self, key: JobsetKey) -> list[Evaluation]:
        """Return the evaluations of a jobset that Hydra still has, newest first."""
        jobset, found = self.cache.jobsets.get(key), self.cache.evaluations
        ids = jobset.evaluations if jobset else ()
        return [
            found[number]
            for number in ids
            if number in found and not found[number].deleted_upstream
        ]

    def builds_of(self, evaluation: Evaluation) -> Iterator[Build]:
        """Yield the cached builds of an evaluation, by id."""
        known = self.cache.builds
        return (known[number] for number in evaluation.builds if number in known)

    @contextmanager
    def gap_at(self, path: str) -> Iterator[None]:
        """Record the failure of one request as a gap; errors that end the run are raised."""
        try:
            yield
        except LOSSES as error:
            self.add_gap(path, error)

    def add_gap(self, path: str, error: CrawlError) -> None:
        """Record a part that could not be read."""
        self.gaps.append(Gap(path=path, reason=mask_logins(str(error))))

    def doubt(self, path: str, reason: str) -> None:
        """Record why the answer of an address cannot be trusted."""
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
        """Return a callback that counts lost elements as a gap, as no other address has them."""
        note = self.note_at(path)

        def note_list(oddities: Oddities) -> None:
            if oddities.lost and path not in self.incomplete:
                self.add_gap(path, NotAHydraError(f"{path}: {oddities}."))
            note(oddities)

        return note_list

    def left_to_revisit(self, *, ended_early: bool) -> set[str]:
        """Return the addresses that the next run asks again.

        An answer that was odd twice will stay so.
        """
        left = {gap.path for gap in self.gaps} | (self.doubtful - self.revisit)
        return left | self.revisit | self.unsettled if ended_early else left

    async def remember(
        self,
        key: JobsetKey,
        path: str,
        parse: Callable[[bytes], T],
        *,
        html: bool = False,
        tries: int | None = None,
    ) -> T:
        """Fetch a part of a jobset's list, or use the answer that the last run received."""
        answers = self.progress.of(key).answers
        if path in answers:
            with suppress(NotAHydraError):
                return parse(answers[path])

        def keep(body: bytes) -> T:
            found = parse(body)
            if path not in self.doubtful:
                answers[path] = body
            return found

        ask = self.client.read_html if html else self.client.read
        return await ask(path, keep, tries=tries)

    async def each(self, items: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
        """Do `work` for all items, as many at once as the client has connections.

        The first error is raised, and cancels the rest.
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
