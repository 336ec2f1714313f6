"""What a run has fetched and not yet written to its files: a kill loses no answer."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from hydrasnap.model import Build, Evaluation, Jobset, JobSizes, Project, Reasons
from hydrasnap.model.objects import Value
from hydrasnap.store.atomic import NO_WAIT, read_whole
from hydrasnap.store.layout import UNREADABLE, encode_line, is_line_intact

_FIELDS = {
    Project: "project",
    Jobset: "jobset",
    Evaluation: "evaluation",
    Build: "build",
    JobSizes: "sizes",
    Reasons: "reasons",
}


class _Entry(Value, frozen=True):
    """One line, as it is read: exactly one of the six is set."""

    project: Project | None = None
    jobset: Jobset | None = None
    evaluation: Evaluation | None = None
    build: Build | None = None
    sizes: JobSizes | None = None
    reasons: Reasons | None = None


_decoder = msgspec.json.Decoder(_Entry)


class Journal:
    """An append-only file of objects; a last line that a kill cut short is skipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self.size = 0

    def replay(self) -> Iterator[Value]:
        """Yield the objects of a run that was killed."""
        try:
            data = read_whole(self._path)
        except FileNotFoundError:
            return
        for line in data.split(b"\n"):
            try:
                if is_line_intact(line):
                    entry = _decoder.decode(line)
                    found = (getattr(entry, field) for field in _FIELDS.values())
                    yield from (value for value in found if value is not None)
            except UNREADABLE:
                continue

    def append(self, objects: Iterable[Value]) -> None:
        """Add objects in one write, after a line break in case the line before is torn."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | NO_WAIT
            self._file = os.open(self._path, flags, 0o644)
        entries = ({_FIELDS[type(value)]: value} for value in objects)
        data = b"".join(b"\n" + encode_line(entry) for entry in entries) + b"\n"
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]
        self.size += len(data)

    def clear(self) -> None:
        """Forget the objects, which lie in their files now."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._path.unlink(missing_ok=True)
        self.size = 0
