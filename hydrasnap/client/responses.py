"""What an answer means: one to read, a fault that may pass, or an end."""

from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from hydrasnap.client.retry import retry_after
from hydrasnap.client.settings import Settings
from hydrasnap.errors import (
    CrawlError,
    LoginError,
    NotAHydraError,
    NotFoundError,
    OfflineError,
    RefusedError,
    TooBigError,
    UnreachableError,
)

JSON, HTML = "application/json", "text/html"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({429, 502, 503, 504})
_TROUBLE = frozenset({500, 502, 503, 504})
_DENIED = frozenset({401, 403})
_STRANGE_ANSWERS = 4
_LONGEST_REASON = 300


class RetryableError(Exception):
    """A fault that may pass: `error` is what it means if it does not.

    `wait` is in seconds where the server says so; the first `at_once` failures need no wait;
    `counts` is 0 for what is not held against the request.
    """

    def __init__(
        self, error: CrawlError, *, wait: float = 0.0, at_once: int = 0, counts: int = 1
    ) -> None:
        super().__init__(error.message)
        self.error, self.wait, self.at_once, self.counts = error, wait, at_once, counts

    @property
    def is_fault(self) -> bool:
        """Whether the answer was wrong, and not merely early or unlikely."""
        return self.counts > 0 and not isinstance(self.error, SuspectEmptyError)


class SuspectEmptyError(NotAHydraError):
    """An answer that may be right but is unlikely: asked for again at once."""


class TooFastError(RetryableError):
    """A 429: `wait` is what the server asks for, in seconds, 0 where it does not say."""


