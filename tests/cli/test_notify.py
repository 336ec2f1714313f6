"""Receivers are told once of each event, after a complete snapshot, and after a failure again."""

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from commands import run, told
from hydras import fresh_crawl
from msgspec import structs

from hydrasnap.cli.notify import NOTES, notify
from hydrasnap.cli.output import OutputOptions
from hydrasnap.config.keys import Config
from hydrasnap.config.loading import load
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.errors import ConfigError
from hydrasnap.model import Snapshot

ENDLESS = 202  # the status of an answer that does not end


@contextmanager
def receiver(status: list[int]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Receive messages on a real socket; `status` is what is answered, first to last."""
    received: list[dict[str, Any]] = []
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code = status.pop(0) if status else 204
            if code < 300:
                received.append(json.loads(body))
            self.send_response(code)
            self.send_header("Content-Length", "0" if code != ENDLESS else "1000000")
            self.end_headers()
            if code == ENDLESS:
                self.wfile.write(b"x")
                ended.wait()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hook/t0ken", received
        finally:
            ended.set()
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> list[Snapshot]:
    """Return the embedded Hydra at two moments, with news between them."""
    folder = tmp_path_factory.mktemp("stages")
    return [fresh_crawl(folder / str(n), DemoHydra(n)).snapshot for n in (1, 3)]


def config(folder: Path, *tables: str) -> Config:
    file = folder / "hydrasnap.toml"
    text = "\n".join(f"[[notify]]\n{table}" for table in tables)
    file.write_text(f"[cache]\nfolder = '.'\n[site]\nbase = 'https://s.example.org/x/'\n{text}\n")
    return load(file, {}, {})


def events(message: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [
        (item["evaluation"], kind, row["job"])
        for item in message["evaluations"]
        for kind in ("newly_failing", "fixed")
        for row in item[kind]
    ]


def test_news_are_told_once_and_a_first_run_tells_nothing(
    tmp_path: Path, stages: list[Snapshot]
) -> None:
    quiet = OutputOptions(quiet=True)
    with receiver([]) as (url, received):
        settings = config(tmp_path, f"url = '{url}'")
        notify(stages[0], settings, quiet)
        assert received == []
        notify(structs.replace(stages[1], run=structs.replace(stages[1].run, complete=False)),
               settings, quiet)  # fmt: skip
        assert received == []
        for _ in range(3):
            notify(stages[1], settings, quiet)
    (message,) = received
    assert events(message)
    assert len(set(events(message))) == len(events(message))
    known = stages[0].evaluations.keys()
    assert any(number not in known for number, _, _ in events(message))
    assert (message["origin"], message["as_of"]) == (stages[1].origin, stages[1].run.started)
    assert message["evaluations"][0]["page"].startswith("https://s.example.org/x/eval/")
    assert "t0ken" not in (tmp_path / NOTES).read_text()


def test_a_receiver_that_fails_is_told_again_and_no_other_twice(
    tmp_path: Path, stages: list[Snapshot], capsys: pytest.CaptureFixture[str]
) -> None:
    with receiver([500]) as (url, received):
        log = tmp_path / "log"
        code = f"import sys; open({str(log)!r}, 'a').write(sys.stdin.read() + chr(10))"
        command = json.dumps([sys.executable, "-c", code])
        settings = config(tmp_path, f"url = '{url}'", f"command = {command}")
        for stage in (0, 1, 1):
            notify(stages[stage], settings, OutputOptions())
    assert len(received) == 1
    (line,) = log.read_text().splitlines()
    assert json.loads(line) == received[0]
    output = capsys.readouterr()
    assert "127.0.0.1 could not be notified: status 500; the next run tries again" in output.err
    assert "t0ken" not in output.err + output.out


@pytest.mark.parametrize("words", ['["/nowhere/program"]', '["false"]'])
def test_a_command_that_fails_is_a_warning(
    tmp_path: Path, stages: list[Snapshot], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = config(tmp_path, f"command = {words}")
    for snapshot in stages:
        notify(snapshot, settings, OutputOptions(json=True))
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "warning"


def test_an_answer_without_end_is_not_waited_for(tmp_path: Path, stages: list[Snapshot]) -> None:
    with receiver([ENDLESS]) as (url, received):
        settings = config(tmp_path, f"url = '{url}'")
        for snapshot in stages:
            notify(snapshot, settings, OutputOptions())
    assert len(received) == 1


@pytest.mark.parametrize("notes", ["", "[]", '{"a": 5}', '{"a": [[1]]}', "[" * 100_000])
def test_notes_that_cannot_be_read_count_as_none(
    tmp_path: Path, stages: list[Snapshot], notes: str
) -> None:
    with receiver([]) as (url, received):
        settings = config(tmp_path, f"url = '{url}'")
        name = hashlib.sha256(json.dumps([[], url]).encode()).hexdigest()[:16]
        (tmp_path / NOTES).write_text(notes.replace('"a"', f'"{name}"'))
        notify(stages[1], settings, OutputOptions())
    assert received == []


def test_a_receiver_may_want_some_jobsets_alone(tmp_path: Path, stages: list[Snapshot]) -> None:
    with receiver([]) as (url, received):
        settings = config(tmp_path, f"url = '{url}'\njobsets = ['tools:*']")
        for snapshot in stages:
            notify(snapshot, settings, OutputOptions(quiet=True))
    assert {item["jobset"].partition("/")[0] for m in received for item in m["evaluations"]} <= {
        "tools"
    }


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("", "[[notify]] number 1 must have a command or a url"),
        ("url = 'https://h'\ncommand = ['x']", "must have a command or a url"),
        ("url = 'h'", "[[notify]] number 1: url is not an address"),
        ("url = 'https://h:99999/x'", "[[notify]] number 1: url is not an address"),
        ("url = 'https://'", "[[notify]] number 1: url is not an address"),
        ('command = ["x", "a\\u0000"]', "[[notify]] number 1 has a command with a null character"),
        ("command = 'x'", "[[notify]] number 1: command must be a list of texts"),
    ],
)
def test_a_receiver_is_one_command_or_one_address(tmp_path: Path, table: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, table)
    assert words in str(caught.value)


def test_the_command_needs_no_receiver(tmp_path: Path) -> None:
    told(run("notify", "--cache", tmp_path / "none"), 0, "Nobody is told: there is no [[notify]]")
