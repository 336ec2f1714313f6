"""How far a run came that ended before its work was done: what the next one need not ask again."""

from pathlib import Path

import msgspec

from hydrasnap.model import JobsetOverview
from hydrasnap.model.objects import Value
from hydrasnap.store.atomic import write_whole
from hydrasnap.store.layout import UNFINISHED, encoder


class JobsetCheckpoint(Value, frozen=True):
    """How far a run came with a jobset; of worth while Hydra's overview of it stays the same.

    `listed` is how many evaluations were wanted when they were listed, 0 if they were not;
    `answers` are those to a list that was not read to its end, by address; `queued` tells that the
    queue was asked after that; `checked_builds` are the builds whose state was asked for; `too_big`
    are what the server did not get done: evaluations, and 0 for the list of them.
    """

    overview: JobsetOverview
    listed: int = 0
    queued: bool = False
    checked_builds: tuple[int, ...] = msgspec.field(name="fresh", default=())
    answers: dict[str, bytes] = msgspec.field(default_factory=dict)
    too_big: tuple[int, ...] = ()


class Checkpoint(Value, frozen=True):
    """What a run leaves to the next: jobsets it began with, and the queue as it was told."""

    jobsets: tuple[JobsetCheckpoint, ...] = ()
    queue: tuple[int, ...] = ()


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read what the run before left; what cannot be read is only asked again."""
    try:
        return msgspec.json.decode((folder / UNFINISHED).read_bytes(), type=Checkpoint)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return Checkpoint()


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Leave it to the next run; where nothing is left there is no file."""
    if checkpoint == Checkpoint():
        (folder / UNFINISHED).unlink(missing_ok=True)
    else:
        write_whole(folder / UNFINISHED, encoder.encode(checkpoint) + b"\n")
