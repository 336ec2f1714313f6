"""The client: one origin, listed addresses, patient with faults, and never rude."""

import asyncio
import gzip
import json
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import httpx
import msgspec
import pytest
from hydras import (
    FULL_SPEED,
    ORIGIN,
    Answer,
    Clock,
    Crawler,
    Wire,
    ask,
    client,
    fresh,
    hydra,
    in_turn,
    page,
    reply,
    runtime,
)

from hydrasnap.client.client import Client
from hydrasnap.client.run_budget import Limits
from hydrasnap.client.settings import Credentials, Fetched, Runtime, Settings, Waiting
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.errors import (
    BudgetError,
    ConfigError,
    CrawlError,
    LoginError,
    NotAHydraError,
    NotFoundError,
    OfflineError,
    RefusedError,
    TooBigError,
    UnreachableError,
)

GOOD = reply(b"[]")
PRIVATE = ("reader", "s3cret-word")


def talk(tap: Callable[[int, httpx.Request], Answer], path: str = "/") -> Wire:
    """Ask one question over a wire, and return the wire."""
    wire = Wire(tap)
    ask(wire, path)
    return wire


def test_it_says_who_asks_and_wants_json() -> None:
    wire = Wire(in_turn(GOOD))
    ask(wire, "/", settings=Settings(contact="Jürgen <j@example.org>"))
    (request,) = wire.seen
    assert request.headers["accept"] == "application/json"
    assert "content-type" not in request.headers
    agent = dict(request.headers.raw)[b"User-Agent"].decode()
    assert agent.startswith("hydrasnap/")
    assert agent.endswith("; Jürgen <j@example.org>)")


def test_it_keeps_one_session() -> None:
    server = hydra()
    ask(Wire(lambda *_: None, server), "/", "/", "/build/1001")
    assert server.sessions.made == 1


PASSING: list[Answer] = [
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.PoolTimeout("busy"),
    page("<h1>Bad Gateway</h1>", 502),
    page("", 503),
    reply(b'{"message": "upstream is away"}', 503),
    page("", 504),
    page("<h1>Something went wrong</h1>", 500),
    page("please wait"),
    reply(b"{}", Content_Encoding="gzip"),
    reply(b"", 429),
]


@pytest.mark.parametrize("fault", PASSING, ids=repr)
@pytest.mark.parametrize("path", ["/", "/build/1001"])
def test_what_can_pass_is_tried_again(fault: Answer, path: str) -> None:
    assert len(talk(in_turn(fault, GOOD), path).seen) == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply('{"error":"invalid input syntax for type integer"}', 500), UnreachableError),
        (reply('{"error":"Build 1001 doesn\'t exist."}', 404), NotFoundError),
        (page("Forbidden", 403), RefusedError),
        (page("Who are you?", 401), LoginError),
        (reply('{"error":"This page requires you to sign in."}', 403), LoginError),
        (httpx.UnsupportedProtocol("gopher"), UnreachableError),
    ],
)
def test_what_cannot_pass_is_not_tried_again(answer: Answer, error: type[CrawlError]) -> None:
    wire = Wire(in_turn(answer))
    with pytest.raises(error):
        ask(wire, "/build/1001")
    assert len(wire.seen) == 1


@pytest.mark.parametrize("fault", [httpx.ReadTimeout("slow"), page("", 504)], ids=repr)
@pytest.mark.parametrize("path", ["/eval/101/builds", "/eval/101?full=1"])
def test_where_the_server_is_still_computing_it_is_not_asked_again(
    fault: Answer, path: str
) -> None:
    wire = Wire(in_turn(fault))
    with pytest.raises(TooBigError):
        ask(wire, path)
    assert len(wire.seen) == 1


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (page("<title>A shop</title>"), NotAHydraError, "is not a Hydra: / answered 200 with HTML"),
        (page("Not here", 404), NotAHydraError, "answered 404 with HTML"),
        (reply("hello", Content_Type="text/plain"), NotAHydraError, "with text/plain"),
        (httpx.ConnectError("unknown host"), OfflineError, "cannot be reached: unknown host"),
    ],
)
def test_the_first_contact_tells_what_is_wrong(
    answer: Answer, error: type[CrawlError], words: str
) -> None:
    wire = Wire(in_turn(answer))
    with pytest.raises(error, match=words.replace("(", "[(]")):
        ask(wire, "/")
    assert len(wire.seen) <= 4


