"""The command line: one clear sentence for each mistake, and an exit code that says its kind."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import chdir
from pathlib import Path

import pytest
from commands import Answer, embedded, run, served, told
from hydras import REQUESTS, hydra

from hydrasnap.errors import ConfigError

JSON, HTML = "application/json", "text/html; charset=utf-8"
MAIN = "from hydrasnap.cli import main; main()"
PARTS = (
    ("crawl",), ("snapshot",), ("render",), ("status",), ("demo",), ("prune",), ("serve",),
    ("bundle",), ("init",), ("query",), ("merge",), ("notify",), ("check",), (),
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_help_says_what_each_command_does_with_an_example(part: tuple[str, ...]) -> None:
    output = told(run(*part, "--help"), 0)
    assert f"Usage: hydrasnap {part[0] if part else '[OPTIONS]'} " in output
    assert re.search(rf"^  hydrasnap {part[0] if part else 'demo'}\b", output, re.MULTILINE)
    assert "..." not in output.partition("\n")[2]
    assert max(map(len, output.splitlines())) <= 80


@pytest.mark.parametrize("part", [(), ("query",)])
def test_without_a_command_the_help_is_printed(part: tuple[str, ...]) -> None:
    helped, ended = told(run(*part, "--help"), 0), run(*part)
    assert told(ended, 2).strip() == helped.strip()
    assert ended.stdout == ""


def imported_by(*arguments: str) -> set[str]:
    """Return the heavy packages that a command imports."""
    code = (
        "import sys; from hydrasnap.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit as end: assert not end.code\n"
        "heavy = {'httpx', 'jinja2', 'rich', 'lxml', 'hydrasnap.report'} & set(sys.modules)\n"
        "print('\\n' + ' '.join(heavy))"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return set(done.stdout.splitlines()[-1].split())


def test_help_is_quick_as_heavy_imports_wait() -> None:
    assert imported_by("--help") == set()


def test_a_render_with_nothing_to_do_imports_little(demo_cache: Path, tmp_path: Path) -> None:
    render = ("render", "--cache", str(demo_cache), "--output", str(tmp_path / "site"))
    assert "jinja2" in imported_by(*render)
    assert imported_by(*render) == set()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("crawl",), "Which Hydra?"),
        (("snapshot",), "Which Hydra?"),
        (("nothing",), "No such command 'nothing'"),
        (("crawl", "--evalutions", "3"), "No such option"),
        (("crawl", "http://127.0.0.1:1", "--evaluations", "ten"), "'ten' is not a valid integer"),
        (("crawl", "http://127.0.0.1:1", "--evaluations", "0"), "--evaluations"),
        (
            ("crawl", "http://127.0.0.1:1", "--concurrency", "17"),
            "a whole number from 1 to 16, not 17",
        ),
        (("crawl", "http://127.0.0.1:1", "--rate", "-1"), "--rate"),
        (("crawl", "http://127.0.0.1:1", "--rate", "nan"), "--rate"),
        (("crawl", "http://127.0.0.1:1", "--max-requests", "0"), "--max-requests"),
        (
            ("crawl", "hydra.example.org"),
            "URL: 'hydra.example.org' is not an address. Write it like https://",
        ),
        (("crawl", "http://exa mple.invalid"), "URL: 'http://exa mple.invalid' is not an address"),
        (("crawl", ""), "URL: '' is not an address"),
        (("crawl", "http://127.0.0.1:1", "--cache", ""), "'--cache': it is empty; name a folder"),
        (("demo", "--output", ""), "'--output': it is empty; name a folder"),
        (("crawl", "http://127.0.0.1:1", "--exclude", ""), "--exclude must be a text that is not"),
        (("crawl", "https://me:s3cret@hydra.example.org"), "must not hold a login"),
        (("render", "--config", "absent.toml"), "There is no configuration file absent.toml"),
        (("demo", "--moment", "4"), "4 is not in the range"),
        (("prune",), "Nothing says what to drop"),
    ],
)
def test_wrong_use_is_explained(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    with chdir(tmp_path):
        output = told(run(*arguments), 2, words)
        assert not list(Path().iterdir())
    assert "s3cret" not in output


def test_a_broken_configuration_is_named(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[crawl]\nrat = 1\n")
    told(run("crawl", "--config", file), 2, f"{file}: [crawl] rat is not a setting. Did you mean")


@pytest.mark.parametrize("command", ["render", "status"])
def test_without_a_cache_there_is_nothing_to_show(tmp_path: Path, command: str) -> None:
    told(run(command, "--cache", tmp_path / "none"), 1, "There is no cache in")


def test_a_host_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    output = told(run("crawl", "http://127.0.0.1:1", "--cache", tmp_path), 1, "cannot be reached")
    assert "http://127.0.0.1:1" in output


@pytest.mark.parametrize("host", ["a..invalid", "xn--a.invalid", "\u2603.\x80",
                                  "nowhere.invalid", "x" * 300 + ".invalid"])  # fmt: skip
def test_a_host_name_that_is_none_is_said_to_be_so(tmp_path: Path, host: str) -> None:
    told(run("crawl", f"http://{host}", "--cache", tmp_path, "--quiet"), 1, "cannot be reached")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, JSON, b'{"error":"This page requires you to sign in."}'), "wants a login"),
        ((403, HTML, b"Forbidden"), "answers 403 Forbidden"),
        ((500, JSON, b'{"error":"oops"}'), "failed: 500"),
        ((302, HTML, b""), "sends us round in circles"),
    ],
)  # fmt: skip
def test_a_server_that_refuses_is_explained(tmp_path: Path, answer: Answer, words: str) -> None:
    with served(lambda *_: answer) as url:
        told(run("crawl", url, "--cache", tmp_path, "--no-progress"), 1, words)
    assert not list(tmp_path.glob("*/*.json"))


def without_pages(folder: Path) -> tuple[str, str]:
    """Return the options by which a crawl asks for JSON alone."""
    file = folder / "json.toml"
    file.write_text("[crawl]\nreasons = 0\n", encoding="utf-8")
    return "--config", str(file)


@pytest.mark.slow
def test_a_crawl_over_a_real_socket(tmp_path: Path) -> None:
    cache, config = tmp_path / "cache", without_pages(tmp_path)
    with served(embedded(hydra())) as url:
        output = told(run("crawl", url, "--cache", cache, *config, "--no-progress"), 0, "6 new")
        assert f"{REQUESTS} requests" in output
        told(run("crawl", url, "--cache", cache, *config), 0, "2 requests")
        told(run("crawl", url, "--cache", cache, *config, "--quiet"), 0)
        dry = told(run("crawl", url, "--cache", cache, "--dry-run"), 0)
        assert dry.endswith("No more requests would follow.\n")
        told(run("crawl", url, "--cache", cache, "--project", "none"), 2, "No project matches")
        told(run("crawl", url, "--cache", cache, "--jobset", "one/x"), 2, "No jobset matches")
    told(run("status", "--cache", cache), 0, "jobsets      3")
    told(run("render", "--cache", cache, "--output", tmp_path / "site"), 0, "Open ")


def test_the_budget_ends_a_run_with_gaps_and_says_so(tmp_path: Path) -> None:
    with served(embedded(hydra())) as url:
        result = run("crawl", url, "--cache", tmp_path, "--max-requests", "5")
        told(result, 3, "--max-requests is used up: 5 requests made. The next run goes on")
        output = told(run("status", "--cache", tmp_path), 0, "(incomplete)")
        assert "ended early  --max-requests is used up: 5 requests made." in output
        assert "the next run goes on" in output
        assert "gaps" not in output
        told(run("crawl", url, "--cache", tmp_path), 0)
        told(run("status", "--cache", tmp_path), 0, "gaps         none")


def test_gaps_have_an_exit_code_and_are_listed(tmp_path: Path) -> None:
    good = embedded(hydra())

    def answer(target: str, accept: str) -> Answer:
        broken = target.startswith("/jobset/one/trunk/")
        return (500, JSON, b'{"error":"out of order"}') if broken else good(target, accept)

    with served(answer) as url:
        told(run("crawl", url, "--cache", tmp_path), 3, "/jobset/one/trunk/evals: ")
    told(run("status", "--cache", tmp_path), 0, "gaps         1")


def test_the_log_for_machines_is_an_object_a_line(tmp_path: Path) -> None:
    with served(embedded(hydra())) as url:
        config = without_pages(tmp_path)
        result = run("crawl", url, "--cache", tmp_path / "c", *config, "--log-format", "json")
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert events[-1]["event"] == "done"
    assert events[-1]["requests"] == REQUESTS
    assert (events[-1]["complete"], events[-1]["reason"]) == (True, "")
    assert result.stdout == ""


def test_the_cache_of_another_hydra_is_left_alone(tmp_path: Path) -> None:
    with served(embedded(hydra())) as url:
        told(run("crawl", url, "--cache", tmp_path), 0)
    told(run("crawl", "http://127.0.0.1:1", "--cache", tmp_path), 1, "is of http://127.0.0.1")


def test_a_damaged_cache_is_named(tmp_path: Path) -> None:
    with served(embedded(hydra())) as url:
        cache = tmp_path / "cache"
        told(run("crawl", url, "--cache", cache), 0)
        damaged = cache / "evals" / "101.json"
        damaged.write_bytes(b"{")
        told(run("render", "--cache", cache, "--output", tmp_path / "s"), 1, f"{damaged} is dam")
        told(run("crawl", url, "--cache", cache), 0, f"{damaged} is damaged")
        told(run("status", "--cache", cache), 0)


@pytest.mark.parametrize(
    ("place", "words"), [("file", "is no folder"), ("file/below", "Cannot lock the cache")]
)
def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "file").write_text("")
    told(run("crawl", "http://127.0.0.1:1", "--cache", tmp_path / place), 1, words)


def test_a_second_run_leaves_at_once(tmp_path: Path) -> None:
    from hydrasnap.store.opening import open_cache

    with open_cache(tmp_path, "http://127.0.0.1:1", lambda *_: None):
        result = run("crawl", "http://127.0.0.1:1", "--cache", tmp_path)
        told(result, 4, f"is in use by process {os.getpid()} on ")


def test_the_password_is_taken_from_the_environment_and_told_to_nobody(tmp_path: Path) -> None:
    config = tmp_path / "hydrasnap.toml"
    config.write_text('[hydra]\nusername = "reader"\n')
    with served(lambda *_: (403, JSON, b'{"error":"Bad username or password."}')) as url:
        result = run(
            "crawl", url, "--config", config, "--cache", tmp_path / "cache", "--verbose",
            env={"HYDRASNAP_PASSWORD": "s3cret-word"},
        )  # fmt: skip
    output = told(result, 1, "does not let reader in: Bad username or password.")
    assert "asked" not in output
    told(run("render", "--cache", tmp_path / "cache"), 1, "There is no cache in")
    assert "s3cret-word" not in output
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"s3cret-word" not in file.read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_run_that_a_signal_ends_says_that_nothing_is_lost(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    good, seen = embedded(hydra()), threading.Event()

    def answer(target: str, accept: str) -> Answer:
        if target.endswith("/builds"):
            seen.set()
            return 503, HTML, b""
        return good(target, accept)

    command = [sys.executable, "-c", "from hydrasnap.cli import main; main()", "crawl"]
    with served(answer) as url:
        with subprocess.Popen(
            [*command, url, "--cache", str(tmp_path)], stderr=subprocess.PIPE, text=True
        ) as process:
            assert seen.wait(30)
            process.send_signal(number)
            _, errors = process.communicate(timeout=30)
        assert process.returncode == code
        assert "Stopped. What was fetched is kept; run again to go on." in errors
        assert "Traceback" not in errors
    assert (tmp_path / "journal.jsonl").exists()


def test_a_crawl_says_what_the_retention_drops(tmp_path: Path) -> None:
    config = tmp_path / "my.toml"
    config.write_text("[crawl]\nevaluations = 1\n[retention]\nevaluations = 2\n")
    arguments = ("--cache", tmp_path / "cache", "--no-progress")
    with served(embedded(hydra())) as url:
        told(run("crawl", url, *arguments), 0)
        output = told(run("crawl", url, *arguments, "--config", config), 0)
        assert "[retention] dropped 0 jobsets, 2 evaluations and 4 builds from" in output
        assert "[retention]" not in told(run("crawl", url, *arguments, "--config", config), 0)


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_signal_is_an_event_for_a_machine(tmp_path: Path) -> None:
    code = (
        "import os, signal\n"
        "from hydrasnap.cli import main, render\n"
        "render.check_all = lambda _: os.kill(os.getpid(), signal.SIGTERM)\n"
        "main()"
    )
    arguments = ["snapshot", "http://127.0.0.1:1", "--log-format", "json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    error = json.loads(done.stderr)
    assert (done.returncode, error["kind"], error["exit_code"]) == (143, "stopped", 143)


@pytest.mark.skipif(os.name != "posix", reason="needs a folder that can be removed while in use")
def test_a_working_folder_that_was_removed_is_said_to_be_so(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'cd "$0" && rmdir "$0" && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, gone, sys.executable, "-P", "-c", MAIN, "snapshot", "http://127.0.0.1:1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "The current folder does not exist any more." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--cache", "--output", "--config"])
def test_a_name_that_is_too_long_is_explained(tmp_path: Path, option: str) -> None:
    with chdir(tmp_path):
        result = run("snapshot", "http://127.0.0.1:1", option, "x" * 300)
    assert result.exit_code in (1, 2)
    assert "too long" in result.output.lower()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(24, "Too many open files", "/x"), "Too many open files: /x."),
        (MemoryError(), "Memory ran out. Take fewer"),
        (
            RuntimeError("a\nb"),
            "hydrasnap failed: RuntimeError: a b. This is a fault in hydrasnap.",
        ),
        (ExceptionGroup("g", [ConfigError("Inner.", hint="Do this.")]), "Error: Inner. Do this."),
    ],
)
def test_no_exception_is_a_traceback(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("hydrasnap.cli.render.check_all", fail)
    told(run("snapshot", "http://127.0.0.1:1"), 2 if "Inner" in words else 1, words)
    result = run("snapshot", "http://127.0.0.1:1", "--log-format", "json")
    fields = json.loads(result.stderr)
    assert fields["event"] == "error"
    assert "\n" not in fields["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("http://me:s3cret@127.0.0.1",),
        ("me:s3cret@127.0.0.1",),
        ("crawl", "--rate", "http://me:s3cret@127.0.0.1"),
        ("render", "http://me:s3cret@127.0.0.1"),
        ("crawl", "http://127.0.0.1:1", "http://me:s3cret@127.0.0.1"),
        ("crawl", "http://me:s3cret@127.0.0.1"),
        ("crawl", "http:me:s3cret@127.0.0.1"),
    ],
)
def test_a_login_at_a_wrong_place_is_not_repeated(arguments: tuple[str, ...]) -> None:
    assert "s3cret" not in told(run(*arguments), 2)
    assert "s3cret" not in told(run(*arguments, "--log-format", "json"), 2)


def test_the_password_is_out_of_the_environment_before_anything_else() -> None:
    code = (
        "import os\n"
        "from hydrasnap.cli import main, render\n"
        "render.run_render = lambda *_: print([k for k in os.environ if 'PASSWORD' in k])\n"
        "main()"
    )
    names = ("HYDRASNAP_PASSWORD", "HYDRASNAP_BASIC_PASSWORD")
    done = subprocess.run(
        [sys.executable, "-c", code, "render"], env={**os.environ, **dict.fromkeys(names, "x")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_fault_of_the_cache(tmp_path: Path) -> None:
    code = "from hydrasnap.cli import main; main()"
    with served(embedded(hydra())) as url, subprocess.Popen(
        [sys.executable, "-c", code, "crawl", url, "--cache", str(tmp_path), "--verbose"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        process.stderr.close()
        process.wait(timeout=30)
    assert not (tmp_path / ".lock-holder").exists()


@pytest.mark.slow
def test_the_demo_needs_nothing_and_ends_with_a_page_to_open(tmp_path: Path) -> None:
    folders = ("--cache", tmp_path / "cache", "--output", tmp_path / "site", "--no-progress")
    told(run("demo", *folders), 0, "Open ")
    assert (tmp_path / "site" / "index.html").is_file()
    chromium = tmp_path / "site" / "job" / "tools" / "trunk" / "chromium.x86_64-linux.html"
    assert "Closure size as a table" in chromium.read_text(encoding="utf-8")