@dataclass(slots=True)
class ResponseClassifier:
    """Judges the answers of one host, which is trusted more once it has `answered` rightly."""

    origin: str
    settings: Settings
    answered: bool = False
    _strange: dict[str, int] = field(default_factory=dict)

    def accept(self, path: str) -> None:
        """Take note of an answer that was a Hydra's."""
        self.answered = True
        self._strange.pop(path, None)

    def judge(self, path: str, answer: httpx.Response, wanted: str) -> None:
        """Return quietly if the answer is one to read; raise what it means otherwise."""
        status, where = answer.status_code, self.origin + path
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            slow = RefusedError(f"{where} says that we ask too often (429), again and again.")
            wait = retry_after(answer.headers.get("Retry-After"))
            raise TooFastError(slow, wait=wait, counts=0)
        if status in _TROUBLE:
            self._judge_trouble(path, answer)
        if status in _DENIED:
            raise self._denied(answer, wanted)
        if status == HTTPStatus.NOT_FOUND and (is_json(answer) or wanted == HTML):
            raise NotFoundError(f"{where} does not exist ({error_of(answer)}).")
        if status != HTTPStatus.OK or not _has_type(answer, wanted):
            self._judge_strange(path, answer, wanted)

    def unreadable(self, path: str, error: NotAHydraError, wanted: str) -> RetryableError:
        """Take an answer of the right type and another shape: a fault, or not a Hydra at all.

        A page of HTML that is not the known one will hardly become so.
        """
        sure = not self.answered or wanted == HTML
        if sure and not isinstance(error, SuspectEmptyError):
            self._count_strange(path, error)
        return RetryableError(error, at_once=2 if isinstance(error, SuspectEmptyError) else 0)

    def final_error(self, path: str, trouble: RetryableError) -> CrawlError:
        """Return what a fault means to somebody who does not ask again."""
        if isinstance(trouble.error, RefusedError):
            return NotAHydraError(f"{self.origin}{path} has no answer in JSON.")
        return trouble.error

    def failed(self, path: str, error: httpx.RequestError) -> Exception:
        """Return what a failed exchange means."""
        reason = str(error) or type(error).__name__
        where = self.origin + path
        if isinstance(error, httpx.ReadTimeout) and _is_heavy(path):
            return TooBigError(f"{where} gave no answer in {self.settings.timeout:.0f} s.")
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            offline = OfflineError(
                f"{self.origin} cannot be reached: {reason}.",
                hint="Check the address and the network.",
            )
            return RetryableError(offline) if self.answered else offline
        broken = UnreachableError(f"{where} gave no whole answer: {reason}.")
        if isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
            return broken
        stale = isinstance(error, httpx.RemoteProtocolError | httpx.ReadError)
        return RetryableError(broken, at_once=int(stale))

    def _judge_trouble(self, path: str, answer: httpx.Response) -> None:
        status, where = answer.status_code, self.origin + path
        if status == HTTPStatus.GATEWAY_TIMEOUT and _is_heavy(path):
            raise TooBigError(f"{where} takes longer than the server allows itself (504).")
        broken = UnreachableError(f"{where} failed: {status} {answer.reason_phrase}.")
        if status == HTTPStatus.INTERNAL_SERVER_ERROR and is_json(answer):
            raise broken  # by Hydra itself, for a question that it cannot answer
        raise RetryableError(broken, wait=retry_after(answer.headers.get("Retry-After")))

    def _judge_strange(self, path: str, answer: httpx.Response, wanted: str) -> None:
        found = answer.headers.get("Content-Type", "no content type").partition(";")[0]
        names = {JSON: "JSON", HTML: "HTML"}
        what = f"answered {answer.status_code} with {names.get(found, found)}"
        what += f" where {names[wanted]} was asked for"
        if not self.answered:
            error: CrawlError = NotAHydraError(
                f"{self.origin} is not a Hydra: {path} {what}. Check the address."
            )
        else:
            error = RefusedError(
                f"{self.origin}{path} {what}, again and again, though this host had answered "
                "before. Its operators or a guard in front of it do not want this client now, so "
                "hydrasnap stops. Ask them, say who you are with `[hydra] contact`, lower --rate."
            )
        self._count_strange(path, error)

    def _count_strange(self, path: str, error: CrawlError) -> None:
        """Allow a few strange answers, as a guard may pass; then take the host at its word."""
        seen = self._strange[path] = self._strange.get(path, 0) + 1
        if seen >= _STRANGE_ANSWERS:
            raise error
        raise RetryableError(error)

    def _denied(self, answer: httpx.Response, wanted: str) -> CrawlError:
        if not is_denied(answer, wanted):
            return RefusedError(
                f"{self.origin} answers 403 Forbidden: its operators or a guard in front of it do "
                "not want this client. hydrasnap stops; ask them before you try again."
            )
        if self.settings.credentials:
            user = self.settings.credentials.username
            return LoginError(f"{self.origin} does not let {user} read this.")
        return LoginError(
            f"{self.origin} is private and wants a login. Name a user with `[hydra] username`, "
            "and give the password in HYDRASNAP_PASSWORD or in a password file."
        )


def is_json(answer: httpx.Response) -> bool:
    """Tell whether the answer calls itself JSON, the type Hydra gives its own errors."""
    return _has_type(answer, JSON)


def is_denied(answer: httpx.Response, wanted: str) -> bool:
    """Tell whether Hydra itself wants a login: a front end refuses with HTML where JSON is due."""
    return answer.status_code == HTTPStatus.FORBIDDEN and (is_json(answer) or wanted == HTML)


def error_of(answer: httpx.Response) -> str:
    """Return the sentence in Hydra's ``{"error": …}``."""
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return "no reason given"
    text = found.get("error") if isinstance(found, dict) else None
    return str(text)[:_LONGEST_REASON].strip().rstrip(".") if text else "no reason given"


def _has_type(answer: httpx.Response, wanted: str) -> bool:
    found = str(answer.headers.get("Content-Type", ""))
    return found.partition(";")[0].strip().lower() == wanted


def _is_heavy(path: str) -> bool:
    return path.endswith(("/builds", "?full=1")) or "/evals" in path
