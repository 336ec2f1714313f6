"""Counts the builds of an evaluation by outcome, and compares them with those before."""

from collections.abc import Iterable

from msgspec import Struct

from hydrasnap.model import Build, Evaluation, JobsetKey, Outcome
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized


class Tally(Struct, frozen=True):
    """Builds by outcome; `unknown` are those that the snapshot does not hold.

    `failed` leaves out the aborted ones, which Hydra's tables count in: see `unsuccessful`.
    """

    succeeded: int = 0
    failed: int = 0
    aborted: int = 0
    queued: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        """Count all builds."""
        return self.succeeded + self.failed + self.aborted + self.queued + self.unknown

    @property
    def unsuccessful(self) -> int:
        """Count what finished without success, as Hydra's evaluation tables do."""
        return self.failed + self.aborted

    @property
    def finished(self) -> bool:
        """Whether every build is known and has a result, and there is one."""
        return self.total > 0 and not self.queued and not self.unknown

    def __add__(self, other: "Tally") -> "Tally":
        counts = (getattr(self, name) + getattr(other, name) for name in self.__struct_fields__)
        return Tally(*counts)


def tally(builds: Iterable[Build], unknown: int = 0) -> Tally:
    """Count builds by outcome."""
    counts = dict.fromkeys(Outcome, 0)
    for build in builds:
        counts[build.status.outcome] += 1
    return Tally(**{outcome.value: count for outcome, count in counts.items()}, unknown=unknown)


def tally_of(index: Index, evaluation: Evaluation) -> Tally:
    """Count the builds of an evaluation."""
    return index.once(("tally", evaluation.id), lambda: _tally_of(index, evaluation))


def _tally_of(index: Index, evaluation: Evaluation) -> Tally:
    key = evaluation.jobset_key
    if index.builds.in_memory or evaluation not in index.evaluations_of(key):
        return tally(index.builds_of(evaluation), index.unknown(evaluation))
    every = index.once(("tallies", key), lambda: TALLIES.of(index, key))
    return every[evaluation.id]


def _tallies(index: Index, key: JobsetKey) -> dict[int, Tally]:
    """Count the builds of all evaluations of a jobset."""
    return {
        found.id: tally(index.builds_of(found), index.unknown(found))
        for found in index.evaluations_of(key)
    }


TALLIES = Memoized("tallies", dict[int, Tally], _tallies)


def tally_by_system(index: Index, evaluation: Evaluation) -> dict[str, Tally]:
    """Count the known builds of an evaluation for each system, systems by name."""
    groups: dict[str, list[Build]] = {}
    for build in index.builds_of(evaluation):
        groups.setdefault(build.system, []).append(build)
    return {system: tally(groups[system]) for system in sorted(groups)}


def more_successes(index: Index, evaluation: Evaluation) -> int | None:
    """Return how many more builds succeeded than in the evaluation before, as Hydra's tables do.

    None where there is none before, or builds of either are unknown.
    """
    previous = index.previous(evaluation)
    if previous is None:
        return None
    now, then = tally_of(index, evaluation), tally_of(index, previous)
    return None if now.unknown or then.unknown else now.succeeded - then.succeeded
