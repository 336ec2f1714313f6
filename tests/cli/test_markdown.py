"""The report in Markdown: what newly fails, gaps, and nothing that a stranger could mark up."""

from pathlib import Path

import pytest
from commands import run, told
from hydras import fresh_crawl, hydra
from msgspec import structs

from hydrasnap.cli.markdown import markdown_lines
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.model import Gap
from hydrasnap.report.changes import ChangeKind, compare
from hydrasnap.report.index import Index


@pytest.mark.slow
def test_newly_failing_jobs_are_listed_with_their_reason(tmp_path: Path) -> None:
    snapshot = fresh_crawl(tmp_path, DemoHydra()).snapshot
    text = "\n".join(markdown_lines(snapshot))
    index = Index(snapshot)
    newest = [found for key in snapshot.jobsets if (found := index.latest(key))]
    broken = [c for e in newest for c in compare(index, e)[ChangeKind.NEWLY_FAILING]]
    assert broken
    for change in broken[:5]:
        assert f"`{change.job}` on `{change.system}`: " in text


def test_text_of_a_hydra_marks_nothing_up(tmp_path: Path) -> None:
    snapshot = fresh_crawl(tmp_path, hydra()).snapshot
    evil = "a\n# head\n<img src=x> [x](y) `z` ::error::w https://me:s3cret@h"
    gaps = (Gap(path="/`x`\n## y", reason=evil),)
    run_ = structs.replace(snapshot.run, complete=False, gaps=gaps, reason=evil)
    lines = "\n".join(markdown_lines(structs.replace(snapshot, run=run_))).splitlines()
    heads = [line for line in lines if line.startswith("#")]
    assert heads[1:] == ["### Newly failing", "### 1 gap"]
    text = "\n".join(lines)
    assert r"\<img src=x\>" in text
    assert "s3cret" not in text
    assert "- `/'x' ## y`: " in text


def test_the_status_is_written_in_markdown(tmp_path: Path) -> None:
    fresh_crawl(tmp_path, hydra())
    output = told(run("status", "--cache", tmp_path, "--markdown"), 0)
    assert output.startswith("## ")
