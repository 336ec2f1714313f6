"""The progress of a crawl, from which the next one resumes if it ends early."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from hydrasnap.model import Build, JobsetKey, JobsetOverview
from hydrasnap.plan.jobsets import is_unchanged
from hydrasnap.store.checkpoint import Checkpoint, JobsetCheckpoint
from hydrasnap.store.id_set import IdSet


@dataclass(slots=True)
class JobsetProgress:
    """The progress of a crawl on one jobset; see `JobsetCheckpoint`."""

    overview: JobsetOverview
    listed: int = 0
    queued: bool = False
    answers: dict[str, bytes] = field(default_factory=dict)
    too_big: set[int] = field(default_factory=set)

    def finish_list(self, window: int) -> None:
        """Note that the cache has the list of evaluations, of which `window` are wanted."""
        self.listed = window
        self.answers.clear()


class Progress:
    """The progress of a crawl; `checked_builds` are those whose state was asked for.

    A run that ends early leaves this to the next one, which resumes the jobsets whose overview is
    unchanged. However small the budget, each run gets further than the one before.
    """

    def __init__(self, left: Checkpoint) -> None:
        self._left = {jobset.overview.key: jobset for jobset in left.jobsets}
        self._jobsets: dict[JobsetKey, JobsetProgress] = {}
        self.queue = frozenset(left.queue)
        self.checked_builds = IdSet()

    def begin(self, overviews: Iterable[JobsetOverview], held: Collection[JobsetKey]) -> None:
        """Resume the jobsets whose overview has not changed since.

        The list of a jobset that the cache does not hold is read again, whatever the run before
        left: its file was lost.
        """
        for overview in overviews:
            left = self._left.get(overview.key)
            self._jobsets[overview.key] = JobsetProgress(overview)
            if left is not None and is_unchanged(left.overview, overview):
                listed = left.listed if overview.key in held else 0
                self._jobsets[overview.key] = JobsetProgress(
                    overview, listed, left.queued, dict(left.answers), set(left.too_big)
                )
                self.checked_builds |= set(left.checked_builds)

    def of(self, key: JobsetKey) -> JobsetProgress:
        """Return the progress on one jobset."""
        overview = JobsetOverview(project=key.project, name=key.name)
        return self._jobsets.setdefault(key, JobsetProgress(overview))

    def queue_known_for(self, jobsets: Collection[JobsetOverview]) -> bool:
        """Return whether the queue was asked after all of these were listed."""
        return all(self.of(overview.key).queued for overview in jobsets)

    def keep_queue(self, queue: frozenset[int], jobsets: Collection[JobsetOverview]) -> None:
        """Note what the queue held, after these jobsets were listed."""
        self.queue = queue
        for overview in jobsets:
            self.of(overview.key).queued = True

    def left(self, builds: Mapping[int, Build]) -> Checkpoint:
        """Return what a run that ends here leaves to the next."""
        checked: defaultdict[JobsetKey, list[int]] = defaultdict(list)
        for number in filter(builds.__contains__, self.checked_builds):
            checked[builds[number].jobset_key].append(number)
        jobsets = tuple(
            JobsetCheckpoint(
                overview=found.overview,
                listed=found.listed,
                queued=found.queued,
                checked_builds=tuple(checked[key]),
                answers=found.answers,
                too_big=tuple(sorted(found.too_big)),
            )
            for key, found in sorted(self._jobsets.items())
            if found.listed or found.answers or found.too_big or checked[key]
        )
        queue = sorted(self.queue) if any(found.queued for found in jobsets) else ()
        return Checkpoint(jobsets=jobsets, queue=tuple(queue))
