"""Metrics for Prometheus, and the exit code for data that are too old."""

from pathlib import Path

import pytest
from commands import run, told
from hydras import STABLE, fresh_crawl, hydra
from msgspec import structs

from hydrasnap.cli.metrics import metrics_text
from hydrasnap.model import Gap, Jobset, JobsetKey, Project


def samples(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_metrics_tell_age_gaps_and_the_state_of_each_jobset(tmp_path: Path) -> None:
    snapshot = fresh_crawl(tmp_path, hydra()).snapshot
    gaps = (Gap(path="/x", reason="y"),)
    run_ = structs.replace(snapshot.run, started=1_700_000_000, complete=False, gaps=gaps)
    found = samples(metrics_text(structs.replace(snapshot, run=run_)))
    assert found["hydrasnap_data_timestamp_seconds"] == 1_700_000_000
    assert (found["hydrasnap_run_complete"], found["hydrasnap_gaps"]) == (0, 1)
    assert found["hydrasnap_builds"] == len(snapshot.builds)
    of_jobsets = {name for name in found if "jobset_newly_failing" in name}
    assert len(of_jobsets) == len(snapshot.jobsets)
    assert 'hydrasnap_jobset_newly_failing{project="one",jobset="trunk"}' in of_jobsets


def test_a_metric_has_its_meaning_and_type_once_and_names_are_escaped(tmp_path: Path) -> None:
    key = JobsetKey('p"\n\\', "j")
    snapshot = structs.replace(
        fresh_crawl(tmp_path, hydra()).snapshot,
        projects={key.project: Project(name=key.project)},
        jobsets={key: Jobset(project=key.project, name=key.name, first_evaluation=0)},
        evaluations={}, builds={},
    )  # fmt: skip
    text = metrics_text(snapshot)
    assert r'{project="p\"\n\\",jobset="j"} 0' in text
    heads = [line.split()[:3] for line in text.splitlines() if line.startswith("#")]
    assert len({tuple(head) for head in heads}) == len(heads)


def test_nothing_is_measured_of_what_was_not_read_or_is_no_more(tmp_path: Path) -> None:
    snapshot = fresh_crawl(tmp_path, hydra()).snapshot
    gone = structs.replace(snapshot.jobsets[STABLE], deleted_upstream=True)
    text = metrics_text(
        structs.replace(snapshot, builds={}, jobsets={**snapshot.jobsets, STABLE: gone})
    )
    lines = [line for line in text.splitlines() if line.startswith("hydrasnap_jobset")]
    assert [line for line in lines if "trunk" in line and "timestamp" not in line] == []
    assert [line for line in lines if "stable" in line] == []


def test_metrics_are_written_whole_and_readable(tmp_path: Path) -> None:
    fresh_crawl(tmp_path / "cache", hydra())
    file = tmp_path / "hydrasnap.prom"
    file.write_text("old")
    told(run("status", "--cache", tmp_path / "cache", "--metrics", file, "--quiet"), 0)
    assert samples(file.read_text())["hydrasnap_projects"] > 0
    assert file.stat().st_mode & 0o444 == 0o444
    assert {path.name for path in tmp_path.iterdir()} == {"cache", "hydrasnap.prom"}
    absent = tmp_path / "no" / "x.prom"
    told(run("status", "--cache", tmp_path / "cache", "--metrics", absent), 1, "cannot be written")


@pytest.mark.parametrize(("age", "code"), [("1s", 5), ("90min", 5), ("36500d", 0)])
def test_data_that_are_too_old_have_an_exit_code(tmp_path: Path, age: str, code: int) -> None:
    fresh_crawl(tmp_path, hydra())
    told(run("status", "--cache", tmp_path, "--max-age", age), code, "data as of")


@pytest.mark.parametrize("age", ["", "2", "h", "2y", "1.5h", "-1h"])
def test_an_age_is_a_number_and_a_unit(tmp_path: Path, age: str) -> None:
    told(run("status", "--cache", tmp_path, f"--max-age={age}"), 2, "write a whole number and s,")
