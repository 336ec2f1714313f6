"""The errors a user can meet; each says what is wrong, where, and what to do.

    HydrasnapError (a click.ClickException, exit code 1)
    ├── ConfigError           exit code 2: wrong use or wrong configuration
    ├── CrawlError            exit code 1: the Hydra could not be read
    │   ├── UnreachableError      an answer that does not come, or breaks off
    │   │   ├── OfflineError          no connection at all: the whole run stops
    │   │   └── TooBigError           a page that the server does not get done in time
    │   ├── NotAHydraError        the answer is not what a Hydra says
    │   ├── NotFoundError         404: the Hydra does not know this object
    │   ├── LoginError            a private Hydra, or a refused login
    │   ├── RefusedError          the Hydra or its front end does not want us: stop
    │   └── BudgetError           --max-requests, --max-time or --max-bytes is used up
    ├── CacheError            exit code 1: the cache folder cannot be used
    │   └── LockedError           exit code 4: another run holds the lock
    └── OutputError           exit code 1: the output folder cannot be used
        └── BusyError             exit code 4: another run writes to it

Exit code 3 is no error: the snapshot was taken, with gaps.
"""

import click

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_GAPS = 3
EXIT_LOCKED = 4


class HydrasnapError(click.ClickException):
    """Any problem that hydrasnap explains in a sentence instead of a traceback.

    Its message may quote a stranger, so what would command a terminal is taken out.
    """

    exit_code = EXIT_FAILURE

    def __init__(self, message: str) -> None:
        super().__init__("".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in message))


class ConfigError(HydrasnapError):
    """An option or a configuration file that cannot be meant."""

    exit_code = EXIT_USAGE


class CrawlError(HydrasnapError):
    """A Hydra that could not be read."""


class UnreachableError(CrawlError):
    """No answer: unknown host, refused connection, time-out, broken transfer."""


class OfflineError(UnreachableError):
    """No connection to the host: there is no point in asking it for anything else."""


class TooBigError(UnreachableError):
    """A page that the server does not get done in time; asking again makes it worse."""


class NotAHydraError(CrawlError):
    """An answer that no Hydra gives: another content type or another shape."""


class NotFoundError(CrawlError):
    """A 404: the object does not exist, or not any more."""


class LoginError(CrawlError):
    """A Hydra that wants a login, or did not take ours."""


class RefusedError(CrawlError):
    """A host that answered before and now says no: going on would be rude."""


class BudgetError(CrawlError):
    """The run has spent what it was allowed to."""


class CacheError(HydrasnapError):
    """A cache folder that cannot be read or written."""


class LockedError(CacheError):
    """A cache folder that another run is writing to."""

    exit_code = EXIT_LOCKED


class OutputError(HydrasnapError):
    """An output folder that cannot be written, or must not be."""


class BusyError(OutputError):
    """An output folder that another run is writing to."""

    exit_code = EXIT_LOCKED
