"""What a Hydra was doing at one moment, as far as it reported that."""

from collections.abc import Mapping

from msgspec.structs import replace

from hydrasnap.model.keys import JobKey, JobsetKey
from hydrasnap.model.objects import Value
from hydrasnap.model.value_bounds import Amount, Figure, Id, Time, Whole


class RunningBuild(Value, frozen=True):
    """A build of which a step ran; `machine` is the one that works on it, empty if unknown."""

    id: Id
    project: str
    jobset: str
    job: str
    system: str = ""
    nixname: str = ""
    timestamp: Time = 0
    machine: str = ""

    @property
    def jobset_key(self) -> JobsetKey:
        """Name the jobset."""
        return JobsetKey(self.project, self.jobset)

    @property
    def job_key(self) -> JobKey:
        """Name the job."""
        return JobKey(self.project, self.jobset, self.job)


class Machine(Value, frozen=True):
    """A build machine; what its Hydra did not report is None or empty.

    Memory is in bytes; `load` is of 1, 5 and 15 minutes; `pressure` is in per cent, over 10, 60 and
    300 seconds, by what is short. `disabled_until` and `idle_since` are Unix seconds.
    """

    name: str
    systems: tuple[str, ...] = ()
    supported: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()
    enabled: bool = True
    disabled_until: Time | None = None
    running: Whole | None = None
    most: Whole | None = None
    has_room: bool | None = None
    score: Figure | None = None
    idle_since: Time | None = None
    steps_done: Whole | None = None
    seconds_a_step: Figure | None = None
    load: tuple[Figure, ...] = ()
    memory_used: Whole | None = None
    memory: Whole | None = None
    pressure: Mapping[str, tuple[Figure, Figure, Figure]] = {}

    def joined(self, other: "Machine") -> "Machine":
        """Fill what this answer lacks from another one about the same machine."""
        default = Machine(name=self.name)
        missing = [
            name for name in self.__struct_fields__ if getattr(self, name) == getattr(default, name)
        ]
        return replace(self, **{name: getattr(other, name) for name in missing})

    def is_enabled(self, now: int) -> bool:
        """Return whether it gets steps at a moment."""
        return self.enabled and (self.disabled_until or 0) <= now


class SystemQueue(Value, frozen=True):
    """How many steps for a system run or are runnable, and how long these wait in all (seconds)."""

    system: str
    running: Whole | None = None
    runnable: Whole | None = None
    waited: Figure | None = None


class QueueRunner(Value, frozen=True):
    """What the queue runner says of itself; `figures` are by name, times among them in seconds."""

    status: str
    figures: Mapping[str, Figure] = {}
    queues: tuple[SystemQueue, ...] = ()


class Live(Value, frozen=True):
    """What a Hydra was doing when it was asked; None stands for what it did not report."""

    asked: Time  # Unix seconds
    running: tuple[RunningBuild, ...] | None = None  # of the jobsets that the snapshot takes
    elsewhere: Amount = 0  # running builds of other jobsets
    machines: tuple[Machine, ...] | None = None
    runner: QueueRunner | None = None
    # finished builds by the hour in which they were queued, oldest first, without empty ones
    hours: tuple[Whole, ...] | None = None
    days: tuple[Whole, ...] | None = None  # the same by day (UTC)

    @property
    def is_known(self) -> bool:
        """Whether the Hydra reported anything at all."""
        return self != Live(asked=self.asked)
