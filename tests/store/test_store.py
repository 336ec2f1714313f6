"""The cache folder: whole files, a journal for kills, one writer, and a number on its form."""

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from hydras import files, fresh_crawl, hydra
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hydrasnap.errors import CacheError, LockedError
from hydrasnap.model import (
    Build,
    Evaluation,
    JobKey,
    Jobset,
    JobsetKey,
    JobSizes,
    Project,
    Reasons,
    Run,
    SizeSeries,
)
from hydrasnap.store.atomic import write_whole
from hydrasnap.store.cache import Cache
from hydrasnap.store.journal import Journal
from hydrasnap.store.layout import (
    SCHEMA,
    file_name,
    jobset_path,
    project_path,
    shard_of,
    shard_path,
)
from hydrasnap.store.opening import open_cache, read_snapshot

ORIGIN = "https://h"
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
SMALL = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def build(number: int, job: str = "hello", **fields: object) -> Build:
    return msgspec.structs.replace(Build(id=number, project="p", jobset="j", job=job), **fields)


@contextmanager
def opened(folder: Path, origin: str = ORIGIN) -> Iterator[Cache]:
    with open_cache(folder, origin, lambda path, reason: pytest.fail(f"{path}: {reason}")) as cache:
        yield cache


def filled(folder: Path) -> None:
    with opened(folder) as cache:
        cache.put(
            projects=[Project(name="p")],
            builds=[build(number) for number in (7, 999, 1000, 250_000)],
            evaluations=[Evaluation(id=3, project="p", jobset="j", builds=(7, 999))],
            jobsets=[Jobset(project="p", name="j", evaluations=(3,))],
            sizes=[JobSizes(project="p", jobset="j", job="A/b", series={"output": SizeSeries()})],
        )
        cache.close_run(Run(started=5, finished=9, requests=4))


def test_what_is_put_in_comes_out(tmp_path: Path) -> None:
    filled(tmp_path)
    found = read_snapshot(tmp_path)
    assert (found.origin, found.run.requests) == (ORIGIN, 4)
    assert list(found.builds) == [7, 999, 1000, 250_000]
    assert found.jobsets[JobsetKey("p", "j")].evaluations == (3,)
    assert found.sizes[JobKey("p", "j", "A/b")].series == {"output": SizeSeries()}
    assert sorted(files(tmp_path)) == [
        "builds/0.json", "builds/1000.json", "builds/250000.json", "evals/3.json",
        "jobsets/p/j.json", "projects/p.json", "sizes/p/j/%41%2Fb.json",
    ]  # fmt: skip


def test_files_can_be_read_by_others(tmp_path: Path) -> None:
    filled(tmp_path)
    for name, data in files(tmp_path).items():
        assert data.endswith(b"\n"), name
        json.loads(data)
    assert (tmp_path / "builds" / "0.json").read_text().count("\n") == 4  # one build a line
    manifest = json.loads((tmp_path / "snapshot.json").read_text())
    assert (manifest["schema"], manifest["origin"]) == (SCHEMA, ORIGIN)


