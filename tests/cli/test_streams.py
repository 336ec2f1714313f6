"""Standard streams that are closed, full or gone: the work is done all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cases import cases
from hydras import fresh_crawl, hydra

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs descriptors")

MAIN = [sys.executable, "-c", "from hydrasnap.cli import main; main()"]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    fresh_crawl(tmp_path / "cache", hydra())
    return tmp_path / "cache"


def shell(command: str, *arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command line in which ``"$@"`` is hydrasnap with the arguments."""
    words = [*MAIN, *map(str, arguments)]
    return subprocess.run(
        ["bash", "-c", command, "bash", *words],
        capture_output=True, text=True, check=False, env={**os.environ, **env},
    )  # fmt: skip


@pytest.mark.parametrize("closed", cases(["<&- >&- 2>&-", ">&-", "2>&-", ">&- 2>&-"]))
def test_a_site_is_written_whatever_is_closed(cache: Path, tmp_path: Path, closed: str) -> None:
    done = shell(f'"$@" {closed}', "render", "--cache", cache, "--output", tmp_path / "site")
    assert done.returncode == 0
    assert (tmp_path / "site" / "index.html").is_file()
    assert "Traceback" not in done.stderr


def test_names_in_any_letters_are_understood_in_the_plainest_locale(
    cache: Path, tmp_path: Path
) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    (tmp_path / "größe.toml").write_text("[site]\noutput = 'aüs'\n", encoding="utf-8")
    config = ["--config", tmp_path / "größe.toml", "--cache", cache]
    assert shell('"$@"', "render", *config, **plain).returncode == 0
    assert (tmp_path / "aüs" / "index.html").is_file()
    done = shell('"$@"', "query", "failing", "größe/*", "--cache", cache, **plain)
    assert "No jobset of the cache matches größe/*" in done.stderr


@pytest.mark.slow
def test_nothing_that_is_printed_lands_in_a_file(cache: Path) -> None:
    before = {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()}
    assert shell('"$@" >&- 2>&-', "status", "--cache", cache).returncode == 0
    assert shell('"$@" >&- 2>&-', "crawl", "http://127.0.0.1:1", "--cache", cache).returncode == 1
    assert {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()} == before


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_cannot_be_written_is_a_failure(cache: Path) -> None:
    done = shell('"$@" >/dev/full', "status", "--cache", cache)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Standard output cannot be written: No space left")
    assert "Traceback" not in done.stderr
    assert shell('"$@" 2>/dev/full', "status", "--cache", cache).returncode == 0


def test_a_reader_that_has_seen_enough_is_no_failure(cache: Path) -> None:
    done = shell('"$@" | true; exit ${PIPESTATUS[0]}', "status", "--cache", cache)
    assert (done.returncode, done.stderr) == (0, "")
