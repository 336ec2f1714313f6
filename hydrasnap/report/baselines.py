"""Baselines of an evaluation: earlier ones, a pinned one, those of other jobsets."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from hydrasnap.model import Evaluation, JobsetKey
from hydrasnap.report.health import is_in_use, latest_finished
from hydrasnap.report.index import Index

_HOUR, _DAY = 3600, 86_400
_AGES = (1, 7, 31)  # days
_NAMES = {1: "a day", 7: "a week", **dict.fromkeys(range(28, 32), "a month")}


class Baseline(Struct, frozen=True):
    """An evaluation to compare another one with; `name` says what it is to that one.

    With a `lasting` one, the comparison keeps its page when newer evaluations come.
    """

    name: str
    evaluation: Evaluation
    lasting: bool = False


def own_baselines(index: Index, evaluation: Evaluation, pinned: int | None) -> list[Baseline]:
    """Return the `pinned` baseline, and the first that are a day, a week and a month older or more.

    Each is there once, and the evaluation just before is not: its own page compares with that.
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
    for days in _AGES if evaluation.timestamp else ():
        limit = evaluation.timestamp - days * _DAY
        old = next((other for other in earlier if 0 < other.timestamp <= limit), None)
        if old is not None:
            yield Baseline(distance(evaluation.timestamp - old.timestamp), old)


def distance(seconds: int) -> str:
    """Write how much earlier something was.

    >>> distance(86_400), distance(40 * 3600), distance(9 * 86_400), distance(30 * 86_400)
    ('a day earlier', '40 hours earlier', '9 days earlier', 'a month earlier')
    """
    hours, days = round(seconds / _HOUR), round(seconds / _DAY)
    if days < 2 and hours not in range(21, 28):  # noqa: PLR2004 - a day and a bit
        return f"{hours} hours earlier"
    return f"{_NAMES.get(days, f'{days} days')} earlier"


def jobset_baselines(index: Index, keys: Iterable[JobsetKey], count: int) -> list[Baseline]:
    """Return the newest finished evaluations of the `count` best known of some jobsets.

    The best known are those in use with the most evaluations: a main branch, not one of many pull
    requests.
    """
    jobsets = index.snapshot.jobsets
    used = [key for key in keys if is_in_use(index.snapshot, jobsets[key])]
    used.sort(key=lambda key: (-len(index.evaluations_of(key)), key))
    found = ((key, latest_finished(index, key)) for key in used)
    kept = [
        Baseline(f"the newest finished of {jobsets[key].name}", best) for key, best in found if best
    ]
    return kept[:count]
