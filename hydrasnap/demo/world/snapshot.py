"""Rows → the values of `model`, each converted when it is asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from operator import attrgetter
from typing import Any, TypeVar

from hydrasnap.demo.world.database_rows import (
    BuildRow,
    EvaluationRow,
    JobsetRow,
    ProductRow,
    ProjectRow,
)
from hydrasnap.demo.world.failure_reasons import ReasonsOf
from hydrasnap.demo.world.sizes import SizesOf
from hydrasnap.demo.world.world import World
from hydrasnap.model import (
    Build,
    Evaluation,
    Jobset,
    JobsetConfiguration,
    JobsetCounts,
    JobsetKey,
    JobsetOverview,
    JobsetState,
    Metric,
    Output,
    Product,
    Project,
    Run,
    Snapshot,
)
from hydrasnap.model.builds import BuildsInMemory

Key = TypeVar("Key")
Value = TypeVar("Value")


def snapshot(world: World, origin: str) -> Snapshot:
    """Return a snapshot that shows the world as it is at each question."""
    return Snapshot(
        origin=origin,
        run=Run(),
        projects=_Converted(world.projects, lambda row: project(world, row)),
        jobsets=_Jobsets(world),
        evaluations=_Converted(world.evaluations, evaluation),
        builds=_Builds(world),
        sizes=SizesOf(world),
        reasons=ReasonsOf(world),
    )


class _Converted(Mapping[Key, Value]):
    """A mapping by ascending key that converts a row whenever it is read."""

    def __init__(self, rows: Mapping[Key, Any], convert: Callable[[Any], Value]) -> None:
        self._rows, self._convert = rows, convert

    def __getitem__(self, key: Key) -> Value:
        return self._convert(self._rows[key])

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[Key]:
        return iter(sorted(self._rows))  # type: ignore[type-var]

    def __len__(self) -> int:
        return len(self._rows)


class _Builds(BuildsInMemory):
    """The builds of a world, of which a question converts no more than it must."""

    def __init__(self, world: World) -> None:
        super().__init__(_Converted(world.builds, build))
        self._rows = world.builds

    @property
    def in_memory(self) -> bool:
        """Their rows are, but each build is made when it is read."""
        return False

    def jobsets(self) -> Set[JobsetKey]:
        return {row.jobset for row in self._rows.values()}

    def jobset_of(self, number: int) -> JobsetKey | None:
        row = self._rows.get(number)
        return None if row is None else row.jobset

    def count(self, key: JobsetKey) -> int:
        return sum(row.jobset == key for row in self._rows.values())

    def of_jobset(self, key: JobsetKey) -> Sequence[Build]:
        return self._of(row for row in self._rows.values() if row.jobset == key)

    def aggregates(self) -> Sequence[Build]:
        return self._of(row for row in self._rows.values() if row.constituents)

    def unfinished(self) -> Sequence[Build]:
        return self._of(row for row in self._rows.values() if not row.finished)

    def _of(self, rows: Iterable[BuildRow]) -> Sequence[Build]:
        return [build(row) for row in sorted(rows, key=attrgetter("id"))]


class _Jobsets(_Converted[JobsetKey, Jobset]):
    """The jobsets, with a record for each old name."""

    def __init__(self, world: World) -> None:
        super().__init__(world.jobsets | world.renames, lambda found: jobset(world, found))

    def __getitem__(self, key: JobsetKey) -> Jobset:
        found = self._rows[key]
        if isinstance(found, JobsetKey):
            return Jobset(
                project=key.project, name=key.name, deleted_upstream=True, renamed_to=found.name
            )
        return self._convert(found)


def project(world: World, row: ProjectRow) -> Project:
    """Convert a project; it names hidden jobsets too."""
    return Project(
        name=row.name,
        displayname=row.displayname,
        description=row.description,
        homepage=row.homepage,
        owner=row.owner,
        enabled=row.enabled,
        hidden=row.hidden,
        declarative=row.declarative,
        jobsets=tuple(sorted(key.name for key in world.jobsets if key.project == row.name)),
    )


def jobset(world: World, row: JobsetRow) -> Jobset:
    """Convert a jobset, and count the builds of its newest evaluation."""
    listed = tuple(each.id for each in world.evaluations_of(row.key))
    return Jobset(
        project=row.project,
        name=row.name,
        configuration=_configuration(row),
        overview=JobsetOverview(
            project=row.project,
            name=row.name,
            counts=_counts(world.current_builds(row.key)),
            checkinterval=row.checkinterval,
            errortime=row.errortime,
            fetcherrormsg=row.fetcherrormsg,
            lastcheckedtime=row.lastcheckedtime,
            triggertime=row.triggertime,
            starttime=row.starttime,
        ),
        errormsg=row.errormsg,
        evaluations=listed,
        first_evaluation=listed[-1] if listed else 0,
    )


def _configuration(row: JobsetRow) -> JobsetConfiguration:
    return JobsetConfiguration(
        description=row.description,
        state=JobsetState(row.enabled),
        visible=bool(row.visible),
        flake=row.flake,
        nixexprinput="" if row.flake else row.nixexprinput,
        nixexprpath="" if row.flake else row.nixexprpath,
        checkinterval=row.checkinterval,
        schedulingshares=row.schedulingshares,
        keepnr=row.keepnr,
        enableemail=bool(row.enableemail),
        emailoverride=row.emailoverride,
        inputs=row.inputs,
    )


def _counts(builds: list[BuildRow]) -> JobsetCounts:
    scheduled = sum(not row.finished for row in builds)
    succeeded = sum(row.finished and row.status == 0 for row in builds)
    return JobsetCounts(
        total=len(builds),
        succeeded=succeeded,
        failed=len(builds) - succeeded - scheduled,
        scheduled=scheduled,
    )


def evaluation(row: EvaluationRow) -> Evaluation:
    """Convert an evaluation."""
    return Evaluation(
        id=row.id,
        project=row.jobset.project,
        jobset=row.jobset.name,
        timestamp=row.timestamp,
        checkouttime=row.checkouttime,
        evaltime=row.evaltime,
        flake=row.flake or "",
        hasnewbuilds=row.hasnewbuilds,
        inputs=row.inputs,
        builds=row.builds,
        had_errors=bool(row.errormsg),
        errormsg=row.errormsg,
    )


def build(row: BuildRow) -> Build:
    """Convert a build."""
    return Build(
        id=row.id,
        project=row.jobset.project,
        jobset=row.jobset.name,
        job=row.job,
        system=row.system,
        nixname=row.nixname,
        drvpath=row.drvpath,
        finished=row.finished,
        buildstatus=row.status,
        timestamp=row.timestamp,
        starttime=row.starttime,
        stoptime=row.stoptime,
        priority=row.priority,
        releasename=row.releasename or "",
        outputs=tuple(Output(name=n, path=path or "") for n, path in row.outputs.items()),
        products=tuple(_product(n, each) for n, each in enumerate(row.products, 1)),
        metrics=tuple(Metric(name=n, value=v, unit=u or "") for n, v, u in row.metrics),
        constituents=row.constituents,
    )


def _product(number: int, row: ProductRow) -> Product:
    return Product(
        number=number,
        type=row.type,
        subtype=row.subtype,
        name=row.name,
        path=row.path,
        defaultpath=row.defaultpath or "",
        filesize=row.filesize,
        sha256hash=row.sha256hash or "",
    )
