"""The only place that opens connections: one origin, listed addresses, politely."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urljoin

import httpx

from hydrasnap import __version__
from hydrasnap.client import endpoints as paths
from hydrasnap.client.budget import Budget
from hydrasnap.client.responses import (
    HTML,
    JSON,
    PASSING,
    REDIRECTS,
    ResponseClassifier,
    RetryableError,
    TooFastError,
    error_of,
    is_denied,
    is_json,
)
from hydrasnap.client.settings import (
    Credentials,
    Fetched,
    Settings,
    Waiting,
    World,
    normal_origin,
)
from hydrasnap.client.throttle import RateLimiter, is_this_machine
from hydrasnap.errors import LoginError, NotAHydraError, TooBigError, UnreachableError

T = TypeVar("T")

HOME_PAGE = "https://github.com/hydrasnap/hydrasnap"
_MOST_REDIRECTS = 5
_KEEP_ALIVE = 0.8  # seconds; Hydra closes an idle connection after one


def _checked(origin: str) -> str:
    """Refuse a host name that no resolver could be asked for."""
    try:
        httpx.URL(origin).host  # noqa: B018  (raises for a name that is none)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UnreachableError(f"{origin} cannot be reached: {error}. Check the address.") from None
    return origin


class Client:
    """Asks one Hydra. Use it as an asynchronous context manager."""

    def __init__(
        self,
        origin: str,
        settings: Settings,
        *,
        world: World | None = None,
        watch: Callable[[Fetched | Waiting], None] = lambda _: None,
    ) -> None:
        self.origin = _checked(normal_origin(origin))
        self.settings = settings
        self._world = world or World()
        self.budget = Budget(settings.limits, self._world.now)
        self.troubled = False  # whether any answer of this host was a fault
        self._watch = watch
        self._judge = ResponseClassifier(self.origin, settings)
        self._login = asyncio.Lock()
        self._logins = 0
        self._slots = asyncio.Semaphore(settings.connections)
        self._pace = RateLimiter(self._rate(), now=self._world.now, sleep=self._world.sleep)
        self._http = self._connect()

    def _rate(self) -> float | None:
        if self.settings.rate is not None:
            return self.settings.rate
        return None if is_this_machine(self.origin) else 1.0

    def _connect(self) -> httpx.AsyncClient:
        contact = f"; {self.settings.contact}" if self.settings.contact else ""
        agent = f"hydrasnap/{__version__} (+{HOME_PAGE}{contact})"
        return httpx.AsyncClient(
            headers={b"User-Agent": agent.encode()},
            timeout=httpx.Timeout(30.0, read=self.settings.timeout),
            limits=httpx.Limits(
                max_connections=self.settings.connections, keepalive_expiry=_KEEP_ALIVE
            ),
            transport=self._world.transport,
            trust_env=not is_this_machine(self.origin),
        )

    @property
    def logged_in(self) -> bool:
        """Whether the host asked for a login in this run."""
        return self._logins > 0

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def read(self, path: str, parse: Callable[[bytes], T]) -> T:
        """Ask for JSON; an answer of another shape is asked for again like any passing fault."""
        return await self._patiently(path, JSON, parse)

    async def read_if_told(self, path: str, parse: Callable[[bytes], T]) -> T:
        """Ask for JSON that not every Hydra tells, or not in time: the first no is believed."""
        return await self._patiently(path, JSON, parse, insist=False)

    async def read_html(self, path: str, parse: Callable[[bytes], T]) -> T:
        """Ask for a page that has no JSON form."""
        return await self._patiently(path, HTML, parse)

    async def redirect(self, path: str, parse: Callable[[bytes], object]) -> str | None:
        """Return the path that `path` redirects to, or None where it answers itself readably."""

        def nowhere(body: bytes) -> None:
            parse(body)

        return await self._patiently(path, JSON, nowhere, follow=False)

    async def _patiently(
        self,
        path: str,
        wanted: str,
        parse: Callable[[bytes], T],
        *,
        follow: bool = True,
        insist: bool = True,
    ) -> T:
        """Ask until there is an answer, or patience ends; a redirect not to `follow` is one.

        Who does not `insist` asks again only when too fast, or on a connection that was closed.
        """
        paths.check(path)
        failures, waited = 0, 0.0
        while True:
            try:
                answer = await self._exchange(path, wanted, follow=follow)
                return self._take(path, answer, wanted, parse)
            except RetryableError as trouble:
                failures += trouble.counts
                if not insist and failures > trouble.at_once:
                    raise self._judge.final_error(path, trouble) from trouble
                self.troubled |= trouble.is_fault
                if self.settings.retry.exhausted(failures, waited):
                    raise trouble.error from trouble
                waited += await self._pause(path, trouble, failures)

    def _take(
        self,
        path: str,
        answer: httpx.Response,
        wanted: str,
        parse: Callable[[bytes], T],
    ) -> T:
        if answer.status_code in REDIRECTS:
            self._judge.accept(path)
            return self._within(answer).removeprefix(self.origin).partition("?")[0]  # type: ignore[return-value]
        self._judge.judge(path, answer, wanted)
        try:
            result = parse(answer.content)
        except NotAHydraError as error:
            raise self._judge.unreadable(path, error, wanted) from error
        self._judge.accept(path)
        return result

    async def _pause(self, path: str, trouble: RetryableError, failures: int) -> float:
        """Wait as long as the fault asks for; return the seconds."""
        wait = trouble.wait or self.settings.retry.backoff(max(failures, 1))
        if 0 < failures <= trouble.at_once:
            wait = 0.0
        if isinstance(trouble, TooFastError):
            wait = max(wait, self._pace.slow_down(wait))
        self.budget.check_time(wait)
        self._watch(Waiting(path, trouble.error.message, wait))
        await self._world.sleep(wait)
        return wait

    async def _exchange(self, path: str, wanted: str, *, follow: bool) -> httpx.Response:
        """Send one request, follow redirects within the origin, log in where that is asked."""
        url, logins = self.origin + path, self._logins
        may_log_in = self.settings.credentials is not None
        for _ in range(_MOST_REDIRECTS):
            answer = await self._send(path, url, wanted)
            if may_log_in and is_denied(answer, wanted):
                may_log_in = False
                await self._log_in(logins)
                continue
            if answer.status_code not in REDIRECTS or not follow:
                return answer
            url = self._within(answer)
            paths.check(url.removeprefix(self.origin))
        raise NotAHydraError(f"{self.origin}{path} sends us round in circles.")

    async def _send(self, path: str, url: str, wanted: str) -> httpx.Response:
        async with self._slots:
            await self._pace.wait()
            self.budget.spend_request()
            started = self._world.now()
            try:
                request = self._http.build_request("GET", url, headers={"Accept": wanted})
                answer = await self._receive(request)
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise self._judge.failed(path, error) from error
            seconds = self._world.now() - started
            self._watch(Fetched(path, answer.status_code, len(answer.content), seconds))
            return answer

    async def _receive(self, request: httpx.Request) -> httpx.Response:
        """Read an answer, unless it drips in for ever."""
        most = 2 * self.settings.timeout
        try:
            async with asyncio.timeout(most):
                return await self._read(request)
        except TimeoutError:
            raise TooBigError(f"{request.url} was not all sent in {most:.0f} s.") from None

    async def _read(self, request: httpx.Request) -> httpx.Response:
        """Read an answer, but no more of it than is allowed."""
        most = self.settings.most_bytes
        answer = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                self.budget.bytes += len(chunk)
                if len(body) > most:
                    raise NotAHydraError(f"{request.url} sends more than {most} bytes.")
        finally:
            await answer.aclose()
        headers = [(k, v) for k, v in answer.headers.raw if k.lower() != b"content-encoding"]
        return httpx.Response(
            answer.status_code, headers=headers, content=bytes(body), request=request
        )

    def _within(self, answer: httpx.Response) -> str:
        """Return where a redirect leads, if that is within the origin."""
        try:
            target = urljoin(str(answer.url), str(answer.headers.get("Location", "")))
        except ValueError:
            target = "an address that is none"
        if target != self.origin and not target.startswith(f"{self.origin}/"):
            raise NotAHydraError(
                f"{answer.url} redirects to {target}, which is outside {self.origin}. Use that "
                "address, if you trust it; hydrasnap does not follow by itself."
            )
        return target

    async def _log_in(self, logins: int) -> None:
        """Log in, once for all requests that lost their session."""
        async with self._login:
            if self._logins == logins and self.settings.credentials:
                await self._post_login(self.settings.credentials)
                self._logins += 1

    async def _post_login(self, credentials: Credentials) -> None:
        """Send the password to the one host it is for; Hydra wants its own address as referrer."""
        await self._pace.wait()
        self.budget.spend_request()
        request = self._http.build_request(
            "POST",
            self.origin + paths.LOGIN,
            json={"username": credentials.username, "password": credentials.password},
            headers={"Accept": JSON, "Referer": f"{self.origin}/"},
        )
        try:
            answer = await self._receive(request)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise self._judge.failed(paths.LOGIN, error) from None
        if _is_a_front_ends(answer):
            self._judge.judge(paths.LOGIN, answer, JSON)
        if answer.status_code not in (HTTPStatus.OK, HTTPStatus.FOUND):
            reason = error_of(answer) if is_json(answer) else f"status {answer.status_code}"
            raise LoginError(f"{self.origin} does not let {credentials.username} in: {reason}.")


def _is_a_front_ends(answer: httpx.Response) -> bool:
    """Tell whether an answer to the login is none of Hydra's, which says yes or no in JSON."""
    mute = answer.status_code in (HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR)
    return answer.status_code in PASSING or (mute and not is_json(answer))