def test_order_and_history_do_not_show_in_the_bytes(tmp_path: Path) -> None:
    with opened(tmp_path / "one") as cache:
        cache.put(builds=[build(1), build(2), build(3)])
        cache.flush()
    with opened(tmp_path / "two") as cache:
        cache.put(builds=[build(3), build(1, "other")])
        cache.flush()
        cache.put(builds=[build(2)])
        cache.put(builds=[build(1)])
        cache.flush()
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_file_that_stays_the_same_is_not_written(tmp_path: Path) -> None:
    filled(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.json")}
    with opened(tmp_path) as cache:
        cache.put(builds=[build(7)], projects=[Project(name="p")])
        cache.put(builds=[build(1000, "changed")])
        cache.flush()
    changed = [p.name for p, then in before.items() if p.stat().st_mtime_ns != then]
    assert changed == ["1000.json"]


@SMALL
@given(NAMES, NAMES)
@example("con", "CON")
@example("a.", "a")
@example("%41", "A")
@example("x" * 400, "x" * 401)
@example("..", ".")
@example("é", "e\u0301")
@example("ß", "ss")
@example("\u212a", "k")
@example("nul.txt", "NUL.txt")
def test_different_names_are_different_files_everywhere(one: str, other: str) -> None:
    names = [file_name(one), file_name(other)]
    for name in names:
        assert name.isascii()
        assert not set(name) & set('/\\:*?"<>| \0')
        assert name not in ("", ".", "..")
        assert not name.startswith(".")
        assert len(name) <= 250
    folded = {unicodedata.normalize("NFKC", name).casefold() for name in names}
    assert len(folded) == (1 if one == other else 2)


@pytest.mark.parametrize("name", ["con", "NUL", "com1", "lpt9.txt", "aux.x", "prn"])
def test_names_that_windows_keeps_for_itself_are_avoided(name: str) -> None:
    assert file_name(name).partition(".")[0].lower() not in ("con", "nul", "com1", "lpt9", "aux")


@pytest.mark.parametrize("name", ["a.", "a..", "a ", "x" * 179 + "."])
def test_no_name_ends_as_windows_does_not_let_it(name: str) -> None:
    assert file_name(name)[-1] not in ". "


@SMALL
@given(NAMES, NAMES)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, project: str, name: str) -> None:
    for path in (project_path(project), jobset_path(JobsetKey(project, name))):
        assert (tmp_path / path).resolve().is_relative_to(tmp_path.resolve())


def test_awkward_names_come_back(tmp_path: Path) -> None:
    names = ["con", "CON", "Con", ".jobsets", "..", "a/b", "a\\b", "x" * 300, "é", "%41", "A"]
    with opened(tmp_path) as cache:
        cache.put(projects=[Project(name=name) for name in names])
        cache.put(jobsets=[Jobset(project=p, name=n) for p in names for n in names])
        cache.close_run(Run())
    found = read_snapshot(tmp_path)
    assert sorted(found.projects) == sorted(names)
    assert len(found.jobsets) == len(names) ** 2


@given(st.integers(0, 10**12))
def test_a_build_has_one_shard(number: int) -> None:
    assert shard_of(number) <= number < shard_of(number) + 1000
    assert shard_of(shard_of(number)) == shard_of(number)
    assert shard_path(shard_of(number)).name == f"{shard_of(number)}.json"


OBJECTS = [Project(name="p"), *map(build, range(1, 6)),
           Evaluation(id=3, project="p", jobset="j"), Jobset(project="p", name="j"),
           JobSizes(project="p", jobset="j", job="x"), Reasons(build=1)]  # fmt: skip


def journalled(path: Path) -> bytes:
    journal = Journal(path)
    for value in OBJECTS:
        journal.append([value])
    return path.read_bytes()


def test_a_journal_torn_at_any_byte_keeps_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    data = journalled(path)
    kept = 0
    for end in range(len(data) + 1):
        path.write_bytes(data[:end])
        found = list(Journal(path).replay())
        assert found == OBJECTS[: len(found)]
        assert len(found) >= kept
        kept = len(found)
    assert kept == len(OBJECTS)


