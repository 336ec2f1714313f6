"""Why a build failed, and its package: what Hydra's page of a build has beyond its API."""

from typing import NamedTuple

from hydrasnap.model.objects import Value
from hydrasnap.model.packages import Package
from hydrasnap.model.value_bounds import Amount, Id, Time


class FailedStep(Value, frozen=True):
    """A step that failed: the building or the substitution of a derivation.

    `outputs` are the store paths that it should have made; the page does not name the derivation.
    `status` is Hydra's word, such as ``Failed`` or ``Timed out``. `duration` is in seconds, None
    where it did not run for this build. `propagated_from` is the build on whose behalf it ran, None
    where that is this build itself or unknown. `log` is the path of its log on the Hydra, empty
    where there is none.
    """

    number: Amount
    outputs: tuple[str, ...] = ()
    status: str = ""
    substitution: bool = False
    machine: str = ""
    duration: Amount | None = None
    propagated_from: Id | None = None
    log: str = ""
    message: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of what it should have made, without store and hash, each once."""
        found = (path.rpartition("/")[2].partition("-")[2] or path for path in self.outputs)
        return tuple(dict.fromkeys(found))


class ReasonsKey(NamedTuple):
    """Identifies the result of a build: one that was restarted has another stop time."""

    build: int
    stoptime: int | None


class Reasons(Value, frozen=True):
    """What the page of a build said when the build had stopped at `stoptime`.

    `steps` are the failed ones by number. Where there are none although the build failed, Hydra has
    deleted the build that ran them: the cause is no longer known.
    """

    build: Id
    stoptime: Time | None = None
    steps: tuple[FailedStep, ...] = ()
    package: Package | None = None

    @property
    def key(self) -> ReasonsKey:
        """Name the result that this explains."""
        return ReasonsKey(self.build, self.stoptime)

    @property
    def causes(self) -> tuple[FailedStep, ...]:
        """Return the steps that explain a build that failed by its dependencies.

        These are the ones that ran on behalf of another build, or else all that failed.
        """
        return tuple(s for s in self.steps if s.propagated_from is not None) or self.steps
