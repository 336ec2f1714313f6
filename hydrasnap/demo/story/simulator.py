"""Simulates the story: makes evaluations by plan, and finishes builds as planned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from hydrasnap.demo.story.build_results import result_of
from hydrasnap.demo.story.scenario import Plan
from hydrasnap.demo.world.chance import chance
from hydrasnap.demo.world.database_rows import BuildRow, EvaluationRow, JobsetRow, Result
from hydrasnap.demo.world.world import World
from hydrasnap.model import EvaluationInput, JobsetKey

DEPENDENCY_FAILED = 2
AFTER_EVALUATION = 20


@dataclass(slots=True)
class Simulator:
    """A world and what is planned for it; `planned` holds the result of each build to come."""

    world: World = field(default_factory=World)
    plans: dict[JobsetKey, Plan] = field(default_factory=dict)
    made: dict[JobsetKey, int] = field(default_factory=dict)
    due: list[tuple[int, JobsetKey]] = field(default_factory=list)
    planned: dict[int, Result] = field(default_factory=dict)

    def follow(self, row: JobsetRow, plan: Plan, times: range) -> JobsetKey:
        """Add a jobset that develops by a plan, to be evaluated at some times."""
        key = self.world.add_jobset(row)
        self.plans[key] = plan
        self.due.extend((time, key) for time in times)
        return key

    def run(self, *, within: int = 5400, queued: int = 0) -> None:
        """Make the evaluations that are due, in the order of time, and empty the list."""
        now = self.world.now
        for time, key in sorted(self.due):
            self.world.now = time
            self.evaluate(key, within=within, queued=queued)
        self.due.clear()
        self.world.now = max(now, self.world.now)

    def evaluate(self, key: JobsetKey, *, within: int = 5400, queued: int = 0) -> EvaluationRow:
        """Make the next evaluation; `queued` per cent of its builds wait, others end `within`."""
        plan, number = self.plans[key], self.made.get(key, 0)
        self.made[key] = number + 1
        first = self.world.next_build
        inputs = [*plan.inputs_at(number), *self._newest(plan)]
        row = self.world.add_evaluation(key, plan.jobs(number), inputs)
        row.flake = plan.flake_at(number) or row.flake
        row.checkouttime = 2 + chance("checkout", row.id) % 40
        row.evaltime = 5 + 2 * len(row.builds) + chance("evaluate", row.id) % 60
        made = [self.world.builds[build] for build in range(first, self.world.next_build)]
        self._plan(made, plan, number, {self.world.builds[n].job: n for n in row.builds})
        for build in sorted(made, key=self._needs_others):
            if chance("queue", build.id) % 100 >= queued:
                end = row.timestamp + AFTER_EVALUATION + chance(build.id) % within
                self.conclude(build.id, end)
        return row

    def _needs_others(self, build: BuildRow) -> tuple[bool, bool]:
        return build.constituents is not None, bool(self.planned[build.id].causes)

    def _newest(self, plan: Plan) -> Iterator[EvaluationInput]:
        """Return the builds that an evaluation takes as inputs: the newest good one of each job."""
        builds = self.world.builds.values()
        for name, job in plan.newest.items():
            good = [row for row in builds if (*row.jobset, row.job) == job and row.status == 0]
            ids = [row.id for row in good if (row.stoptime or 0) <= self.world.now]
            yield EvaluationInput(name=name, type="build", dependency=max(ids))

    def _plan(self, made: list[BuildRow], plan: Plan, number: int, ids: Mapping[str, int]) -> None:
        """Plan the results of builds; `ids` are those of the builds of the evaluation, by job.

        Of the builds that need a package without a job the first one builds that, and the failure
        is propagated to the others.
        """
        first: dict[tuple[str, str], int] = {}
        for build in made:
            rule = plan.outcome(build.job, number)
            result, cause = result_of(build, rule.status, number), rule.cause
            job = cause.format(system=build.system)
            if job in ids:
                result = replace(result, causes=(ids[job],))
            elif cause and first.setdefault((cause, build.system), build.id) == build.id:
                result = replace(result, dependency=cause)
            elif cause:
                result = replace(result, causes=(first[cause, build.system],))
            self.planned[build.id] = result

    def conclude(self, number: int, at: int) -> None:
        """Finish a build as planned once what it needs has finished.

        An aggregate needs its constituents, and fails by them.
        """
        build, result = self.world.builds[number], self.planned[number]
        needed = [self.world.builds[part] for part in build.constituents or result.causes]
        if not all(part.finished for part in needed):
            return
        failed = tuple(part.id for part in needed if part.status)
        if failed:
            is_aggregate = build.constituents is not None
            result = Result(DEPENDENCY_FAILED, duration=0) if is_aggregate else result
            result = replace(result, causes=failed)
        at = max([at, *(part.stoptime or 0 for part in needed)])
        duration = min(result.duration, at - build.timestamp)
        self.world.finish(number, replace(result, duration=duration), at=at)