@settings(SMALL, max_examples=25)
@given(data=st.data())
def test_a_torn_journal_goes_on(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "journal.jsonl"
    path.unlink(missing_ok=True)
    whole = journalled(path)
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    before = list(Journal(path).replay())
    Journal(path).append([build(99)])
    assert list(Journal(path).replay()) == [*before, build(99)]


@pytest.mark.parametrize("junk", [b"\xff\xfe", b"{", b"null\n", b"[]\n", b"\0" * 99])
def test_junk_in_a_journal_is_passed_over(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    journalled(path)
    path.write_bytes(path.read_bytes() + junk)
    assert list(Journal(path).replay()) == OBJECTS


def test_a_run_that_was_not_ended_is_taken_up(tmp_path: Path) -> None:
    filled(tmp_path / "one")
    with opened(tmp_path / "two") as cache:
        cache.put(builds=[build(7, "changed")])
    assert (tmp_path / "two" / "journal.jsonl").exists()
    with opened(tmp_path / "two") as cache:
        assert cache.builds[7].job == "changed"
        assert not (tmp_path / "two" / "journal.jsonl").exists()


def test_a_reader_needs_no_lock_and_sees_whole_files(tmp_path: Path) -> None:
    filled(tmp_path)
    with opened(tmp_path) as cache:
        cache.put(builds=[build(8)])
        assert 8 not in read_snapshot(tmp_path).builds
        cache.flush()
        assert 8 in read_snapshot(tmp_path).builds


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'[{"id":1}]', b"null"])
@pytest.mark.parametrize("name", ["builds/0.json", "evals/3.json", "projects/p.json",
                                  "jobsets/p/j.json", "sizes/p/j/%41%2Fb.json"])  # fmt: skip
def test_a_damaged_file_is_named_and_the_rest_is_read(
    tmp_path: Path, name: str, content: bytes
) -> None:
    filled(tmp_path)
    (tmp_path / name).write_bytes(content)
    if name.startswith("builds") and content == b"[]":
        pytest.skip("an empty shard is a whole one")
    told: list[str] = []
    with open_cache(tmp_path, ORIGIN, lambda path, _: told.append(path.as_posix())) as cache:
        whole = (cache.projects, cache.jobsets, cache.evaluations, cache.builds)
        assert sum(map(bool, whole)) >= 3
        assert 250_000 in cache.builds
    assert told == [(tmp_path / name).as_posix()]
    with pytest.raises(CacheError, match=r"is damaged .* Run `hydrasnap crawl`") as caught:
        read_snapshot(tmp_path)
    assert str(tmp_path / name) in caught.value.message


