"""A row in a list of evaluations: builds by outcome, and what changed."""

from dataclasses import dataclass

from hydrasnap.model import Evaluation, EvaluationInput
from hydrasnap.report.index import Index
from hydrasnap.report.tally import tally_of


@dataclass(frozen=True, slots=True)
class Summary:
    """Builds by outcome, how many more succeeded than before, and the changed inputs."""

    succeeded: int
    failed: int
    queued: int
    difference: int
    changed: tuple[EvaluationInput, ...]


def summarize(index: Index, value: Evaluation) -> Summary:
    """Compare an evaluation with the known one before it."""
    now, older = tally_of(index, value), index.previous(value)
    before = tally_of(index, older).succeeded if older else now.succeeded
    known = set(map(_identity, older.inputs)) if older else set()
    return Summary(
        succeeded=now.succeeded,
        failed=now.unsuccessful,
        queued=now.queued + now.unknown,
        difference=now.succeeded - before,
        changed=tuple(  # Hydra lists only inputs that have a revision or are a build
            each
            for each in value.inputs
            if (each.revision or each.dependency) and _identity(each) not in known
        ),
    )


def _identity(value: EvaluationInput) -> tuple[object, ...]:
    """Return what Hydra compares of an input: all but its value."""
    return value.name, value.revision, value.type, value.uri, value.dependency
