"""Why builds failed, as their pages say: the steps that failed, and the packages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from hydrasnap.demo.world.database_rows import BuildRow, store_path
from hydrasnap.demo.world.machines import MACHINES
from hydrasnap.demo.world.world import World
from hydrasnap.model import FailedStep, Reasons, finished_status

_NO_RESULT = frozenset({3, 9})
_WORDS = {
    3: "Aborted",
    7: "Timed out",
    9: "Unsupported system type",
    10: "Log limit exceeded",
    11: "Output limit exceeded",
    12: "Non-determinism detected",
}
_ABORTED = "error: unexpected end-of-file"


@dataclass(frozen=True, slots=True)
class ReasonsOf(Mapping[int, Reasons]):
    """What the page of each finished build says."""

    world: World

    def __getitem__(self, number: int) -> Reasons:
        row = self.world.builds[number]
        if not row.finished:
            raise KeyError(number)
        steps = enumerate_steps(self.world, row) if lists_steps(row) else ()
        return Reasons(build=number, stoptime=row.stoptime, steps=tuple(steps), package=row.package)

    def __iter__(self) -> Iterator[int]:
        return (number for number, row in sorted(self.world.builds.items()) if row.finished)

    def __len__(self) -> int:
        return sum(row.finished for row in self.world.builds.values())


def lists_steps(row: BuildRow) -> bool:
    """Return whether the page of a build lists steps that failed."""
    return row.finished and finished_status(row.status).lists_steps


def enumerate_steps(world: World, row: BuildRow) -> Iterator[FailedStep]:
    """Yield the steps that failed; those of builds that were deleted are gone."""
    numbers = count(1)
    if not row.causes and (row.status != 2 or row.dependency):  # noqa: PLR2004
        yield _own_step(row, next(numbers))
    for cause in row.causes:
        failed = world.builds.get(cause)
        if failed is not None and lists_steps(failed):
            for step in enumerate_steps(world, failed):
                yield _propagated(step, cause, row, next(numbers))


def _own_step(row: BuildRow, number: int) -> FailedStep:
    outputs = [path or "" for path in row.outputs.values()]
    if row.dependency:
        outputs = [store_path(f"{row.drvpath}:{row.dependency}", row.dependency)]
    ran = row.status not in _NO_RESULT
    return FailedStep(
        number=number,
        outputs=tuple(filter(None, outputs)),
        status=_WORDS.get(row.status or 0, "Failed"),
        machine=_machine(row) if ran else "",
        duration=(row.stoptime or 0) - (row.starttime or 0) if ran else None,
        log=_log(row, number) if ran else "",
        message=_ABORTED if row.status == 3 else "",  # noqa: PLR2004
    )


def _propagated(step: FailedStep, cause: int, row: BuildRow, number: int) -> FailedStep:
    """Return the row of a step that failed in another build, for a build that depends on that."""
    return FailedStep(
        number=number,
        outputs=step.outputs,
        status=step.status,
        machine=step.machine,
        propagated_from=cause if step.propagated_from is None else step.propagated_from,
        log=_log(row, number) if step.log else "",
    )


def _log(row: BuildRow, number: int) -> str:
    return f"/build/{row.id}/step/{number}/log"


def _machine(row: BuildRow) -> str:
    able = [machine.host for machine in MACHINES if row.system in machine.systems]
    return able[row.id % len(able)] if able else ""
