"""The errors that a user can meet. Each says what is wrong and where, and hints at what to do.

    HydrasnapError (a click.ClickException, exit code 1)
    ├── ConfigError           exit code 2: wrong use or wrong configuration
    ├── CrawlError            exit code 1: the Hydra could not be read
    │   ├── UnreachableError      no answer, or one that breaks off
    │   │   └── TooBigError           a page that the server cannot finish in time
    │   ├── NotAHydraError        the answer is not one of a Hydra
    │   ├── NotFoundError         404: the Hydra does not know this object
    │   ├── DeniedError           one address is not for us, others are
    │   ├── OfflineError          no connection at all: the whole run stops
    │   ├── LoginError            a private Hydra, or a refused login
    │   ├── RefusedError          the Hydra or its front end does not want us: stop
    │   └── BudgetError           --max-requests, --max-time or --max-bytes is used up
    ├── CacheError            exit code 1: the cache folder cannot be used
    │   └── LockedError           exit code 4: another run holds the lock
    └── OutputError           exit code 1: the output folder cannot be used
        └── BusyError             exit code 4: another run writes to it

Exit code 3 is no error: the snapshot was taken, with gaps. Nor is 5: `status --max-age` found it
too old.
"""

import re

import click

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_GAPS = 3
EXIT_LOCKED = 4
EXIT_STALE = 5

_COMMAND = re.compile(r"##(?=\w*\[)")


def one_line(text: str) -> str:
    """Return text from outside as one line that commands neither a terminal nor a CI system.

    Line ends become spaces, and other control characters the replacement character. CI systems
    read ``##[error]`` and the like anywhere in a line, so those signs are taken apart.

    >>> one_line("a\\n::error::b \\x1b[1m ##[error]c")
    'a ::error::b \ufffd[1m # #[error]c'
    """
    if not text.isprintable():
        text = "".join(
            c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}"
            for c in text
        )
    return _COMMAND.sub("# #", text)


class HydrasnapError(click.ClickException):
    """A problem that hydrasnap explains in a sentence instead of a traceback.

    `message` says what is wrong and where, `hint` what to do about it. Both may quote a stranger,
    and are kept on one line without control characters. `kind` names the class to a machine.
    """

    kind = "failure"
    exit_code = EXIT_FAILURE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(one_line(message))
        self.hint = one_line(hint)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    def format_message(self) -> str:
        """Return the message and the hint in one sentence after the other."""
        return str(self)

    def details(self) -> dict[str, object]:
        """Return the fields of an error event beyond message and hint."""
        return {}

    def lines(self) -> list[str]:
        """Return the lines that the terminal shows."""
        return [str(self)]


class ConfigError(HydrasnapError):
    """An option or a configuration file that cannot be used."""

    kind = "config"
    exit_code = EXIT_USAGE


class CrawlError(HydrasnapError):
    """A Hydra that could not be read."""

    kind = "crawl"


class UnreachableError(CrawlError):
    """No answer: unknown host, refused connection, time-out, broken transfer."""

    kind = "unreachable"


class OfflineError(CrawlError):
    """No connection to the host: there is no point in asking it for anything else."""

    kind = "offline"


class TooBigError(UnreachableError):
    """A page that the server cannot finish in time; asking again makes it worse."""

    kind = "too-big"


class NotAHydraError(CrawlError):
    """An answer that no Hydra gives: another content type or another shape."""

    kind = "not-a-hydra"


class NotFoundError(CrawlError):
    """A 404: the object does not exist, or no longer exists."""

    kind = "not-found"


class DeniedError(CrawlError):
    """An address that a host keeps from us, while it answers others."""


class LoginError(CrawlError):
    """A Hydra that wants a login, or did not take ours."""

    kind = "login"


class RefusedError(CrawlError):
    """A host that answered before and now refuses: to go on would be rude."""

    kind = "refused"


class BudgetError(CrawlError):
    """A run that has spent its budget."""

    kind = "budget"


class CacheError(HydrasnapError):
    """A cache folder that cannot be read or written."""

    kind = "cache"


class LockedError(CacheError):
    """A cache folder that another run is writing to."""

    kind = "locked"
    exit_code = EXIT_LOCKED


class OutputError(HydrasnapError):
    """An output folder that cannot be written, or must not be."""

    kind = "output"


class BusyError(OutputError):
    """An output folder that another run is writing to."""

    kind = "busy"
    exit_code = EXIT_LOCKED