def test_a_host_that_answered_before_and_now_sends_pages_is_left_alone() -> None:
    wire = Wire(lambda number, _: page("no robots") if number else reply(b"[]"))

    async def run() -> None:
        async with client(wire) as talker:
            await talker.read("/", bytes)
            for number in range(1001, 1009):
                with suppress(NotAHydraError):
                    await talker.read(f"/build/{number}", bytes)

    with pytest.raises(RefusedError, match="do not want this client now"):
        asyncio.run(run())
    assert len(wire.seen) <= 5


def test_patience_ends_after_some_attempts() -> None:
    wire, clock = Wire(lambda *_: page("", 502)), Clock()
    with pytest.raises(UnreachableError, match="failed: 502 Bad Gateway"):
        ask(wire, "/", clock=clock)
    assert len(wire.seen) == FULL_SPEED.retry.attempts
    assert sum(clock.slept) < FULL_SPEED.retry.seconds + FULL_SPEED.retry.longest


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ask_all(wire: Wire, amount: int, clock: Clock) -> list[str]:
    """Ask for the overview and many builds; return what became of each."""
    found: list[str] = []

    async def run() -> None:
        async with client(wire, clock=clock) as talker:
            await talker.read("/", bytes)
            for number in range(1001, 1001 + amount):
                try:
                    await talker.read(f"/build/{number}", bytes)
                    found.append("")
                except UnreachableError as error:
                    found.append(error.message)

    asyncio.run(run())
    return found


def test_addresses_that_all_fail_cost_less_and_less(clock: Clock) -> None:
    wire = Wire(lambda _, request: reply(b"[]") if request.url.path == "/" else page("", 502))
    found = ask_all(wire, 40, clock)
    assert len(found) == 40
    assert all("502" in reason for reason in found)
    assert len(wire.seen) < 40 * 2 + 20
    assert sum(clock.slept) < 5 * 60


def test_an_address_that_fails_alone_costs_seconds(clock: Clock) -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        return page("", 502) if request.url.path == "/build/1001" else reply(b"[]")

    wire = Wire(tap)
    assert [bool(reason) for reason in ask_all(wire, 3, clock)] == [True, False, False]
    asked = [request.url.path for request in wire.seen]
    assert asked.count("/build/1001") == FULL_SPEED.retry.attempts
    assert sum(clock.slept) < 30


def test_a_host_that_is_down_ends_the_run_soon(clock: Clock) -> None:
    wire = Wire(lambda number, _: page("", 502) if number else reply(b"[]"))
    with pytest.raises(OfflineError, match=r"no longer answers: its last 8 addresses failed"):
        ask_all(wire, 1000, clock)
    assert sum(clock.slept) < 5 * 60


def test_an_answer_gives_the_patience_back(clock: Clock) -> None:
    wire = Wire(lambda number, _: page("", 502) if 1 <= number % 40 <= 9 else reply(b"[]"))
    assert set(ask_all(wire, 60, clock)) == {""}


def test_who_asks_to_wait_for_very_long_is_not_waited_for(clock: Clock) -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        is_busy = request.url.path == "/build/1002"
        return page("", 503, Retry_After="86400") if is_busy else reply(b"[]")

    found = ask_all(Wire(tap), 3, clock)
    assert [bool(reason) for reason in found] == [False, True, False]
    assert sum(clock.slept) < 60


@pytest.mark.parametrize("path", ["/", "/build/1001"])
def test_who_does_not_answer_in_time_is_asked_twice(path: str) -> None:
    wire = Wire(lambda *_: httpx.ReadTimeout("slow"))
    with pytest.raises(UnreachableError, match="gave no whole answer"):
        ask(wire, path)
    assert len(wire.seen) == 2
    assert wire.seen[0].extensions["timeout"]["read"] == FULL_SPEED.usual_timeout


