"""What an answer means: to read, to try again, to skip its address, or to end the run."""

from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from hydrasnap.client.backoff import retry_after
from hydrasnap.client.connection import proxies_for
from hydrasnap.client.endpoints import is_heavy
from hydrasnap.client.secrets import Redactor
from hydrasnap.client.settings import Settings
from hydrasnap.errors import (
    CrawlError,
    DeniedError,
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
_TOO_SLOW = frozenset({408, 504, 524})  # what proxies say of a server that computes for too long
_FINAL = frozenset({501, 505})
_UNUSABLE_TRIES = 2  # for an unusable answer of a host that answers at other addresses
_FIRST_TRIES = 4  # for the first address of all: a guard may let us pass after a while
_UNUSABLE_IN_A_ROW = 4
_SAME_PERIOD = 20  # answers: if two 503 are no further apart, a rate limiter sends them
_TIMEOUT_COUNTS = 5  # failures, as each takes minutes
_LONGEST_REASON = 300


class RetryableError(Exception):
    """A fault that may pass; `error` is raised if it does not.

    `wait` is in seconds where the server names a time. The first `at_once` failures need no wait.
    `counts` is 0 for a fault that does not use up an attempt.
    """

    def __init__(
        self, error: CrawlError, *, wait: float = 0.0, at_once: int = 0, counts: int = 1
    ) -> None:
        super().__init__(error.message)
        self.error, self.wait, self.at_once, self.counts = error, wait, at_once, counts

    @property
    def is_fault(self) -> bool:
        """Whether the answer was an error, rather than one that needs confirmation."""
        return self.counts > 0 and not isinstance(self.error, SuspectEmptyError)


class SuspectEmptyError(NotAHydraError):
    """An empty answer that may be right but is unlikely: asked for again at once."""


class TooFastError(RetryableError):
    """A server that slows us down: `wait` is what it asks for in seconds, 0 if it names no time."""


@dataclass(slots=True)
class ResponseClassifier:
    """Classifies the answers of one host.

    `known` tells that the host was a Hydra in an earlier run, `answered` that it is one in this
    run. A bad answer costs its address alone. Only a host that has answered before and then gives
    nothing but bad answers to several addresses in a row ends the run.
    """

    origin: str
    settings: Settings
    known: bool = False
    answered: bool = False
    redact: Redactor = field(default_factory=lambda: Redactor(()))
    _unusable: dict[str, int] = field(default_factory=dict)
    _in_a_row: list[str] = field(default_factory=list)
    _unreadable: dict[str, str] = field(default_factory=dict)
    _answers: int = 0
    _last_503: int | None = None

    def accept(self, path: str) -> None:
        """Record that a Hydra has answered."""
        self.answered = True
        self._in_a_row.clear()
        self._unusable.pop(path, None)
        self._unreadable.pop(path, None)

    def classify(self, path: str, answer: httpx.Response, wanted: str) -> None:
        """Return if the answer can be read; otherwise raise the error that it means."""
        status, where = answer.status_code, self.origin + path
        self._answers += 1
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            slow = RefusedError(f"{where} says that we ask too often (429), again and again.")
            wait = retry_after(answer.headers.get("Retry-After"))
            raise TooFastError(slow, wait=wait, counts=0)
        if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise self._server_error(path, answer)
        if status == HTTPStatus.UNAUTHORIZED:
            raise self._unauthorized(path, answer)
        if status == HTTPStatus.FORBIDDEN:
            raise self._forbidden(path, answer, wanted)
        if status == HTTPStatus.NOT_FOUND and (is_json(answer) or wanted == HTML):
            self._in_a_row.clear()
            raise NotFoundError(f"{where} does not exist ({self.reason(answer)}).")
        if status != HTTPStatus.OK or not _has_type(answer, wanted):
            raise self._unusable_answer(path, answer, wanted)

    def unreadable(self, path: str, error: NotAHydraError, wanted: str) -> Exception:
        """Return the error that an answer of the right type and the wrong shape means.

        The same unreadable answer twice is final.
        """
        if isinstance(error, SuspectEmptyError):
            return RetryableError(error, at_once=2)
        if self._unreadable.get(path) == error.message:
            return self._count(path, error, tries=1, wanted=wanted)
        self._unreadable[path] = error.message
        return RetryableError(error)

    def failed(self, path: str, error: Exception) -> Exception:
        """Return the error that a failed exchange means."""
        reason = self.redact.text(str(error)) or type(error).__name__
        where = self.origin + path
        if isinstance(error, httpx.ReadTimeout) and is_heavy(path):
            return TooBigError(f"{where} gave no answer in {self.settings.timeout:.0f} s.")
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            offline = OfflineError(
                f"{self.origin} cannot be reached: {reason}.",
                hint="Check the address, the network, and the proxy that the environment names."
                if proxies_for(self.origin)
                else "Check the address and the network.",
            )
            return RetryableError(offline) if self.answered else offline
        broken = UnreachableError(f"{where} gave no whole answer: {reason}.")
        if not isinstance(error, httpx.TransportError | httpx.DecodingError):
            return broken
        if isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
            return broken
        stale = isinstance(error, httpx.RemoteProtocolError | httpx.ReadError)
        slow = isinstance(error, httpx.ReadTimeout)  # the server may still be computing
        return RetryableError(broken, at_once=int(stale), counts=_TIMEOUT_COUNTS if slow else 1)

    def reason(self, answer: httpx.Response) -> str:
        """Return the sentence in Hydra's ``{"error": …}``, without what it quotes of a login."""
        try:
            found = answer.json()
        except (ValueError, RecursionError):
            return "no reason given"
        text = found.get("error") if isinstance(found, dict) else None
        if not isinstance(text, str):
            return "no reason given"
        text = self.redact.text(text[: 10 * _LONGEST_REASON])
        return text[:_LONGEST_REASON].strip().rstrip(".") or "no reason given"

    def _server_error(self, path: str, answer: httpx.Response) -> Exception:
        status, where = answer.status_code, self.origin + path
        if status in _TOO_SLOW and is_heavy(path):
            return TooBigError(f"{where} takes longer than the server allows itself ({status}).")
        wait = retry_after(answer.headers.get("Retry-After"))
        hint = f"The server asks to wait {wait:.0f} s or longer." if wait else ""
        reason = f"{status} {answer.reason_phrase}".rstrip()
        broken = UnreachableError(f"{where} failed: {reason}.", hint=hint)
        if status in _FINAL or (status == HTTPStatus.INTERNAL_SERVER_ERROR and is_json(answer)):
            return broken  # by Hydra itself, for a question that it cannot answer
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            before, self._last_503 = self._last_503, self._answers
            if before is not None and self._answers - before <= _SAME_PERIOD:
                return TooFastError(broken, wait=wait)
        return RetryableError(broken, wait=wait)

    def _unusable_answer(self, path: str, answer: httpx.Response, wanted: str) -> Exception:
        found = answer.headers.get("Content-Type", "no content type").partition(";")[0]
        names = {JSON: "JSON", HTML: "HTML"}
        what = f"answered {answer.status_code} with {names.get(found, found)}"
        what += f" where {names[wanted]} was asked for"
        if is_json(answer) and answer.status_code >= HTTPStatus.BAD_REQUEST:
            what = f"answered {answer.status_code} ({self.reason(answer)})"
        error = self._unusable_error(path, what)
        return self._count(path, error, self._tries(answer), wanted=wanted)

    def _unusable_error(self, path: str, what: str) -> NotAHydraError:
        if self.answered:
            return NotAHydraError(f"{self.origin}{path} {what}.")
        if self.known:
            return NotAHydraError(
                f"{self.origin}{path} {what}, though this host was a Hydra in an earlier run.",
                hint="It may be under maintenance, or a guard in front of it may not want this "
                "client. Try again later; if that does not help, ask its operators.",
            )
        return NotAHydraError(
            f"{self.origin} is not a Hydra: {path} {what}.", hint="Check the address."
        )

    def _tries(self, answer: httpx.Response) -> int:
        if is_json(answer) and answer.status_code >= HTTPStatus.BAD_REQUEST:
            return 1
        return _UNUSABLE_TRIES if self.answered else _FIRST_TRIES

    def _count(self, path: str, error: CrawlError, tries: int, *, wanted: str = JSON) -> Exception:
        """Count a bad answer, and return the error: retry, skip the address, or end the run.

        Several in a row mean a guard only where JSON was requested: pages differ between Hydras.
        """
        seen = self._unusable[path] = self._unusable.get(path, 0) + 1
        if wanted == JSON:
            self._in_a_row.append(path)
        if self.answered and len(self._in_a_row) >= _UNUSABLE_IN_A_ROW:
            before = f"{len(self._in_a_row) - 1} answers before were no better"
            return RefusedError(
                f"{error.message.rstrip('.')}, and {before}, though this host had answered "
                "rightly.",
                hint="Its operators or a guard in front of it do not want this client now, so "
                "hydrasnap stops. Ask them, say who you are with `[hydra] contact`, lower --rate.",
            )
        return error if seen >= tries else RetryableError(error)

    def _unauthorized(self, path: str, answer: httpx.Response) -> Exception:
        """Explain a 401, which no Hydra gives: a server in front of it wants a login of its own."""
        scheme = str(answer.headers.get("WWW-Authenticate", "")).partition(" ")[0]
        if self.answered:
            return self._count(path, DeniedError(f"{self.origin}{path} answered 401."), tries=1)
        if self.settings.basic:
            return LoginError(
                f"{self.origin} answers 401: the server in front of the Hydra does not let "
                f"{self.settings.basic.username} in.",
                hint="Check `basic_username` under [hydra] and HYDRASNAP_BASIC_PASSWORD.",
            )
        if scheme.lower() not in ("", "basic"):
            return LoginError(
                f"{self.origin} answers 401: the server in front of the Hydra wants a login of the "
                f"kind {scheme[:40]}, and hydrasnap knows basic authentication alone.",
                hint="Ask its operators for another way to read it.",
            )
        return LoginError(
            f"{self.origin} answers 401: a server in front of the Hydra wants a login.",
            hint="Set `basic_username` under [hydra], and give the password in "
            "HYDRASNAP_BASIC_PASSWORD or in a file named by `basic_password_file`.",
        )

    def _forbidden(self, path: str, answer: httpx.Response, wanted: str) -> Exception:
        """Explain a 403, which is Hydra's own where it is JSON, and a front end's otherwise."""
        if self.answered:
            words = f"{self.origin}{path} answered 403 Forbidden."
            return self._count(path, DeniedError(words), tries=1)
        if not is_denied(answer, wanted):
            return RefusedError(
                f"{self.origin} answers 403 Forbidden: its operators or a guard in front of it do "
                "not want this client. hydrasnap stops.",
                hint="Ask them before you try again.",
            )
        if self.settings.credentials:
            user = self.settings.credentials.username
            return LoginError(f"{self.origin} does not let {user} read this.")
        return LoginError(
            f"{self.origin} is private and wants a login.",
            hint="Name a user with `[hydra] username`, and give the password in HYDRASNAP_PASSWORD "
            "or in a password file.",
        )


def is_json(answer: httpx.Response) -> bool:
    """Return whether the answer calls itself JSON, the type Hydra gives its own errors."""
    return _has_type(answer, JSON)


def is_denied(answer: httpx.Response, wanted: str) -> bool:
    """Return whether Hydra itself wants a login: a proxy refuses with HTML."""
    return answer.status_code == HTTPStatus.FORBIDDEN and (is_json(answer) or wanted == HTML)


def _has_type(answer: httpx.Response, wanted: str) -> bool:
    found = str(answer.headers.get("Content-Type", ""))
    return found.partition(";")[0].strip().lower() == wanted
