"""What evaluations broke and fixed: the news of a jobset."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from hydrasnap.model import Evaluation, JobsetKey
from hydrasnap.report.changes import Change, summary_of
from hydrasnap.report.index import Index
from hydrasnap.report.root_causes import culprits


class TakenDown(NamedTuple):
    """A derivation that failed, and how many newly failing jobs fail because of it."""

    name: str
    jobs: int


class News(Struct, frozen=True):
    """The jobs that an evaluation broke and fixed; at least one of the two is not empty."""

    evaluation: Evaluation
    broken: tuple[Change, ...]
    fixed: tuple[Change, ...]
    causes: tuple[TakenDown, ...] = ()  # of what broke, as far as known, most first


def news(index: Index, key: JobsetKey) -> Iterator[News]:
    """Yield the news of a jobset's shown evaluations, newest first; quiet ones are left out."""
    for evaluation in index.shown_evaluations(key):
        changes = summary_of(index, evaluation)
        broken, fixed = changes.broken, changes.fixed
        if broken or fixed:
            yield News(evaluation, broken, fixed, taken_down(index, broken))


def taken_down(index: Index, broken: Iterable[Change]) -> tuple[TakenDown, ...]:
    """Return the derivations that are known to have taken down jobs that broke."""
    counts: Counter[str] = Counter()
    for change in broken:
        if change.build is not None:
            counts.update({found.name for found in culprits(index, change.build)})
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(TakenDown(*one) for one in ranked)
