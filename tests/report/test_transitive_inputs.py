"""What changed below builds that are inputs, down to the third level, and what is not told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cases import cases
from example import build, evaluation, snapshot
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.model import Evaluation, EvaluationInput, Snapshot
from hydrasnap.publish.pages.common.breakage import breakage_view
from hydrasnap.publish.pages.common.inputs import differences
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.history import job_history
from hydrasnap.report.index import Index
from hydrasnap.report.inputs import InputChange, Truncation
from hydrasnap.report.transitive_inputs import deep_changes, producer

WAY = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
GIT = "https://github.com/o/r"


def source(revision: int) -> EvaluationInput:
    return EvaluationInput(name="src", type="git", uri=GIT, revision=f"{revision:040x}")


def taken(number: int, name: str = "dep") -> EvaluationInput:
    return EvaluationInput(name=name, type="build", dependency=number)


def chain(levels: int) -> Snapshot:
    """Make evaluations whose builds go into each other: 12 and 11 at the top, then 10 and 9."""
    every = snapshot()
    evaluations, builds = dict(every.evaluations), dict(every.builds)
    for level in range(levels + 1):
        for side in (1, 2):
            number, first = 10 - 2 * level + side, 10_000 * (level + 1) + side
            inputs = (source(number), taken(first)) if level < levels else (source(number),)
            jobset = f"below-{level}" if level else "j"
            held = evaluations[number].builds if not level else (first - 10_000,)
            evaluations[number] = evaluation(number, held, jobset=jobset, inputs=inputs)
            if level:
                builds[first - 10_000] = build(first - 10_000, "made", jobset=jobset)
    evaluations = dict(sorted(evaluations.items()))
    return structs.replace(every, evaluations=evaluations, builds=dict(sorted(builds.items())))


def deep(found: Snapshot, rows: int = 100) -> tuple[InputChange, ...]:
    return deep_changes(Index(found), found.evaluations[11], found.evaluations[12], rows)


def names(found: tuple[InputChange, ...]) -> list[str]:
    return ["/".join((*change.within, change.name)) for change in found]


def made(change: InputChange) -> tuple[int | None, int | None]:
    return tuple(one and one.id for one in (change.made_before, change.made_after))  # type: ignore[return-value]


def test_below_a_build_stands_what_differs_between_the_evaluations_that_made_it() -> None:
    found = deep(chain(1))
    assert names(found) == ["dep", "dep/src", "src"]
    assert [made(change) for change in found] == [(9, 10), (None, None), (None, None)]
    assert found[1].compare_url == f"{GIT}/compare/{9:040x}...{10:040x}"


def test_it_goes_down_three_levels_and_says_so() -> None:
    found = deep(chain(5))
    assert names(found) == [
        "dep", "dep/dep", "dep/dep/dep", "dep/dep/dep/dep", "dep/dep/dep/src", "dep/dep/src",
        "dep/src", "src",
    ]  # fmt: skip
    assert [change.below for change in found if change.below is not Truncation.COMPLETE] == [
        Truncation.DEEPER
    ]
    assert made(found[3]) == (3, 4)


def test_the_first_evaluation_with_a_build_made_it() -> None:
    found = chain(1)
    later = evaluation(40, (10_001,), jobset="below-1")
    index = Index(structs.replace(found, evaluations={**found.evaluations, 40: later}))
    assert [each.id for each in index.evaluations_with(10_001)] == [40, 9]
    top = found.evaluations[11]
    assert producer(index, taken(10_001), top) is found.evaluations[9]
    assert producer(index, source(1), top) is None
    assert producer(index, None, top) is None


def test_builds_of_one_evaluation_say_that_nothing_below_them_changed() -> None:
    found = chain(1)
    both = structs.replace(found.evaluations[9], builds=(10_001, 10_002))
    every = {k: v for k, v in found.evaluations.items() if k != 10} | {9: both}
    top, _ = deep(structs.replace(found, evaluations=every))
    assert (top.name, made(top), top.below) == ("dep", (9, 9), Truncation.SAME)


def test_no_evaluation_made_what_it_took() -> None:
    found = chain(1)
    every = dict(found.evaluations)
    for side in (1, 2):
        looped = (source(8 + side), taken(10_000 + side))  # made before what the snapshot reaches
        every[8 + side] = structs.replace(every[8 + side], inputs=looped)
    below = deep(structs.replace(found, evaluations=every))
    assert names(below) == ["dep", "dep/dep", "dep/src", "src"]
    assert [made(change) for change in below[:2]] == [(9, 10), (None, None)]


def test_of_ever_more_below_an_input_the_first_are_given() -> None:
    found = deep(chain(5), 3)
    assert names(found) == ["dep", "dep/dep", "dep/dep/dep", "dep/dep/dep/dep", "src"]
    assert found[0].below is Truncation.CUT
    assert deep(chain(5), 6)[0].below is Truncation.COMPLETE


def test_a_pair_of_evaluations_is_looked_at_once() -> None:
    found = chain(3)
    index = Index(found)
    before, after = found.evaluations[11], found.evaluations[12]
    assert deep_changes(index, before, after) is deep_changes(index, before, after)
    assert deep_changes(index, None, after) == ()


def without(found: Snapshot, *, builds: bool) -> Snapshot:
    """Leave out what the builds that are inputs come from; or only their evaluations."""
    kept: dict[int, Evaluation] = {k: v for k, v in found.evaluations.items() if k not in (9, 10)}
    others = {k: v for k, v in found.builds.items() if not builds or k < 10_000}
    return structs.replace(found, evaluations=kept, builds=others)


@pytest.mark.parametrize("builds", [True, False])
def test_what_the_snapshot_lacks_is_said(tmp_path: Path, builds: bool) -> None:
    found = without(chain(1), builds=builds)
    publish(found, SiteSettings(), tmp_path)
    page = LexborHTMLParser((tmp_path / "eval/12.html").read_text())
    rows = page.css("#changes tbody tr")
    assert [row.css_first("th").text() for row in rows] == ["dep", "src"]  # type: ignore[union-attr]
    cells = [cell.text() for cell in rows[0].css("td")]
    assert cells[1] == "build 10001, what made it is not in the snapshot"
    links = [link.attributes["href"] for link in rows[0].css("a")]
    live = [f"https://hydra.example.org/build/1000{side}" for side in (1, 2)]
    assert links == (live if builds else ["../build/10001.html", "../build/10002.html"])


def test_pages_name_the_way_down_and_count_only_what_is_on_top(tmp_path: Path) -> None:
    publish(chain(2), SiteSettings(), tmp_path)
    page = LexborHTMLParser((tmp_path / "eval/12.html").read_text())
    heads = [" ".join(row.text().split()) for row in page.css("#changes tbody th")]
    ways = [("dep",), ("dep", "dep"), ("dep", "dep", "src"), ("dep", "src"), ("src",)]
    assert heads == [WAY.join(way) for way in ways]
    count = page.css_first("#changes h2 .count")
    assert count is not None
    assert count.text() == "2"
    top = page.css_first("#changes tbody tr")
    assert top is not None
    assert [cell.text() for cell in top.css("td")] == [
        "changed", "build 10001, evaluation 9", "build 10002, evaluation 10"
    ]  # fmt: skip


def test_a_job_that_broke_tells_what_changed_below_its_inputs() -> None:
    found = chain(1)
    site = Site(found)
    key = found.builds[201].job_key
    shown = breakage_view(site, job_history(site.index, key).breakage)
    assert shown is not None
    assert shown.inputs == differences(site, found.evaluations[11], found.evaluations[12])
    assert [row.within for row in shown.inputs] == [(), ("dep",), ()]


def test_the_demo_shows_it(demo_site: Path) -> None:
    ways = [
        [" ".join(head.text().split()) for head in page.css("#changes tbody th")]
        for page in (LexborHTMLParser(f.read_text()) for f in (demo_site / "eval").glob("*.html"))
    ]
    assert any(f"installer{WAY}nixpkgs" in heads for heads in ways)


Step = Callable[[Snapshot], tuple[Snapshot, Snapshot]]
STEPS: dict[str, Step] = {
    "the build": lambda full: (without(full, builds=True), without(full, builds=False)),
    "the evaluations": lambda full: (without(full, builds=False), full),
    "their inputs": lambda full: (_moved(full), full),
    "what came before": lambda full: (full, _preceded(full)),
}


def _moved(full: Snapshot) -> Snapshot:
    """Give the evaluation of the lowest build of a chain another revision."""
    lowest = min(full.evaluations)
    other = structs.replace(full.evaluations[lowest], inputs=(source(7),))
    return structs.replace(full, evaluations={**full.evaluations, lowest: other})


def _preceded(full: Snapshot) -> Snapshot:
    """Put an evaluation before those that made builds, which makes pages of theirs."""
    earlier = evaluation(1, (10_500,), jobset="below-1", inputs=())
    every = dict(sorted({**full.evaluations, 1: earlier}.items()))
    return structs.replace(full, evaluations=every)


@pytest.mark.parametrize("step", sorted(STEPS))
@pytest.mark.parametrize("levels", cases([3, 1]))
def test_pages_follow_what_arrives_in_another_jobset(
    tmp_path: Path, step: str, levels: int
) -> None:
    first, then = STEPS[step](chain(levels))
    publish(first, SiteSettings(), tmp_path / "site")
    publish(then, SiteSettings(), tmp_path / "site")
    publish(then, SiteSettings(), tmp_path / "new")
    assert shown(tmp_path / "site") == shown(tmp_path / "new")


def shown(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.html")
    }
