"""Tests that a page is made again whenever what it shows changed, wherever in the snapshot that is.

Each history is rendered into one folder, step by step; after each step the folder must be as a
first render of that step makes it.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from histories import HISTORIES, alike_when_joined

from hydrasnap.model import Snapshot
from hydrasnap.publish.output.ownership import STATE
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.task_list import render_tasks

FirstRender = Callable[[Snapshot, SiteSettings], dict[str, bytes]]


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != STATE)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def first_render(tmp_path_factory: pytest.TempPathFactory) -> FirstRender:
    """Return what a first render makes: it is made once, as many histories share snapshots."""
    kept: dict[tuple[int, str], dict[str, bytes]] = {}

    def files_of(step: Snapshot, settings: SiteSettings) -> dict[str, bytes]:
        key = id(step), settings.policy
        if key not in kept:
            folder = tmp_path_factory.mktemp("first")
            publish(step, settings, folder, workers=1)
            kept[key] = files(folder)
        return kept[key]

    return files_of


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["all", "notable"])
@pytest.mark.parametrize("history", HISTORIES)
def test_every_step_leaves_what_a_first_render_makes(
    tmp_path: Path, first_render: FirstRender, history: str, policy: str
) -> None:
    settings = SiteSettings(policy=policy)
    for number, step in enumerate(HISTORIES[history]):
        publish(step, settings, tmp_path, workers=1)
        assert files(tmp_path) == first_render(step, settings), number


def test_no_two_shares_have_the_same_key() -> None:
    keys = [share.key for share in render_tasks(Site(alike_when_joined("")))]
    assert len(keys) == len(set(keys))
