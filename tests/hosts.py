"""Static hosts on this machine, for pages in a browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Host(SimpleHTTPRequestHandler):
    """A static host that shows the site's own page for what is missing, as GitHub Pages does."""

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code != HTTPStatus.NOT_FOUND:
            return super().send_error(code, message, explain)
        body = (Path(self.directory) / "snap" / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def serving(handler: Any) -> Iterator[ThreadingHTTPServer]:
    """Run a server for a while, and give it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def hosting(folder: Path) -> Iterator[str]:
    """Serve a folder for a while; the site belongs into ``snap`` there. Give its address."""
    with serving(partial(Host, directory=str(folder))) as server:
        yield f"http://127.0.0.1:{server.server_port}/snap"
