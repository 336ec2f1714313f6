"""Changes in the inputs of those builds that are inputs themselves.

Hydra shows the same below a build that changed as an input, three levels deep (``renderInputDiff``
in its ``root/common.tt``). The API does not report the inputs of a build; those of the evaluation
that made it are the same.
"""

from collections.abc import Iterator
from itertools import islice

from msgspec import structs

from hydrasnap.model import Evaluation, EvaluationInput
from hydrasnap.report.index import Index
from hydrasnap.report.inputs import InputChange, Truncation, changed_inputs

LEVELS = 3
_ROWS = 100


def producer(
    index: Index, found: EvaluationInput | None, consumer: Evaluation
) -> Evaluation | None:
    """Return the evaluation that made a build which is an input of another one, the `consumer`.

    That is the first that holds the build. None where it is not known: an evaluation consumes no
    build that it or a later one made.
    """
    if found is None or found.dependency is None:
        return None
    first = next(reversed(index.evaluations_with(found.dependency)), None)
    return first if first and first.id < consumer.id else None


def deep_changes(
    index: Index, before: Evaluation | None, after: Evaluation, rows: int = _ROWS
) -> tuple[InputChange, ...]:
    """Return `changed_inputs`, each followed by at most `rows` changes below it."""
    if before is None:
        return ()
    return index.once(
        ("deep changes", before.id, after.id, rows),
        lambda: tuple(_every(index, before, after, rows)),
    )


def _every(index: Index, before: Evaluation, after: Evaluation, rows: int) -> Iterator[InputChange]:
    for change in changed_inputs(before, after):
        top, *below = islice(_descend(index, change, before, after), rows + 2)
        yield structs.replace(top, below=Truncation.CUT) if len(below) > rows else top
        yield from below[:rows]


def _descend(
    index: Index,
    change: InputChange,
    before: Evaluation,
    after: Evaluation,
    within: tuple[str, ...] = (),
) -> Iterator[InputChange]:
    """Yield a change with the evaluations that made its builds, then their input changes."""
    old, new = producer(index, change.before, before), producer(index, change.after, after)
    made = structs.replace(change, within=within, made_before=old, made_after=new)
    if old is None or new is None:
        yield made
    elif len(within) == LEVELS:
        yield structs.replace(made, below=Truncation.DEEPER)
    else:
        inner = changed_inputs(old, new)
        yield made if inner else structs.replace(made, below=Truncation.SAME)
        for found in inner:
            yield from _descend(index, found, old, new, (*within, change.name))
