"""Evaluations: from raw structures to the model."""

import re
from dataclasses import dataclass

from hydrasnap.model import Evaluation, EvaluationInput, JobsetKey
from hydrasnap.wire.decode import Note, decode, ignore, text_of, whole, wrong_shape
from hydrasnap.wire.schema import RawEvaluation, RawEvaluationInput, RawEvaluationPage


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """A page of a jobset's evaluations, newest first.

    `last` says that no page follows, `pages` how many there are, at least.
    """

    evaluations: tuple[Evaluation, ...]
    last: bool
    pages: int

    def __len__(self) -> int:
        return len(self.evaluations)


def read_evaluation_page(
    body: bytes, key: JobsetKey, where: str, note: Note = ignore
) -> EvaluationPage:
    """Read a page of ``/jobset/P/J/evals``: one object; the specification has an array of them."""
    raw = decode(body, RawEvaluationPage | list[RawEvaluationPage], where, note)
    pages = raw if isinstance(raw, list) else [raw]
    if not pages:
        raise wrong_shape(where, "an object with `evals` was expected, found an empty list")
    found = (_evaluation(entry, key) for page in pages for entry in page.evals)
    newest_first = tuple(sorted(found, key=lambda evaluation: -evaluation.id))
    number = re.search(r"\bpage=(\d{1,9})\b", pages[-1].last or "")
    return EvaluationPage(
        newest_first, last=not pages[-1].next, pages=int(number[1]) if number else 1
    )


def read_evaluation(body: bytes, key: JobsetKey, where: str, note: Note = ignore) -> Evaluation:
    """Read ``/eval/ID``; it does not say its jobset, so the caller does."""
    return _evaluation(decode(body, RawEvaluation, where, note), key)


def _evaluation(raw: RawEvaluation, key: JobsetKey) -> Evaluation:
    return Evaluation(
        id=raw.id,
        project=key.project,
        jobset=key.name,
        timestamp=raw.timestamp or 0,
        checkouttime=raw.checkouttime or 0,
        evaltime=raw.evaltime or 0,
        flake=raw.flake or "",
        hasnewbuilds=bool(raw.hasnewbuilds),
        inputs=tuple(
            _evaluation_input(name, found)
            for name, found in sorted((raw.jobsetevalinputs or {}).items())
        ),
        builds=tuple(sorted(set(raw.builds))),
    )


def _evaluation_input(name: str, raw: RawEvaluationInput) -> EvaluationInput:
    dependency = text_of(raw.dependency)
    return EvaluationInput(
        name=name,
        type=raw.type or "",
        uri=raw.uri or "",
        revision=text_of(raw.revision),
        value=text_of(raw.value),
        dependency=whole(dependency) or None,
    )
