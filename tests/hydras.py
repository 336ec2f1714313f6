"""Hydras for tests: in process, with faults by hand, and a clock that nobody waits for."""

import asyncio
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import httpx

from hydrasnap.client.client import Client
from hydrasnap.client.settings import Runtime, Settings
from hydrasnap.crawl.run import CrawlResult, crawl
from hydrasnap.crawl.session import Event
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.world.database_rows import Job, JobsetRow, ProductRow, ProjectRow, Result
from hydrasnap.demo.world.world import World as Data
from hydrasnap.model import JobsetKey, Snapshot
from hydrasnap.plan.selection import Selection
from hydrasnap.store.opening import open_cache, read_snapshot

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
ORIGIN = DemoHydra.ORIGIN
TRUNK, STABLE = JobsetKey("one", "trunk"), JobsetKey("one", "stable")
REQUESTS = 20  # that a first crawl of the small Hydra takes
FULL_SPEED = Settings(rate=1000.0)
Answer = httpx.Response | Exception | None


@dataclass(slots=True)
class Clock:
    """A clock that moves by being slept on."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass(slots=True)
class Wire(httpx.AsyncBaseTransport):
    """A wire to an embedded Hydra (or none) that a test may cut, delay or tap.

    `tap` sees the number of each request, from 0, and the request; what it returns or raises takes
    the place of Hydra's answer.
    """

    tap: Callable[[int, httpx.Request], Answer]
    hydra: DemoHydra | None = None
    seen: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        found = self.tap(len(self.seen) - 1, request)
        if isinstance(found, Exception):
            raise found
        if found is not None:
            found.request = request
            return found
        if self.hydra is None:
            return reply(b"[]")
        return await httpx.ASGITransport(app=self.hydra).handle_async_request(request)


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> httpx.Response:
    """Make an answer; JSON unless a header says otherwise."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body.encode() if isinstance(body, str) else body
    length = {"Content-Length": str(len(data))}
    return httpx.Response(
        status, stream=httpx.ByteStream(data), headers={**JSON, **length, **given}
    )


def page(body: bytes | str = "<html></html>", status: int = 200, **headers: str) -> httpx.Response:
    """Make an HTML answer."""
    return reply(body, status, Content_Type="text/html", **headers)


def in_turn(*answers: Answer) -> Callable[[int, httpx.Request], Answer]:
    """Give these answers one after the other, then the last one for ever."""
    return lambda number, _: fresh(answers[min(number, len(answers) - 1)])


def fresh(answer: Answer) -> Answer:
    """Copy an answer, as each can be read only once."""
    if not isinstance(answer, httpx.Response):
        return answer
    return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)


def runtime(transport: httpx.AsyncBaseTransport, clock: Clock | None = None) -> Runtime:
    """Let a client run where time costs nothing."""
    clock = clock or Clock()
    return Runtime(transport=transport, now=clock.read, sleep=clock.sleep)


def client(
    wire: Wire, settings: Settings = FULL_SPEED, *, clock: Clock | None = None, origin: str = ORIGIN
) -> Client:
    """Make a client at one end of a wire."""
    return Client(origin, settings, runtime=runtime(wire, clock))


def ask(
    wire: Wire, *asked: str, settings: Settings = FULL_SPEED, clock: Clock | None = None
) -> list[bytes]:
    """Ask for JSON addresses, one after the other, and return the bodies."""

    async def run() -> list[bytes]:
        async with client(wire, settings, clock=clock) as talker:
            return [await talker.read(path, bytes) for path in asked]

    return asyncio.run(run())


@dataclass(slots=True)
class Crawler:
    """A cache folder and the Hydra it is of."""

    folder: Path
    hydra: DemoHydra
    settings: Settings = FULL_SPEED
    selection: Selection = Selection()  # noqa: RUF009  (frozen)
    events: list[Event] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def run(
        self, tap: Callable[[int, httpx.Request], Answer] = lambda *_: None, **changes: Any
    ) -> CrawlResult:
        """Crawl once; `changes` are to the settings."""
        wire = Wire(tap, self.hydra)
        settings = replace(self.settings, **changes)
        with open_cache(self.folder, ORIGIN, self._note_damage) as cache:
            return asyncio.run(
                crawl(
                    cache,
                    settings,
                    self.selection,
                    watch=self.events.append,
                    runtime=runtime(wire),
                    clock=lambda: float(self.hydra.world.now),
                )
            )

    def asked(self) -> list[str]:
        """Crawl and return the targets that were asked for."""
        self.hydra.requests.clear()
        assert self.run().error is None
        return [line.removeprefix("GET ") for line in self.hydra.requests]

    def _note_damage(self, path: Path, reason: str) -> None:
        assert reason
        self.damaged.append(path.relative_to(self.folder).as_posix())

    @property
    def snapshot(self) -> Snapshot:
        """What the cache holds."""
        return read_snapshot(self.folder)

    @property
    def files(self) -> dict[str, bytes]:
        """The bytes of all files but the one that tells of the run."""
        return files(self.folder)


