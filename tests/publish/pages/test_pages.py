"""Tests of what the pages say, by their contexts."""

from typing import TypeVar

import pytest
from example import AWKWARD_JOBS, NOON, all_pages, build, jobset, snapshot
from msgspec import structs

from hydrasnap.model import BuildStatus, JobsetKey, JobsetOverview, Product
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.build.build import BuildPage
from hydrasnap.publish.pages.build.products import install_command, product_rows
from hydrasnap.publish.pages.common.ansi import spans
from hydrasnap.publish.pages.common.changes import ChangeList
from hydrasnap.publish.pages.common.page import File, Page, PageContext
from hydrasnap.publish.pages.common.rows import verdict
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.evaluation.evaluation import EvaluationPage
from hydrasnap.publish.pages.job.job import JobPage
from hydrasnap.publish.pages.jobset.errors import ErrorsPage, error_texts
from hydrasnap.publish.pages.jobset.evaluations import EvaluationsPage
from hydrasnap.publish.pages.jobset.grid import GridPage
from hydrasnap.publish.pages.jobset.jobset import JobsetPage
from hydrasnap.publish.pages.jobset.latest_builds import BuildsPage, JobsetBuildsPage
from hydrasnap.publish.pages.overview.overview import OverviewPage
from hydrasnap.publish.pages.overview.project import ProjectPage
from hydrasnap.publish.pages.overview.queue import QueuePage
from hydrasnap.report.tally import Tally

P = TypeVar("P", bound=PageContext)
SITE = Site(snapshot())


def pages(site: Site) -> dict[str, Page | File]:
    return {page.path: page for page in all_pages(site)}


PAGES = pages(SITE)


def page(path: str, kind: type[P]) -> P:
    found = PAGES[path]
    assert isinstance(found, Page)
    assert isinstance(found.context, kind)
    return found.context


def jobs(lists: tuple[ChangeList, ...], slug: str) -> list[tuple[str, int]]:
    return [(row.job, row.id) for found in lists if found.slug == slug for row in found.rows]


def test_an_evaluation_has_its_eight_lists_in_order_and_right() -> None:
    lists = page("eval/12.html", EvaluationPage).changes.lists
    assert [(found.slug, found.count) for found in lists] == [
        ("newly-failing", 2),
        ("aborted", 1),
        ("still-failing", 1),
        ("newly-succeeding", 1),
        ("new", 1),
        ("removed", 1),
        ("queued", 1),
        ("still-succeeding", 1),
    ]
    assert jobs(lists, "newly-failing") == [("all", 207), ("breaks", 201)]
    assert jobs(lists, "new") == [("rich", 206)]
    assert jobs(lists, "removed") == [("zz-removed", 103)]
    assert jobs(lists, "newly-succeeding") == [("mended", 202)]
    assert jobs(lists, "aborted") == [("gives-up", 204)]


def test_a_row_tells_what_was_before() -> None:
    lists = page("eval/12.html", EvaluationPage).changes.lists
    before = {row.job: row.before for row in lists[0].rows}["breaks"]
    assert before is not None
    assert (before.id, before.label) == (101, "Succeeded")


def test_an_evaluation_says_with_what_it_is_compared_and_what_went_in() -> None:
    found = page("eval/12.html", EvaluationPage)
    assert found.baseline is not None
    assert found.baseline.href == "eval/11.html"
    assert [row.name for row in found.changes.differences] == ["src"]
    assert found.changes.differences[0].href == (
        f"https://github.com/o/r/compare/{11:040x}...{12:040x}"
    )
    build_input = next(row for row in found.inputs if row.name == "dep")
    assert build_input.build is not None
    assert build_input.build.href == "build/101.html"


def test_the_first_evaluation_is_compared_with_nothing() -> None:
    found = page("eval/11.html", EvaluationPage)
    assert found.baseline is None
    assert jobs(found.changes.lists, "new") != []


def test_an_evaluation_of_which_nothing_is_known_before_has_no_page() -> None:
    assert "eval/20.html" not in PAGES
    ref = page("build/1000.html", BuildPage).evaluation
    assert ref is not None
    assert (ref.label, ref.href) == ("21", "eval/21.html")


