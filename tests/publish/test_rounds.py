"""Tests of the rounds in which the tasks of a large site are run."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest
from example import snapshot

from hydrasnap.publish.content import gather_site
from hydrasnap.publish.incremental.state import BuildState
from hydrasnap.publish.output.folder import Stage
from hydrasnap.publish.pages.common.site_facts import site_facts
from hydrasnap.publish.parallel import map_ordered
from hydrasnap.publish.render.renderer import Renderer
from hydrasnap.publish.runner import Round, TaskRunner
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.tasks import render_tasks

SITE = gather_site(snapshot(), SiteSettings())
TASKS = list(render_tasks(SITE))
FEW = 20  # builds of a round: fewer than the snapshot has


def runner(folder: Path) -> TaskRunner:
    stage = Stage(folder / "site", folder / "staging", compare=False)
    return TaskRunner(SITE, Renderer(site_facts(SITE)), stage, folder / "site", BuildState())


def numbers(rounds: Iterable[Round]) -> list[int]:
    return [number for one in rounds for batch in one.batches for number in batch]


@pytest.mark.parametrize(("workers", "most"), [(1, FEW), (2, FEW), (3, 1), (2, 10**6)])
def test_every_task_is_run_once(tmp_path: Path, workers: int, most: int) -> None:
    found = numbers(runner(tmp_path).rounds(workers, most))
    assert sorted(found) == list(range(len(TASKS)))


def test_a_small_site_takes_one_round(tmp_path: Path) -> None:
    assert [one.workers for one in runner(tmp_path).rounds(2)] == [2]


def test_what_may_read_everything_is_run_first_and_copies_nothing(tmp_path: Path) -> None:
    first, *others = runner(tmp_path).rounds(2, FEW)
    assert first.workers == 1
    assert not any(TASKS[number].jobsets for number in numbers([first]))
    assert all(TASKS[number].jobsets for number in numbers(others))
    assert len(others) > 2
    assert {one.workers for one in others} == {2}


def made(folder: Path, most: int) -> dict[str, bytes]:
    """Run all tasks in rounds of two processes, and return the files."""
    work = runner(folder)
    for _ in chain.from_iterable(map_ordered(work, *one) for one in work.rounds(2, most)):
        pass
    staged = folder / "staging"
    every = (path for path in staged.rglob("*") if path.is_file())
    return {path.relative_to(staged).as_posix(): path.read_bytes() for path in every}


def test_rounds_make_the_same_files(tmp_path: Path) -> None:
    assert made(tmp_path / "many", FEW) == made(tmp_path / "one", 10**6)