def test_a_lost_evaluation_that_hydra_has_deleted_is_let_go(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    crawler.hydra.world.delete_evaluation(101)
    (tmp_path / "evals" / "101.json").write_bytes(b"")
    crawler.run()
    assert crawler.run().run.complete


def test_a_newer_form_is_left_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    manifest = tmp_path / "snapshot.json"
    manifest.write_text(manifest.read_text().replace('"schema": 1', '"schema": 2', 1))
    before = files(tmp_path)
    for read in (lambda: read_snapshot(tmp_path), lambda: opened(tmp_path).__enter__()):
        with pytest.raises(CacheError, match=r"newer hydrasnap .schema 2, this one reads 1"):
            read()
    assert files(tmp_path) == before


def test_the_cache_of_another_hydra_is_left_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    with pytest.raises(CacheError, match="is of https://h, not of https://other"):
        opened(tmp_path, "https://other").__enter__()


@pytest.mark.parametrize("manifest", [None, b"", b"{", b"[]", b'{"schema":1}'])
def test_a_lost_manifest_does_not_open_a_cache_to_another_hydra(
    tmp_path: Path, manifest: bytes | None
) -> None:
    filled(tmp_path)
    if manifest is None:
        (tmp_path / "snapshot.json").unlink()
    else:
        (tmp_path / "snapshot.json").write_bytes(manifest)
    for place in (tmp_path / "origin", None):
        with (
            pytest.raises(
                CacheError, match=r"is of https://h, not|write that address into .*n and"
            ),
            open_cache(tmp_path, "https://other", lambda *_: None),
        ):
            pytest.fail("opened")
        if place:
            place.unlink()
    (tmp_path / "origin").write_text("https://h\n")
    with open_cache(tmp_path, ORIGIN, lambda *_: None) as cache:
        cache.close_run(Run())
    assert read_snapshot(tmp_path).origin == ORIGIN


@pytest.mark.parametrize("there", ["", "a", "a/b"])
def test_a_run_in_which_nothing_came_leaves_nothing(tmp_path: Path, there: str) -> None:
    (tmp_path / there).mkdir(parents=True, exist_ok=True)
    before = set(tmp_path.rglob("*"))
    with pytest.raises(BrokenPipeError), opened(tmp_path / "a" / "b"):
        raise BrokenPipeError
    assert set(tmp_path.rglob("*")) == before


def test_a_folder_in_which_nothing_came_belongs_to_nobody(tmp_path: Path) -> None:
    with opened(tmp_path, "https://mistyped"):
        pass
    with opened(tmp_path) as cache:
        cache.put(builds=[build(1)])
    with pytest.raises(CacheError, match="is of https://h"):
        opened(tmp_path, "https://other").__enter__()


def test_a_folder_without_a_cache_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(CacheError, match=r"There is no cache in .* Make one"):
        read_snapshot(tmp_path / "nowhere")


HOLD = """
import sys
from pathlib import Path
from hydrasnap.store.opening import open_cache
with open_cache(Path(sys.argv[1]), "https://h", print):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the cache."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_run_is_told_who_came_first_and_a_dead_one_is_no_obstacle(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(LockedError, match=f"in use by process {process.pid} on ") as caught:
            opened(tmp_path).__enter__()
        assert caught.value.exit_code == 4
    with opened(tmp_path) as cache:
        cache.put(builds=[build(1)])


def test_what_goes_wrong_inside_is_not_blamed_on_the_cache(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), opened(tmp_path):
        raise BrokenPipeError
    assert not (tmp_path / ".lock-holder").exists()


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_that_is_no_folder_is_said_to_be_so(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match=r"(Cannot lock t|T)he cache .*file"):
        opened(tmp_path / place).__enter__()


@pytest.mark.parametrize("name", ["unfinished.json", "journal.jsonl"])
def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path, name: str) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).mkdir()
    with pytest.raises(CacheError, match=rf"Is a directory .*{name}"):
        crawler.run()
    (tmp_path / name).rmdir()
    assert crawler.run().run.complete


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said_to_be_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CacheError, match=r"Permission denied.*Check the permissions"):
        opened(tmp_path / "cache").__enter__()


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    write_whole(target, b"old")
    (tmp_path / ".x.json.tmp").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"


def test_writing_tells_whether_it_changed_anything(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "x.json"
    assert [write_whole(target, data) for data in (b"a", b"a", b"b", b"")] == [
        True, False, True, True,
    ]  # fmt: skip
    assert list(target.parent.iterdir()) == [target]


def test_dropping_leaves_no_trace_and_no_empty_shard(tmp_path: Path) -> None:
    filled(tmp_path)
    with opened(tmp_path) as cache:
        cache.put(evaluations=[Evaluation(id=4, project="p", jobset="j")])
        cache.drop(evaluations=[3, 4], builds=[7, 250_000], jobsets=[JobsetKey("p", "j")],
                   sizes=[JobKey("p", "j", "A/b")])  # fmt: skip
    assert sorted(files(tmp_path)) == ["builds/0.json", "builds/1000.json", "projects/p.json"]
    assert list(read_snapshot(tmp_path).builds) == [999, 1000]


def test_the_last_runs_are_remembered(tmp_path: Path) -> None:
    for number in range(30):
        with opened(tmp_path) as cache:
            cache.put(projects=[Project(name=str(number))])
            cache.close_run(Run(started=number))
    manifest = json.loads((tmp_path / "snapshot.json").read_text())
    assert [run.get("started", 0) for run in manifest["runs"]] == list(range(29, 9, -1))


def test_a_file_that_the_system_does_not_open_is_named_with_what_to_check(tmp_path: Path) -> None:
    fresh_crawl(tmp_path, hydra())
    path = next((tmp_path / "evals").glob("*.json"))
    path.unlink()
    path.symlink_to(path.name)
    with pytest.raises(CacheError, match=rf"Cannot read the cache .*{path.name}") as caught:
        read_snapshot(tmp_path)
    assert caught.value.hint == "Check the disk and the permissions, then run again."