@pytest.mark.parametrize("wait", ["", "0", "1", "60", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_patience_ends_with_a_host_that_says_too_often_for_ever(wait: str) -> None:
    headers = {"Retry_After": wait} if wait else {}
    wire, clock = Wire(lambda *_: reply(b"", 429, **headers)), Clock()
    with pytest.raises(RefusedError, match="429"):
        ask(wire, "/", settings=Settings(rate=10.0), clock=clock)
    assert len(wire.seen) <= 40
    assert sum(clock.slept) <= 2 * 3600


def test_retry_after_is_obeyed_and_the_pace_is_halved_for_the_rest() -> None:
    times: list[float] = []
    clock = Clock()

    def tap(number: int, _: httpx.Request) -> Answer:
        times.append(clock.now)
        return reply(b"", 429, Retry_After="30") if number == 2 else reply(b"[]")

    ask(Wire(tap), *["/"] * 6, settings=Settings(rate=2.0), clock=clock)
    gaps = [round(b - a, 6) for a, b in pairwise(times)]
    assert gaps == [0.5, 0.5, 30.0, 1.0, 1.0, 1.0]


def test_a_stale_connection_is_tried_again_at_once() -> None:
    clock = Clock()
    stale = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    ask(Wire(in_turn(stale, GOOD)), "/", clock=clock)
    assert sum(clock.slept) == pytest.approx(1 / 1000)


@pytest.mark.parametrize(
    ("origin", "rate"),
    [("https://hydra.example.org", 1.0), ("http://127.0.0.1:3000", None), ("http://[::1]", None),
     ("http://localhost", None), ("http://10.0.0.1", 1.0)],
)  # fmt: skip
def test_a_public_host_is_asked_once_a_second_and_loopback_without_a_pace(
    origin: str, rate: float | None
) -> None:
    clock = Clock()

    async def run() -> None:
        async with client(Wire(in_turn(GOOD)), Settings(), clock=clock, origin=origin) as talker:
            for _ in range(5):
                await talker.read("/", bytes)

    asyncio.run(run())
    assert sum(clock.slept) == (4.0 if rate else 0.0)


@pytest.mark.parametrize("concurrency", [1, 3, 99])
def test_no_more_requests_are_under_way_than_allowed(concurrency: int) -> None:
    under_way = most = 0

    class Slow(Wire):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            for _ in range(5):
                await asyncio.sleep(0)
            under_way -= 1
            return reply(b"[]")

    async def run() -> None:
        settings = Settings(rate=float("inf"), concurrency=concurrency)
        async with client(Slow(in_turn(GOOD)), settings) as talker:
            await asyncio.gather(*(talker.read(f"/build/{n}", bytes) for n in range(1, 40)))

    asyncio.run(run())
    assert most == min(concurrency, 16)


def moved_to(target: str, status: int = 301) -> Callable[[int, httpx.Request], Answer]:
    return in_turn(page("", status, Location=target), GOOD)


@pytest.mark.parametrize(
    "target", [f"{ORIGIN}/jobset/one/new/evals?page=2", "/jobset/one/new/evals", "evals?page=3"]
)
def test_redirects_within_the_origin_are_followed(target: str) -> None:
    wire = Wire(moved_to(target))
    ask(wire, "/jobset/one/old/evals")
    assert wire.seen[1].headers["accept"] == "application/json"
    assert wire.seen[1].url.host == httpx.URL(ORIGIN).host


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/", "http://hydra.demo.example/", f"{ORIGIN}.evil/", "//evil/x",
        f"{ORIGIN}:8443/", "https://user@hydra.demo.example/", "file:///etc/passwd", "http://[",
        "http://[::1", "http://h:99999999/",
        "/build/1/restart", "/logout", f"{ORIGIN}/eval/1/cancel", "/jobset/a/../../build/1/bump",
    ],
)  # fmt: skip
def test_redirects_elsewhere_are_not_followed(target: str) -> None:
    wire = Wire(moved_to(target))
    with pytest.raises(NotAHydraError):
        ask(wire, "/eval/101")
    assert len(wire.seen) == 1


def test_a_redirect_to_a_login_is_said_to_be_one() -> None:
    with pytest.raises(NotAHydraError, match="redirects to /login") as caught:
        ask(Wire(moved_to("/login")), "/")
    assert "wants a login" in caught.value.hint


