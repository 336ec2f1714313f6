"""Tests of rendering again: what did not change stays, and the site is as a first render's."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from example import snapshot
from hydras import STABLE, TRUNK, Crawler, conclude, evaluate, hydra
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.world.database_rows import Job, JobsetRow, ProjectRow, Result
from hydrasnap.demo.world.world import World
from hydrasnap.errors import OutputError
from hydrasnap.model import JobsetKey
from hydrasnap.plan.selection import Selection
from hydrasnap.publish.output.ownership import STATE
from hydrasnap.publish.pipeline import publish, publish_cache
from hydrasnap.publish.settings import Published, SiteSettings

ALL = 10**12  # bytes of builds that are held in memory
PLAIN = SiteSettings()
TIGHT = SiteSettings(
    max_files=260
)  # between what a site of these histories needs and what it wants
SIZED = Selection(sizes=("one/trunk/*",))
SIDE = JobsetKey("one", "side")
UNASKED = ("error", "forget", "well")  # after these steps it is not asked what the Hydra is doing
Files = dict[str, bytes]


def files(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != STATE
    }


def rendered(cache: Path, wish: SiteSettings, folder: Path, in_memory: int = ALL) -> Files | None:
    """Render a cache, and return the files; None where the site cannot keep to its budget."""
    try:
        publish_cache(cache, wish, folder, in_memory=in_memory)
    except OutputError:
        return None
    return files(folder)


def finish(data: World) -> None:
    for row in list(data.unfinished_builds())[:3]:
        conclude(data, row.id, row.id % 2)


def succeed(data: World) -> None:
    """Make a new version of a job well, with sizes; the newest evaluation tells no more jobs."""
    row = data.add_evaluation(TRUNK, [Job("hello.x86_64-linux", recipe=str(data.now))])
    for number in row.builds:
        data.finish(number, Result(size=data.now, closuresize=3 * data.now))


def restart(data: World) -> None:
    data.restart(max(number for number, row in data.builds.items() if row.status is not None))


def cancel(data: World) -> None:
    for row in data.unfinished_builds()[:1]:
        data.cancel(row.id)


def rename(data: World) -> None:
    """Add a jobset, or give it another name; it has builds under each."""
    if SIDE in data.jobsets:
        evaluate(data, data.rename_jobset(SIDE, f"side-{data.now}"), data.now // 3600)
    else:
        data.renames.pop(SIDE, None)
        evaluate(data, data.add_jobset(JobsetRow(*SIDE)), 1)


STEPS: dict[str, Callable[[World], Any]] = {
    "nothing": lambda data: None,
    "evaluate": lambda data: evaluate(data, STABLE, data.now // 3600),
    "evaluate and wait": lambda data: evaluate(data, TRUNK, data.now // 3600, finish=False),
    "finish": finish,
    "restart": restart,
    "error": lambda data: data.set_error(TRUNK, errormsg=f"error at {data.now}"),
    "well": lambda data: data.clear_error(TRUNK),
    "forget": lambda data: data.delete_evaluation(data.evaluations_of(TRUNK)[-1].id),
    "succeed": succeed,
    "rename": rename,
    "cancel": cancel,
    "project": lambda data: data.add_project(ProjectRow(f"new-{data.now}")),
}


Begun = tuple[SiteSettings, World, Path]


def take(step: str, served: DemoHydra, wish: SiteSettings, folder: Path) -> None:
    """Let something happen, crawl, and compare sites that are rendered again with a new one."""
    served.world.now += 60
    STEPS[step](served.world)
    wishes = replace(SIZED, live=step not in UNASKED)
    Crawler(folder / "cache", served, selection=wishes).run()
    whole = rendered(folder / "cache", wish, folder / f"new-{served.world.now}")
    for held, in_memory in (("held", ALL), ("filed", 0)):
        assert rendered(folder / "cache", wish, folder / held, in_memory) == whole


@pytest.fixture(scope="module", params=[PLAIN, TIGHT], ids=["plain", "tight"])
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """Take the first step of all histories; nobody may change what it leaves."""
    served, folder = hydra(), tmp_path_factory.mktemp("begun")
    take("rename", served, request.param, folder)
    return request.param, served.world, folder


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=5))
def test_incremental_is_full(begun: Begun, steps: list[str]) -> None:
    wish, world, first = begun
    served = DemoHydra(world=world.copy())
    with TemporaryDirectory() as name:
        folder = Path(shutil.copytree(first, Path(name) / "copy"))  # times are kept
        for step in steps:
            take(step, served, wish, folder)


@pytest.mark.slow
def test_the_tight_budget_bites(tmp_path: Path) -> None:
    served = hydra()
    for _ in range(2):
        served.world.now += 60
        rename(served.world)
        evaluate(served.world, STABLE, served.world.now // 3600)
    Crawler(tmp_path / "cache", served).run()
    whole = publish_cache(tmp_path / "cache", PLAIN, tmp_path / "whole")
    small = publish_cache(tmp_path / "cache", TIGHT, tmp_path / "small")
    assert whole.written > TIGHT.max_files >= small.written
    assert small.why


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_makes_the_same_site(tmp_path: Path, workers: int) -> None:
    publish(snapshot(), PLAIN, tmp_path / "one", workers=1)
    publish(snapshot(), PLAIN, tmp_path / "many", workers=workers)
    assert files(tmp_path / "one") == files(tmp_path / "many")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    Crawler(tmp_path / "cache", hydra()).run()
    return tmp_path / "cache"


def times(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def again(cache: Path, site: Path) -> Published:
    return publish_cache(cache, PLAIN, site)


def test_nothing_new_writes_nothing_and_tells_the_same(tmp_path: Path, cache: Path) -> None:
    first = again(cache, tmp_path / "site")
    before = times(tmp_path / "site")
    second = again(cache, tmp_path / "site")
    assert times(tmp_path / "site") == before
    assert (second.written, second.removed) == (0, 0)
    assert (second.pages, second.bytes) == (first.pages, first.bytes)
    assert second.unchanged == first.written


def test_a_page_that_the_user_lost_or_edited_is_mended(tmp_path: Path, cache: Path) -> None:
    site = tmp_path / "site"
    again(cache, site)
    before = files(site)
    pages = sorted(path for path in before if path.startswith("build/"))
    (site / pages[0]).unlink()
    (site / pages[1]).write_text("mine")
    (site / "static" / "style.css").unlink()
    assert again(cache, site).written == 3
    assert files(site) == before


def test_a_folder_that_became_a_link_is_refused(tmp_path: Path, cache: Path) -> None:
    site = tmp_path / "site"
    again(cache, site)
    (site / "build").rename(tmp_path / "elsewhere")
    (site / "build").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Exception, match="symbolic link"):
        again(cache, site)


@pytest.mark.parametrize("state", [b"", b"\x93nonsense", b"\xff" * 9])
def test_notes_that_cannot_be_read_cost_time_and_nothing_else(
    tmp_path: Path, cache: Path, state: bytes
) -> None:
    again(cache, tmp_path / "site")
    (tmp_path / "site" / STATE).write_bytes(state)
    assert again(cache, tmp_path / "site").written == 0


@pytest.mark.slow
def test_a_change_of_settings_or_templates_is_noticed(tmp_path: Path, cache: Path) -> None:
    site, own = tmp_path / "site", tmp_path / "own"
    again(cache, site)
    titled = publish_cache(cache, SiteSettings(title="Mine"), site)
    assert titled.written >= titled.pages
    own.mkdir()
    publish_cache(cache, SiteSettings(title="Mine", templates=own), site)
    (own / "queue.html").write_text("mine")
    assert publish_cache(cache, SiteSettings(title="Mine", templates=own), site).written == 1
    assert (site / "queue.html").read_text() == "mine"


def test_one_finished_build_touches_few_pages(tmp_path: Path) -> None:
    first = snapshot()
    publish(first, PLAIN, tmp_path)
    build = first.builds[102]
    changed = structs.replace(build, priority=build.priority + 1)
    done = publish(structs.replace(first, builds={**first.builds, 102: changed}), PLAIN, tmp_path)
    assert 0 < done.written < 10
