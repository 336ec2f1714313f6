"""Turns terminal text into spans of plain text with class names: colours stay, other escapes go.

The text between two changes of colour is one span, so that a page can be searched for it.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from hydrasnap.publish.pages.common.page import View

# A control sequence, an operating system command (hyperlinks, titles), or a lone escape.
_ESCAPE = re.compile(
    r"\x1b\[(?P<codes>[0-9;:]{0,99})m"
    r"|\x1b\[[0-?]*[ -/]*(?:[@-~]|\Z)"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\|\Z)"
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\|\Z)"
    r"|\x1b[ -/]*[0-~]?"
)
_COLOURS = ("grey", "red", "green", "yellow", "blue", "magenta", "cyan", "")
_STYLES = {1: "b", 3: "i", 4: "u"}
_STYLES_OFF = {22: "b", 23: "i", 24: "u"}
_EXTENDED = {38, 48}
_PARAMETERS_AFTER = {5: 1, 2: 3}


class TextSpan(View, frozen=True, kw_only=True):
    """A piece of text in one style; `classes` is empty for plain text."""

    text: str
    classes: str = ""


class _Look:
    """The state of a terminal's pen: a colour and some styles."""

    def __init__(self) -> None:
        self._colour = ""
        self._styles: set[str] = set()

    @property
    def classes(self) -> str:
        names = sorted(self._styles)
        return " ".join([f"c-{self._colour}", *names] if self._colour else names)

    def change(self, codes: Iterator[int]) -> None:
        """Follow the numbers of one ``m`` sequence; background colours are not kept."""
        for code in codes:
            if code == 0:
                self._colour = ""
                self._styles.clear()
            elif code in _EXTENDED:
                for _ in range(_PARAMETERS_AFTER.get(next(codes, 0), 0)):
                    next(codes, None)
            elif code in _STYLES:
                self._styles.add(_STYLES[code])
            elif code in _STYLES_OFF:
                self._styles.discard(_STYLES_OFF[code])
            else:
                self._colour = _colour(code, self._colour)


def _colour(code: int, now: str) -> str:
    if code == 39:  # noqa: PLR2004 - the default colour
        return ""
    for first in (30, 90):
        if first <= code < first + 8:
            return _COLOURS[code - first]
    return now


def spans(text: str) -> tuple[TextSpan, ...]:
    """Split terminal text where its look changes.

    >>> [(span.classes, span.text) for span in spans("a \\x1b[31;1merror:\\x1b[0m b")]
    [('', 'a '), ('c-red b', 'error:'), ('', ' b')]
    """
    return tuple(_joined(_pieces(text.replace("\r\n", "\n").replace("\r", "\n"))))


def _pieces(text: str) -> Iterator[TextSpan]:
    look = _Look()
    start = 0
    for found in _ESCAPE.finditer(text):
        yield TextSpan(text=text[start : found.start()], classes=look.classes)
        codes = found["codes"]
        if codes is not None:
            look.change(int(code or 0) for code in re.split("[;:]", codes))
        start = found.end()
    yield TextSpan(text=text[start:], classes=look.classes)


def _joined(pieces: Iterator[TextSpan]) -> Iterator[TextSpan]:
    """Join neighbouring spans of the same look, so that a dropped escape splits no word."""
    written = (piece for piece in pieces if piece.text)
    for classes, alike in groupby(written, attrgetter("classes")):
        yield TextSpan(text="".join(piece.text for piece in alike), classes=classes)


def split_lines(
    found: tuple[TextSpan, ...], lines: int
) -> tuple[tuple[TextSpan, ...], tuple[TextSpan, ...]]:
    """Split spans after `lines` lines; the second part is empty if there are no more.

    >>> [[span.text for span in part] for part in split_lines(spans("1\\n2\\n3"), 2)]
    [['1\\n2\\n'], ['3']]
    """
    left = lines
    for place, span in enumerate(found):
        pieces = span.text.split("\n", left)
        if len(pieces) > left:
            rest = pieces[-1]
            first = TextSpan(text=span.text.removesuffix(rest), classes=span.classes)
            more = (TextSpan(text=rest, classes=span.classes),) if rest else ()
            return (*found[:place], first), (*more, *found[place + 1 :])
        left -= len(pieces) - 1
    return found, ()