def test_a_circle_of_redirects_has_an_end() -> None:
    wire = Wire(lambda *_: page("", 302, Location="/eval/101"))
    with pytest.raises(NotAHydraError, match="in circles"):
        ask(wire, "/eval/101")
    assert len(wire.seen) <= 6


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (page("", 302, Location=f"{ORIGIN}/eval/858?name=master"), "/eval/858"),
        (page("", 302, Location="/eval/858"), "/eval/858"),
        (reply(b"{}"), None),
    ],
)
def test_the_target_of_a_redirect_can_be_asked_for(answer: Answer, found: str | None) -> None:
    async def run() -> str | None:
        async with client(Wire(in_turn(answer))) as talker:
            return await talker.redirect("/jobset/a/b/latest-eval", msgspec.json.decode)

    assert asyncio.run(run()) == found


def test_only_listed_addresses_are_asked_for() -> None:
    wire = Wire(in_turn(GOOD))
    with pytest.raises(CrawlError, match="is not an address that hydrasnap asks for"):
        ask(wire, "/build/1/restart")
    assert wire.seen == []


def test_an_answer_without_end_is_cut_off() -> None:
    wire = Wire(lambda *_: reply(b"x" * 5000))
    with pytest.raises(NotAHydraError, match="more than 4000 bytes"):
        ask(wire, "/", settings=Settings(most_bytes=4000))
    assert len(wire.seen) == 1


def test_an_answer_that_drips_in_is_cut_off() -> None:
    async def drips() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.001)
            yield b" "

    wire = Wire(lambda *_: httpx.Response(200, content=drips(), headers={"Content-Type": "x/y"}))
    with pytest.raises(TooBigError, match="/ was not all sent in"):
        ask(wire, "/", settings=Settings(timeout=0.05))
    assert len(wire.seen) == 1


def test_headers_may_be_any_bytes() -> None:
    answer = reply(b"[]")
    answer.headers = httpx.Headers([*answer.headers.raw, (b"Retry-After", b"\xb2\xff")])
    assert ask(Wire(lambda *_: answer), "/") == [b"[]"]


def test_a_reason_that_commands_the_terminal_is_disarmed() -> None:
    wire = Wire(lambda *_: reply('{"error":"\\u001b]0;x\\u0007' + "y" * 9999 + '"}', 404))
    with pytest.raises(NotFoundError) as caught:
        ask(wire, "/")
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 500


def test_an_answer_that_unfolds_without_end_is_cut_off() -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    wire = Wire(lambda *_: reply(bomb, Content_Encoding="gzip"))
    with pytest.raises(NotAHydraError, match="more than"):
        ask(wire, "/", settings=Settings(most_bytes=100_000))


def test_a_folded_answer_is_unfolded() -> None:
    wire = Wire(lambda *_: reply(gzip.compress(b"[1]"), Content_Encoding="gzip"))
    assert ask(wire, "/") == [b"[1]"]


def test_the_budget_counts_every_request_also_in_vain() -> None:
    wire = Wire(lambda *_: page("", 502))
    with pytest.raises(BudgetError, match="--max-requests is used up: 3 requests made"):
        ask(wire, "/", settings=Settings(rate=1000.0, limits=Limits(requests=3)))
    assert len(wire.seen) == 3


def test_nobody_waits_longer_than_the_run_may_last() -> None:
    clock = Clock()
    wire = Wire(lambda *_: reply(b"", 429, Retry_After="3600"))
    with pytest.raises(BudgetError, match="--max-time"):
        ask(wire, "/", settings=Settings(limits=Limits(seconds=60)), clock=clock)
    assert clock.now <= 1000.0 + 60


def private(tmp_path: Path, word: str = PRIVATE[1], **more: int) -> Crawler:
    server = DemoHydra(private=PRIVATE, world=hydra().world, **more)
    settings = Settings(rate=1000.0, credentials=Credentials(PRIVATE[0], word))
    return Crawler(tmp_path, server, settings)


def test_a_private_hydra_is_read_after_a_login(tmp_path: Path) -> None:
    crawler = private(tmp_path)
    assert crawler.run().run.complete
    assert crawler.hydra.sessions.logins == 1
    assert crawler.hydra.violations == []
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or PRIVATE[1].encode() not in file.read_bytes()


