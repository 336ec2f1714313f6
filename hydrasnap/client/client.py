"""The only place that opens connections: one origin, listed addresses, politely."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx

from hydrasnap.client import endpoints as paths
from hydrasnap.client.connection import checked_origin, connect
from hydrasnap.client.login import Login
from hydrasnap.client.redirects import check_target, target_path, target_within
from hydrasnap.client.response_body import read_body
from hydrasnap.client.responses import (
    HTML,
    JSON,
    REDIRECTS,
    ResponseClassifier,
    RetryableError,
    TooFastError,
    is_denied,
)
from hydrasnap.client.run_budget import Budget
from hydrasnap.client.secrets import Redactor
from hydrasnap.client.settings import Fetched, Runtime, Settings, Waiting, normal_origin
from hydrasnap.client.throttle import RateLimiter, usual_rate
from hydrasnap.errors import (
    BudgetError,
    NotAHydraError,
    NotFoundError,
    OfflineError,
    TooBigError,
    UnreachableError,
)

T = TypeVar("T")

_MOST_REDIRECTS = 5
_CONNECT = 30.0  # seconds
_PATIENT_TRIES = 5  # of an address, before the host is asked at another one
_MANY = 8  # addresses in a row without an answer, after which the host itself may be down
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
_DROPPED = (b"content-encoding", b"content-length")  # wrong once the body is unpacked


class Client:
    """Asks one Hydra. Use it as an asynchronous context manager.

    `known` tells that this host was a Hydra in an earlier run.
    """

    def __init__(
        self,
        origin: str,
        settings: Settings,
        *,
        runtime: Runtime | None = None,
        watch: Callable[[Fetched | Waiting], None] = lambda _: None,
        known: bool = False,
    ) -> None:
        self.origin = checked_origin(normal_origin(origin))
        self.settings = settings
        self._runtime = runtime or Runtime()
        self.budget = Budget(settings.limits, self._runtime.now)
        self.has_faults = False  # whether any answer of this host in this run was an error
        self._unanswered = 0  # addresses in a row, up to the last
        self._watch = watch
        self._redact = Redactor((settings.credentials, settings.basic))
        self._classifier = ResponseClassifier(self.origin, settings, known, redact=self._redact)
        self._slots = asyncio.Semaphore(settings.connections)
        self._limiter = RateLimiter(
            usual_rate(self.origin) if settings.rate is None else settings.rate,
            now=self._runtime.now,
            sleep=self._runtime.sleep,
        )
        self._http = connect(self.origin, settings, self._runtime)
        self._login = (
            Login(self.origin, settings.credentials, self._classifier, self._post_login)
            if settings.credentials
            else None
        )

    @property
    def logged_in(self) -> bool:
        """Whether the host asked for a login in this run."""
        return self._login is not None and self._login.count > 0

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def read(self, path: str, parse: Callable[[bytes], T], *, tries: int | None = None) -> T:
        """Fetch JSON; an answer of another shape is retried like any fault that may pass.

        `tries` bounds the attempts, where the caller has an alternative or can do without.
        """
        return await self._with_retries(path, JSON, parse, tries=tries)

    async def read_html(
        self, path: str, parse: Callable[[bytes], T], *, tries: int | None = None
    ) -> T:
        """Fetch a page that has no JSON form."""
        return await self._with_retries(path, HTML, parse, tries=tries)

    async def redirect(self, path: str, parse: Callable[[bytes], object]) -> str | None:
        """Return the path that `path` redirects to, or None if it does not redirect.

        A front end may name another host, such as an inner one, in its redirects. Only the path is
        taken from there, and no request goes to that host.
        """

        def nowhere(body: bytes) -> None:
            parse(body)

        return await self._with_retries(path, JSON, nowhere, follow=False)

    async def _with_retries(
        self,
        path: str,
        wanted: str,
        parse: Callable[[bytes], T],
        *,
        follow: bool = True,
        tries: int | None = None,
    ) -> T:
        """Retry a request until it is answered; with `follow` false a redirect is an answer."""
        try:
            found = await self._retry(path, wanted, parse, follow=follow, tries=tries)
        except UnreachableError as error:
            self._unanswered += 1
            if self._unanswered % _MANY == 0:
                await self._check_host(error)
            raise
        except NotFoundError:
            self._unanswered = 0
            raise
        self._unanswered = 0
        return found

    async def _host_answers(self) -> bool:
        """Ask for the overview, once: whether the trouble is that of one address alone."""
        try:
            answer = await self._exchange(paths.OVERVIEW, JSON, follow=False)
        except (RetryableError, UnreachableError):
            return False
        return not answer.is_server_error

    async def _check_host(self, error: UnreachableError) -> None:
        """Raise OfflineError if the overview is not answered either, which was answered before."""
        if not await self._host_answers():
            raise OfflineError(
                f"{self.origin} no longer answers: its last {self._unanswered} addresses failed "
                f"(the last: {error.message.rstrip('.')}).",
                hint="Try again later.",
            ) from error

    async def _retry(
        self,
        path: str,
        wanted: str,
        parse: Callable[[bytes], T],
        *,
        follow: bool,
        tries: int | None,
    ) -> T:
        paths.check(path)
        failures, waited, retry = 0, 0.0, self.settings.retry
        alone = False  # whether the host answers at other addresses
        while True:
            try:
                answer = await self._exchange(path, wanted, follow=follow)
                return self._take(path, answer, wanted, parse)
            except RetryableError as trouble:
                failures += trouble.counts
                self.has_faults |= trouble.is_fault
                most = retry.tries(tries, self._unanswered)
                most += trouble.at_once if most < retry.attempts else 0
                asked_for = trouble.wait * trouble.counts
                if failures >= most or waited + asked_for >= retry.seconds:
                    raise trouble.error from trouble
                is_lasting = trouble.counts == 1 and failures == _PATIENT_TRIES
                if is_lasting and path != paths.OVERVIEW:
                    alone = await self._host_answers()
                waited += await self._pause(path, trouble, min(failures, 3) if alone else failures)

    def _take(
        self,
        path: str,
        answer: httpx.Response,
        wanted: str,
        parse: Callable[[bytes], T],
    ) -> T:
        if answer.status_code in REDIRECTS:
            target = target_path(self.origin, answer, self._redact)
            self._classifier.accept(path)
            return target  # type: ignore[return-value]
        self._classifier.classify(path, answer, wanted)
        try:
            result = parse(answer.content)
        except NotAHydraError as error:
            raise self._classifier.unreadable(path, error, wanted) from error
        self._classifier.accept(path)
        return result

    async def _pause(self, path: str, trouble: RetryableError, failures: int) -> float:
        """Wait as long as the fault asks for; return the seconds."""
        wait = trouble.wait or self.settings.retry.backoff(max(failures, 1))
        if 0 < failures <= trouble.at_once:
            wait = 0.0
        if isinstance(trouble, TooFastError):
            wait = max(wait, self._limiter.slow_down(wait))
        self.budget.check_time(wait)
        self._watch(Waiting(path, trouble.error.message, wait))
        await self._runtime.sleep(wait)
        return wait

    async def _exchange(self, path: str, wanted: str, *, follow: bool) -> httpx.Response:
        """Send one request, follow redirects within the origin, log in where that is asked."""
        url, login = self.origin + path, self._login
        logins = login.count if login else 0
        for _ in range(_MOST_REDIRECTS):
            answer = await self._send(path, url, wanted)
            if login and is_denied(answer, wanted):
                await login.renew(logins)
                login = None  # once for each request
                continue
            if answer.status_code not in REDIRECTS or not follow:
                return answer
            url = target_within(self.origin, answer, self._redact)
            check_target(url.removeprefix(self.origin), answer)
        raise NotAHydraError(f"{self.origin}{path} sends us round in circles.")

    async def _send(self, path: str, url: str, wanted: str) -> httpx.Response:
        async with self._slots:
            await self._limiter.wait()
            self.budget.spend_request()
            started = self._runtime.now()
            try:
                request = self._http.build_request("GET", url, headers={"Accept": wanted})
                answer = await self._receive(request, path)
            except _FAILURES as error:
                raise self._classifier.failed(path, error) from error
            seconds = self._runtime.now() - started
            self._watch(Fetched(path, answer.status_code, len(answer.content), seconds))
            return answer

    def _most_bytes(self, path: str) -> int:
        most = self.settings.most_bytes
        return most if paths.is_heavy(path) else min(most, self.settings.usual_bytes)

    def _timeout(self, path: str) -> float:
        most = self.settings.timeout
        return most if paths.is_heavy(path) else min(most, self.settings.usual_timeout)

    async def _receive(self, request: httpx.Request, path: str) -> httpx.Response:
        """Read an answer; give up if it takes longer than its timeout or the run."""
        timeout, left = self._timeout(path), self.budget.seconds_left
        request.extensions["timeout"] = httpx.Timeout(_CONNECT, read=timeout).as_dict()
        most = 2 * timeout
        try:
            async with asyncio.timeout(most if left is None else min(most, max(left, 0.0))):
                return await self._read(request, self._most_bytes(path))
        except TimeoutError:
            if left is not None and left < most:
                raise BudgetError(
                    f"--max-time is used up: {request.url} was not all sent by then."
                ) from None
            raise TooBigError(f"{request.url} was not all sent in {most:.0f} s.") from None

    async def _read(self, request: httpx.Request, most_bytes: int) -> httpx.Response:
        """Read an answer within the size limit, without the passwords that it quotes."""
        answer = await self._http.send(request, stream=True)
        try:
            body = await read_body(answer, most_bytes=most_bytes, received=self.budget.receive)
        finally:
            await answer.aclose()
        headers = [(k, v) for k, v in answer.headers.raw if k.lower() not in _DROPPED]
        return httpx.Response(
            answer.status_code, headers=headers, content=self._redact.body(body), request=request
        )

    async def _post_login(self, value: Mapping[str, str]) -> httpx.Response:
        """Send the one request that is no GET; Hydra wants its own address as referrer."""
        await self._limiter.wait()
        self.budget.spend_request()
        url, headers = self.origin + paths.LOGIN, {"Accept": JSON, "Referer": f"{self.origin}/"}
        request = self._http.build_request("POST", url, json=value, headers=headers)
        try:
            return await self._receive(request, paths.LOGIN)
        except _FAILURES as error:
            raise self._classifier.failed(paths.LOGIN, error) from None
