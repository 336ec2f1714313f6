"""How a jobset develops: its jobs, rebuilds and failures, evaluation by evaluation.

All questions are answered for the number of an evaluation in its jobset, counted from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache

from msgspec import structs

from hydrasnap.demo.story.packages import LATER, Entry
from hydrasnap.demo.world.chance import chance
from hydrasnap.demo.world.database_rows import Job, revision
from hydrasnap.model import EvaluationInput, JobKey

ALWAYS = 100


@cache
def matches(patterns: str, job: str) -> bool:
    """Whether a job fits one of the shell patterns that spaces separate."""
    return any(fnmatchcase(job, pattern) for pattern in patterns.split())


@dataclass(frozen=True, slots=True)
class FailureRule:
    """A period of failure: matching jobs are rebuilt at its start and end, and fail between.

    With status 0 all is well, and only the rebuild is left: the new version of a common dependency.
    Where `percent` is less than 100 the jobs are flaky: built each time, failing now and then.
    `cause` says what made jobs of status 2 fail: a job, with ``{system}`` for that of the job, or
    the name and version of a package that has no job.
    """

    jobs: str
    first: int = 0
    last: int = LATER
    status: int = 1
    percent: int = ALWAYS
    cause: str = ""

    def concerns(self, job: str) -> bool:
        """Whether it can hit a job."""
        return matches(self.jobs, job)

    def rebuilds(self, number: int) -> bool:
        """Whether it makes an evaluation rebuild the jobs it concerns."""
        if self.percent < ALWAYS:
            return self.first <= number <= self.last
        return number in {self.first, self.last}

    def hits(self, job: str, number: int) -> bool:
        """Whether the build of a matching job fails that evaluation `number` made."""
        lucky = chance("luck", job, number) % ALWAYS >= self.percent
        return self.first <= number < self.last and not lucky


_SUCCESS = FailureRule("*", status=0)


@dataclass(frozen=True, slots=True)
class Plan:
    """The development of a jobset.

    `churn` is the percentage of jobs with a new version in each evaluation, `rebuilds` are the
    evaluations that build everything anew, `quiet` those in which nothing changes. `sources` are
    the repositories, in addition to the plain `inputs`, `newest` the jobs of which
    the newest good build is an input; `locked` is the flake with ``{revision}`` in it.
    """

    entries: tuple[Entry, ...]
    failures: tuple[FailureRule, ...] = ()
    churn: int = 3
    rebuilds: frozenset[int] = frozenset()
    quiet: frozenset[int] = frozenset()
    sources: tuple[EvaluationInput, ...] = ()
    inputs: tuple[EvaluationInput, ...] = ()
    newest: Mapping[str, JobKey] = field(default_factory=dict)
    locked: str = ""

    def jobs(self, number: int) -> list[Job]:
        """Return the jobs that evaluation `number` contains."""
        return [
            self._job(each, number) for each in self.entries if each.first <= number < each.last
        ]

    def _job(self, each: Entry, number: int) -> Job:
        name = each.job.name
        own = [failure for failure in self.failures if failure.concerns(name)]
        made = [n for n in range(number, 0, -1) if n not in self.quiet]
        bump = next((n for n in made if chance("bump", name, n) % ALWAYS < self.churn), 0)
        rebuilds = (
            n for n in made if n in self.rebuilds or any(failure.rebuilds(n) for failure in own)
        )
        built = max(bump, next(rebuilds, 0))
        version = f"-{each.version}.{bump}" if each.version else ""
        return replace(each.job, nixname=each.job.nixname + version, recipe=f"{built}")

    def outcome(self, job: str, number: int) -> FailureRule:
        """Return the rule that decides how a job's build in evaluation `number` ends."""
        rules = (each for each in self.failures if each.concerns(job) and each.hits(job, number))
        return next(rules, _SUCCESS)

    def inputs_at(self, number: int) -> list[EvaluationInput]:
        """Return the inputs of an evaluation: each has its own revision of a source."""
        pinned = (
            structs.replace(source, revision=revision(source.uri, number))
            for source in self.sources
        )
        return [*pinned, *self.inputs]

    def flake_at(self, number: int) -> str:
        """Return the locked flake of an evaluation."""
        return self.locked.format(revision=revision(self.locked, number))
