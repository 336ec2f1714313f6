"""What a careless or hostile client sends costs it an error, and nobody else anything."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from hydras import Crawler, hydra

from hydrasnap.server.newest_snapshot import CacheSource
from hydrasnap.server.rendered_site import SitePages
from hydrasnap.server.serve import serve_app

JSON = {"Accept": "application/json"}
BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PROGRAM = {"Accept": "text/html"}
HIDDEN = "not for visitors"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Serve a cache and a site with real sockets, a secret file beside them."""
    folder = tmp_path_factory.mktemp("bad")
    assert Crawler(folder / "cache", hydra()).run().error is None
    (folder / "secret.html").write_text(HIDDEN)
    (folder / "site").mkdir()
    (folder / "site" / "404.html").write_text("missing")
    app = serve_app(CacheSource(folder / "cache"), SitePages(folder / "site", lambda name: name))
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()
    server.should_exit = True
    thread.join()
    listening.close()


def raw(address: tuple[str, int], request: bytes) -> bytes:
    """Send bytes as they are, and return all that comes back until the connection ends."""
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(request)
        parts = []
        try:
            while part := connection.recv(65536):
                parts.append(part)
        except ConnectionResetError:
            pass  # the server does not read on after what it refuses
        return b"".join(parts)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


TARGETS = (
    "/build/abc", "/build/-1", "/build/0", "/build/99999999999999999999", "/build/1e3", "/build/٣",
    "/eval/abc", "/eval/" + "9" * 5000, "/eval/1/builds/x", "/jobset/one/trunk/evals?page=-1",
    "/jobset/one/trunk/evals?page=99999999999999999999", "/jobset/one/trunk/all?page=-1",
    "/jobset/one/trunk/evals?page=abc", "/api/queue?nr=0", "/api/queue?nr=", "/api/queue",
    "/api/latestbuilds?nr=-1", "/api/nrbuilds?nr=1&period=year", "/api/jobsets", "/search",
    "/search?query=%00", "/search?query=" + "a" * 10_000, "/search?query=%FF", "/%FF", "/%", "/%zz",
    "/eval/101?compare=x", "/eval/101?compare=99999999999999", "/eval/101?filter=%00%FF",
    "/../secret.html", "/%2e%2e/secret.html", "/..%2fsecret.html", "/.%2e/%2e./secret.html",
    "/%2e%2e%5csecret.html", "/build/..%2f..%2fsecret", "/job/one/trunk/..%2f..%2f..%2fsecret",
    "//secret.html", "/./../secret.html", "/project/%00", "/job/one/trunk/%F0%9F%A6%80/shield",
    "/" + "a/" * 3000, "/build/1001?" + "&".join(f"a{n}={n}" for n in range(3000)),
)  # fmt: skip


@pytest.mark.parametrize("headers", [JSON, BROWSER, PROGRAM], ids=["json", "browser", "program"])
def test_no_request_is_an_error_of_the_server_or_reads_beyond_the_snapshot(
    address: tuple[str, int], headers: dict[str, str]
) -> None:
    for target in TARGETS:
        lines = f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        lines += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        answer = raw(address, f"{lines}\r\n".encode())
        assert 200 <= status_of(answer) < 500, (target, answer[:200])
        assert HIDDEN.encode() not in answer, target
        if headers is JSON and status_of(answer) >= 400:
            assert b'{"error":' in answer or b"Invalid HTTP" in answer, target


def test_a_query_of_a_megabyte_is_refused(address: tuple[str, int]) -> None:
    for target in ("/search?query=", "/build/1001?x="):
        request = f"GET {target}{'a' * 1_000_000} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()
        assert status_of(raw(address, request)) in {0, 400, 414, 431}


@pytest.mark.parametrize(
    "request_", [b"\x00\xff\r\n\r\n", b"GET\r\n\r\n",
                 b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_http_is_refused(address: tuple[str, int], request_: bytes) -> None:
    assert status_of(raw(address, request_)) in {0, 400, 505}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_other_methods_change_nothing(address: tuple[str, int], method: str) -> None:
    url = "http://{}:{}/build/1001".format(*address)
    answer = httpx.request(method, url, content=b"x" * 100_000)
    assert answer.status_code == 403
    assert "read-only" in answer.json()["error"]


@pytest.mark.slow
def test_five_hundred_connections_at_once_are_all_answered(address: tuple[str, int]) -> None:
    """Ten of them send their request slowly, and ten do not read what they asked for."""

    async def one(number: int) -> int:
        reader, writer = await asyncio.open_connection(*address)
        lines = [f"GET /build/{1001 + number % 3} HTTP/1.1\r\n", "Host: x\r\n",
                 "Accept: application/json\r\n", "Connection: close\r\n\r\n"]  # fmt: skip
        for line in lines:
            writer.write(line.encode())
            if number % 50 == 0:
                await writer.drain()
                await asyncio.sleep(0.05)
        if number % 50 == 1:
            writer.close()
            return 200
        answer = await reader.read()
        writer.close()
        return status_of(answer)

    async def run() -> list[int]:
        return await asyncio.gather(*(one(number) for number in range(500)))

    assert set(asyncio.run(run())) == {200}


def test_a_client_that_stops_in_the_middle_keeps_nobody_waiting(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as slow:
        slow.sendall(b"GET /build/1001 HTTP/1.1\r\nHost:")
        answer = httpx.get("http://{}:{}/build/1001".format(*address), headers=JSON, timeout=10)
        assert answer.json()["id"] == 1001
