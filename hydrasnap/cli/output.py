"""What a command prints: sentences for people, or one JSON object a line for machines."""

import json
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import click

from hydrasnap.errors import HydrasnapError, one_line
from hydrasnap.formatting import mask_logins

EVENTS = {
    "stage": "A stage begins: its `name`, and its number of steps as `total` if that is known.",
    "step": "A step of the stage is done: `what`.",
    "fetched": "An answer came: `path`, `status`, `bytes` and `seconds`.",
    "waiting": "A request is tried again after `seconds`: `path` and `reason`.",
    "note": "Something worth knowing, as `text`.",
    "done": "A crawl has ended: its figures, its `gaps`, and the `reason` if it ended early.",
    "rendered": "A site was written: the numbers of files, `bytes`, `index` and `warnings`.",
    "plan": "What a crawl would ask for: `about` so many requests, and `jobsets`.",
    "status": "What the cache holds, what is `missing`, and the figures of the last `run`.",
    "pruned": "What [retention] has dropped: `jobsets`, `evaluations` and `builds`.",
    "merged": "What the merged cache holds: `jobsets`, `evaluations` and `builds`.",
    "bundled": "A site was packed: `file`, `files` and `bytes`.",
    "notified": "A receiver was sent so many `events`.",
    "initialized": "`hydrasnap init` has written `files`; `costs` of a first snapshot.",
    "answer": "What `hydrasnap query` was asked for.",
    "check": "Whether all is `ok`, and the findings in `config`, `cache` and `site`.",
    "warning": "What the user should know, as `message`.",
    "error": "Why the run failed: `kind`, `message`, `hint`, `exit_code`, `mistakes` in settings.",
}

_LOGIN_LIKE = re.compile(r"[^\s'\"]*:[^\s'\"]*@")


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How much to print, and how."""

    quiet: bool = False
    verbose: bool = False
    progress: bool = True
    json: bool = False

    @property
    def has_bar(self) -> bool:
        """Whether progress is a bar on the terminal."""
        wanted = self.progress and not (self.quiet or self.json or self.verbose)
        return wanted and sys.stderr.isatty()

    def begin(self, stage: str) -> None:
        """Print that a stage begins, where no bar shows it."""
        if not self.quiet and not self.has_bar:
            self._print([stage], "stage", {"name": stage, "total": None}, to_log=True)

    def log(self, lines: Sequence[str], event: str, fields: Mapping[str, Any]) -> None:
        """Print what was done: lines to standard output, or an event to the log."""
        if not self.quiet:
            self._print(lines, event, fields, to_log=self.json)

    def answer(self, lines: Sequence[str], event: str, fields: Mapping[str, Any]) -> None:
        """Print what was asked for, to standard output in any case."""
        self._print(lines, event, fields, to_log=False)

    def warn(self, text: str, fields: Mapping[str, Any]) -> None:
        """Print what the user should know, to the log in any case."""
        self._print([text], "warning", {"message": text, **fields}, to_log=True)

    def _print(
        self, lines: Sequence[str], event: str, fields: Mapping[str, Any], *, to_log: bool
    ) -> None:
        if self.json:
            print_event(event, fields, to_log=to_log)
        else:
            for line in lines:
                print_line(line, to_log=to_log)


def print_line(line: str, *, to_log: bool = True) -> None:
    """Print text, some of it perhaps of a Hydra, as one harmless line."""
    click.echo(mask_logins(one_line(line)), err=to_log)


def print_event(event: str, fields: Mapping[str, Any], *, to_log: bool = True) -> None:
    """Print an event as an object on a line of its own."""
    line = json.dumps({"event": event, **fields})
    click.echo(harmless_json(mask_logins(line)), err=to_log)


def harmless_json(line: str) -> str:
    """Write JSON so that no CI system takes ``##[error]`` in a text of it for a command."""
    return line.replace("##", "\\u0023\\u0023")


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether errors are for a machine, also errors in the arguments themselves."""
    pairs = pairwise([*arguments, ""])
    return any(pair == ("--log-format", "json") or pair[0] == "--log-format=json" for pair in pairs)


def print_error(error: click.ClickException, *, as_json: bool) -> None:
    """Print why a command failed."""
    if as_json:
        print_event("error", error_fields(error))
        return
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()  # the help, as its message
        return
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
        print_line(f"Try '{error.ctx.command_path} --help' for help.")
        click.echo(err=True)
    lines = error.lines() if isinstance(error, HydrasnapError) else [_harmless_message(error)]
    is_stop = isinstance(error, HydrasnapError) and error.kind == "stopped"
    if is_stop and sys.stderr.isatty():
        click.echo(err=True)  # the terminal has written ^C
    for number, line in enumerate(lines):
        print_line(line if number or is_stop else f"Error: {line}")


def error_fields(error: click.ClickException) -> dict[str, Any]:
    """Describe an error to a machine."""
    fields: dict[str, Any] = {"kind": "usage", "message": "", "hint": ""}
    if isinstance(error, HydrasnapError):
        fields.update(kind=error.kind, message=error.message, hint=error.hint, **error.details())
    else:
        context = getattr(error, "ctx", None)
        fields["message"] = _harmless_message(error)
        fields["hint"] = f"See `{context.command_path} --help`." if context else ""
    return {**fields, "exit_code": error.exit_code}


def _harmless_message(error: click.ClickException) -> str:
    """Return a message of click, which may repeat an argument, without what may be a login."""
    return _LOGIN_LIKE.sub("***@", one_line(error.format_message()))


def explained(error: Exception, *, verbose: bool) -> HydrasnapError:
    """Explain an exception of a library or the system that nothing explained before."""
    if verbose:
        click.echo("".join(traceback.format_exception(error)), err=True)
    if isinstance(error, OSError) and error.strerror:
        names = [str(name) for name in (error.filename, error.filename2) if name is not None]
        where = f": {' and '.join(names)}" if names else ""
        return HydrasnapError(
            f"{error.strerror}{where}.", hint="Check the disk and the permissions, then run again."
        )
    if isinstance(error, MemoryError):
        return HydrasnapError("Memory ran out.", hint="Take fewer jobsets or evaluations.")
    return HydrasnapError(
        f"hydrasnap failed: {type(error).__name__}: {error}.",
        hint="This is a fault in hydrasnap. Run again with --verbose and report what it prints.",
    )
