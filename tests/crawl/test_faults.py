"""Faults of the server, the network, the disk and the process: the cache stays whole."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from cases import cases
from hydras import (
    REQUESTS,
    STABLE,
    Answer,
    Crawler,
    evaluate,
    fresh,
    fresh_crawl,
    hydra,
    page,
    reply,
    unlucky,
)

from hydrasnap.client.run_budget import Limits
from hydrasnap.errors import OfflineError, RefusedError

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("seed", cases(range(10), quick=3))
def test_under_faults_the_cache_is_the_same(seed: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "faulty", hydra(5))
    outcome = crawler.run(unlucky(seed, 0.3), concurrency=1 + seed % 4)
    undisturbed = fresh_crawl(tmp_path / "undisturbed", crawler.hydra)
    assert (outcome.error, outcome.run.gaps) == (None, ())
    assert crawler.files == undisturbed.files
    assert outcome.run.requests <= 2 * len(undisturbed.hydra.requests)  # 1.43 for many


@pytest.mark.parametrize("answers", cases(range(2, REQUESTS, 2), quick=4))
def test_a_server_that_stops_costs_nothing_that_came(answers: int, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())

    def tap(number: int, _: httpx.Request) -> Answer:
        return httpx.ConnectError("connection refused") if number >= answers else None

    outcome = crawler.run(tap)
    assert isinstance(outcome.error, OfflineError)
    assert outcome.run.requests < answers + 12
    assert crawler.run().run.complete
    assert crawler.files == fresh_crawl(tmp_path / "fresh", crawler.hydra).files


@pytest.mark.parametrize("answer", [page("go away", 403), page("please wait", 200)])
def test_a_guard_that_steps_in_stops_the_run(answer: httpx.Response, tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra())

    def tap(number: int, _: httpx.Request) -> Answer:
        return fresh(answer) if number >= 8 else None

    outcome = crawler.run(tap)
    assert isinstance(outcome.error, RefusedError)
    assert outcome.run.requests <= 8 + 6
    assert crawler.snapshot.evaluations
    assert crawler.run().run.complete


def test_an_update_that_breaks_off_keeps_the_last_good_state(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "cache", hydra())
    before = crawler.snapshot
    evaluate(crawler.hydra.world, next(iter(before.jobsets)), 5)
    for requests in (3, 4, 5, 6):
        crawler.run(limits=Limits(requests=requests))
        now = crawler.snapshot
        assert all(now.builds[number] == build for number, build in before.builds.items())
        assert all(number in now.evaluations for number in before.evaluations)
    crawler.run()
    undisturbed = fresh_crawl(tmp_path / "fresh", crawler.hydra)
    assert crawler.files == undisturbed.files


def test_an_evaluation_whose_bulk_is_too_big_is_read_from_the_listing(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra())

    def tap(_: int, request: httpx.Request) -> Answer:
        return page("", 504) if request.url.path.endswith("/builds") else None

    outcome = crawler.run(tap)
    assert outcome.run.gaps == ()
    assert sum(line.endswith("?full=1") for line in crawler.hydra.requests) == 6
    found = crawler.snapshot
    assert not [e for e in found.evaluations.values() if found.unknown_builds(e)]


def test_a_listing_of_an_evaluation_deleted_meanwhile_is_no_end(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra())

    def tap(_: int, request: httpx.Request) -> Answer:
        if request.url.query == b"full=1" and "/101" in request.url.path:
            crawler.hydra.world.evaluations.pop(101, None)
        return page("", 504) if request.url.path.endswith("/builds") else None

    outcome = crawler.run(tap)
    assert (outcome.error, outcome.run.gaps) == (None, ())
    assert crawler.snapshot.evaluations[101].deleted_upstream


def test_builds_of_others_in_an_answer_are_not_taken(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path, hydra())
    foreign = {"id": 5, "project": "x", "jobset": "y", "job": "z", "finished": 1}

    def tap(_: int, request: httpx.Request) -> Answer:
        return reply(json.dumps([foreign])) if request.url.path == "/eval/101/builds" else None

    assert crawler.run(tap).run.complete
    assert 5 not in crawler.snapshot.builds


SCRIPT = """
import sys
from pathlib import Path
from hydras import Crawler, hydra
{before}
Crawler(Path(sys.argv[1]), hydra()).run({tap})
"""


def run_script(folder: Path, before: str = "", tap: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(before=before, tap=tap), folder],
        cwd=TESTS, text=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("answers", cases([9, 3, 15]))
def test_sigkill_loses_nothing_that_came(answers: int, tmp_path: Path) -> None:
    kill = f"lambda n, _: os.kill(os.getpid(), 9) if n == {answers} else None"
    done = run_script(tmp_path / "cache", "import os", kill)
    assert done.returncode == -signal.SIGKILL
    crawler = Crawler(tmp_path / "cache", hydra())
    assert crawler.run().run.complete
    assert (crawler.damaged, len(crawler.hydra.requests) <= REQUESTS + 4 - answers) == ([], True)
    assert crawler.files == fresh_crawl(tmp_path / "fresh", crawler.hydra).files


@pytest.mark.skipif(os.name != "posix", reason="needs limits on processes")
@pytest.mark.parametrize("most", cases([3000, 300, 8000]))
def test_a_full_disk_is_told_and_loses_nothing(most: int, tmp_path: Path) -> None:
    limit = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))"
    )
    done = run_script(tmp_path / "cache", limit)
    assert done.returncode == 1
    assert f"Cannot write the cache {tmp_path / 'cache'}: File too large." in done.stderr
    crawler = Crawler(tmp_path / "cache", hydra())
    assert crawler.run().run.complete
    assert crawler.damaged == []
    assert crawler.files == fresh_crawl(tmp_path / "fresh", crawler.hydra).files


def test_a_password_in_a_redirect_is_not_noted(tmp_path: Path) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())

    def tap(_: int, request: httpx.Request) -> Answer:
        if request.url.path.endswith("/evals"):
            return page("", 302, Location="https://me:s3cret@elsewhere.example/")
        return None

    result = crawler.run(tap)
    assert any("elsewhere.example" in gap.reason for gap in result.run.gaps)
    assert "s3cret" not in (crawler.folder / "snapshot.json").read_text()


def test_a_list_of_thousands_of_builds_that_do_not_exist_costs_few_requests(
    tmp_path: Path,
) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())
    newest = {"id": 99, "builds": [*range(10**6, 10**6 + 3000)], "hasnewbuilds": 1}
    odd = json.dumps({"evals": [newest], "last": "?page=1"})

    def tap(_: int, request: httpx.Request) -> Answer:
        path = request.url.path
        if path == "/eval/99":
            return reply(json.dumps(newest))
        return reply(odd) if path == "/jobset/one/trunk/evals" else None

    result = crawler.run(tap)
    assert result.error is None
    assert not result.run.complete
    assert crawler.snapshot.jobsets[STABLE].evaluations
    assert result.run.requests < 100