def test_a_partly_known_evaluation_says_so_and_claims_no_removals() -> None:
    found = page("eval/21.html", EvaluationPage)
    assert found.changes.unknown == 1
    assert jobs(found.changes.lists, "removed") == []


def test_long_lists_are_folded_and_never_cut() -> None:
    every = pages(Site(snapshot(), limits=Limits(rows_shown=3)))["eval/21.html"]
    assert isinstance(every, Page)
    assert isinstance(every.context, EvaluationPage)
    for found in every.context.changes.lists:
        assert len(found.rows) + len(found.folded) == found.count
        assert len(found.rows) <= 3


def test_a_build_tells_all_that_the_api_gives() -> None:
    found = page("build/206.html", BuildPage)
    assert found.label == "Failed with output"
    assert found.duration == 60
    assert [metric.value for metric in found.metrics] == [1e-07, 3.0]
    assert [(p.name, p.size) for p in found.products] == [("m & m", None), ("a b.iso", 2**33)]
    assert found.products[1].href.endswith("/build/206/download/2/a%20b.iso")
    assert found.live == "https://hydra.example.org/build/206"
    assert found.evaluation is not None
    assert (found.evaluation.label, found.evaluation.href) == ("12", "eval/12.html")


def test_a_product_tells_what_it_is_and_where_its_latest_is() -> None:
    manual, image = page("build/206.html", BuildPage).products
    assert (manual.type, image.type) == ("Manual", "File")
    job = "https://hydra.example.org/job/p/j/rich/latest/"
    assert (manual.latest, image.latest) == (
        f"{job}download-by-type/doc/manual",
        f"{job}download/2",
    )


@pytest.mark.parametrize(
    ("type_", "subtype", "words"),
    [
        ("nix-build", "", "Nix package"),
        ("nix-build", "doc", "Nix package doc"),
        ("file", "iso", "ISO image"),
        ("file", "squashfs", "File squashfs"),
        ("doc-pdf", "manual", "Manual (PDF)"),
        ("report", "coverage", "Coverage report"),
        ("custom", "thing", "custom thing"),
    ],
)
def test_a_product_is_called_what_hydra_calls_it(type_: str, subtype: str, words: str) -> None:
    product = Product(number=1, type=type_, subtype=subtype, path="/nix/store/x-it's")
    built = build(1, "a/b", products=(product, product))
    rows = list(product_rows(SITE, built))
    assert {row.type for row in rows} == {words}
    assert {row.latest for row in rows} == {""}  # Hydra cannot be asked for a job with a slash
    named = build(1, "ab", products=(product, structs.replace(product, number=2)))
    assert [row.latest.rpartition("/latest/")[2] for row in product_rows(SITE, named)] == [
        "download/1",
        "download/2",
    ]
    packaged = type_ == "nix-build"
    assert install_command(structs.replace(named, products=(product,))) == (
        "nix-env --install '/nix/store/x-it'\"'\"'s'" if packaged else ""
    )
    assert install_command(structs.replace(named, buildstatus=6)) == ""


@pytest.mark.parametrize("path", ["-E", "--remove-all", "import (fetchTarball https://x)", "hello"])
def test_what_is_no_path_is_not_offered_to_be_installed(path: str) -> None:
    product = Product(number=1, type="nix-build", subtype="", path=path)
    assert install_command(build(1, "a", products=(product,))) == ""


@pytest.mark.parametrize("status", list(BuildStatus))
def test_what_is_said_of_a_status_repeats_no_word_of_its_name(status: BuildStatus) -> None:
    assert not set(status.sentence.lower().split()) & set(status.label.lower().split())


def test_a_failed_build_tells_when_its_job_broke_and_what_changed() -> None:
    found = page("build/201.html", BuildPage).breakage
    assert found is not None
    assert (found.good.id, found.bad.id) == (101, 201)
    assert [row.name for row in found.inputs] == ["src"]
    assert page("build/101.html", BuildPage).breakage is None  # it succeeded
    assert page("build/204.html", BuildPage).breakage is None  # it was aborted
    assert page("build/104.html", BuildPage).breakage is None  # nothing good is known before


def test_a_build_names_the_expression_that_its_jobset_evaluates() -> None:
    assert page("build/206.html", BuildPage).derivation.expression == "release.nix in src"


