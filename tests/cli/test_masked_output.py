"""A password in an address that a Hydra tells is in no output of any command."""

import json
from pathlib import Path

import pytest
from commands import run, told
from hydras import fresh_crawl, hydra
from msgspec import structs

from hydrasnap.model import Snapshot
from hydrasnap.publish.masking import mask_snapshot
from hydrasnap.server.newest_snapshot import CacheSource
from hydrasnap.store.opening import open_cache

SECRET = "s3cret"  # noqa: S105
ADDRESS = f"https://me:{SECRET}@host.example/x"


def told_everywhere(snapshot: Snapshot) -> Snapshot:
    """Put an address with a password where a Hydra's names and texts stand."""
    builds = {
        number: structs.replace(
            build, job=f"{build.job} {ADDRESS}", nixname=ADDRESS, system=f"{build.system} {ADDRESS}"
        )
        for number, build in snapshot.builds.items()
    }
    return structs.replace(snapshot, builds=builds)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    crawler = fresh_crawl(tmp_path / "whole", hydra())
    snapshot = told_everywhere(crawler.snapshot)
    with open_cache(tmp_path / "cache", snapshot.origin, lambda *_: None) as cache:
        cache.put(
            projects=snapshot.projects.values(),
            builds=snapshot.builds.values(),
            evaluations=snapshot.evaluations.values(),
            jobsets=snapshot.jobsets.values(),
        )
        cache.close_run(snapshot.run)
    assert SECRET in (tmp_path / "cache/builds/1000.json").read_text()
    return tmp_path / "cache"


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"], ["--log-format", "json"]])
@pytest.mark.parametrize("question", [["failing", "*"], ["job", "*"], ["diff", "101", "104"]])
def test_answers_to_questions(question: list[str], form: list[str], cache: Path) -> None:
    output = told(run("query", *question, *form, "--cache", cache), 0, "host.example")
    assert SECRET not in output


def test_reports_and_metrics(cache: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.prom"
    output = told(run("status", "--markdown", "--cache", cache, "--metrics", file), 0)
    assert SECRET not in output + file.read_text()


def test_what_receivers_are_told(cache: Path, tmp_path: Path) -> None:
    message = tmp_path / "message.json"
    settings = tmp_path / "hydrasnap.toml"
    command = json.dumps(["sh", "-c", f"cat > {message}"])
    settings.write_text(f"[[notify]]\ncommand = {command}\n")
    told(run("notify", "--config", settings, "--cache", cache), 0)
    notes = cache / ".notified.json"
    notes.write_text(json.dumps({key: [] for key in json.loads(notes.read_bytes())}))
    told(run("notify", "--config", settings, "--cache", cache), 0)
    assert "host.example" in message.read_text()
    assert SECRET not in message.read_text() + notes.read_text()


def test_what_is_served(cache: Path) -> None:
    served = CacheSource(cache, mask_snapshot).snapshot
    assert SECRET not in "".join(build.job for build in served.builds.values())
