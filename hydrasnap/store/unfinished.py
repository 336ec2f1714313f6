"""How far a run came that ended before its work was done: what the next one need not ask again."""

from pathlib import Path

import msgspec

from hydrasnap.model import JobsetOverview
from hydrasnap.model.objects import Value
from hydrasnap.store.files import write_whole
from hydrasnap.store.layout import UNFINISHED, encoder


class Begun(Value, frozen=True):
    """How far a run came with a jobset; of worth while Hydra's overview of it stays the same.

    `listed` is how many evaluations were wanted when they were listed, 0 if they were not;
    `answers` are those to a list that was not read to its end, by address; `queued` tells that the
    queue was asked after that; `fresh` are the builds whose state was asked for; `too_big` are what
    the server did not get done: evaluations, and 0 for the list of them.
    """

    overview: JobsetOverview
    listed: int = 0
    queued: bool = False
    fresh: tuple[int, ...] = ()
    answers: dict[str, bytes] = msgspec.field(default_factory=dict)
    too_big: tuple[int, ...] = ()


class Unfinished(Value, frozen=True):
    """What a run leaves to the next: jobsets it began with, and the queue as it was told."""

    jobsets: tuple[Begun, ...] = ()
    queue: tuple[int, ...] = ()


def read_unfinished(folder: Path) -> Unfinished:
    """Read what the run before left; what cannot be read is only asked again."""
    try:
        return msgspec.json.decode((folder / UNFINISHED).read_bytes(), type=Unfinished)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return Unfinished()


def write_unfinished(folder: Path, unfinished: Unfinished) -> None:
    """Leave it to the next run; where nothing is left there is no file."""
    if unfinished == Unfinished():
        (folder / UNFINISHED).unlink(missing_ok=True)
    else:
        write_whole(folder / UNFINISHED, encoder.encode(unfinished) + b"\n")