def test_an_aggregate_lists_what_did_not_succeed_first() -> None:
    found = page("build/207.html", BuildPage)
    assert found.constituents is not None
    assert [row.id for row in found.constituents] == [201, 105]
    assert found.aggregate == "1 of 2 constituents failed"
    assert [row.id for row in page("build/201.html", BuildPage).part_of] == [207]
    assert page("build/106.html", BuildPage).aggregate == "1 of 3 constituents not in the snapshot"


def test_a_build_knows_its_neighbours() -> None:
    after = page("build/101.html", BuildPage).neighbours
    assert [(n.name, n.href) for n in after] == [("Next build", "build/201.html")]
    before = page("build/201.html", BuildPage).neighbours
    (old,) = before
    assert (old.name, old.rel, old.id, old.label) == ("Previous build", "prev", 101, "Succeeded")


def test_the_command_to_reproduce_a_flake_job_is_quoted() -> None:
    first = snapshot()
    flake = structs.replace(first.evaluations[12], flake="github:o/r/abc")
    changed = structs.replace(first, evaluations={**first.evaluations, 12: flake})
    odd = structs.replace(first.builds[206], job="it's; rm -rf /")
    changed = structs.replace(changed, builds={**first.builds, 206: odd})
    found = pages(Site(changed))["build/206.html"]
    assert isinstance(found, Page)
    assert isinstance(found.context, BuildPage)
    assert found.context.derivation.reproduce == (
        "nix build 'github:o/r/abc#hydraJobs.it'\"'\"'s; rm -rf /'"
    )


def test_a_job_tells_since_when_it_fails_and_what_changed() -> None:
    found = page("job/p/j/breaks.html", JobPage)
    assert found.failing_since is not None
    assert (found.failing_since.id, found.since_is_exact) == (201, True)
    assert found.breakage is not None
    assert [change.name for change in found.breakage.inputs] == ["src"]
    assert [row.id for row in found.results] == [201, 101]
    assert [[row.id for row in strip.rows] for strip in found.strips] == [[101, 201]]


def test_a_job_that_left_the_newest_evaluation_says_so() -> None:
    assert not page("job/p/j/zz-removed.html", JobPage).in_latest
    assert page("job/p/j/good.html", JobPage).in_latest


def test_a_job_without_a_result_has_a_page_and_no_badge() -> None:
    found = page("job/p/j/waits.html", JobPage)
    assert (found.newest, found.label) == (None, "No result yet")
    assert len(found.queued) == 1
    assert "job/p/j/waits/shield.json" not in PAGES


def test_a_jobset_shows_its_state_and_its_errors() -> None:
    found = page("jobset/p/j.html", JobsetPage)
    assert [error.title for error in found.errors] == [
        "Fetching the inputs failed",
        "Evaluation errors",
    ]
    assert found.newest is not None
    assert [row.change.job for row in found.newest.broken] == ["all", "breaks"]
    newly_failing = found.newest.counts[0]
    assert newly_failing.href == "eval/12.html#newly-failing"
    assert (newly_failing.title, newly_failing.look) == ("Newly failing", "failed")
    assert [row.id for row in found.evaluations] == [12, 11]


def test_the_pages_of_a_jobset_say_how_far_they_reach() -> None:
    assert page("jobset/p/j/evals.html", EvaluationsPage).complete
    weird = page("jobset/p/weird/evals.html", EvaluationsPage)
    assert not weird.complete
    assert [row.notes for row in weird.rows] == [("partly known",)]
    assert page("jobset/p/empty/errors.html", ErrorsPage).errors == ()


def test_the_pages_of_a_deleted_jobset_do_not_lead_to_the_hydra() -> None:
    assert page("jobset/p/gone.html", JobsetPage).head.gone
    assert page("jobset/p/j/errors.html", ErrorsPage).live.endswith("/jobset/p/j#tabs-errors")
    for part in ("", "/errors", "/evals", "/jobs", "/all"):
        assert page(f"jobset/p/gone{part}.html", PageContext).live == ""


