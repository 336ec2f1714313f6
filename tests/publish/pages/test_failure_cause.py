"""Tests of why a build fails, in the words of a list, and of when it is known to have a log."""

import pytest
from example import NOON, ORIGIN, build, jobset

from hydrasnap.model import Build, FailedStep, JobsetKey, Project, Reasons, Run, Snapshot
from hydrasnap.publish.pages.common.failure_cause import (
    FORGOTTEN,
    UNREAD,
    failure_cause,
    own_log,
)
from hydrasnap.publish.pages.common.site import Site

LOG = f"{ORIGIN}/build/1/log"
FAILED, BY_DEPENDENCY, ABORTED, TIMED_OUT = 1, 2, 3, 7


def site(one: Build, *steps: FailedStep, is_read: bool = True) -> Site:
    """Make a site of one build, and of the failed steps that its page lists."""
    found = Reasons(build=one.id, stoptime=one.stoptime, steps=steps)
    return Site(
        Snapshot(
            origin=ORIGIN,
            run=Run(started=NOON, finished=NOON),
            projects={"p": Project(name="p", jobsets=("j",))},
            jobsets={JobsetKey("p", "j"): jobset("j")},
            evaluations={},
            builds={one.id: one},
            reasons={one.id: found} if is_read else {},
        )
    )


@pytest.mark.parametrize("code", [0, FAILED, TIMED_OUT])
def test_a_build_that_ran_has_a_log(code: int) -> None:
    one = build(1, "a", code)
    assert own_log(site(one), one) == LOG


@pytest.mark.parametrize("code", [BY_DEPENDENCY, ABORTED])
def test_one_that_may_not_have_begun_has_none(code: int) -> None:
    one = build(1, "a", code)
    assert own_log(site(one), one) == ""


def test_one_that_was_aborted_while_it_ran_has_the_log_of_its_step() -> None:
    one = build(1, "a", ABORTED)
    step = FailedStep(number=1, outputs=(one.outputs[0].path,), log="/build/1/step/1/log")
    assert own_log(site(one, step), one) == LOG


def test_one_that_took_no_time_waits_or_is_deleted_has_none() -> None:
    taken = build(1, "a", FAILED, starttime=NOON, stoptime=NOON)
    waiting, gone = build(1, "a", None), build(1, "a", FAILED, deleted_upstream=True)
    assert [own_log(site(one), one) for one in (taken, waiting, gone)] == ["", "", ""]


def test_the_cause_is_itself_a_dependency_or_unknown() -> None:
    one = build(1, "a", FAILED)
    assert failure_cause(site(one), one).log == LOG
    below = build(1, "a", BY_DEPENDENCY)
    step = FailedStep(number=2, outputs=("/nix/store/x-gcc-1",), propagated_from=9, log="/l")
    found = failure_cause(site(below, step), below)
    assert [(one.name, one.log) for one in found.culprits] == [("gcc-1", f"{ORIGIN}/l")]
    assert (found.unexplained, found.log) == ("", "")
    assert failure_cause(site(below), below).unexplained == FORGOTTEN
    assert failure_cause(site(below, is_read=False), below).unexplained == UNREAD
