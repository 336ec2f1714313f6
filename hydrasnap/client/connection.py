"""The setup of the HTTP client: User-Agent, proxies, logins and cookies."""

import warnings
from http.cookiejar import CookieJar
from typing import Any
from urllib.request import getproxies

import httpx

from hydrasnap import __version__
from hydrasnap.client.redirects import check_location
from hydrasnap.client.response_body import ACCEPTED_ENCODINGS
from hydrasnap.client.settings import Runtime, Settings
from hydrasnap.client.throttle import is_this_machine
from hydrasnap.errors import ConfigError, UnreachableError

HOME_PAGE = "https://github.com/hydrasnap/hydrasnap"
_KEEP_ALIVE = 0.8  # seconds; Hydra closes an idle connection after one
_LARGEST_PORT = 65_535
_MOST_COOKIES = 20
_LONGEST_COOKIE = 4096  # characters, as in browsers
_SESSION = "hydra_session"


class SessionCookies(CookieJar):
    """Keeps cookies that can be sent back, and of too many only the one of the session."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Keep the cookies of an answer."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an invalid date, with a traceback
            super().extract_cookies(response, request)
        many = len(self) > _MOST_COOKIES
        for cookie in list(self):
            text = f"{cookie.name}={cookie.value}"
            is_fit = len(text) <= _LONGEST_COOKIE and text.isascii() and text.isprintable()
            if not is_fit or (many and cookie.name != _SESSION):
                self.clear(cookie.domain, cookie.path, cookie.name)


def checked_origin(origin: str) -> str:
    """Return an address; UnreachableError for a host name that cannot be resolved by any server."""
    try:
        httpx.URL(origin).host  # noqa: B018  (raises for an invalid name)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UnreachableError(
            f"{origin} cannot be reached: {error}.", hint="Check the address."
        ) from None
    return origin


def connect(origin: str, settings: Settings, runtime: Runtime) -> httpx.AsyncClient:
    """Return an HTTP client; ConfigError where the environment names an unusable proxy or file."""
    contact = f"; {settings.contact}" if settings.contact else ""
    agent = f"hydrasnap/{__version__} (+{HOME_PAGE}{contact})"
    basic = settings.basic
    try:
        for address in proxies_for(origin):
            if (httpx.URL(address).port or 0) > _LARGEST_PORT:
                raise ValueError(f"there is no port {httpx.URL(address).port}")
        return httpx.AsyncClient(
            headers={
                b"User-Agent": agent.encode(),
                b"Accept-Encoding": ACCEPTED_ENCODINGS,
            },
            auth=httpx.BasicAuth(basic.username, basic.password) if basic else None,
            limits=httpx.Limits(max_connections=settings.connections, keepalive_expiry=_KEEP_ALIVE),
            cookies=SessionCookies(),
            event_hooks={"response": [check_location]},
            transport=runtime.transport,
            trust_env=not is_this_machine(origin),
        )
    except (httpx.InvalidURL, ImportError, ValueError, OSError) as error:
        raise _of_environment(error) from None


def proxies_for(origin: str) -> list[str]:
    """Return the addresses of proxies that the environment names, one of which may be used."""
    found = {} if is_this_machine(origin) else getproxies()
    named = (found.get(scheme, "") for scheme in ("http", "https", "all"))
    return [name if "://" in name else f"http://{name}" for name in named if name]


def _of_environment(error: Exception) -> ConfigError:
    """Explain which proxy or certificate setting of the environment cannot be used."""
    if isinstance(error, OSError):
        return ConfigError(
            f"The certificates cannot be read: {error.strerror or error}"
            f"{f' ({error.filename})' if error.filename else ''}.",
            hint="Correct SSL_CERT_FILE and SSL_CERT_DIR in the environment, or unset them.",
        )
    if isinstance(error, ImportError):
        return ConfigError(
            "The environment names a SOCKS proxy (ALL_PROXY, HTTPS_PROXY or HTTP_PROXY), for which "
            "a package is missing.",
            hint="Install it with `pip install socksio`, or unset the variable.",
        )
    return ConfigError(
        f"The proxy settings in the environment cannot be used: {error}.",
        hint="Correct HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, or unset them.",
    )
