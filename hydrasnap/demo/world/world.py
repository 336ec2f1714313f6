"""The data of an embedded Hydra and what can happen to it; every change keeps it consistent."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from operator import attrgetter

from hydrasnap.demo.world.database_rows import (
    BuildRow,
    EvaluationRow,
    Job,
    JobsetRow,
    ProjectRow,
    Result,
    store_path,
)
from hydrasnap.model import EvaluationInput, JobsetKey

EPOCH = 1793577600
"""The moment from which all times derive: 2026-11-02 00:00 UTC."""

CANCELLED = 4


@dataclass(slots=True)
class World:
    """A Hydra's database; `now` is its clock and moves only by hand.

    Jobs and builds come by `add_evaluation`, results by `finish`. Ids are handed out ascending.
    """

    now: int = EPOCH
    projects: dict[str, ProjectRow] = field(default_factory=dict)
    jobsets: dict[JobsetKey, JobsetRow] = field(default_factory=dict)
    evaluations: dict[int, EvaluationRow] = field(default_factory=dict)
    builds: dict[int, BuildRow] = field(default_factory=dict)
    renames: dict[JobsetKey, JobsetKey] = field(default_factory=dict)
    next_evaluation: int = 101
    next_build: int = 1001

    def add_project(self, row: ProjectRow | str) -> ProjectRow:
        """Add a project, with defaults where only its name is given."""
        row = ProjectRow(row) if isinstance(row, str) else row
        self.projects[row.name] = row
        return row

    def add_jobset(self, row: JobsetRow) -> JobsetKey:
        """Add a jobset to a project that exists."""
        if row.project not in self.projects:
            raise KeyError(row.project)
        self.jobsets[row.key] = row
        return row.key

    def copy(self) -> "World":
        """Return a copy that shares no row with this one."""
        builds = {key: copy(row) for key, row in self.builds.items()}
        for row in builds.values():
            row.evaluations = set(row.evaluations)
        return replace(
            self,
            projects={key: copy(row) for key, row in self.projects.items()},
            jobsets={key: copy(row) for key, row in self.jobsets.items()},
            evaluations={key: copy(row) for key, row in self.evaluations.items()},
            builds=builds,
            renames=dict(self.renames),
        )

    def evaluations_of(self, jobset: JobsetKey) -> list[EvaluationRow]:
        """Return the evaluations that Hydra lists, newest first."""
        found = (row for row in self.evaluations.values() if row.jobset == jobset)
        return sorted((row for row in found if row.hasnewbuilds), key=lambda row: -row.id)

    def current_builds(self, jobset: JobsetKey) -> list[BuildRow]:
        """Return the builds that count for a jobset: those of its newest listed evaluation."""
        newest = next(iter(self.evaluations_of(jobset)), None)
        return [self.builds[number] for number in newest.builds] if newest else []

    def unfinished_builds(self) -> list[BuildRow]:
        """Return the queue, in the order in which it is worked off."""
        queued = (row for row in self.builds.values() if not row.finished)
        return sorted(queued, key=lambda row: (-row.priority, row.id))

    def add_evaluation(
        self,
        jobset: JobsetKey,
        jobs: Iterable[Job],
        inputs: Iterable[EvaluationInput] = (),
    ) -> EvaluationRow:
        """Evaluate: take over the builds whose derivation is the same, queue the others.

        Where nothing is new the evaluation has no new builds: it is served but not listed.
        """
        flake = self.jobsets[jobset].flake or None
        row = EvaluationRow(self.next_evaluation, jobset, self.now, flake=flake)
        self.next_evaluation += 1
        known = {build.job: build for build in self.current_builds(jobset)}
        self.evaluations[row.id] = row
        builds = self._builds_for(row, jobs, known)
        row.hasnewbuilds = {build.id for build in builds} != {build.id for build in known.values()}
        if row.hasnewbuilds:
            self._complete(row, builds, inputs)
        self.jobsets[jobset].lastcheckedtime = self.now
        return row

    def _complete(
        self, row: EvaluationRow, builds: list[BuildRow], inputs: Iterable[EvaluationInput]
    ) -> None:
        row.inputs = () if row.flake else tuple(sorted(inputs, key=attrgetter("name")))
        row.builds = tuple(sorted(build.id for build in builds))
        for build in builds:
            build.evaluations.add(row.id)

    def _builds_for(
        self, row: EvaluationRow, jobs: Iterable[Job], known: Mapping[str, BuildRow]
    ) -> list[BuildRow]:
        made: dict[str, BuildRow] = {}
        unique = {job.name: job for job in jobs}.values()
        for job in sorted(unique, key=lambda job: job.constituents is not None):
            parts = [made[name] for name in job.constituents or () if name in made]
            recipe = ",".join([job.recipe, *(part.drvpath for part in parts)])
            build = self._build_for(row, replace(job, recipe=recipe), known.get(job.name))
            if job.constituents is not None and build.id not in self.builds:
                build.constituents = tuple(part.id for part in parts)
            self.builds[build.id] = made[job.name] = build
            self.next_build = max(self.next_build, build.id + 1)
        return list(made.values())

    def _build_for(self, row: EvaluationRow, job: Job, known: BuildRow | None) -> BuildRow:
        nixname = job.nixname or job.name.split(".", maxsplit=1)[0]
        seed = f"{row.jobset.project}:{job.name}:{job.system}:{job.recipe}"
        drvpath = f"{store_path(seed, nixname)}.drv"
        if known and known.drvpath == drvpath:
            return known
        ends = {name: "" if name == "out" else f"-{name}" for name in job.outputs}
        return BuildRow(
            id=self.next_build,
            jobset=row.jobset,
            job=job.name,
            nixname=nixname,
            system=job.system,
            drvpath=drvpath,
            timestamp=row.timestamp,
            priority=job.priority,
            outputs={
                name: None if job.floating else store_path(f"{seed}!{name}", nixname + end)
                for name, end in ends.items()
            },
            package=job.package,
        )

    def finish(self, build: int, result: Result | int = 0, *, at: int | None = None) -> None:
        """Give a build its result, a status alone or more, at a time or now."""
        result = Result(result) if isinstance(result, int) else result
        row = self.builds[build]
        row.finished, row.status = True, result.status
        row.stoptime = self.now if at is None else at
        row.starttime = row.stoptime - result.duration
        row.metrics, row.releasename = result.metrics, result.releasename
        row.size, row.closuresize = result.size, result.closuresize
        row.causes, row.dependency = result.causes, result.dependency
        if result.status == 0:
            row.outputs = {
                name: path or store_path(f"{row.drvpath}!{name}", row.nixname)
                for name, path in row.outputs.items()
            }
        out = next(iter(row.outputs.values()), None) or ""
        row.products = tuple(
            replace(product, path=product.path.replace("{out}", out)) for product in result.products
        )

    def restart(self, build: int) -> None:
        """Queue a finished build again: its old status and times stay, as in Hydra."""
        self.builds[build].finished = False

    def cancel(self, build: int) -> None:
        """Cancel a build: it starts and stops now."""
        self.finish(build, Result(CANCELLED, duration=0))

    def set_error(self, jobset: JobsetKey, errormsg: str = "", fetcherrormsg: str = "") -> None:
        """Let the newest check of a jobset fail, while evaluating or while fetching."""
        row = self.jobsets[jobset]
        row.errormsg, row.fetcherrormsg, row.errortime = errormsg, fetcherrormsg, self.now
        made = [each for each in self.evaluations.values() if each.jobset == jobset]
        if made:
            max(made, key=lambda each: each.id).errormsg = errormsg
        row.lastcheckedtime = self.now

    def clear_error(self, jobset: JobsetKey) -> None:
        """Let the newest check of a jobset succeed."""
        row = self.jobsets[jobset]
        row.errormsg, row.fetcherrormsg, row.errortime = "", "", None
        row.lastcheckedtime = self.now

    def delete_evaluation(self, evaluation: int) -> None:
        """Delete an evaluation, and the builds that no other one holds."""
        row = self.evaluations.pop(evaluation)
        for number in row.builds:
            build = self.builds[number]
            build.evaluations.discard(evaluation)
            if not build.evaluations:
                del self.builds[number]

    def delete_jobset(self, jobset: JobsetKey) -> None:
        """Delete a jobset with its evaluations, its builds and the redirects to it."""
        for number in [row.id for row in self.evaluations.values() if row.jobset == jobset]:
            self.delete_evaluation(number)
        del self.jobsets[jobset]
        self.renames = {old: new for old, new in self.renames.items() if new != jobset}

    def delete_project(self, project: str) -> None:
        """Delete a project with all its jobsets."""
        for key in [key for key in self.jobsets if key.project == project]:
            self.delete_jobset(key)
        del self.projects[project]

    def rename_jobset(self, jobset: JobsetKey, name: str) -> JobsetKey:
        """Rename a jobset; its evaluations and builds keep their ids, the old name redirects."""
        new = JobsetKey(jobset.project, name)
        row = self.jobsets.pop(jobset)
        row.name = name
        self.jobsets[new] = row
        for evaluation in self.evaluations.values():
            evaluation.jobset = new if evaluation.jobset == jobset else evaluation.jobset
        for build in self.builds.values():
            build.jobset = new if build.jobset == jobset else build.jobset
        targets = {old: new if to == jobset else to for old, to in self.renames.items()}
        self.renames = {**targets, jobset: new}
        return new