def files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of a cache, apart from the lock and what says whose it is."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path.read_bytes()
        for name, path in sorted(found.items())
        if path.is_file() and name not in ("snapshot.json", "origin", ".lock")
    }


JOBS = (
    Job("hello.x86_64-linux"),
    Job("hello.aarch64-linux", system="aarch64-linux"),
    Job("zlib.x86_64-linux", outputs=("out", "dev")),
    Job("Zlib.x86_64-linux", nixname="zlib-2"),
    Job("tested", constituents=("hello.x86_64-linux", "zlib.x86_64-linux")),
)
PRODUCT = Result(products=(ProductRow("file", name="a.tar"),), metrics=(("size", 1.5, None),))


def recipes(turn: int) -> list[Job]:
    """Return the jobs as they are at a turn: each changes at every third."""
    turns = [max(t for t in range(-n, turn + 1) if not (t + n) % 3) for n in range(len(JOBS))]
    return [replace(job, recipe=str(since)) for job, since in zip(JOBS, turns, strict=True)]


def conclude(data: Data, build: int, status: int) -> None:
    """Finish a build; like Nixpkgs' ones, aggregates have no product and others have."""
    plain = data.builds[build].constituents is None
    data.finish(build, PRODUCT if plain and not status else Result(status))


def evaluate(data: Data, key: JobsetKey, turn: int, *, finish: bool = True) -> int:
    """Evaluate a jobset, and finish its builds with different results; return the evaluation."""
    data.now += 3600
    first = data.next_build
    row = data.add_evaluation(key, recipes(turn))
    for build in range(first, data.next_build if finish else first):
        conclude(data, build, build % 2 if build % 3 else 0)
    return row.id


def small(evaluations: int = 3) -> Data:
    """Make a Hydra of two projects: one with two jobsets and an empty one, one that is hidden."""
    data = Data()
    data.add_project(ProjectRow("one", "One"))
    data.add_project(ProjectRow("Secret", hidden=True))
    for key in (TRUNK, STABLE, JobsetKey("one", ".empty"), JobsetKey("Secret", "main")):
        data.add_jobset(JobsetRow(*key))
    for turn in range(evaluations):
        evaluate(data, TRUNK, turn)
        evaluate(data, STABLE, turn + 1)
        evaluate(data, JobsetKey("Secret", "main"), turn)
    return data


def hydra(evaluations: int = 3) -> DemoHydra:
    """Serve the small Hydra."""
    return DemoHydra(world=small(evaluations))


def fresh_crawl(folder: Path, of: DemoHydra, selection: Selection = Selection()) -> Crawler:  # noqa: B008
    """Crawl a Hydra as it is now into an empty folder, without disturbing it.

    A crawl of the same Hydra by the same wishes is the same: the files of the last few are kept.
    """
    crawler = Crawler(folder, DemoHydra(world=of.world.copy()), selection=selection)
    for known in _LAST_CRAWLS:
        if (known.world, known.selection) == (crawler.hydra.world, selection):
            crawler.hydra.requests += known.requests
            crawler.events += known.events
            _write(known.files, folder)
            return crawler
    outcome = crawler.run()
    assert (outcome.error, outcome.run.gaps) == (None, ())
    asked, events = (*crawler.hydra.requests,), (*crawler.events,)
    _LAST_CRAWLS.appendleft(_Crawl(of.world.copy(), selection, asked, events, _read(folder)))
    return crawler


@dataclass(frozen=True, slots=True)
class _Crawl:
    """What a crawl was of, what it asked and told, and the files that it left, with their times."""

    world: Data
    selection: Selection
    requests: tuple[str, ...]
    events: tuple[Event, ...]
    files: dict[Path, tuple[bytes, int]]


_LAST_CRAWLS: deque[_Crawl] = deque(maxlen=8)


def _read(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """Return the content and the time of each file: the index of a cache names times."""
    every = (path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder): (p.read_bytes(), p.stat().st_mtime_ns) for p in every}


def _write(files_of_it: dict[Path, tuple[bytes, int]], folder: Path) -> None:
    for name, (content, time) in files_of_it.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(time, time))


def unlucky(seed: int, share: float) -> Callable[[int, httpx.Request], Answer]:
    """Spoil a share of all answers, each time in another way, the same for the same seed."""
    chance = Random(seed)  # noqa: S311

    def tap(number: int, request: httpx.Request) -> Answer:
        if not number or chance.random() >= share:
            return None
        faults: list[Answer] = [
            page("<h1>Bad Gateway</h1>", 502),
            page("", 503, Retry_After="1"),
            reply(b"slow down", 429, Retry_After="2"),
            httpx.ConnectError("connection refused"),
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            httpx.ReadError(""),
            reply(b'[{"id": 1, "na' + b"m" * number),
        ]
        return chance.choice(faults)

    return tap