@pytest.mark.parametrize(("lifetime", "concurrency"), [(3, 1), (1, 1), (4, 3)])
def test_a_lost_session_is_found_again(tmp_path: Path, lifetime: int, concurrency: int) -> None:
    crawler = private(tmp_path, session_requests=lifetime)
    outcome = crawler.run(concurrency=concurrency)
    assert (outcome.error, outcome.run.gaps) == (None, ())
    assert crawler.hydra.sessions.logins > 2


def test_a_session_lost_before_a_listing_is_found_again(tmp_path: Path) -> None:
    crawler = private(tmp_path)

    def tap(_: int, request: httpx.Request) -> Answer:
        if request.url.query == b"full=1" and request.headers.get("cookie"):
            crawler.hydra.sessions.remaining.clear() if not ended else None
            ended.append(1)
        return page("", 504) if request.url.path.endswith("/builds") else None

    ended: list[int] = []
    assert crawler.run(tap).run.complete
    assert crawler.hydra.sessions.logins == 2


def test_a_wrong_password_is_said_once(tmp_path: Path) -> None:
    crawler = private(tmp_path, "wr0ng-word")
    with pytest.raises(LoginError, match="let reader in: Bad username or password") as caught:
        crawler.run()
    assert "wr0ng-word" not in "".join(traceback.format_exception(caught.value))
    assert crawler.hydra.requests == ["GET /", "POST /login"]


def test_an_answer_to_the_login_is_bounded_like_others() -> None:
    wire = Wire(lambda *_: reply(b"x" * 5000, 302) if wire.seen[-1].method == "POST" else denied())
    settings = Settings(rate=1000.0, credentials=Credentials(*PRIVATE), most_bytes=4000)
    with pytest.raises(NotAHydraError, match="/login sends more than 4000 bytes"):
        ask(wire, "/", settings=settings)


def denied() -> httpx.Response:
    return reply('{"error":"This page requires you to sign in."}', 403)


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_login_is_not_followed_to_another_host(status: int) -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        if request.method == "POST":
            return reply(b"{}", status, Location="https://evil.example/", Set_Cookie="a=b")
        return denied() if len(wire.seen) < 3 else GOOD

    wire = Wire(tap)
    settings = Settings(rate=1000.0, credentials=Credentials(*PRIVATE))
    with suppress(LoginError):
        ask(wire, "/", settings=settings)
    assert {request.url.host for request in wire.seen} == {httpx.URL(ORIGIN).host}
    told = [request for request in wire.seen if PRIVATE[1].encode() in request.content]
    assert [(request.method, request.url.path) for request in told] == [("POST", "/login")]


def test_what_a_user_may_not_read_is_not_asked_again_and_again() -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        if request.method == "POST":
            return reply(b"{}", 302, Location="/current-user")
        return reply('{"error":"Access denied"}', 403)

    wire = Wire(tap)
    settings = Settings(rate=1000.0, credentials=Credentials(*PRIVATE))
    with pytest.raises(LoginError, match="does not let reader read this"):
        ask(wire, "/", settings=settings)
    assert [request.method for request in wire.seen] == ["GET", "POST", "GET"]


@pytest.mark.parametrize(
    "fault",
    [page("", 502), page("", 500), page("Just a moment..."), reply(b"", 429), httpx.ReadError("")],
    ids=repr,
)
def test_a_login_that_fails_by_a_passing_fault_is_tried_again(
    fault: Answer, tmp_path: Path
) -> None:
    crawler = private(tmp_path)
    assert crawler.run(lambda number, _: fresh(fault) if number == 1 else None).run.complete


def test_the_password_is_sent_to_its_host_alone() -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        if request.method == "POST":
            return reply(b"{}", 307, Location="https://elsewhere.example/login")
        return reply('{"error":"This page requires you to sign in."}', 403)

    wire = Wire(tap)
    with pytest.raises(LoginError):
        ask(wire, "/", settings=Settings(rate=1000.0, credentials=Credentials(*PRIVATE)))
    assert {request.url.host for request in wire.seen} == {httpx.URL(ORIGIN).host}
    assert PRIVATE[1] not in repr(Credentials(*PRIVATE))


