"""The check of everything: nothing to find on what is whole, and each damage found."""

import json
from contextlib import chdir
from pathlib import Path

import pytest
from commands import embedded, run, served, told
from hydras import hydra


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a cache and a site."""
    with chdir(tmp_path), served(embedded(hydra())) as url:
        told(run("snapshot", url), 0)
    return tmp_path


def test_what_is_whole_is_in_order(folder: Path) -> None:
    with chdir(folder):
        output = told(run("check"), 0, "settings  in order")
        assert output.count("in order") == 3
        (event,) = [json.loads(line) for line in told(run("check", "--log-format", "json"), 0)
                    .splitlines()]  # fmt: skip
    assert event == {
        "event": "check",
        "ok": True,
        "packages": "",
        "config": [],
        "cache": [],
        "site": [],
    }


def test_where_there_is_nothing_yet_nothing_is_wrong(tmp_path: Path) -> None:
    with chdir(tmp_path):
        assert told(run("check"), 0).count("there is none yet") == 2
        assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_damaged_file_is_found_and_put_aside_and_fetched_again(folder: Path) -> None:
    with chdir(folder):
        damaged = Path("cache/evals/101.json")
        whole = damaged.read_bytes()
        damaged.write_bytes(b"{")
        told(run("check"), 1, "evals/101.json is damaged")
        assert damaged.read_bytes() == b"{"
        told(run("check", "--repair"), 1, "put aside as NAME.damaged")
        assert Path("cache/evals/101.json.damaged").exists()
        told(run("check"), 1, "Missing is what other files refer to: 1 evaluation")
        with served(embedded(hydra())) as url:
            Path("cache/origin").write_text(f"{url}\n")
            manifest = Path("cache/snapshot.json")
            old = json.loads(manifest.read_text())["origin"]
            manifest.write_text(manifest.read_text().replace(old, url))
            told(run("crawl", url), 0)
            assert "in order" in told(run("check"), 0)
        assert json.loads(damaged.read_bytes()) == json.loads(whole)


def test_a_mistake_in_a_template_or_the_site_is_found(folder: Path) -> None:
    with chdir(folder):
        Path("own").mkdir()
        Path("own/queue.html").write_text("{% if %}")
        Path("hydrasnap.toml").write_text('[site]\ntemplates = "own"\n')
        Path("_site/queue.html").unlink()
        output = told(run("check"), 1, "queue.html is missing.")
        assert "settings  1 finding" in output
