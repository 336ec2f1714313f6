"""Tests of the page of what the Hydra was doing, and of what else tells of it."""

import json
from pathlib import Path

import pytest
from example import HOSTILE, NOON, all_pages, live, snapshot
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.model import Live, Machine, QueueRunner, RunningBuild, Snapshot
from hydrasnap.publish.pages.activity.activity import ActivityPage, activity_page
from hydrasnap.publish.pages.activity.machines import machine_row, runner_facts
from hydrasnap.publish.pages.build.build import build_page
from hydrasnap.publish.pages.common.page import Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.overview.overview import overview_page
from hydrasnap.publish.pages.overview.queue import queue_page
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

PLAIN = SiteSettings()


def having(found: Live | None) -> Snapshot:
    return structs.replace(snapshot(), live=found)


def described(found: Live) -> ActivityPage:
    return activity_page(Site(having(found)), found)


def test_running_builds_lead_to_their_pages_or_to_the_hydra() -> None:
    known, other = described(live()).rows or ()
    assert (known.href, known.external, known.age) == ("build/203.html", False, 97)
    assert known.job.href == "job/p/j/waits.html"
    assert (other.href, other.external) == ("https://hydra.example.org/build/9999", True)
    assert (other.job.label, other.job.href, other.jobset.href) == (HOSTILE, "", "")
    assert (other.queued, other.age) == (None, None)


def test_builds_are_summed_with_those_that_are_left_out() -> None:
    page = described(live())
    assert page.sums == f"5 builds running, 1 of 4 machines at work, queue runner {HOSTILE}"
    assert (page.elsewhere, page.placed) == (3, True)


def test_what_was_not_told_is_said_and_left_out(tmp_path: Path) -> None:
    found = Live(asked=NOON, running=())
    page = described(found)
    assert page.not_reported == "machines, queue runner and throughput"
    assert (page.rows, page.machines, page.facts, page.charts) == ((), None, None, ())
    publish(having(found), PLAIN, tmp_path)
    html = LexborHTMLParser((tmp_path / "status.html").read_bytes())
    assert [node.attributes["id"] for node in html.css("section")] == ["builds"]
    assert described(Live(asked=NOON, days=(1,))).rows is None


def test_machines_say_what_they_do() -> None:
    rows = [machine_row(machine, NOON + 300) for machine in live().machines or ()]
    states = {row.name: (row.state, row.disabled, row.idle_since) for row in rows}
    assert states == {
        HOSTILE: ("1 of 4 running", False, None),
        "idle": ("idle", False, NOON),
        "lost": ("disabled", True, None),
        "resting": ("disabled", True, None),
    }
    busy = rows[0]
    assert (busy.pace, busy.load, busy.memory, busy.whole) == (
        "2.5 s", "1.00 2.00 3.00", "1.0 GiB", "4.0 GiB",
    )  # fmt: skip
    assert busy.pressure == f"processors 9 %, {HOSTILE} 1 %"
    assert "processors: 9.0 % of 10 s, 8.0 % of 60 s, 7.0 % of 300 s" in busy.long


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, ""),
        ({"running": 2}, "2 running"),
        ({"running": 0, "has_room": False}, "idle, no room"),
        ({"running": 1, "enabled": False}, "1 running"),
    ],
)
def test_a_state_is_told_as_far_as_it_is_known(fields: dict[str, object], state: str) -> None:
    row = machine_row(Machine(name="m", **fields), NOON)  # type: ignore[arg-type]
    assert row.state == state


def test_a_queue_runner_is_told_in_words() -> None:
    facts = {fact.name: fact.words for fact in runner_facts(live().runner or QueueRunner(""))}
    assert facts == {
        "Status": HOSTILE, "Running for": "1 min 30 s", "Steps": "1 building",
        "Time a step": "1 min 1 s", "Transfer": "4.0 KiB sent",
    }  # fmt: skip


def test_throughput_is_drawn_in_order_without_times() -> None:
    hours, days = described(live()).charts
    assert (hours.lines[0].newest, hours.first) == ("5", "at least 2 hours earlier")
    assert [row.moment.label for row in hours.rows] == [
        "newest",
        "at least 1 hour earlier",
        "at least 2 hours earlier",
    ]
    assert [column.words for column in days.columns] == [
        "at least 1 day earlier: builds: 7",
        "newest: builds: 9",
    ]
    assert not days.dated


def test_the_queue_and_the_builds_page_tell_what_runs() -> None:
    site = Site(snapshot())
    assert (queue_page(site).running, queue_page(site).asked) == ({203: True}, NOON + 300)
    running = build_page(site, site.snapshot.builds[203])
    assert running.sentence == "Build in progress when the Hydra was asked"
    waiting = build_page(Site(having(None)), site.snapshot.builds[203])
    assert waiting.sentence == "Scheduled to be built"


def test_a_finished_build_is_not_in_progress_whatever_was_told() -> None:
    found = Live(asked=NOON, running=(RunningBuild(id=201, project="p", jobset="j", job="breaks"),))
    site = Site(having(found))
    assert "progress" not in build_page(site, site.snapshot.builds[201]).sentence


def test_the_overview_draws_the_builds_of_the_days() -> None:
    note = overview_page(Site(snapshot())).running
    assert note is not None
    assert (note.spark, note.newest) == ("M250 100L750 0", "9")
    assert overview_page(Site(having(None))).running is None


def test_without_live_state_nothing_tells_of_it(tmp_path: Path) -> None:
    publish(having(None), PLAIN, tmp_path)
    assert not (tmp_path / "status.html").exists()
    assert not (tmp_path / "status.json").exists()
    pages = [page.read_text() for page in tmp_path.rglob("*.html")]
    assert [page for page in pages if "status.html" in page or 'class="live"' in page] == []


def test_every_page_leads_to_it_where_there_is_one(tmp_path: Path) -> None:
    publish(snapshot(), PLAIN, tmp_path)
    for path in ("index.html", "build/203.html"):
        html = LexborHTMLParser((tmp_path / path).read_bytes())
        assert "Activity" in [node.text() for node in html.css(".menu a")]
    publish(having(None), PLAIN, tmp_path)
    html = LexborHTMLParser((tmp_path / "build/203.html").read_bytes())
    assert "Activity" not in [node.text() for node in html.css(".menu a")]


def test_a_build_that_begins_to_run_has_its_page_made_again(tmp_path: Path) -> None:
    idle = structs.replace(live(), running=())
    publish(having(idle), PLAIN, tmp_path)
    page = tmp_path / "build/203.html"
    assert "in progress" not in page.read_text()
    done = publish(snapshot(), PLAIN, tmp_path)
    assert "in progress" in page.read_text()
    assert done.written <= 5  # with the queue, the overview, the live state and its data


def test_its_data_are_those_of_the_cache(tmp_path: Path) -> None:
    publish(snapshot(), PLAIN, tmp_path)
    found = json.loads((tmp_path / "status.json").read_text())
    assert (found["schema"], found["asked"], found["days"]) == (1, NOON + 300, [7, 9])
    assert [build["id"] for build in found["running"]] == [203, 9999]


def test_it_is_one_page() -> None:
    pages = [page.path for page in all_pages(Site(snapshot())) if isinstance(page, Page)]
    assert pages.count("status.html") == 1
