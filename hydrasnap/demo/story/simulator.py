"""The telling of the story: evaluations by plan, and builds that finish as planned."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from hydrasnap.demo.story.outcomes import result_of
from hydrasnap.demo.story.scenario import Plan
from hydrasnap.demo.world.chance import chance
from hydrasnap.demo.world.rows import BuildRow, EvaluationRow, InputRow, JobsetRow, Result
from hydrasnap.demo.world.world import World
from hydrasnap.model import JobsetKey

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

    def tell(self, *, within: int = 5400, queued: int = 0) -> None:
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
        inputs = {**plan.inputs_at(number), **dict(self._newest(plan))}
        row = self.world.add_evaluation(key, plan.jobs(number), inputs)
        row.flake = plan.flake_at(number) or row.flake
        row.checkouttime = 2 + chance("checkout", row.id) % 40
        row.evaltime = 5 + 2 * len(row.builds) + chance("evaluate", row.id) % 60
        for build in range(first, self.world.next_build):
            self._plan(self.world.builds[build], plan.status, number)
            if chance("queue", build) % 100 >= queued:
                self.conclude(build, row.timestamp + AFTER_EVALUATION + chance(build) % within)
        return row

    def _newest(self, plan: Plan) -> Iterator[tuple[str, InputRow]]:
        """Give the builds that are inputs of an evaluation now: of each job the newest good one."""
        builds = self.world.builds.values()
        for name, job in plan.newest.items():
            good = [row for row in builds if (*row.jobset, row.job) == job and row.status == 0]
            ids = [row.id for row in good if (row.stoptime or 0) <= self.world.now]
            yield name, InputRow("build", dependency=max(ids))

    def _plan(self, build: BuildRow, status: Callable[[str, int], int], number: int) -> None:
        self.planned[build.id] = result_of(build, status(build.job, number), number)

    def conclude(self, number: int, at: int) -> None:
        """Finish a build as planned; an aggregate waits for its constituents, and fails by them."""
        build, result = self.world.builds[number], self.planned[number]
        if build.constituents is not None:
            parts = [self.world.builds[part] for part in build.constituents]
            if not all(part.finished for part in parts):
                return
            if any(part.status for part in parts):
                result = Result(DEPENDENCY_FAILED, duration=0)
            at = max([at, *(part.stoptime or 0 for part in parts)])
        duration = min(result.duration, at - build.timestamp)
        self.world.finish(number, replace(result, duration=duration), at=at)
