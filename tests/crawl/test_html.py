"""Lists of evaluations that are read from Hydra's HTML give what its JSON gives."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hydras import ORIGIN, TRUNK, Answer, Crawler, evaluate, fresh_crawl, hydra, page
from synthetic import synthetic_world
from up_to_date import assert_up_to_date

from hydrasnap.client.run_budget import Limits
from hydrasnap.crawl.session import Note
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.model import JobsetKey
from hydrasnap.plan.selection import Selection

Tap = Callable[[int, httpx.Request], Answer]


def list_of(of: DemoHydra, request: httpx.Request) -> Answer:
    """Write a list of evaluations as far as it is read of Hydra's page."""
    _, _, project, name, _ = request.url.path.split("/")
    ids = [row.id for row in of.world.evaluations_of(JobsetKey(project, name)) if row.hasnewbuilds]
    first = 20 * (int(request.url.params.get("page", "1")) - 1)
    rows = "".join(
        f'<tr><td><a class="row-link" href="{ORIGIN}/eval/{number}">{number}</a></td></tr>'
        for number in ids[first : first + 20]
    )
    head = "".join(f"<th>{title}</th>" for title in ("#", "Date", "Input changes", "Jobs"))
    return page(
        f"<html><body><p>Showing evaluations {first + 1} - {first + 20} out of {len(ids)}.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></body></html>"
    )


def lists(of: DemoHydra, *, json: bool = True) -> Tap:
    """Serve lists of evaluations as HTML too; without `json`, those in JSON are too big."""

    def tap(_: int, request: httpx.Request) -> Answer:
        if not request.url.path.endswith("/evals"):
            return None
        if "html" in request.headers["accept"]:
            return list_of(of, request)
        return None if json else page("", 504)

    return tap


@pytest.mark.parametrize("window", [3, 25, 60])
def test_a_list_that_is_too_big_is_read_from_html(window: int, tmp_path: Path) -> None:
    of = DemoHydra(world=synthetic_world(20, 45))
    crawler = Crawler(tmp_path / "kept", of, selection=Selection(evaluations=window))
    assert crawler.run(lists(of, json=False)).run.complete
    fresh = fresh_crawl(tmp_path / "fresh", of, crawler.selection)
    assert_up_to_date(crawler.snapshot, fresh.snapshot)
    (jobset,), (other,) = crawler.snapshot.jobsets.values(), fresh.snapshot.jobsets.values()
    assert jobset.evaluations[: window + 1] == other.evaluations[: window + 1]
    assert len(crawler.asked()) == 2
    assert any(isinstance(e, Note) and "Trying the other page" in e.text for e in crawler.events)


def _evaluate(of: DemoHydra) -> None:
    for turn in (7, 8):
        evaluate(of.world, TRUNK, turn)


def _delete(of: DemoHydra) -> None:
    of.world.delete_evaluation(of.world.evaluations_of(TRUNK)[1].id)
    evaluate(of.world, TRUNK, 8)


@pytest.mark.parametrize("change", [_evaluate, _delete])
@pytest.mark.parametrize("json", [True, False])
def test_a_large_jobset_asks_html_first_and_each_new_evaluation_alone(
    change: Callable[[DemoHydra], None], json: bool, tmp_path: Path
) -> None:
    crawler = fresh_crawl(tmp_path / "kept", hydra(4))
    crawler.selection = replace(crawler.selection, large=0)
    change(crawler.hydra)
    crawler.hydra.requests.clear()
    assert crawler.run(lists(crawler.hydra, json=json)).run.complete
    asked = [line.removeprefix("GET ") for line in crawler.hydra.requests]
    new = [row.id for row in crawler.hydra.world.evaluations_of(TRUNK)[:2]]
    expected = new if change is _evaluate else new[:1]
    alone = [path for path in asked if path.startswith("/eval/") and path.count("/") == 2]
    assert sorted(alone) == sorted(f"/eval/{number}" for number in expected)
    fresh = fresh_crawl(tmp_path / "fresh", crawler.hydra)
    assert_up_to_date(crawler.snapshot, fresh.snapshot)
    gone = {number for number, e in crawler.snapshot.evaluations.items() if e.deleted_upstream}
    assert len(gone) == (change is _delete)


@pytest.mark.parametrize("requests", [3, 4, 5])
def test_html_in_small_pieces(requests: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", hydra(4))
    runs = 1
    tap = lists(crawler.hydra, json=False)
    while crawler.run(tap, limits=Limits(requests=requests)).out_of_budget:
        runs += 1
        assert runs < 60, "makes no headway"
    assert crawler.files == fresh_crawl(tmp_path / "fresh", crawler.hydra).files


def test_where_neither_page_can_be_read_there_is_a_gap(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "kept", hydra())

    def tap(_: int, request: httpx.Request) -> Answer:
        return page("", 504) if request.url.path == "/jobset/one/trunk/evals" else None

    assert [gap.path for gap in crawler.run(tap).run.gaps] == ["/jobset/one/trunk/evals"]
    assert crawler.run().run.complete
    assert_up_to_date(crawler.snapshot, fresh_crawl(tmp_path / "fresh", crawler.hydra).snapshot)
