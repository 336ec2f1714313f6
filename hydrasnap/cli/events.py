"""How a command says what it has to say: sentences for people, or a JSON object a line."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import click

_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How much to say, and how."""

    quiet: bool = False
    verbose: bool = False
    progress: bool = True
    json: bool = False

    def begin(self, stage: str) -> None:
        """Say that a stage begins; where there is a terminal, its end is soon to be seen there."""
        if not self.quiet and (self.json or not (self.progress and sys.stderr.isatty())):
            fields = {"name": stage, "total": None}
            self._say(stage, "stage", fields, to_log=True)

    def log(self, text: str, event: str, fields: Mapping[str, Any]) -> None:
        """Say what was done: a text to standard output, or an event to the log."""
        if not self.quiet:
            self._say(text, event, fields, to_log=self.json)

    def answer(self, text: str, event: str, fields: Mapping[str, Any]) -> None:
        """Say what was asked for, to standard output in any case."""
        self._say(text, event, fields, to_log=False)

    def _say(self, text: str, event: str, fields: Mapping[str, Any], *, to_log: bool) -> None:
        line = json.dumps({"event": event, **fields}) if self.json else text
        click.echo(line, err=to_log)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether errors are to be told to a machine, also those in the arguments themselves."""
    pairs = pairwise([*arguments, ""])
    return any(pair == ("--log-format", "json") or pair[0] == "--log-format=json" for pair in pairs)


def tell_error(error: click.ClickException, *, as_json: bool) -> None:
    """Say why a command failed."""
    if not as_json:
        error.show()
        return
    message, *hints = _SENTENCE.split(error.format_message(), maxsplit=1)
    event = {
        "event": "error",
        "kind": _kind(error),
        "message": message,
        "hint": " ".join(hints) or _help(error),
        "exit_code": error.exit_code,
    }
    click.echo(json.dumps(event), err=True)


def _kind(error: click.ClickException) -> str:
    """Name a kind of error: ``config``, ``too-big``, ``usage`` … or just ``failure``."""
    if isinstance(error, click.UsageError):
        return "usage"
    words = re.findall(r"[A-Z][a-z]*", type(error).__name__.removesuffix("Error"))
    return "-".join(words).lower() if words != ["Hydrasnap"] else "failure"


def _help(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"See `{context.command_path} --help`." if context else ""
