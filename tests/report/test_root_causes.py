"""Tests of root causes: which derivations fail, what they take down, and what is not known."""

from pathlib import Path

import pytest
from example import ORIGIN, build, snapshot
from msgspec import structs

from hydrasnap.model import Evaluation, FailedStep, Output, Reasons, Snapshot
from hydrasnap.report.index import Index
from hydrasnap.report.root_causes import RootCauses, cause_since, culprits, root_causes
from hydrasnap.store.opening import open_cache, read_snapshot

OPENSSL = ("/nix/store/aaaa-openssl-3.0",)
ZLIB = ("/nix/store/bbbb-zlib-1.3",)


def failing(number: int, job: str, *steps: FailedStep) -> tuple[int, Reasons]:
    stop = build(number, job, 2).stoptime
    return number, Reasons(build=number, stoptime=stop, steps=steps)


def step(outputs: tuple[str, ...], source: int | None = 900, **more: object) -> FailedStep:
    return FailedStep(number=1, outputs=outputs, status="Failed", propagated_from=source, **more)  # type: ignore[arg-type]


def causes(*reasons: tuple[int, Reasons], own: bool = False) -> RootCauses:
    """Ask for the causes in an evaluation of four builds that failed by a dependency."""
    builds = {number: build(number, f"job-{number}", 2) for number in (901, 902, 903, 904)}
    if own:
        output = Output(name="out", path=OPENSSL[0])
        builds[900] = structs.replace(build(900, "openssl", 1), outputs=(output,))
    found = snapshot()
    evaluation = Evaluation(id=99, project="p", jobset="j", builds=tuple(sorted(builds)))
    given: Snapshot = structs.replace(
        found,
        builds=dict(sorted(builds.items())),
        evaluations={99: evaluation},
        reasons=dict(reasons),
    )
    return root_causes(Index(given), evaluation)


def test_the_cause_that_takes_down_most_comes_first() -> None:
    found = causes(
        failing(901, "job-901", step(ZLIB)),
        failing(902, "job-902", step(OPENSSL)),
        failing(903, "job-903", step(OPENSSL), step(ZLIB)),
        failing(904, "job-904", step(OPENSSL)),
    )
    told = [(cause.name, [build.id for build in cause.builds]) for cause in found.causes]
    assert told == [("openssl-3.0", [902, 903, 904]), ("zlib-1.3", [901, 903])]
    assert (found.explained, found.unread, found.vanished) == (4, 0, 0)


def test_what_was_not_read_or_has_vanished_is_counted_and_not_guessed() -> None:
    found = causes(failing(901, "job-901", step(ZLIB)), failing(902, "job-902"))
    assert (found.explained, found.unread, found.vanished) == (1, 2, 1)


def test_a_cause_that_is_a_job_itself_is_known_by_its_outputs() -> None:
    (found,) = causes(failing(901, "job-901", step(OPENSSL)), own=True).causes
    assert found.own is not None
    assert (found.own.job, found.name) == ("openssl", "openssl-3.0")
    assert [build.id for build in found.builds] == [901]


def test_a_build_that_failed_itself_is_a_root_that_takes_nothing_down() -> None:
    (found,) = causes(own=True).causes
    assert found.own is not None
    assert (found.own.id, found.builds, found.step) == (900, (), None)


def test_reasons_of_an_earlier_result_of_a_build_do_not_count() -> None:
    number, reasons = failing(901, "job-901", step(ZLIB))
    old = structs.replace(reasons, stoptime=(reasons.stoptime or 0) - 1)
    found = causes((number, old))
    assert (found.causes, found.unread) == ((), 4)


def test_a_cause_is_known_by_a_job_of_another_jobset_too() -> None:
    output = Output(name="out", path=OPENSSL[0])
    number, reasons = failing(901, "job-901", step(OPENSSL))
    other = structs.replace(build(700, "openssl", 1), jobset="libraries", outputs=(output,))
    held = build(number, "job-901", 2)
    evaluation = Evaluation(id=99, project="p", jobset="j", builds=(number,))
    found = structs.replace(
        snapshot(), builds={700: other, number: held}, evaluations={99: evaluation},
        reasons={number: reasons},
    )  # fmt: skip
    (cause,) = root_causes(Index(found), evaluation).causes
    assert (cause.own, cause.maker) == (None, other)
    (culprit,) = culprits(Index(found), held)
    assert (culprit.name, culprit.job) == ("openssl-3.0", other.job_key)


def test_a_cause_is_known_by_a_job_in_files_too(tmp_path: Path) -> None:
    output = Output(name="out", path=OPENSSL[0])
    others = [build(number, f"other-{number}") for number in range(1000, 1600)]
    makers = [structs.replace(build(n, "openssl", 1), outputs=(output,)) for n in (1700, 1701)]
    number, reasons = failing(901, "job-901", step(OPENSSL))
    held = build(number, "job-901", 2)
    with open_cache(tmp_path, ORIGIN, lambda path, reason: pytest.fail(reason)) as cache:
        cache.put(builds=[*others, *makers, held], reasons=[reasons])
        cache.close_run(snapshot().run)
    (culprit,) = culprits(Index(read_snapshot(tmp_path, 0)), held)
    assert culprit.job == makers[0].job_key


def test_a_content_addressed_cause_is_named_by_the_build_that_it_ran_for() -> None:
    found = causes(
        failing(901, "job-901", step((), 5000)),
        failing(902, "job-902", step((), 5000)),
        failing(903, "job-903", step((), None)),
    )
    (cause,) = (cause for cause in found.causes if cause.builds)
    assert (cause.name, cause.outputs) == ("a dependency of build 5000", ())
    assert [build.id for build in cause.builds] == [901, 902]


def test_a_cause_has_taken_jobs_down_since_the_first_evaluation_in_a_row() -> None:
    numbers = (901, 902, 903, 904)
    builds = {number: build(number, "job", 2) for number in numbers}
    told = {
        number: Reasons(
            build=number, stoptime=builds[number].stoptime,
            steps=(step((f"/nix/store/{number}aaaa-{name}",)),),
        )
        for number, name in zip(numbers, ("zlib-1.3", "openssl-3.0", "openssl-3.0", "openssl-3.0"),
                                strict=True)
    }  # fmt: skip
    evaluations = {
        number - 800: Evaluation(id=number - 800, project="p", jobset="j", builds=(number,))
        for number in numbers
    }
    found = structs.replace(snapshot(), builds=builds, evaluations=evaluations, reasons=told)
    newest = evaluations[104]
    since = cause_since(Index(found), newest, "openssl-3.0")
    assert (since.evaluation.id, since.exact) == (102, True)
    unread = structs.replace(found, reasons={n: told[n] for n in numbers[1:]})
    assert cause_since(Index(unread), newest, "openssl-3.0").exact is False
    assert cause_since(Index(found), evaluations[101], "zlib-1.3").exact is False
