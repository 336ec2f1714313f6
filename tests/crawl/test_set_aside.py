"""A damaged file that Hydra cannot replace goes out of the way, and the rest is shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cases import cases
from hydras import TRUNK, Crawler, fresh_crawl, hydra

from hydrasnap.demo.world.world import World
from hydrasnap.publish.pipeline import publish_cache
from hydrasnap.publish.settings import SiteSettings

DELETED: dict[str, Callable[[World], object]] = {
    "jobsets/one/trunk.json": lambda data: data.delete_jobset(TRUNK),
    "projects/%53ecret.json": lambda data: data.delete_project("Secret"),
    "jobsets/%53ecret/main.json": lambda data: data.delete_project("Secret"),
    "builds/1000.json": lambda data: data.delete_jobset(TRUNK),
    "evals/101.json": lambda data: data.delete_evaluation(101),
}


@pytest.mark.parametrize("name", DELETED)
@pytest.mark.parametrize("content", cases([b"[1", b""]))
def test_a_damaged_file_that_hydra_cannot_replace_blocks_no_reader(
    name: str, content: bytes, tmp_path: Path
) -> None:
    crawler = Crawler(tmp_path / "cache", hydra())
    crawler.hydra.world.projects["Secret"].hidden = False
    crawler.run()
    file = crawler.folder / name
    DELETED[name](crawler.hydra.world)
    file.write_bytes(content)
    assert crawler.run().error is None
    assert crawler.damaged == [name]
    aside = file.with_name(f"{file.name}.damaged")
    assert aside.exists() != (name == "builds/1000.json")
    assert not aside.exists() or aside.read_bytes() == content
    crawler.damaged.clear()
    assert crawler.run().run.complete
    assert crawler.damaged == []
    assert publish_cache(crawler.folder, SiteSettings(), tmp_path / "site").pages > 10


def test_what_is_replaced_is_not_set_aside(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path / "cache", hydra())
    whole = crawler.files
    for name in whole:
        (crawler.folder / name).write_bytes(b"{")
    crawler.run()
    assert sorted(crawler.damaged) == sorted(whole)
    assert crawler.files == whole