def test_the_grid_has_a_place_for_every_evaluation() -> None:
    found = page("jobset/p/j/jobs.html", GridPage)
    assert [column.id for column in found.columns] == [12, 11]
    cells = {row.job.label: [cell and cell.id for cell in row.cells] for row in found.rows}
    assert cells["breaks"] == [201, 101]
    assert cells["zz-removed"] == [None, 103]


def test_the_overview_tells_what_broke_and_what_is_missing() -> None:
    found = page("index.html", OverviewPage)
    assert [row.change.job for row in found.broken] == ["all", "breaks"]
    assert [row.jobset.label for row in found.troubles] == ["p:j"]
    assert [gap.path for gap in found.gaps] == ["/jobset/p/lost"]
    assert [row.link.label for row in found.projects] == ["p"]
    assert [(row.link.label, row.homepage) for row in found.off] == [
        ("void", "https://example.org/")
    ]
    assert found.projects[0].homepage is None  # javascript: leads nowhere


def test_the_overview_tells_what_hydra_does_and_the_verdict_on_each_jobset() -> None:
    every = snapshot()
    key = JobsetKey("p", "j")
    seen = JobsetOverview(project="p", name="j", lastcheckedtime=NOON, starttime=7, triggertime=6)
    busy = structs.replace(every.jobsets[key], overview=seen)
    found = pages(Site(structs.replace(every, jobsets={**every.jobsets, key: busy})))["index.html"]
    assert isinstance(found, Page)
    assert isinstance(found.context, OverviewPage)
    row = next(row for row in found.context.projects[0].jobsets if row.link.label == "j")
    assert (row.running, row.pending, row.checked) == (7, None, NOON)
    assert row.verdict is not None
    assert (row.verdict.words, row.verdict.share) == ("Not all have a known result", "25 %")


@pytest.mark.parametrize(
    ("counts", "words", "share"),
    [
        ({"succeeded": 3}, "All succeeded", "100 %"),
        ({"succeeded": 999, "failed": 1}, "Some failed", "99 %"),
        ({"failed": 2, "aborted": 1}, "All failed", "0 %"),
        ({"succeeded": 1, "aborted": 1}, "Some aborted", "50 %"),
        ({"aborted": 1}, "All aborted", "0 %"),
        ({"succeeded": 1, "unknown": 1}, "Not all have a known result", "≥ 50 %"),
    ],
)
def test_a_verdict_is_the_worst_news_and_never_rounds_up(
    counts: dict[str, int], words: str, share: str
) -> None:
    found = verdict(Tally(**counts))
    assert found is not None
    assert (found.words, found.share) == (words, share)
    assert verdict(Tally()) is None


def test_a_project_folds_what_is_off_and_tells_where_it_is_declared() -> None:
    found = page("project/p.html", ProjectPage)
    assert [row.link.label for row in found.off] == ["gone"]
    assert "gone" not in [row.link.label for row in found.jobsets]
    assert found.declarative is None


def test_a_jobset_tells_when_it_was_evaluated_and_how_long_that_took() -> None:
    every = snapshot()
    slow = structs.replace(every.evaluations[12], checkouttime=5, evaltime=60)
    changed = structs.replace(every, evaluations={**every.evaluations, 12: slow})
    found = pages(Site(changed))["jobset/p/j.html"]
    assert isinstance(found, Page)
    assert isinstance(found.context, JobsetPage)
    newest = found.context.newest
    assert newest is not None
    assert (newest.evaluated, newest.took) == (NOON + 12, 65)


def test_a_home_page_is_linked_only_if_it_is_one() -> None:
    hostile = page("project/p.html", ProjectPage).homepage
    assert hostile.label.startswith("javascript:")
    assert hostile.href is None
    assert page("project/void.html", ProjectPage).homepage.href == "https://example.org/"


def test_the_queue_and_the_latest_builds_are_in_order() -> None:
    assert [row.id for row in page("queue.html", QueuePage).rows] == [203, 1012]
    newest = [row.id for row in page("builds.html", BuildsPage).rows]
    assert newest[0] == max(newest)


