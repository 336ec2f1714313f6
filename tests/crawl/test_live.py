"""Tests of asking what a Hydra is doing now."""

from pathlib import Path

import httpx
import pytest
from hydras import (
    TRUNK,
    Answer,
    Crawler,
    evaluate,
    fresh,
    hydra,
    page,
    reply,
)

from hydrasnap.cli.reports import status_fields, status_lines
from hydrasnap.client.run_budget import Limits
from hydrasnap.crawl.live import LIVE_REQUESTS
from hydrasnap.crawl.session import Note
from hydrasnap.model import JobsetKey
from hydrasnap.plan.selection import Selection

FILE = "live.json"
ASKED = [
    "/status",
    "/machines",
    "/queue-runner-status",
    "/api/nrbuilds?nr=60&period=day",
    "/api/nrbuilds?nr=72&period=hour",
]


@pytest.fixture
def crawler(tmp_path: Path) -> Crawler:
    found = Crawler(tmp_path / "cache", hydra(), selection=Selection(live=True))
    for key in (TRUNK, JobsetKey("Secret", "main")):
        evaluate(found.hydra.world, key, 7, finish=False)
    return found


def remarks(crawler: Crawler) -> list[str]:
    return [event.text for event in crawler.events if isinstance(event, Note)]


def test_it_is_asked_last_and_only_where_it_is_wanted(crawler: Crawler) -> None:
    asked = crawler.asked()
    assert asked[-LIVE_REQUESTS:] == ASKED
    assert crawler.asked() == ["/", "/api/jobsets?project=one", *ASKED]
    crawler.selection = Selection()
    assert crawler.asked() == ["/", "/api/jobsets?project=one"]


def test_a_run_that_does_not_ask_takes_the_old_state_away(crawler: Crawler) -> None:
    crawler.run()
    assert FILE in crawler.files
    assert crawler.snapshot.live is not None
    crawler.selection = Selection()
    crawler.run()
    assert FILE not in crawler.files
    assert crawler.snapshot.live is None


def test_the_answers_are_kept_with_their_time(crawler: Crawler) -> None:
    crawler.run()
    live = crawler.snapshot.live
    assert live is not None
    assert live.asked == crawler.hydra.world.now
    assert live.runner is not None
    assert live.runner.status == "up"
    assert len(live.machines or ()) == 5
    finished = sum(row.finished for row in crawler.hydra.world.builds.values())
    assert sum(live.days or ()) == sum(live.hours or ()) == finished


def test_builds_of_jobsets_that_are_left_out_are_counted_and_not_named(crawler: Crawler) -> None:
    crawler.run()
    live = crawler.snapshot.live
    assert live is not None
    assert {build.jobset_key for build in live.running or ()} == {TRUNK}
    assert live.elsewhere > 0
    assert "Secret" not in crawler.files[FILE].decode()


def test_a_build_has_the_machine_that_works_on_it(crawler: Crawler) -> None:
    crawler.run()
    live = crawler.snapshot.live
    assert live is not None
    machines = {build.system: build.machine for build in live.running or ()}
    assert machines["x86_64-linux"] == "amber.demo.example"


def test_the_state_of_a_cache_tells_of_it(crawler: Crawler) -> None:
    crawler.run()
    snapshot = crawler.snapshot
    live = snapshot.live
    assert live is not None
    amount = len(live.running or ()) + live.elsewhere
    fields = status_fields(snapshot, 0, "")
    assert fields["live"] == f"{amount} builds running, as of 2026-11-02 11:00 UTC"
    line = f"live state   {fields['live']}"
    assert line in status_lines(snapshot, fields, 0)
    fields["live"] = ""
    assert line not in status_lines(snapshot, fields, 0)


def test_it_never_touches_the_builds(crawler: Crawler, tmp_path: Path) -> None:
    crawler.run()
    without = Crawler(tmp_path / "without", crawler.hydra)
    without.run()
    assert {name: data for name, data in crawler.files.items() if name != FILE} == without.files


def test_two_crawls_of_a_moment_give_the_same_bytes(crawler: Crawler, tmp_path: Path) -> None:
    crawler.run()
    other = Crawler(tmp_path / "other", crawler.hydra, selection=crawler.selection)
    other.run()
    assert other.files == crawler.files


@pytest.mark.parametrize(
    "no",
    [
        reply('{"error":"Page not found."}', 404),
        reply('{"error":"timeout"}', 500),
        page("<h1>Please come back later</h1>", 500),
        page("<h1>Bad Gateway</h1>", 502),
        page("<h1>Machine status</h1>"),
        reply('["of another shape"]'),
        httpx.ReadTimeout("too slow"),
    ],
    ids=str,
)
def test_what_is_not_told_is_a_remark_and_no_gap(crawler: Crawler, no: Answer) -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        path = request.url.raw_path.decode()
        asked.append(path)
        return fresh(no) if path.startswith(("/machines", "/api/nrbuilds")) else None

    asked: list[str] = []
    outcome = crawler.run(tap)
    assert (outcome.error, outcome.run.gaps, outcome.run.complete) == (None, (), True)
    assert asked[-4:] == ASKED[:4]
    assert len(set(asked)) == len(asked)
    live = crawler.snapshot.live
    assert live is not None
    assert (live.hours, live.days) == (None, None)
    assert live.machines
    told = remarks(crawler)
    assert [text.startswith("Not reported: ") for text in told] == [True, True]
    assert "nrbuilds" in told[-1]


def test_a_host_that_wants_no_more_questions_gets_none(crawler: Crawler) -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        asked.append(request.url.path)
        return page("<h1>Forbidden</h1>", 403) if request.url.path == "/status" else None

    asked: list[str] = []
    outcome = crawler.run(tap)
    assert (outcome.error, outcome.run.complete) == (None, True)
    assert asked[-1] == "/status"
    assert crawler.snapshot.live is None


def test_a_stale_connection_is_no_answer(crawler: Crawler) -> None:
    def tap(_: int, request: httpx.Request) -> Answer:
        asked.append(request.url.path)
        first = asked.count("/status") == 1 and asked[-1] == "/status"
        return httpx.RemoteProtocolError("Server disconnected") if first else None

    asked: list[str] = []
    crawler.run(tap)
    assert asked.count("/status") == 2
    assert not remarks(crawler)
    live = crawler.snapshot.live
    assert live is not None
    assert live.running


def test_a_budget_is_spent_on_what_lasts(crawler: Crawler, tmp_path: Path) -> None:
    without = Crawler(tmp_path / "without", crawler.hydra)
    needed = without.run().run.requests
    outcome = crawler.run(limits=Limits(requests=needed + 2))
    assert outcome.out_of_budget
    assert crawler.files.keys() - without.files.keys() <= {"unfinished.json"}
    crawler.run()
    before = crawler.snapshot.live
    assert before is not None
    crawler.hydra.world.now += 60
    crawler.run(limits=Limits(requests=4))
    assert crawler.snapshot.live == before


def test_a_damaged_file_is_asked_for_again_or_set_aside(crawler: Crawler) -> None:
    crawler.run()
    good = crawler.files
    (crawler.folder / FILE).write_text("{")
    crawler.run()
    assert crawler.damaged == [FILE]
    assert crawler.files == good
    (crawler.folder / FILE).write_text("{")
    crawler.selection = Selection()
    crawler.run()
    assert crawler.files[f"{FILE}.damaged"] == b"{"
    assert crawler.snapshot.live is None
