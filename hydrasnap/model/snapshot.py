"""A whole snapshot: what the cache held at one moment, as plain mappings."""

from collections.abc import Mapping, Set

from hydrasnap.model.builds import builds_of
from hydrasnap.model.failure_reasons import Reasons
from hydrasnap.model.keys import JobKey, JobsetKey
from hydrasnap.model.live import Live
from hydrasnap.model.objects import Build, Evaluation, Jobset, Project, Value
from hydrasnap.model.sizes import JobSizes
from hydrasnap.model.value_bounds import Amount, Time


class Gap(Value, frozen=True):
    """A part of the Hydra that could not be read: the address path and the reason."""

    path: str
    reason: str


class Run(Value, frozen=True):
    """The figures of one crawl; times in Unix seconds, `bytes` as received.

    `reason` says what ended it early, if anything did.
    """

    started: Time = 0
    finished: Time = 0
    requests: Amount = 0
    bytes: Amount = 0
    complete: bool = True
    new_evaluations: Amount = 0
    known_evaluations: Amount = 0
    new_builds: Amount = 0
    known_builds: Amount = 0
    gaps: tuple[Gap, ...] = ()
    reason: str = ""


class Snapshot(Value, frozen=True):
    """Everything the site is made from; the mappings are sorted by key and never changed."""

    origin: str
    run: Run
    projects: Mapping[str, Project]
    jobsets: Mapping[JobsetKey, Jobset]
    evaluations: Mapping[int, Evaluation]
    builds: Mapping[int, Build]
    sizes: Mapping[JobKey, JobSizes] = {}  # of the jobs for which the user wants them
    live: Live | None = None  # if the last run asked for it
    reasons: Mapping[int, Reasons] = {}  # by build, as far as pages were read; see `reasons_of`

    def reasons_of(self, build: Build) -> Reasons | None:
        """Return what is known of why a build failed, and of its package; None if nothing is."""
        found = self.reasons.get(build.id)
        return found if found is not None and found.stoptime == build.stoptime else None

    def builds_of(self, evaluation: Evaluation) -> list[Build]:
        """Return the known builds of an evaluation, by id."""
        return [self.builds[i] for i in evaluation.builds if i in self.builds]

    def unknown_builds(self, evaluation: Evaluation) -> int:
        """Count the builds of an evaluation that the snapshot does not hold (yet)."""
        return len(self.absent_builds(evaluation))

    def absent_builds(self, evaluation: Evaluation) -> Set[int]:
        """Return the builds of an evaluation that the snapshot does not hold (yet)."""
        return builds_of(self.builds).absent(evaluation.builds, evaluation.jobset_key)