def test_a_project_and_a_jobset_have_their_own_latest_builds() -> None:
    every = page("project/p/all.html", BuildsPage)
    assert {row.jobset for row in every.rows} == {"p:j", "p:weird"}
    assert every.rows[0].id == 1000 + len(AWKWARD_JOBS) - 1
    own = page("jobset/p/j/all.html", JobsetBuildsPage)
    assert [row.id for row in own.rows][:3] == [207, 206, 204]
    assert (own.finished, len(own.rows)) == (11, 11)
    assert page("jobset/p/j.html", JobsetPage).head.parts[-1].href == "jobset/p/j/all.html"
    assert page("project/p.html", ProjectPage).builds == "project/p/all.html"
    assert page("jobset/p/empty/all.html", JobsetBuildsPage).rows == ()


def test_a_renamed_jobset_is_listed_under_its_new_name_only() -> None:
    names = [row.link.label for row in page("project/p.html", ProjectPage).jobsets]
    assert "old" not in names


def test_paths_are_unique_and_the_overview_comes_last() -> None:
    paths = [found.path for found in all_pages(SITE)]
    assert len(paths) == len(set(paths))
    assert paths[-1] == "index.html"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", [("", "plain")]),
        ("", []),
        ("\x1b[31mred\x1b[39m no", [("c-red", "red"), ("", " no")]),
        ("\x1b[1;31mboth\x1b[0m", [("c-red b", "both")]),
        ("\x1b[38;5;196mx\x1b[38;2;1;2;3my\x1b[m", [("", "xy")]),
        ("a\x1b[2Kb\x1b]8;;http://evil\x1b\\c\x1b]8;;\x07d", [("", "abcd")]),
        ("\x1b[91mbright\x1b[22;4mline", [("c-red", "bright"), ("c-red u", "line")]),
        ("cut\x1b[31", [("", "cut")]),
        ("cut\x1b", [("", "cut")]),
        ("a\r\nb\rc", [("", "a\nb\nc")]),
        ("wo\x1b[0mrd", [("", "word")]),
    ],
)
def test_terminal_text_keeps_its_colours_and_loses_the_rest(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert [(span.classes, span.text) for span in spans(text)] == expected


def test_a_restarted_build_tells_what_it_was_and_has_not_started() -> None:
    first = snapshot()
    again = structs.replace(first.builds[104], finished=False)
    found = pages(Site(structs.replace(first, builds={**first.builds, 104: again})))[
        "build/104.html"
    ]
    assert isinstance(found, Page)
    assert isinstance(found.context, BuildPage)
    before = found.context.before_restart
    assert before is not None
    assert (before.label, before.finished) == ("Dependency failed", again.stoptime)
    assert (found.context.started, found.context.finished) == (None, None)
    assert page("build/104.html", BuildPage).before_restart is None
    assert page("build/203.html", BuildPage).before_restart is None


def test_an_evaluation_tells_its_errors_and_its_row_that_it_had_some() -> None:
    found = snapshot()
    broken = structs.replace(
        found.evaluations[12], had_errors=True, errormsg="\x1b[31merror:\x1b[0m oops <b>"
    )
    made = pages(Site(structs.replace(found, evaluations={**found.evaluations, 12: broken})))
    told, rows = made["eval/12.html"], made["jobset/p/j/evals.html"]
    assert isinstance(told, Page)
    assert isinstance(told.context, EvaluationPage)
    assert told.context.error is not None
    assert "".join(span.text for span in told.context.error.spans) == "error: oops <b>"
    assert isinstance(rows, Page)
    assert isinstance(rows.context, EvaluationsPage)
    assert [row.notes for row in rows.context.rows] == [("errors",), ()]
    assert page("eval/12.html", EvaluationPage).had_errors is False


def test_long_errors_are_folded_with_their_colours() -> None:
    seen = Limits().error_lines
    text = "\n".join(f"\x1b[3{n % 8}mline {n}" for n in range(100))
    (error,) = error_texts(SITE, jobset("j", errormsg=text))
    assert (len(error.spans), len(error.folded), error.lines) == (seen, 100 - seen, 100 - seen)
    assert "".join(span.text for span in (*error.spans, *error.folded)) == "\n".join(
        f"line {n}" for n in range(100)
    )
    assert error.folded[0].classes == error.spans[0].classes
    (short,) = error_texts(SITE, jobset("j", errormsg="a\nb"))
    assert (short.folded, short.lines) == ((), 0)
