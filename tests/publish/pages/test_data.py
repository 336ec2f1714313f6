"""Tests of the data files: they say what the pages say, and keep their shape."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from example import NOON, snapshot
from msgspec import structs

from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("site")
    publish(snapshot(), SiteSettings(), found)
    return found


def read(folder: Path, path: str) -> dict[str, Any]:
    found = json.loads((folder / path).read_text())
    assert isinstance(found, dict)
    assert found.pop("schema") == 1
    return found


def test_the_index_leads_to_every_project_and_from_there_to_every_jobset(folder: Path) -> None:
    index = read(folder, "index.json")
    assert index["origin"] == "https://hydra.example.org"
    assert [project["name"] for project in index["projects"]] == ["p", "void"]
    for project in index["projects"]:
        assert (folder / project["page"]).is_file()
        for jobset in read(folder, project["data"])["jobsets"]:
            assert (folder / jobset["page"]).is_file()
            assert read(folder, jobset["data"])["name"] == jobset["name"]


def test_an_evaluation_has_its_lists_and_counts(folder: Path) -> None:
    found = read(folder, "eval/12.json")
    assert found["listed"] == {
        "newly-failing": 2, "newly-succeeding": 1, "new": 1, "removed": 1, "still-failing": 1,
        "still-succeeding": 1, "queued": 1, "aborted": 1,
    }  # fmt: skip
    for slug, count in found["listed"].items():
        assert slug == "still-succeeding" or len(found[slug]) == count
    assert found["newly-failing"][1] == {
        "job": "breaks",
        "system": "x86_64-linux",
        "build": 201,
        "status": "failed",
        "finished": 1800000266,
        "before": {"build": 101, "status": "succeeded", "finished": 1800000166},
    }
    assert found["removed"][0]["job"] == "zz-removed"
    assert "build" not in found["removed"][0]
    assert (found["baseline"], found["complete"]) == (11, True)
    assert found["changedInputs"] == ["src"]
    assert found["inputs"]["dep"] == {"name": "dep", "type": "build", "dependency": 101}
    assert found["counts"]["total"] == 8


def test_every_job_of_an_evaluation_stands_in_one_file(folder: Path) -> None:
    found = read(folder, "eval/12/jobs.json")
    assert found["columns"] == ["job", "system", "build", "status"]
    assert found["jobs"][0] == ["all", "x86_64-linux", 207, "dependency-failed"]
    statuses = Counter(row[3] for row in found["jobs"])
    assert statuses["timed-out"] == statuses["queued"] == 1
    assert len(found["jobs"]) == 8
    assert len((folder / "eval/12/jobs.json").read_text().splitlines()) == 8 + 12


def test_a_jobset_tells_what_fails_and_since_when(folder: Path) -> None:
    found = read(folder, "jobset/p/j.json")
    assert [row["id"] for row in found["evaluations"]] == [12, 11]
    assert (found["latest"], found["latestFinished"]) == (12, 11)
    failing = {row["job"]: row["since"] for row in found["failing"]}
    assert failing["breaks"] == {
        "build": 201, "status": "failed", "finished": 1800000266, "exact": True,
    }  # fmt: skip
    assert not failing["bad"]["exact"]
    assert found["errors"] is True


def test_a_job_has_its_builds_and_metrics(folder: Path) -> None:
    found = read(folder, "job/p/j/rich.json")
    assert found["status"] == "failed-with-output"
    assert found["builds"][0]["build"] == 206
    assert found["builds"][0]["outputs"] == {"out": f"/nix/store/{206:032}-out"}
    assert found["metrics"]["n"] == [[206, 1800000206, 3.0, ""]]
    waits = read(folder, "job/p/j/waits.json")
    assert (waits["status"], waits["failingSince"]) == (None, None)


def test_a_page_links_its_data(folder: Path) -> None:
    for page, data in {
        "index.html": "index.json",
        "project/p.html": "project/p.json",
        "jobset/p/j.html": "jobset/p/j.json",
        "job/p/j/breaks.html": "job/p/j/breaks.json",
        "eval/12.html": "eval/12/jobs.json",
    }.items():
        text = (folder / page).read_text()
        root = "../" * page.count("/")
        assert f'href="{root}{data}">' in text, page
        assert f'<a href="{root}{data}"' in text, page


def test_data_is_sorted_and_plain(folder: Path) -> None:
    count = 0
    for file in folder.rglob("*.json"):
        text = file.read_text("ascii")
        assert text.endswith("}\n")
        if file.name != "shield.json":
            keys = list(json.loads(text))
            assert keys == sorted(keys), file
            count += 1
    assert count > 30


def test_the_revisions_of_a_jobset_stand_by_evaluation(folder: Path) -> None:
    found = read(folder, "jobset/p/j/revisions.json")
    assert found["columns"] == ["evaluation", "timestamp", "src"]
    assert found["evaluations"] == [
        [12, NOON + 12, f"{12:040x}"],
        [11, NOON + 11, f"{11:040x}"],
    ]
    assert (
        'href="../../../jobset/p/j/revisions.json"'
        in (folder / "jobset/p/j/evals.html").read_text()
    )


def test_what_changed_can_be_pasted_and_what_fails_listed(folder: Path, tmp_path: Path) -> None:
    text = (folder / "eval/12.md").read_text()
    assert text.startswith(
        "# [Evaluation 12](https://hydra.example.org/eval/12) of `p:j`\n\n2 newly"
    )
    line = "- `breaks` on `x86_64-linux`: [failed](https://hydra.example.org/build/201)"
    assert "\n## Newly failing: 2\n\n- `all`" in text
    assert line in text.splitlines()
    assert "## Aborted or timed out: 1" in text
    assert (folder / "eval/12/failing.txt").read_text() == "all\nbad\nbreaks\nrich\n"
    publish(snapshot(), SiteSettings(base="https://example.org/s/"), tmp_path)
    assert "[failed](https://example.org/s/build/201.html)" in (tmp_path / "eval/12.md").read_text()


def test_a_long_list_of_changes_is_cut_and_any_name_is_quoted(tmp_path: Path) -> None:
    few = SiteSettings(limits=Limits(markdown_items=1))
    every = snapshot()
    odd = structs.replace(every.builds[204], job="`x``y\n# z")
    publish(structs.replace(every, builds={**every.builds, 204: odd}), few, tmp_path)
    lines = (tmp_path / "eval/12.md").read_text().splitlines()
    assert "- and 1 more" in lines
    assert any(line.startswith("- ``` `x``y⟨U+000A⟩# z ``` on ") for line in lines)
