"""Passwords: from the environment, which then no longer holds them, or from a file."""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hydrasnap.errors import ConfigError
from hydrasnap.formatting import decoded, is_utf8

if TYPE_CHECKING:
    from hydrasnap.config.keys import Config

_MOST_BYTES = 65_536  # of a password file, whose first line is the password
SecretName = Literal["password", "basic_password"]


@dataclass(frozen=True, slots=True)
class Secrets:
    """The passwords of the environment; its `repr` shows none."""

    password: str = field(default="", repr=False)
    basic_password: str = field(default="", repr=False)


def take_secrets(environment: MutableMapping[str, str]) -> Secrets:
    """Take the passwords out of the environment, so that nothing that runs later sees them."""
    return Secrets(
        _first_line(environment.pop("HYDRASNAP_PASSWORD", "")),
        _first_line(environment.pop("HYDRASNAP_BASIC_PASSWORD", "")),
    )


def secret_of(config: "Config", secrets: Secrets, name: SecretName) -> str:
    """Return a password, from its file where the environment has none; empty if none is set.

    The name of the file is not shown, as it may be the password itself.
    """
    given, file = getattr(secrets, name), getattr(config.hydra, f"{name}_file")
    if not is_utf8(given):
        raise ConfigError(
            f"HYDRASNAP_{name.upper()} is not text in UTF-8.",
            hint=f"Set it in UTF-8, or name a file with {name}_file.",
        )
    if given or not file:
        return str(given)
    where = config.key("hydra", f"{name}_file")
    try:
        with Path(file).open("rb") as stream:
            found = _first_line(decoded(stream.read(_MOST_BYTES)))
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
    return re.split(r"[\r\n]", text.removeprefix("\ufeff"), maxsplit=1)[0]
