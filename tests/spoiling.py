"""A small Hydra that spoils its answers, and crawls of it."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
from hydras import FULL_SPEED, TRUNK, Crawler, evaluate, files, hydra, page
from mutations import answers
from steps import page_of

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.plan.selection import FetchStrategy, Selection

Spoil = Callable[[str, bytes], httpx.Response | None]

PAGE = "page:"  # what the paths of HTML pages begin with here, where JSON is at the same address
KINDS = {
    "projects": r"/",
    "overview": r"/api/jobsets",
    "list": r"/jobset/one/trunk/evals",
    "latest": r"/jobset/one/trunk/latest-eval",
    "errors": r"/jobset/one/trunk/errors",
    "configuration": r"/jobset/one/trunk",
    "bulk": r"/eval/\d+/builds",
    "listing": r"page:/eval/\d+",
    "build": r"/build/\d+",
    "constituents": r"/build/\d+/constituents",
    "queue": r"/api/queue",
    "sizes": r"/job/.*",
    "live": r"/status|/machines|/queue-runner-status|/api/nrbuilds",
    "build page": r"page:/build/\d+",
    "evaluations page": r"page:/jobset/one/trunk/evals",
    "errors page": r"page:/eval/\d+/errors",
    "finished page": r"page:/jobset/one/trunk/all",
}
PAGES = {kind for kind in KINDS if kind.endswith(" page")}
STORED = ("cache",)  # for the tests of damaged files: a cache with everything in it
_STRATEGIES = {"build": FetchStrategy.PER_BUILD, "listing": FetchStrategy.LISTING}
SECOND_RUN = {"latest", "queue", "finished page"}  # what a first run does not ask for


class SpoilingHydra(DemoHydra):
    """Answers rightly, unless `spoil` gives another answer."""

    spoil: Spoil | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        path, found = scope["path"], None
        is_page = dict(scope["headers"]).get(b"accept") == b"text/html"
        if is_page and not re.fullmatch(r"/eval/\d+", path):
            body = page_of(self.world, path).encode()
            found = page(body)
        else:
            await super().__call__(scope, receive, keep)
            body = b"".join(message.get("body", b"") for message in sent[1:])
        if self.spoil:
            found = self.spoil(f"{PAGE * is_page}{path}", body) or found
        if found is None:
            for message in sent:
                await send(message)
            return
        content = b"".join([chunk async for chunk in found.aiter_raw()])
        await send({"type": "http.response.start", "status": found.status_code,
                    "headers": found.headers.raw})  # fmt: skip
        await send({"type": "http.response.body", "body": content})


class Spoiler:
    """Spoils the first so many answers of one kind of address."""

    def __init__(self, kind: str, seed: int, most: int) -> None:
        self.pattern, self.left = re.compile(KINDS[kind]), most
        self.chance = Random(f"{kind}{seed}")  # noqa: S311

    def __call__(self, path: str, body: bytes) -> httpx.Response | None:
        if not self.left or not self.pattern.fullmatch(path):
            return None
        self.left -= 1
        return answers(body, self.chance)


def crawler(folder: Path, kind: str) -> Crawler:
    """Return a crawler of a small Hydra that is about to ask addresses of a kind."""
    of = SpoilingHydra(world=hydra(1).world)
    wishes = Selection(
        strategy=_STRATEGIES.get(kind),
        sizes=("one/*/hello*",),
        live=True,
        reasons=100 if kind in (*PAGES, *STORED) else 0,
    )
    found = Crawler(folder, of, FULL_SPEED, wishes)
    if kind in SECOND_RUN:
        found.run()
        of.world.now += 60
        of.world.jobsets[TRUNK].lastcheckedtime = of.world.now
        if kind != "latest":
            evaluate(of.world, TRUNK, 9, finish=kind != "queue")
    return found


def data(folder: Path) -> dict[str, bytes]:
    """Return the files of a cache that hold data of the Hydra."""
    return {
        name: content
        for name, content in files(folder).items()
        if ".damaged" not in name
        and name not in ("unfinished.json", "journal.jsonl")
        and not name.startswith(".index/")
    }
