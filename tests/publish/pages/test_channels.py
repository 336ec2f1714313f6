"""Tests of the box of aggregates: whether a channel is blocked, since when, and by what."""

from pathlib import Path

from example import NOON, build, evaluation, jobset
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.model import (
    Build,
    Evaluation,
    EvaluationInput,
    JobKey,
    JobsetKey,
    Project,
    Run,
    Snapshot,
)
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.channels import channel_boxes
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.job.job import job_page
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.history import job_history

HOUR = 3600
KEY = JobsetKey("p", "j")


def told() -> Snapshot:
    """Tell of a channel that was well twice, and of two constituents that broke one by one."""
    builds: dict[int, Build] = {}
    evaluations: dict[int, Evaluation] = {}
    for number, (good, slow) in enumerate(((0, 0), (0, 0), (1, 0), (1, 2), (1, 2)), start=1):
        ten = 10 * number
        builds |= {
            ten: build(ten, "a", good),
            ten + 1: build(ten + 1, "b", slow),
            ten + 2: build(ten + 2, "tested", max(good, slow), constituents=(ten, ten + 1)),
            ten + 3: build(ten + 3, "all", max(good, slow), constituents=(ten, ten + 1, ten + 2)),
        }
        evaluations[number] = structs.replace(
            evaluation(number, (ten, ten + 1, ten + 2, ten + 3), timestamp=NOON + number * HOUR),
            inputs=(EvaluationInput("nixpkgs", "git", "https://github.com/o/r", f"{number:040x}"),),
        )
    found = jobset("j", evaluations=(5, 4, 3, 2, 1), first_evaluation=1)
    return Snapshot(
        origin="https://hydra.example.org",
        run=Run(started=NOON, finished=NOON + 6 * HOUR),
        projects={"p": Project(name="p", jobsets=("j",))},
        jobsets={KEY: found},
        evaluations=evaluations,
        builds=builds,
    )


def test_a_blocked_channel_tells_its_last_success_and_what_blocks_it_since_when() -> None:
    site = Site(told())
    (box,) = channel_boxes(site, site.snapshot.evaluations[5])
    assert (box.build.job, box.build.label) == ("tested", "Dependency failed")
    assert box.good is not None
    assert (box.good.label, box.good_time) == ("2", NOON + 2 * HOUR)
    assert [commit.short for commit in box.good_commits] == [f"{2:040x}"[:12]]
    assert box.ago == "3 evaluations, 3 h before"
    rows = [(row.build.job, row.since and row.since.build) for row in box.blocking]
    assert rows == [("b", 41), ("a", 30)]
    since = box.blocking[1].since
    assert since is not None
    assert since.evaluation is not None
    assert (since.evaluation.label, since.exact) == ("3", True)
    (commit,) = since.commits
    assert commit.href == f"https://github.com/o/r/compare/{2:040x}...{3:040x}"
    assert (box.blocking_total, box.pending) == (2, "")


def test_a_channel_that_is_well_says_so() -> None:
    site = Site(told())
    (box,) = channel_boxes(site, site.snapshot.evaluations[2])
    assert (box.build.label, box.ago, box.blocking) == ("Succeeded", "", ())
    assert box.good == box.evaluation


def test_what_is_not_known_of_a_channel_is_said() -> None:
    every = told()
    waiting = structs.replace(every.builds[51], finished=False, buildstatus=None)
    builds = {number: b for number, b in every.builds.items() if number != 50} | {51: waiting}
    site = Site(structs.replace(every, builds=builds))
    (box,) = channel_boxes(site, site.snapshot.evaluations[5])
    assert box.pending == "1 constituent without a result, 1 not in the snapshot"


def test_the_user_chooses_the_aggregates() -> None:
    site = Site(told(), aggregates=("all", "none*"))
    (box,) = channel_boxes(site, site.snapshot.evaluations[5])
    assert box.build.job == "all"
    assert [row.build.job for row in box.blocking] == ["b", "a"]
    few = Site(told(), limits=Limits(blockers=1))
    (box,) = channel_boxes(few, few.snapshot.evaluations[5])
    assert (len(box.blocking), box.blocking_total) == (1, 2)


def test_the_job_of_an_aggregate_tells_what_blocks_its_newest_build_and_since_which() -> None:
    site = Site(told())
    state = job_page(site, job_history(site.index, JobKey("p", "j", "tested"))).aggregate
    assert state is not None
    assert (state.build.id, state.sentence) == (52, "2 of 2 constituents failed")
    rows = [
        (row.build.id, row.first and row.first.id, row.whole, row.exact) for row in state.blocking
    ]
    assert rows == [(50, 30, 32, True), (51, 41, 42, True)]
    plain = job_page(site, job_history(site.index, JobKey("p", "j", "a")))
    assert plain.aggregate is None


def test_overview_jobset_and_evaluation_have_the_box_and_failing_jobs_say_since_when(
    tmp_path: Path,
) -> None:
    publish(told(), SiteSettings(), tmp_path)
    for path in ("index.html", "jobset/p/j.html", "eval/5.html"):
        page = LexborHTMLParser((tmp_path / path).read_bytes())
        box = page.css_first("#channels")
        assert box is not None, path
        assert [row.text() for row in box.css("td:nth-child(2)")] == ["b", "a"], path
        assert box.css_first("a[href*='eval/2.html']") is not None
        assert box.css_first("a[href$='tested.html#constituents-over-time']") is not None
    page = LexborHTMLParser((tmp_path / "eval/5.html").read_bytes())
    rows = {row.attributes["data-job"]: row for row in page.css("#still-failing tbody tr")}
    assert rows["a"].css_first("a[href$='eval/3.html']") is not None
    assert rows["b"].css_first("a[href$='eval/4.html']") is not None
