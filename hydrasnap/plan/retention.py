"""Which part of the history to drop, by the settings."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from hydrasnap.model import Build, Evaluation, Jobset

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Retention:
    """How much history to keep: the newest `evaluations` of a jobset, none older than `days`.

    None is no limit. The newest `window` evaluations of a jobset that still exists are kept in any
    case, as the next crawl would only fetch them again. Without `deleted`, jobsets that
    Hydra has deleted are dropped whole; without `hidden`, those that are hidden there now.
    """

    evaluations: int | None = None
    days: int | None = None
    window: int = 0
    deleted: bool = True
    hidden: bool = True

    @property
    def limits(self) -> bool:
        """Return whether there is any limit."""
        return not (self.evaluations is None and self.days is None and self.deleted and self.hidden)

    def unwanted(self, jobset: Jobset, *, hidden: bool = False) -> bool:
        """Return whether a whole jobset is to be dropped; `hidden` is true of a hidden project."""
        deleted = jobset.deleted_upstream and not self.deleted
        return deleted or (not self.hidden and (hidden or not jobset.configuration.visible))

    def expired(
        self, jobset: Jobset, evaluations: Mapping[int, Evaluation], now: int
    ) -> frozenset[int]:
        """Return the evaluations of a jobset to drop; `now` is the time of the snapshot."""
        held = [evaluations[number] for number in jobset.evaluations if number in evaluations]
        return frozenset(
            evaluation.id
            for place, evaluation in enumerate(held)
            if (jobset.deleted_upstream or place >= self.window)
            and self._expired(place, evaluation, now)
        )

    def _expired(self, place: int, evaluation: Evaluation, now: int) -> bool:
        too_many = self.evaluations is not None and place >= self.evaluations
        too_old = self.days is not None and 0 < evaluation.timestamp < now - self.days * _DAY
        return too_many or too_old


def unreferenced(builds: Mapping[int, Build], kept: Iterable[Evaluation]) -> list[int]:
    """Return the builds that no kept evaluation holds, itself or as a constituent."""
    held = {number for evaluation in kept for number in evaluation.builds}
    held.update(_constituents(builds, held))
    return [number for number in builds if number not in held]


def _constituents(builds: Mapping[int, Build], held: Collection[int]) -> set[int]:
    found = (build.constituents for number, build in builds.items() if number in held)
    return {number for constituents in found for number in constituents or ()}
