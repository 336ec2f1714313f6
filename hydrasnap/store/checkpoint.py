"""What a run that ended early leaves to the next one, so that it asks nothing twice."""

from pathlib import Path

import msgspec

from hydrasnap.model import JobsetOverview
from hydrasnap.model.objects import Value
from hydrasnap.store.atomic import read_whole, write_whole
from hydrasnap.store.layout import UNFINISHED, UNREADABLE, encode_line, is_line_intact


class JobsetCheckpoint(Value, frozen=True):
    """The progress of a run on a jobset; valid while Hydra's overview of it is unchanged.

    `listed` is how many evaluations were wanted when they were listed, 0 if they were not.
    `answers` are the pages of a list that was not read to its end, by address. `queued` says that
    the queue was read after the list. `checked_builds` are the builds whose state was asked for.
    `too_big` are the evaluations whose builds the server could not send in one answer; 0 stands for
    the list of evaluations.
    """

    overview: JobsetOverview
    listed: int = 0
    queued: bool = False
    checked_builds: tuple[int, ...] = msgspec.field(name="fresh", default=())
    answers: dict[str, bytes] = msgspec.field(default_factory=dict)
    too_big: tuple[int, ...] = ()


class Checkpoint(Value, frozen=True):
    """What a run leaves to the next one: the jobsets that it has begun, and the queue."""

    jobsets: tuple[JobsetCheckpoint, ...] = ()
    queue: tuple[int, ...] = ()


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read what the run before left; what cannot be read is only asked again."""
    try:
        data = read_whole(folder / UNFINISHED)
        if is_line_intact(data.removesuffix(b"\n")):
            return msgspec.json.decode(data, type=Checkpoint)
    except (OSError, *UNREADABLE):
        pass
    return Checkpoint()


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write the checkpoint for the next run; remove the file where there is nothing to write."""
    if checkpoint == Checkpoint():
        (folder / UNFINISHED).unlink(missing_ok=True)
    else:
        write_whole(folder / UNFINISHED, encode_line(checkpoint) + b"\n")
