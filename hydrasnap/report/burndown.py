"""How the number of failing jobs of a jobset moves from evaluation to evaluation."""

from collections.abc import Mapping
from itertools import islice

from msgspec import Struct

from hydrasnap.model import Evaluation, JobsetKey
from hydrasnap.report.index import Index
from hydrasnap.report.tally import Tally, tally_by_system, tally_of


class BurnDownPoint(Struct, frozen=True):
    """One evaluation: `failing` counts failed builds by system, aborted ones left out.

    While builds are queued (see `tally`) the counts can still grow.
    """

    evaluation: Evaluation
    tally: Tally
    failing: Mapping[str, int]


class BurnDown(Struct, frozen=True):
    """The points of a chart, oldest first; every point has every one of `systems`.

    `unread` counts the evaluations that are left out, as the snapshot lacks builds of them.
    """

    systems: tuple[str, ...]
    points: tuple[BurnDownPoint, ...]
    unread: int

    def series(self, system: str) -> tuple[int, ...]:
        """Return the failing count of one system, oldest first."""
        return tuple(point.failing[system] for point in self.points)


def burn_down(index: Index, key: JobsetKey, count: int = 50) -> BurnDown:
    """Follow the newest `count` shown evaluations of a jobset."""
    shown = tuple(islice(index.shown_evaluations(key), count))
    newest = [found for found in shown if not index.unknown(found)]
    tallies = [(found, tally_by_system(index, found)) for found in reversed(newest)]
    systems = tuple(sorted({system for _, by_system in tallies for system in by_system}))
    points = (
        BurnDownPoint(
            found,
            tally_of(index, found),
            {system: by_system.get(system, Tally()).failed for system in systems},
        )
        for found, by_system in tallies
    )
    return BurnDown(systems, tuple(points), unread=len(shown) - len(newest))
