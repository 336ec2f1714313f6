"""Passwords: from the environment, which then no longer holds them, or from a file."""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hydrasnap.errors import ConfigError
from hydrasnap.formatting import decoded

if TYPE_CHECKING:
    from hydrasnap.config.keys import Config

PASSWORD = "HYDRASNAP_PASSWORD"  # noqa: S105 - the name of a variable
BASIC_PASSWORD = "HYDRASNAP_BASIC_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Secrets:
    """The passwords of the environment; its `repr` shows none."""

    password: str = field(default="", repr=False)
    basic_password: str = field(default="", repr=False)


def take_secrets(environment: MutableMapping[str, str]) -> Secrets:
    """Take the passwords out of the environment, so that nothing that runs later sees them."""
    return Secrets(
        _first_line(environment.pop(PASSWORD, "")),
        _first_line(environment.pop(BASIC_PASSWORD, "")),
    )


def password(config: "Config", secrets: Secrets) -> str:
    """Return the password of the account on the Hydra; empty if none is set."""
    return secrets.password or _of_file(config, "password_file")


def basic_password(config: "Config", secrets: Secrets) -> str:
    """Return the password for the proxy in front of the Hydra; empty if none is set."""
    return secrets.basic_password or _of_file(config, "basic_password_file")


def _of_file(config: "Config", key: str) -> str:
    """Read the first line of a file; its name is not shown, as it may be the password itself."""
    name = getattr(config.hydra, key)
    if not name:
        return ""
    where = config.key("hydra", key)
    try:
        found = _first_line(decoded(Path(name).read_bytes()))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no text"
        raise ConfigError(
            f"{where}: the file that it names cannot be read: {reason.lower()}.",
            hint="It must be the name of a file, not the password. The name is not shown here.",
        ) from None
    if not found:
        raise ConfigError(
            f"{where}: the file that it names is empty.",
            hint="Its first line must be the password.",
        )
    return found


def _first_line(text: str) -> str:
    """Return a secret without the byte order mark and line end that editors and stores add."""
    return next(iter(text.removeprefix("\ufeff").splitlines()), "")
