"""The process as a whole: every failure ends in a sentence or an event, and an exit code."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hydrasnap.cli.output import explained, print_error, print_line, wants_json
from hydrasnap.cli.signals import Stopped, fast_exit, handle_signals_once, stoppable
from hydrasnap.cli.streams import lost_output, open_streams, require_utf8
from hydrasnap.config.secrets import take_secrets
from hydrasnap.errors import EXIT_FAILURE, EXIT_GAPS, HydrasnapError


class Program(click.Group):
    """The group of all commands; it prints why one failed, and ends with its exit code."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command. Without `args` this is the whole process, and this ends it."""
        arguments = sys.argv[1:] if args is None else list(args)
        if args is None:
            require_utf8()
            open_streams()
        code = self._run(arguments, rest, extra)
        if args is None:
            failure = lost_output()
            if failure is not None and code in (0, EXIT_GAPS):
                reason = failure.strerror or failure
                print_line(f"Error: Standard output cannot be written: {reason}.")
                code = EXIT_FAILURE
            fast_exit(code)
        raise SystemExit(code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, and turn a signal that ends it into an error."""
        with stoppable(""):
            return super().invoke(ctx)

    def _run(self, arguments: list[str], rest: Any, extra: dict[str, Any]) -> int:
        """Run a command, print why it failed if it did, and return the exit code."""
        extra = {**extra, "standalone_mode": False, "obj": take_secrets(os.environ)}
        error: click.ClickException
        try:
            with handle_signals_once():
                _check_working_folder()
                return int(super().main(arguments, *rest, **extra) or 0)
        except click.ClickException as ended:
            error = ended
        except click.Abort:
            error = Stopped()
        except Exception as unexpected:  # the one exit, where each is explained
            error = _expected_part(unexpected) or explained(
                unexpected, verbose="--verbose" in arguments
            )
        print_error(error, as_json=wants_json(arguments))
        return error.exit_code


def _check_working_folder() -> None:
    try:
        Path.cwd()
    except OSError as error:
        raise HydrasnapError(
            "The current folder does not exist any more.", hint="Change to another folder first."
        ) from error


def _expected_part(error: BaseException) -> click.ClickException | None:
    """Return an explained error, also from a group of errors that concurrent work has raised."""
    if isinstance(error, click.ClickException):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_expected_part, error.exceptions)), None)
    return None