def test_basic_authentication_is_sent_with_every_request_and_to_its_origin_alone() -> None:
    wire = Wire(moved_to("https://elsewhere.example/eval/1", 302))
    settings = Settings(rate=1000.0, basic=Credentials("ci", "pass-w0rd"))
    with pytest.raises(NotAHydraError):
        ask(wire, "/eval/101", settings=settings)
    ask(wire, "/", settings=settings)
    sent = {request.headers.get("authorization") for request in wire.seen}
    assert sent == {"Basic Y2k6cGFzcy13MHJk"}
    assert {request.url.host for request in wire.seen} == {httpx.URL(ORIGIN).host}


WORD = 'p4ss word"'
QUOTES = [WORD, "user=x&password=p4ss+word%22", "p4ss%20word%22", "Basic Y2k6cDRzcyB3b3JkIg=="]


@pytest.mark.parametrize("quote", QUOTES)
def test_a_password_that_the_server_quotes_back_is_in_no_message(quote: str) -> None:
    settings = Settings(rate=1000.0, basic=Credentials("ci", WORD))
    wire = Wire(lambda *_: reply(json.dumps({"error": f"Bad request: {quote}"}), 404))
    with pytest.raises(NotFoundError) as caught:
        ask(wire, "/build/7", settings=settings)
    assert "p4ss" not in str(caught.value)
    assert "Y2k6" not in str(caught.value)


def test_a_password_that_stands_in_data_is_taken_out_of_it() -> None:
    settings = Settings(rate=1000.0, credentials=Credentials(*PRIVATE))
    wire = Wire(lambda *_: reply(f'["{PRIVATE[1]}"]'))
    assert ask(wire, "/", settings=settings) == [b'["[password]"]']


def test_a_login_refused_with_a_quote_does_not_tell_the_password() -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        if request.method == "POST":
            return reply(json.dumps({"error": f"Bad request: {request.content!r}"}), 403)
        return denied()

    with pytest.raises(LoginError) as caught:
        ask(Wire(tap), "/", settings=Settings(credentials=Credentials(*PRIVATE)))
    assert PRIVATE[1] not in str(caught.value)


def test_time_and_bytes_are_limits_within_an_answer_too() -> None:
    async def drips() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.001)
            yield b" " * 100

    def endless(*_: object) -> Answer:
        return httpx.Response(200, content=drips(), headers={"Content-Type": "application/json"})

    cases = [(Limits(bytes=5000), "--max-bytes"), (Limits(seconds=0.05), "--max-time")]
    for limits, words in cases:
        with pytest.raises(BudgetError, match=words):
            ask(Wire(endless), "/", settings=Settings(rate=1000.0, limits=limits))


@pytest.mark.parametrize("layers", [1, 2])
def test_layers_of_compression_are_unpacked_within_the_limits(layers: int) -> None:
    body = b"[" + b" " * 3_000_000 + b"]"
    packed = body
    for _ in range(layers):
        packed = gzip.compress(packed)
    header = ", ".join(["gzip"] * layers)
    assert ask(Wire(lambda *_: reply(packed, Content_Encoding=header)), "/") == [body]
    settings = Settings(rate=1000.0, most_bytes=1_000_000)
    with pytest.raises(NotAHydraError, match="more than 1000000 bytes"):
        ask(Wire(lambda *_: reply(packed, Content_Encoding=header)), "/", settings=settings)


@pytest.mark.parametrize("header", ["gzip, gzip, gzip", "br", "gzip, zstd", "x" * 900])
def test_other_ways_of_packing_are_refused(header: str) -> None:
    with pytest.raises(NotAHydraError, match="is packed as"):
        ask(Wire(lambda *_: reply(b"x", Content_Encoding=header)), "/")


def test_a_packed_answer_that_breaks_off_is_asked_for_again() -> None:
    whole = gzip.compress(b"[" + b"1" * 999 + b"]")
    answers = in_turn(reply(whole[:-9], Content_Encoding="gzip"), GOOD)
    assert ask(Wire(answers), "/") == [b"[]"]


