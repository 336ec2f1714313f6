"""What a server does between requests: load new crawls, render the site, reload open pages."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hydrasnap.errors import HydrasnapError
from hydrasnap.server.newest_snapshot import CacheSource

RELOAD = "/-/reload"
RELOADING = f'<script src="{RELOAD}.js"></script>\n'
RELOAD_SCRIPT = b"new EventSource('/-/reload').onmessage = () => location.reload();\n"
_EVERY = 1.0  # seconds between two looks at the files
_PAUSE = 0.2  # seconds until an open page learns of a render, or notices that the server ends

Times = Mapping[Path, int]


class Follower:
    """Takes over each new crawl; with `watched` files it renders the site again when they change.

    `render` writes the site and returns whether that went well. `warn` is called with errors.
    Once `is_ending` returns true, connections are closed.
    """

    def __init__(
        self,
        source: CacheSource,
        *,
        watched: Callable[[], Iterable[Path]] | None = None,
        render: Callable[[], bool] = lambda: False,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._source = source
        self._watched = watched
        self._render = render
        self._warn = warn
        self._times = self._look()
        self._renders = 0
        self.is_ending: Callable[[], bool] = lambda: False

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Follow as long as the application runs."""
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            self._renders += await asyncio.to_thread(self.look)

    def look(self) -> bool:
        """Load what is new; return whether the site was rendered again."""
        try:
            is_new = self._source.refresh()
        except HydrasnapError as error:
            self._warn(error.format_message())
            return False
        times = self._look()
        is_changed, self._times = times != self._times, times
        return self._watched is not None and (is_new or is_changed) and self._render()

    def _look(self) -> Times:
        found = {}
        for path in self._watched() if self._watched else ():
            try:
                found[path] = path.stat().st_mtime_ns
            except OSError:  # the file was removed between the list and the look
                continue
        return found

    async def reloads(self, request: Request) -> Response:
        """Send an event whenever the site was rendered again, until the server ends."""

        async def events() -> AsyncIterator[bytes]:
            yield b": connected\n\n"
            known = self._renders
            while not self.is_ending():
                if known != self._renders:
                    known = self._renders
                    yield b"data: reload\n\n"
                await asyncio.sleep(_PAUSE)

        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(events(), media_type="text/event-stream", headers=headers)
