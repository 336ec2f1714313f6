"""Standard streams whose failures do not end a run: closed ones, full disks, closed pipes."""

import os
import sys
from contextlib import suppress
from errno import EPIPE
from typing import Any, TextIO


class LenientStream:
    """A text stream that notes the first failure to write, and from then on writes nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.failure: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, unless that has failed before."""
        if self.failure is None:
            try:
                return self._stream.write(text)
            except OSError as error:
                self.failure = error
        return len(text)

    def flush(self) -> None:
        """Flush, unless writing has failed before."""
        if self.failure is None:
            try:
                self._stream.flush()
            except OSError as error:
                self.failure = error


def require_utf8() -> None:
    """Start again in Python's UTF-8 mode where names would be read and written in ASCII alone.

    So it is in the locale C, if the environment switches off what Python does about that itself.
    """
    if sys.getfilesystemencoding() == "ascii" and not sys.flags.utf8_mode and sys.executable:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606


def open_streams() -> None:
    """Replace closed standard streams by the null device, and make the others lenient.

    A closed descriptor would be given to the next file that is opened, and what is printed would
    then be written into that file.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115, PTH123 - to the end
            setattr(sys, name, stream)
        elif number:
            with suppress(AttributeError):  # a stream that somebody else has put there
                getattr(sys, name).reconfigure(errors="backslashreplace")
            setattr(sys, name, LenientStream(getattr(sys, name)))


def lost_output() -> OSError | None:
    """Flush both streams; return why what was asked for could not be written, if it could not.

    A reader that has gone away, as in a pipe to `head`, has read what it wanted.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    failure = getattr(sys.stdout, "failure", None)
    return failure if failure is not None and failure.errno != EPIPE else None