def test_an_address_that_no_library_takes_costs_that_address() -> None:
    with pytest.raises(UnreachableError, match="URL too long"):
        ask(Wire(in_turn(GOOD)), "/api/jobsets?project=" + "x" * 70_000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NO_PROXY", "[::1]"),
        ("ALL_PROXY", "socks9://localhost:1"),
        ("HTTPS_PROXY", "http://["),
    ],
)
def test_proxy_settings_that_cannot_be_used_are_explained(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("HTTP_PROXY", "http://localhost:1")
    with suppress(ConfigError):
        Client("https://hydra.example.org", Settings())


def test_a_proxy_at_a_port_that_is_none_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "localhost:99999")
    with pytest.raises(ConfigError, match="there is no port 99999"):
        Client("https://hydra.example.org", Settings())
    Client("http://127.0.0.1", Settings())


def test_a_session_does_not_collect_cookies_for_ever() -> None:
    def tap(number: int, _: httpx.Request) -> Answer:
        return reply(b"[]", Set_Cookie=f"hydra_session=s{number}" if number < 2 else f"c{number}=x")

    wire = Wire(tap)
    ask(wire, *["/"] * 60)
    assert max(len(request.headers.get("cookie", "").split(";")) for request in wire.seen) <= 21
    assert "hydra_session=s1" in wire.seen[-1].headers["cookie"]


@pytest.mark.parametrize(
    "cookie",
    [
        "caf\u00e9=\u00ff; path=/",
        f"hydra_session={'a' * 60_000}; path=/",
        "a=b; expires=Thu, 99 Foo 0000 00:00:00 GMT; max-age=99999999999999999999",
        "a=b; domain=.com; path=..",
        "; ;=;",
    ],
)
def test_an_odd_cookie_costs_that_cookie(cookie: str, recwarn: pytest.WarningsRecorder) -> None:
    def tap(number: int, _: httpx.Request) -> Answer:
        answer = reply(b"[]", Set_Cookie="hydra_session=mine; path=/")
        if number == 1:
            answer = reply(b"[]")
            answer.headers = httpx.Headers(
                [*answer.headers.raw, (b"Set-Cookie", cookie.encode("latin-1"))]
            )
        return answer

    wire = Wire(tap)
    assert ask(wire, *["/"] * 4) == [b"[]"] * 4
    assert "hydra_session=mine" in wire.seen[-1].headers["cookie"]
    assert len(wire.seen[2].headers.get("cookie", "")) < 200
    assert not recwarn.list


def test_events_tell_of_answers_and_of_waits() -> None:
    events: list[Fetched | Waiting] = []
    wire = Wire(in_turn(page("", 503, Retry_After="7"), GOOD))

    async def run() -> None:
        async with Client(ORIGIN, FULL_SPEED, runtime=runtime(wire), watch=events.append) as talker:
            await talker.read("/", bytes)

    asyncio.run(run())
    assert [type(event) for event in events] == [Fetched, Waiting, Fetched]
    assert isinstance(events[1], Waiting)
    assert (events[1].seconds, "503" in events[1].reason) == (7.0, True)


class IdleCloser:
    """A server on a real socket that closes a connection after each answer, unannounced."""

    def __init__(self) -> None:
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
        writer.write(head + b"[]")
        await writer.drain()
        writer.close()
        await writer.wait_closed()


def test_connections_that_the_server_closes_are_opened_again() -> None:
    closer = IdleCloser()

    async def run() -> list[bytes]:
        server = await asyncio.start_server(closer.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Client(f"http://127.0.0.1:{port}", Settings()) as talker:
            return [await talker.read("/", bytes) for _ in range(20)]

    assert asyncio.run(run()) == [b"[]"] * 20
    assert closer.connections == 20


@pytest.mark.parametrize(
    "head", [b"", b"junk\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"]
)
def test_broken_speech_on_a_real_socket_is_no_crash(head: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        writer.close()
        await writer.wait_closed()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        clock = Clock()
        unhurried = Runtime(now=clock.read, sleep=clock.sleep)
        async with server, Client(origin, Settings(), runtime=unhurried) as talker:
            await talker.read("/", bytes)

    with pytest.raises(UnreachableError, match="gave no whole answer"):
        asyncio.run(run())
