"""Tests that a task reads nothing but what it declares, and so nothing but its fingerprint tells.

Each task is made twice: from the whole snapshot, and from its declared objects alone.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import cases
from histories import HISTORIES
from restricted import restricted

from hydrasnap.publish.pages.common.page import File, Page
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.publish.site_content import gather_site
from hydrasnap.publish.task_list import MAINTAINERS, WATCH_LISTS, render_tasks
from hydrasnap.store.opening import read_snapshot


def made(site: Site, key: str) -> list[Page | File]:
    """Make the files of the task with a key."""
    (task,) = (task for task in render_tasks(site) if task.key == key)
    return list(task.make())


def undeclared(site: Site) -> Iterator[tuple[str, str]]:
    """Name each task and file that comes out otherwise from the declared objects alone."""
    for task in render_tasks(site):
        if not task.jobsets and task.key not in (WATCH_LISTS, MAINTAINERS):
            continue
        whole, part = list(task.make()), made(restricted(site, task), task.key)
        yield from (
            (task.key, one.path) for one, other in zip(whole, part, strict=True) if one != other
        )


@pytest.mark.parametrize("policy", cases(["all", "notable"]))
@pytest.mark.parametrize("history", HISTORIES)
def test_a_task_is_made_from_what_it_declares(history: str, policy: str) -> None:
    for step in HISTORIES[history]:
        assert list(undeclared(gather_site(step, SiteSettings(policy=policy)))) == []


@pytest.mark.slow
def test_the_tasks_of_the_embedded_hydra_declare_what_they_read(demo_cache: Path) -> None:
    assert list(undeclared(gather_site(read_snapshot(demo_cache), SiteSettings()))) == []
