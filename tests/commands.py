"""Running commands in process, looking at how they end, and serving a Hydra on a real socket."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import uvicorn
from click.testing import CliRunner, Result

from hydrasnap.cli import main
from hydrasnap.demo.hydra import DemoHydra

Answer = tuple[int, str, bytes]


def run(*arguments: object, env: dict[str, str] | None = None) -> Result:
    """Run a command in process, with an environment that names nothing."""
    names = ("HYDRASNAP_URL", "HYDRASNAP_USERNAME", "HYDRASNAP_PASSWORD")
    around: dict[str, str | None] = {**dict.fromkeys(names), **(env or {})}
    return CliRunner().invoke(main, [str(a) for a in arguments], env=around)


def told(result: Result, code: int, words: str = "") -> str:
    """Check that a command ended with a code and words, and without a traceback."""
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert words in result.output.replace("\n", " "), result.output
    return result.output


@contextmanager
def served(answer: Callable[[str, str], Answer]) -> Iterator[str]:
    """Serve answers to targets, by what is accepted, on a real socket in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(self.path, self.headers["Accept"])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def listening(app: DemoHydra, port: int = 0) -> Iterator[str]:
    """Let an embedded Hydra listen on a real socket, logins and cookies included."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
        thread = threading.Thread(target=server.run, args=([free],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{free.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def embedded(server: DemoHydra) -> Callable[[str, str], Answer]:
    """Let an embedded Hydra answer on a socket."""

    async def ask(target: str, accept: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=server)
        async with httpx.AsyncClient(transport=transport, base_url=server.ORIGIN) as client:
            return await client.get(target, headers={"Accept": accept})

    def answer(target: str, accept: str) -> Answer:
        found = asyncio.run(ask(target, accept))
        return found.status_code, found.headers["Content-Type"], found.content

    return answer
