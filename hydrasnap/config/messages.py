"""Mistakes in a configuration: values first, sentences second."""

import json
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from hydrasnap.errors import ConfigError, one_line

Step = str | int

_LONGEST = 60


class Mistake(Struct, frozen=True):
    """One mistake: where it is, and either what is `expected` and `found` there, or a `problem`.

    `where` names the place as the user knows it: file and key, option, or environment variable.
    `path` is the path of the key. `problem` is the end of a sentence that begins with `where`.
    """

    where: str
    path: tuple[Step, ...] = ()
    expected: str = ""
    found: Any = None
    problem: str = ""
    hint: str = ""

    @property
    def message(self) -> str:
        """Return the sentence on the mistake."""
        if self.problem:
            return f"{self.where}{self.problem}"
        return f"{self.where} must be {self.expected}, not {shown(self.found)}."


class SettingsError(ConfigError):
    """A configuration with mistakes, all that were found at once."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        first, *rest = mistakes
        hint = first.hint if not rest else ""
        message = first.message if not rest else " ".join(_sentence(found) for found in mistakes)
        super().__init__(message, hint=hint)
        self.mistakes = tuple(mistakes)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.mistakes,)

    def details(self) -> dict[str, object]:
        """Return the mistakes as objects."""
        fields = ("where", "path", "expected", "message", "hint")
        rows = [{name: getattr(found, name) for name in fields} for found in self.mistakes]
        return {"mistakes": rows}

    def lines(self) -> list[str]:
        """Return a line for each mistake, below a head if there are several."""
        if len(self.mistakes) == 1:
            return super().lines()
        found = [one_line(f"  {_sentence(mistake)}") for mistake in self.mistakes]
        return [f"There are {len(found)} mistakes in the configuration:", *found]


def _sentence(mistake: Mistake) -> str:
    return f"{mistake.message} {mistake.hint}".rstrip()


def key_name(path: Sequence[Step]) -> str:
    """Return the name of a key as it stands in the file.

    >>> key_name(["crawl", "rate"]), key_name(["watch", 0, "jobs", 1])
    ('[crawl] rate', '[[watch]] number 1: jobs, item 2')
    """
    table, *rest = path
    name = f"[{table}]"
    if rest and isinstance(rest[0], int):
        name = f"[[{table}]] number {rest[0] + 1}{':' if rest[1:] else ''}"
        rest = rest[1:]
    for step in rest:
        name += f", item {step + 1}" if isinstance(step, int) else f" {step}"
    return name


def shown(value: Any) -> str:
    """Return a value as it stands in the file, or the name of its type."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) and text in ("NaN", "Infinity", "-Infinity"):
        return {"NaN": "nan", "Infinity": "inf"}.get(text, "-inf")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
