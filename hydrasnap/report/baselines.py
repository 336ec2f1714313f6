"""With what an evaluation is worth comparing: its own past, a pinned one, other jobsets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hydrasnap.model import Evaluation, JobsetKey
from hydrasnap.report.health import latest_finished
from hydrasnap.report.index import Index

_DAY = 86_400
_AGES = (("a day earlier", 1), ("a week earlier", 7), ("a month earlier", 31))


@dataclass(frozen=True, slots=True)
class Baseline:
    """An evaluation to compare with; `name` says what it is to the one that is compared.

    `lasting` is what is worth a page whatever comes after the evaluation that is compared.
    """

    name: str
    evaluation: Evaluation
    lasting: bool = False


def own_baselines(index: Index, evaluation: Evaluation, pinned: int | None) -> list[Baseline]:
    """Return baselines of the same jobset, each once; the one just before is the page's own.

    That is the `pinned` one, and those of a day, a week and a month before.
    """
    found = list(_candidates(index, evaluation, pinned))
    previous = index.previous(evaluation)
    seen = {evaluation.id, previous.id if previous else evaluation.id}
    kept = []
    for baseline in found:
        if baseline.evaluation.id not in seen:
            seen.add(baseline.evaluation.id)
            kept.append(baseline)
    return kept


def _candidates(index: Index, evaluation: Evaluation, pinned: int | None) -> Iterator[Baseline]:
    fixed = None if pinned is None else index.snapshot.evaluations.get(pinned)
    if fixed is not None and fixed.jobset_key == evaluation.jobset_key:
        yield Baseline("the pinned baseline", fixed, lasting=True)
    earlier = index.earlier(evaluation)
    for name, days in _AGES:
        limit = evaluation.timestamp - days * _DAY
        old = next((other for other in earlier if other.timestamp <= limit), None)
        if old is not None:
            yield Baseline(name, old)


def jobset_baselines(index: Index, keys: Iterable[JobsetKey], count: int) -> list[Baseline]:
    """Return the newest finished evaluations of the `count` best known of some jobsets.

    The best known are those in use with the most evaluations: a main branch, not one of many pull
    requests.
    """
    jobsets = index.snapshot.jobsets
    used = [key for key in keys if _in_use(index, key)]
    used.sort(key=lambda key: (-len(index.evaluations_of(key)), key))
    found = ((key, latest_finished(index, key)) for key in used)
    kept = [
        Baseline(f"the newest finished of {jobsets[key].name}", best) for key, best in found if best
    ]
    return kept[:count]


def _in_use(index: Index, key: JobsetKey) -> bool:
    jobset = index.snapshot.jobsets[key]
    lost = jobset.deleted_upstream or jobset.renamed_to is not None
    return jobset.configuration.state.enabled and not lost
