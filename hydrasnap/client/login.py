"""The login to a Hydra that asks for one: once for all requests that it has denied."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import httpx

from hydrasnap.client import endpoints as paths
from hydrasnap.client.responses import JSON, ResponseClassifier, is_json
from hydrasnap.client.settings import Credentials
from hydrasnap.errors import LoginError

Post = Callable[[Mapping[str, str]], Awaitable[httpx.Response]]


class Login:
    """Logs in to `origin` with what `post` sends there; `count` says how often it did."""

    def __init__(
        self, origin: str, credentials: Credentials, classifier: ResponseClassifier, post: Post
    ) -> None:
        self.count = 0
        self._origin = origin
        self._credentials = credentials
        self._classifier = classifier
        self._post = post
        self._lock = asyncio.Lock()

    async def renew(self, count: int) -> None:
        """Log in, unless that was done since there were `count` logins."""
        async with self._lock:
            if self.count == count:
                await self._log_in()
                self.count += 1

    async def _log_in(self) -> None:
        username, password = self._credentials.username, self._credentials.password
        answer = await self._post({"username": username, "password": password})
        if _is_from_front_end(answer):
            self._classifier.classify(paths.LOGIN, answer, JSON)
        if answer.status_code not in (HTTPStatus.OK, HTTPStatus.FOUND):
            is_hydras = is_json(answer)
            reason = (
                self._classifier.reason(answer) if is_hydras else f"status {answer.status_code}"
            )
            raise LoginError(f"{self._origin} does not let {username} in: {reason}.")


def _is_from_front_end(answer: httpx.Response) -> bool:
    """Return whether an answer to the login is not Hydra's own, which says yes or no in JSON."""
    status = answer.status_code
    passing = status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
    passing |= status > HTTPStatus.INTERNAL_SERVER_ERROR
    mute = status in (HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR)
    return passing or (mute and not is_json(answer))
