"""What a Hydra's raw answers say, counted by plain rules: nothing of hydrasnap is used here.

The rules are the sentences of ``about.md`` and of Hydra's own tables of status codes
(``sql/hydra.sql``); they are as slow and as short as they can be.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import quote

Ask = Callable[[str], Any]  # takes a path, gives the JSON, or None where Hydra has no such thing

STATUSES = {
    0: "succeeded", 1: "failed", 2: "dependency-failed", 3: "aborted", 4: "cancelled",
    6: "failed-with-output", 7: "timed-out", 9: "unsupported-system", 10: "log-limit",
    11: "output-limit", 12: "non-deterministic",
}  # fmt: skip
ABORTED = {3, 4, 7, 9, 10}
LISTS = (
    "newly-failing", "aborted", "still-failing", "newly-succeeding", "new", "removed", "queued",
    "still-succeeding",
)  # fmt: skip
OUTCOMES = ("succeeded", "failed", "aborted", "queued")
DECIDED = ("succeeded", "failed")  # what says something about the package


class Build(NamedTuple):
    """A build; `outcome` is one of `OUTCOMES`, `key` its job and system."""

    id: int
    key: tuple[str, str]
    outcome: str
    status: str
    outputs: tuple[str, ...] = ()

    @property
    def job(self) -> str:
        return self.key[0]

    @property
    def system(self) -> str:
        return self.key[1]


class Row(NamedTuple):
    """A row of a list and what it is compared with, or None."""

    build: Build
    before: Build | None


class Failing(NamedTuple):
    """Since which build one fails; `exact` where a success is known before that."""

    since: int
    exact: bool


def read(raw: dict[str, Any]) -> Build:
    """Read a build; a restarted one keeps its code, so `finished` comes first."""
    code = raw["buildstatus"]
    outcome = "succeeded" if code == 0 else "aborted" if code in ABORTED else "failed"
    status = STATUSES.get(code, "unknown")
    if not raw["finished"]:
        outcome = status = "queued"
    paths = (output["path"] for output in raw["buildoutputs"].values())
    outputs = tuple(filter(None, paths))
    return Build(raw["id"], (raw["job"], raw["system"]), outcome, status, outputs)


class Past:
    """The evaluations of one jobset: all that are `listed`, and those whose builds are `read`.

    Both are in ascending order.
    """

    def __init__(self, listed: Iterable[int], held: dict[int, list[Build]]) -> None:
        self.listed = sorted(listed)
        self.held = {number: sorted(held[number]) for number in sorted(held)}
        self.every = sorted({build for builds in held.values() for build in builds}, reverse=True)

    def builds(self, evaluation: int) -> list[Build]:
        """Return the builds of an evaluation, as far as they are there."""
        return self.held.get(evaluation, [])

    def previous(self, evaluation: int) -> int | None:
        """Return the evaluation that Hydra lists before one."""
        return max((n for n in self.listed if n < evaluation), default=None)

    def last_decided(self, key: tuple[str, str], until: int) -> Build | None:
        """Walk back from before an evaluation to the last result of a job and system."""
        for number in sorted((n for n in self.held if n < until), reverse=True):
            done = [b for b in self.held[number] if b.key == key and b.outcome in DECIDED]
            if done:
                return done[-1]
        return None

    def reaches_back(self) -> bool:
        """Tell whether the builds of all evaluations that Hydra lists first are there."""
        return not self.held or self.listed[0] == min(self.held)

    def job(self, name: str) -> tuple[Failing | None, float | None]:
        """Return since when a job fails and its flake score, of its worst present system."""
        newest = self.builds(max(self.held, default=0))
        every = [build for build in self.every if build.job == name]
        present = [build for build in newest if build.job == name] or every
        last = {build.key: next(b for b in every if b.key == build.key) for build in present}
        runs = [failing_since(self.results(build)) for build in last.values()]
        scores = [flakiness(self.results(build)) for build in last.values()]
        return (
            min((run for run in runs if run), default=None),
            max((score for score in scores if score is not None), default=None),
        )

    def results(self, build: Build) -> Iterator[Build]:
        """Give the results that tell something up to a build, newest first."""
        for other in self.every:
            if other.outcome in DECIDED and other.key == build.key and other.id <= build.id:
                yield other


def lists(now: Sequence[Build], past: Past, against: int | None) -> dict[str, list[Row]]:
    """Sort the builds of an evaluation into lists, by comparing with an evaluation of a past."""
    found: dict[str, list[Row]] = {name: [] for name in (*LISTS, "undecided")}
    then = past.builds(against) if against is not None else []
    for build in sorted(now):
        before = _before(build, now, past, against)
        found[_list(build, before, past, against)].append(Row(build, before))
    keys = {build.key for build in now}
    gone = {build.key: build for build in then if build.key not in keys}
    found["removed"] = [Row(build, None) for build in gone.values()]
    return found


def _before(build: Build, now: Sequence[Build], past: Past, against: int | None) -> Build | None:
    """Find what a build is compared with; namesakes by their order."""
    if against is None:
        return None
    theirs = [other for other in past.builds(against) if other.key == build.key]
    if not theirs:
        return None
    place = [other.id for other in sorted(now) if other.key == build.key].index(build.id)
    match = theirs[min(place, len(theirs) - 1)]
    if match.outcome in DECIDED:
        return match
    return past.last_decided(build.key, against)


def _list(build: Build, before: Build | None, past: Past, against: int | None) -> str:
    if build.outcome in ("queued", "aborted"):
        return build.outcome
    if before is None:
        there = any(other.key == build.key for other in past.builds(against or 0))
        return "undecided" if there and not past.reaches_back() else "new"
    if build.outcome == "succeeded":
        return "still-succeeding" if before.outcome == "succeeded" else "newly-succeeding"
    return "newly-failing" if before.outcome == "succeeded" else "still-failing"


def failing_since(results: Iterable[Build]) -> Failing | None:
    """Find the first failure after the last success, given results newest first."""
    since = None
    for build in results:
        if build.outcome == "succeeded":
            return Failing(since, exact=True) if since else None
        since = build.id
    return Failing(since, exact=False) if since else None


def flakiness(results: Iterable[Build]) -> float | None:
    """Score the newest 30 results, newest first: the share of steps that change the verdict.

    A step ten steps older weighs half; the newest change does not count, nor do fewer than five.
    """
    verdicts = [build.outcome == "succeeded" for build in results][:30]
    if len(verdicts) < 5:
        return None
    steps = [(a != b, 2 ** (-age / 10)) for age, (a, b) in enumerate(pairwise(verdicts))]
    newest = next((age for age, (changed, _) in enumerate(steps) if changed), None)
    if newest is None:
        return 0
    rest = steps[:newest] + steps[newest + 1 :]
    return sum(weight for changed, weight in rest if changed) / sum(weight for _, weight in rest)


def tally(builds: Iterable[Build]) -> tuple[int, ...]:
    """Count builds by outcome, in the order of `OUTCOMES`."""
    counts = Counter(build.outcome for build in builds)
    return tuple(counts[outcome] for outcome in OUTCOMES)


def failures(builds: Iterable[Build]) -> Counter[str]:
    """Count the failed builds of each system."""
    return Counter(build.system for build in builds if build.outcome == "failed")


class Hydra:
    """One Hydra at several times, the newest first: what one has deleted, the next may have."""

    def __init__(self, *asks: Ask) -> None:
        self._asks = [cache(ask) for ask in asks]

    def jobsets(self) -> set[tuple[str, str]]:
        """Return all jobsets that the newest Hydra shows."""
        ask = self._asks[0]
        projects = [raw["name"] for raw in ask("/") if not raw["hidden"]]
        rows = [raw for name in projects for raw in ask(f"/api/jobsets?project={quote(name, '')}")]
        return {(raw["project"], raw["name"]) for raw in rows}

    def has(self, project: str, jobset: str) -> bool:
        """Tell whether the newest Hydra still knows a jobset."""
        return self._asks[0](_path(project, jobset)) is not None

    def past(self, project: str, jobset: str, shown: Iterable[int]) -> Past:
        """Read the evaluations that are shown and, as a baseline for them, the one before."""
        listed = {n for ask in self._asks for n in _listed(ask, project, jobset)}
        wanted = set(shown) & listed
        earlier = [number for number in listed if wanted and number < min(wanted)]
        wanted.update(sorted(earlier)[-1:])
        builds: dict[int, Build] = {}
        held: dict[int, list[int]] = {}
        for ask in self._asks:
            for number in sorted(wanted - held.keys()):
                answer = ask(f"/eval/{number}/builds")
                if answer is not None:
                    held[number] = [raw["id"] for raw in answer]
                    for raw in answer:
                        builds.setdefault(raw["id"], read(raw))
        return Past(listed, {number: [builds[n] for n in ids] for number, ids in held.items()})


def _listed(ask: Ask, project: str, jobset: str) -> Iterator[int]:
    path = _path(project, jobset)
    following: str | None = ""
    while following is not None:
        answer = ask(path + following) or {"evals": []}
        yield from (raw["id"] for raw in answer["evals"])
        following = answer.get("next")


def _path(project: str, jobset: str) -> str:
    return f"/jobset/{quote(project, '')}/{quote(jobset, '')}/evals"
