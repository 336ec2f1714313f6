"""What a machine is told: every line an object, errors too."""

import ast
import json
import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import Result
from commands import run, told
from hydras import fresh_crawl, hydra

from hydrasnap.cli.output import EVENTS
from hydrasnap.crawl.session import Event
from hydrasnap.store.opening import open_cache

ROOT = Path(__file__).parents[2]

NOWHERE = "http://127.0.0.1:1"
JSON = ("--log-format", "json")


def events(result: Result, code: int) -> list[dict[str, Any]]:
    """Take every line of the output as an object."""
    return [json.loads(line) for line in told(result, code).splitlines()]


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "words"),
    [
        (("crawl", *JSON), 2, "config", ("Which Hydra?", "Give its address")),
        (
            ("crawl", "--log-format=json", "x"),
            2,
            "config",
            ("URL: 'x' is not an", "Write it"),
        ),
        (("crawl", "--nope", *JSON), 2, "usage", ("No such option '--nope'.", "")),
        (("nope", *JSON), 2, "usage", ("No such command 'nope'.", "See `hydrasnap --help`.")),
        (
            ("render", *JSON, "a"),
            2,
            "usage",
            ("Got unexpected extra", "See `hydrasnap render --he"),
        ),
        (
            ("render", "--cache", "c", *JSON),
            1,
            "cache",
            ("There is no cache in c.", "Make one wit"),
        ),
        (
            ("status", "--cache", "c", *JSON),
            1,
            "cache",
            ("There is no cache in c.", "Make one wit"),
        ),
        (
            ("crawl", NOWHERE, "--cache", "c", *JSON),
            1,
            "offline",
            (f"{NOWHERE} cannot be", "Check"),
        ),
    ],
)
def test_a_failure_is_an_event(
    tmp_path: Path, arguments: tuple[str, ...], code: int, kind: str, words: tuple[str, str]
) -> None:
    with chdir(tmp_path):
        *_, error = events(run(*arguments), code)
    message, hint = words
    assert (error["event"], error["kind"], error["exit_code"]) == ("error", kind, code)
    assert error["message"].startswith(message)
    assert error["hint"].startswith(hint)


@pytest.mark.slow
def test_the_demo_tells_of_crawl_and_render(tmp_path: Path) -> None:
    folders = ("--cache", tmp_path / "cache", "--output", tmp_path / "site")
    told_of = events(run("demo", *folders, *JSON), 0)
    done = next(event for event in told_of if event["event"] == "done")
    assert (done["complete"], done["reason"], done["gaps"]) == (True, "", [])
    assert {"event": "stage", "name": "render", "total": None} in told_of
    assert told_of[-1]["event"] == "rendered"
    assert told_of[-1]["written"] > 1000
    again = events(run("render", *folders, *JSON), 0)
    assert [event["event"] for event in again] == ["stage", "rendered"]
    assert run("render", *folders, *JSON, "--quiet").output == ""


def test_status_and_prune_answer_a_machine(tmp_path: Path) -> None:
    fresh_crawl(tmp_path, hydra())
    (found,) = events(run("status", "--cache", tmp_path, *JSON), 0)
    assert (found["jobsets"], found["run"]["complete"], found["running"]) == (3, True, "")
    config = tmp_path / "my.toml"
    config.write_text("[crawl]\nevaluations = 1\n[retention]\nevaluations = 2\n")
    (done,) = events(run("prune", "--cache", tmp_path, "--config", config, *JSON), 0)
    assert done == {"event": "pruned", "jobsets": 0, "evaluations": 2, "builds": 4}


def test_a_run_under_way_is_told_of(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    with open_cache(tmp_path, crawler.snapshot.origin, lambda *_: None):
        told(run("status", "--cache", tmp_path), 0, f"running      process {os.getpid()} on ")
    assert "running" not in told(run("status", "--cache", tmp_path), 0)


def test_a_first_run_under_way_is_told_of(tmp_path: Path) -> None:
    with open_cache(tmp_path, NOWHERE, lambda *_: None):
        output = told(run("status", "--cache", tmp_path), 1, "There is no cache in ")
    assert f"Process {os.getpid()} on " in output
    assert "is filling it now." in output


def test_a_run_that_died_is_not_told_of_as_running(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    with open_cache(tmp_path, crawler.snapshot.origin, lambda *_: None):
        holder = json.loads((tmp_path / ".lock-holder").read_text())
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    (tmp_path / ".lock-holder").write_text(json.dumps({**holder, "pid": dead.pid}))
    assert "running" not in told(run("status", "--cache", tmp_path), 0)


@pytest.mark.skipif(os.name != "posix", reason="needs a session without a terminal")
def test_without_a_terminal_nobody_is_asked_for_a_password(tmp_path: Path) -> None:
    (tmp_path / "hydrasnap.toml").write_text('[hydra]\nusername = "me"\n')
    without = {name: value for name, value in os.environ.items() if "HYDRASNAP" not in name}
    done = subprocess.run(
        [sys.executable, "-c", "from hydrasnap.cli import main; main()", "crawl", NOWHERE],
        cwd=tmp_path, env=without, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        start_new_session=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == (
        f"Error: No password is set for me at {NOWHERE}, and there is no terminal to ask for it. "
        "Set HYDRASNAP_PASSWORD, or password_file under [hydra] in hydrasnap.toml.\n"
    )
    assert not (tmp_path / "cache").exists()


def test_every_event_is_described() -> None:
    named: set[str] = set()
    for file in sorted((ROOT / "hydrasnap" / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "attr", getattr(called, "id", ""))
            place = {"log": 1, "answer": 1, "_print": 1, "print_event": 0}.get(name)
            if isinstance(node, ast.Call) and place is not None and len(node.args) > place:
                argument = node.args[place]
                if isinstance(argument, ast.Constant):
                    named.add(str(argument.value))
    named |= {kind.__name__.lower() for kind in get_args(Event)}
    assert named == EVENTS.keys()
