"""Count again, from raw answers and by brute force, what the report says of random histories.

Nothing of the report's logic is used here: the recount reads the JSON as a Hydra sends it.
"""

import json
from collections import Counter, defaultdict
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydrasnap.model import Evaluation, JobKey, Jobset, JobsetKey, Run, Snapshot
from hydrasnap.report.burndown import burn_down
from hydrasnap.report.changes import ChangeKind, compare
from hydrasnap.report.flakiness import flake_score
from hydrasnap.report.history import job_history
from hydrasnap.report.index import Index
from hydrasnap.report.tally import tally_by_system, tally_of
from hydrasnap.wire.builds import read_builds
from hydrasnap.wire.evaluations import read_evaluation_page

Raw = dict[str, Any]
Key = tuple[str, str]

TRUNK = JobsetKey("demo", "trunk")
ABORTED = {3, 4, 7, 9, 10}
STATUSES = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, 4, 6, 7, 9, 10, 11, 12, 99])
KEYS = [(job, system) for job in ("a", "b", "zlib") for system in ("i686", "x86_64")]


class History(NamedTuple):
    """The answers of a Hydra: evaluations oldest first, and the builds that were read."""

    evaluations: list[Raw]
    builds: dict[int, Raw]
    from_the_start: bool


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Let jobs come and go, be built again, twice under one name, restarted or never read."""
    numbers = count(1)
    builds: dict[int, Raw] = {}

    def build(key: Key) -> int:
        number = next(numbers)
        done = draw(st.integers(0, 4)) > 0
        status = draw(STATUSES) if done else draw(st.sampled_from([None, 0, 1]))
        builds[number] = {
            "id": number, "project": "demo", "jobset": "trunk", "job": key[0], "system": key[1],
            "finished": draw(st.sampled_from([1, True])) if done else 0,
            "buildstatus": status, "timestamp": 100 + number,
        }  # fmt: skip
        return number

    held: dict[Key, list[int]] = {}
    evaluations: list[Raw] = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        for key in KEYS:
            act = draw(st.sampled_from(["keep", "keep", "build", "build", "drop", "twice"]))
            if act == "drop":
                held.pop(key, None)
            elif act != "keep":
                held[key] = [build(key) for _ in range(2 if act == "twice" else 1)]
        ids = [number for numbers_of in held.values() for number in numbers_of]
        evaluations.append({"id": number, "hasnewbuilds": 1, "builds": ids})
    lost = draw(st.sets(st.sampled_from(sorted(builds)), max_size=2)) if builds else set()
    known = {number: raw for number, raw in builds.items() if number not in lost}
    return History(evaluations, known, draw(st.booleans()))


def snapshot(history: History) -> Snapshot:
    """Read the answers as the crawl does."""
    page = json.dumps({"evals": history.evaluations, "first": "?page=1"}).encode()
    read = read_evaluation_page(page, TRUNK, "evals").evaluations
    builds = read_builds(json.dumps(list(history.builds.values())).encode(), "builds")
    first = history.evaluations[0]["id"] if history.from_the_start else None
    return Snapshot(
        origin="http://localhost",
        run=Run(),
        projects={},
        jobsets={TRUNK: Jobset(project="demo", name="trunk", first_evaluation=first)},
        evaluations={found.id: found for found in read},
        builds={build.id: build for build in builds},
    )


def key_of(raw: Raw) -> Key:
    return raw["job"], raw["system"]


def decided(raw: Raw) -> bool:
    return bool(raw["finished"]) and raw["buildstatus"] not in ABORTED


def last_decided(history: History, key: Key, place: int) -> Raw | None:
    """Walk back from before the evaluation at `place`."""
    for evaluation in reversed(history.evaluations[:place]):
        found = [history.builds[i] for i in sorted(evaluation["builds"]) if i in history.builds]
        done = [raw for raw in found if key_of(raw) == key and decided(raw)]
        if done:
            return done[-1]
    return None


def is_read(history: History, evaluation: Raw) -> bool:
    return all(number in history.builds for number in evaluation["builds"])


def verdict(history: History, raw: Raw, place: int, against: int) -> str:
    """Say in which list a build of the evaluation at `place` belongs."""
    key = key_of(raw)
    if not raw["finished"]:
        return "queued"
    if raw["buildstatus"] in ABORTED:
        return "aborted"
    if against < 0:
        return "new" if history.from_the_start else "undecided"
    baseline = history.evaluations[against]
    mine = [i for i in sorted(history.evaluations[place]["builds"]) if i in history.builds]
    mine = [i for i in mine if key_of(history.builds[i]) == key]
    theirs = [history.builds[i] for i in sorted(baseline["builds"]) if i in history.builds]
    theirs = [other for other in theirs if key_of(other) == key]
    if not theirs:
        return "new" if is_read(history, baseline) else "undecided"
    nth = mine.index(raw["id"])
    before: Raw | None = theirs[nth] if nth < len(theirs) else theirs[-1]
    if before is not None and not decided(before):
        before = last_decided(history, key, against)
    if before is None:
        read = all(is_read(history, older) for older in history.evaluations[:against])
        return "new" if read and history.from_the_start else "undecided"
    words = {
        (True, True): "still-succeeding", (True, False): "newly-succeeding",
        (False, True): "newly-failing", (False, False): "still-failing",
    }  # fmt: skip
    return words[raw["buildstatus"] == 0, before["buildstatus"] == 0]


def recount(history: History, place: int, against: int) -> dict[str, list[Key]]:
    """Sort the builds of an evaluation into lists, `against` another or -1 for none."""
    lists: defaultdict[str, list[Key]] = defaultdict(list)
    evaluation = history.evaluations[place]
    present = [history.builds[i] for i in evaluation["builds"] if i in history.builds]
    for raw in present:
        lists[verdict(history, raw, place, against)].append(key_of(raw))
    if against >= 0 and is_read(history, evaluation):
        past = [history.builds.get(i) for i in history.evaluations[against]["builds"]]
        gone = {key_of(raw) for raw in past if raw} - {key_of(raw) for raw in present}
        lists["removed"] = list(gone)
    return {name: sorted(keys) for name, keys in lists.items() if keys}


def reported(index: Index, evaluation: Evaluation, baseline: Evaluation | None) -> dict[str, Any]:
    changes = compare(index, evaluation, baseline)
    lists = {kind.slug: [(c.job, c.system) for c in changes[kind]] for kind in ChangeKind}
    lists["undecided"] = [(build.job, build.system) for build in changes.undecided]
    return {name: keys for name, keys in lists.items() if keys}


@pytest.mark.slow
@given(histories())
@settings(max_examples=400, deadline=None)
def test_the_eight_lists_agree(history: History) -> None:
    held = snapshot(history)
    index = Index(held)
    for place, raw in enumerate(history.evaluations):
        evaluation = held.evaluations[raw["id"]]
        assert reported(index, evaluation, None) == recount(history, place, place - 1)


@pytest.mark.slow
@given(histories())
@settings(deadline=None)
def test_the_lists_agree_against_any_other_baseline(history: History) -> None:
    held = snapshot(history)
    index = Index(held)
    for place, raw in enumerate(history.evaluations):
        for against, other in enumerate(history.evaluations):
            evaluation, baseline = held.evaluations[raw["id"]], held.evaluations[other["id"]]
            assert reported(index, evaluation, baseline) == recount(history, place, against)


@pytest.mark.slow
@given(histories())
@settings(deadline=None)
def test_every_build_is_in_exactly_one_list(history: History) -> None:
    held = snapshot(history)
    for evaluation in held.evaluations.values():
        changes = compare(Index(held), evaluation)
        rows = [c.build.id for kind in ChangeKind for c in changes[kind] if c.build]
        rows += [build.id for build in changes.undecided]
        assert sorted(rows) == sorted(i for i in evaluation.builds if i in held.builds)


def run_of(history: History, key: Key) -> tuple[int, int]:
    """Return since which build one job and system fails, and its last good one; 0 for none."""
    since, good = 0, 0
    for number, raw in sorted(history.builds.items()):
        if key_of(raw) == key and decided(raw):
            succeeded = raw["buildstatus"] == 0
            since, good = (0, number) if succeeded else (since or number, good)
    return since, good


@given(histories())
@settings(deadline=None)
def test_failing_since_agrees(history: History) -> None:
    index = Index(snapshot(history))
    newest = [history.builds.get(number) for number in history.evaluations[-1]["builds"]]
    present = {key_of(raw) for raw in newest if raw}
    for job in {job for job, _ in KEYS}:
        mine = {key for key in KEYS if key[0] == job}
        runs = [run_of(history, key) for key in mine & present or mine]
        failing = [run for run in runs if run[0]]
        since, good = min(failing) if failing else (0, max(good for _, good in runs))
        found = job_history(index, JobKey(*TRUNK, job))
        assert (found.failing_since.id if found.failing_since else 0) == since
        assert (found.last_good.id if found.last_good else 0) == good
        assert found.since_is_exact == bool(since and good)


def recount_flakes(verdicts: list[bool]) -> float | None:
    """Score verdicts, oldest first, by the sentence in the documentation of the score."""
    last = verdicts[-30:]
    if len(last) < 5:
        return None
    steps = [(last[n - 1] != last[n], 2 ** (n / 10)) for n in range(1, len(last))]
    changes = [n for n, (changed, _) in enumerate(steps) if changed]
    if not changes:
        return 0
    rest = [step for n, step in enumerate(steps) if n != changes[-1]]
    return sum(weight for changed, weight in rest if changed) / sum(weight for _, weight in rest)


@given(st.lists(st.tuples(st.booleans(), STATUSES), max_size=60))
@settings(deadline=None)
def test_the_flake_score_agrees(results: list[tuple[bool, int]]) -> None:
    answers: list[Raw] = [
        {"id": number, "project": "demo", "jobset": "trunk", "job": "a", "system": "i686",
         "finished": int(done), "buildstatus": status}
        for number, (done, status) in enumerate(results, 1)
    ]  # fmt: skip
    builds = read_builds(json.dumps(answers).encode(), "builds")
    wanted = recount_flakes([raw["buildstatus"] == 0 for raw in answers if decided(raw)])
    score = flake_score(reversed(builds))
    assert (score is None) == (wanted is None)
    assert score is None or wanted is None or abs(score - wanted) < 1e-9
    assert score is None or 0 <= score <= 1


@given(histories())
@settings(deadline=None)
def test_the_burn_down_and_the_tallies_agree(history: History) -> None:
    held = snapshot(history)
    index = Index(held)
    every = history.evaluations if history.from_the_start else history.evaluations[1:]
    shown = [raw for raw in every if history.builds.keys() >= set(raw["builds"])]
    chart = burn_down(index, TRUNK)
    assert [point.evaluation.id for point in chart.points] == [raw["id"] for raw in shown]
    assert chart.unread == len(every) - len(shown)
    for point, evaluation in zip(chart.points, shown, strict=True):
        read = [history.builds[i] for i in evaluation["builds"] if i in history.builds]
        failed = [raw for raw in read if decided(raw) and raw["buildstatus"] != 0]
        assert +Counter(point.failing) == Counter(raw["system"] for raw in failed)
        total = tally_of(index, point.evaluation)
        assert total.total == len(evaluation["builds"])
        assert total.queued == sum(1 for raw in read if not raw["finished"])
        assert total.succeeded == sum(1 for raw in read if decided(raw)) - len(failed)
        by_system = tally_by_system(index, point.evaluation)
        assert sum(part.total for part in by_system.values()) == len(read)
