"""The sizes of the builds of a world, by job."""

from collections.abc import Iterator, Mapping

from hydrasnap.demo.world.database_rows import BuildRow
from hydrasnap.demo.world.world import World
from hydrasnap.model import JobKey, JobSizes, SizePoint, SizeSeries


class SizesOf(Mapping[JobKey, JobSizes]):
    """The sizes of the builds of every job."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, key: JobKey) -> JobSizes:
        rows = [
            row
            for row in self._world.builds.values()
            if (*row.jobset, row.job) == key and row.finished and row.status == 0
        ]
        sized = sorted((row for row in rows if row.closuresize), key=lambda row: row.id)
        if not sized:
            raise KeyError(key)
        series = {
            "closure": SizeSeries(points=tuple(_point(row, row.closuresize) for row in sized)),
            "output": SizeSeries(points=tuple(_point(row, row.size) for row in sized)),
        }
        return JobSizes(project=key.project, jobset=key.jobset, job=key.name, series=series)

    def __iter__(self) -> Iterator[JobKey]:
        return iter(sorted({JobKey(*r.jobset, r.job) for r in self._world.builds.values()}))

    def __len__(self) -> int:
        return len(list(iter(self)))


def _point(row: BuildRow, value: int) -> SizePoint:
    return SizePoint(build=row.id, timestamp=row.timestamp, value=value)
