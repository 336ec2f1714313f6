"""What evaluations broke and fixed: the news of a jobset."""

from collections.abc import Iterator
from dataclasses import dataclass

from hydrasnap.model import Evaluation, JobsetKey
from hydrasnap.report.changes import Change, ChangeKind, Changes, compare
from hydrasnap.report.index import Index


@dataclass(frozen=True, slots=True)
class News:
    """The jobs that an evaluation broke and fixed; at least one of the two is not empty."""

    evaluation: Evaluation
    broken: tuple[Change, ...]
    fixed: tuple[Change, ...]


def news(index: Index, key: JobsetKey, newest: Changes | None = None) -> Iterator[News]:
    """Yield the news of a jobset's shown evaluations, newest first; quiet ones are left out.

    `newest` are the changes of the newest evaluation, where they are known already.
    """
    for evaluation in index.shown_evaluations(key):
        known = newest is not None and newest.evaluation is evaluation
        changes = newest if newest and known else compare(index, evaluation)
        broken, fixed = changes[ChangeKind.NEWLY_FAILING], changes[ChangeKind.NEWLY_SUCCEEDING]
        if broken or fixed:
            yield News(evaluation, broken, fixed)
