"""What is looked at before anything is asked or written, so that no crawl ends in vain."""

from contextlib import chdir
from pathlib import Path

import pytest
from commands import run, told

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _in_a_folder_with_things_of_others(tmp_path: Path) -> object:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    with chdir(tmp_path):
        yield


def tree() -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in Path().rglob("*")}


@pytest.mark.parametrize(
    ("cache", "output", "code", "words"),
    [
        ("cache", "foreign", 1, "The output folder foreign holds files that are not from hyd"),
        ("cache", "file", 1, "Cannot write the site to file: Not a directory."),
        ("cache", "file/below", 1, "Cannot write the site to file/below: Not a directory."),
        ("cache", "loop", 1, "The output folder loop is a link that leads to nothing."),
        ("cache", "dangling", 1, "The output folder dangling is a link that leads to nothing."),
        ("loop", "site", 1, "The cache loop is no folder, nor a link to one."),
        ("dangling", "site", 1, "The cache dangling is no folder, nor a link to one."),
        ("file", "site", 1, "The cache file is no folder, nor a link to one."),
        ("foreign", "site", 1, "The folder foreign is no cache: it holds files that are not"),
        ("x", "x", 2, "The cache and the site cannot share the folder x."),
        ("x", "./y/../x", 2, "The cache and the site cannot share the folder x."),
        ("x", "x/site", 2, "The site cannot lie in the cache: "),
        ("x/cache", "x", 2, "The cache cannot lie in the site: "),
    ],
)
@pytest.mark.parametrize("command", [("snapshot", NOWHERE), ("render",), ("demo",)])
def test_folders_that_do_not_fit_are_refused_at_once(
    command: tuple[str, ...], cache: str, output: str, code: int, words: str
) -> None:
    before = tree()
    told(run(*command, "--cache", cache, "--output", output), code, words)
    assert tree() == before


@pytest.mark.parametrize("command", [("crawl", NOWHERE), ("crawl", NOWHERE, "--dry-run"),
                                     ("render",), ("status",)])  # fmt: skip
@pytest.mark.parametrize("manifest", [None, '{"a": 1}', "no JSON"])
def test_a_folder_that_is_no_cache_is_refused(
    command: tuple[str, ...], manifest: str | None
) -> None:
    if manifest is not None:
        Path("foreign/snapshot.json").write_text(manifest)
    before = tree()
    words = "There is no cache in" if manifest is None and len(command) == 1 else "is no cache: it"
    if command == ("render",):
        words = "is no cache: it"
    told(run(*command, "--cache", "foreign"), 1, words)
    assert tree() == before


def test_a_git_repository_can_become_a_cache() -> None:
    Path("cache/.git").mkdir(parents=True)
    told(run("crawl", NOWHERE, "--cache", "cache"), 1, "cannot be reached")


@pytest.mark.parametrize("command", ["render", "status"])
def test_a_cache_without_anything_in_it_is_not_rendered(command: str) -> None:
    Path("cache").mkdir()
    Path("cache/snapshot.json").write_text('{"schema": 1, "origin": "https://h"}')
    told(run(command, "--cache", "cache"), 1, "The cache cache holds nothing yet. Fill it with `")
    assert not Path("_site").exists()


@pytest.mark.parametrize("command", [("snapshot", NOWHERE), ("render",)])
@pytest.mark.parametrize("key", ["templates", "pages", "notes"])
@pytest.mark.parametrize(
    ("name", "words"), [("absent", "absent does not exist"), ("file", "file is no folder")]
)
def test_a_folder_of_the_settings_must_be_one(
    command: tuple[str, ...], key: str, name: str, words: str
) -> None:
    Path("hydrasnap.toml").write_text(f'[site]\n{key} = "{name}"\n')
    told(run(*command), 2, f"hydrasnap.toml: [site] {key}: {words}")


@pytest.mark.parametrize(
    ("key", "name", "content", "words"),
    [
        ("pages", "index.md", b"x", "index.md would replace one of our own pages"),
        ("pages", "x.md", b"\xff", "x.md is not UTF-8 (byte 1)"),
        ("notes", "x.md", b"ab\xff", "x.md is not UTF-8 (byte 3)"),
        ("templates", "queue.html", b"\n{% if %}", "own/queue.html, line 2 cannot be used"),
        ("templates", "queue.html", b"\xff", "own/queue.html cannot be used: it is not UTF-8"),
    ],
)
def test_texts_and_templates_that_cannot_be_used_are_found_before_the_crawl(
    key: str, name: str, content: bytes, words: str
) -> None:
    Path("own").mkdir()
    Path("own", name).write_bytes(content)
    Path("hydrasnap.toml").write_text(f'[site]\n{key} = "own"\n')
    told(run("snapshot", NOWHERE), 2, words)
