"""Each question gives what `report` finds in the whole snapshot, though it reads a part of it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hydras import ORIGIN

from hydrasnap.client.settings import Runtime, Settings
from hydrasnap.crawl.run import crawl
from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.errors import ConfigError
from hydrasnap.model import Build, FailedStep, JobsetKey, Package, Reasons, Snapshot
from hydrasnap.plan.selection import Selection
from hydrasnap.query.database import Database
from hydrasnap.query.evaluations import containing, differences
from hydrasnap.query.failures import FailureFilter, blockers, causes, failing
from hydrasnap.query.index_file import ask, open_database, write_database
from hydrasnap.query.jobs import history, job_states
from hydrasnap.query.table import Table
from hydrasnap.report.changes import ChangeKind, compare
from hydrasnap.report.failures import blockers as blockers_of
from hydrasnap.report.history import job_history
from hydrasnap.report.index import Index
from hydrasnap.store.opening import open_cache, read_snapshot

TRUNK = JobsetKey("tools", "trunk")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crawl the embedded Hydra at all moments of its life, so that the cache has a past."""
    place = tmp_path_factory.mktemp("query") / "cache"
    for moment in (1, 2, 3):
        hydra = DemoHydra(moment)
        with open_cache(place, ORIGIN, lambda path, reason: None) as cache:
            asyncio.run(
                crawl(
                    cache, Settings(rate=float("inf")), Selection(),
                    runtime=Runtime(transport=httpx.ASGITransport(app=hydra)),
                    clock=lambda: float(hydra.world.now),  # noqa: B023
                )
            )  # fmt: skip
    return place


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    return Index(read_snapshot(folder))


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[Database]:
    with closing(open_database(folder)) as found:
        yield found


def rows(table: Table) -> list[dict[str, Any]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def key_of(row: dict[str, Any]) -> JobsetKey:
    return JobsetKey(*row["jobset"].split("/"))


def test_what_fails_is_that_of_the_newest_evaluations(index: Index, database: Database) -> None:
    found = rows(failing(database, ["*"]))
    expected = {
        build.id
        for key in index.snapshot.jobsets
        if (newest := index.latest(key))
        for build in index.builds_of(newest)
        if build.status.failed
    }
    assert {row["build"] for row in found} == expected
    assert len(found) == len(expected) > 20
    for row in found:
        history = job_history(index, index.snapshot.builds[row["build"]].job_key)
        if len(history.systems) == 1 and history.failing_since:
            since = history.failing_since
            assert row["since"] == (since.stoptime or since.timestamp)
            assert row["since_is_exact"] == history.since_is_exact


def test_what_fails_can_be_chosen_by_system_and_age(database: Database) -> None:
    every = rows(failing(database, ["tools:trunk"]))
    linux = rows(failing(database, ["tools/trunk"], ["*-linux"]))
    assert linux == [row for row in every if row["system"].endswith("-linux")]
    newest = max(row["since"] for row in every)
    late = rows(failing(database, ["tools/tr*"], since=newest))
    assert late == [row for row in every if row["since"] >= newest]
    assert 0 < len(late) < len(every)


@pytest.mark.parametrize("reverse", [False, True])
def test_differences_are_those_of_the_whole(
    index: Index, database: Database, reverse: bool
) -> None:
    kinds = {ChangeKind.STILL_FAILING, ChangeKind.STILL_SUCCEEDING}
    evaluations = index.evaluations_of(TRUNK)
    assert len(evaluations) > 5
    for old, new in zip(evaluations[1:], evaluations, strict=False):
        before, after = (new, old) if reverse else (old, new)
        changes = compare(index, after, before)
        expected = {
            (kind.slug, change.job, change.system, change.build and change.build.id)
            for kind in set(ChangeKind) - kinds
            for change in changes[kind]
            if change.build is None or change.build.id not in before.builds
        }
        found = rows(differences(database, before.id, after.id))
        assert {(r["change"], r["job"], r["system"], r["build"]) for r in found} == expected


def test_a_history_has_every_build_of_the_job(index: Index, database: Database) -> None:
    name = "nixosTests.firefox.x86_64-linux"
    found = rows(history(database, f"tools/trunk/{name}"))
    builds = [b for b in index.builds_of_jobset(TRUNK) if b.job == name]
    assert [row["build"] for row in found] == [build.id for build in builds]
    assert len(found) > 3
    for row, build in zip(found, builds, strict=True):
        held = [evaluation.id for evaluation in index.evaluations_with(build.id)]
        assert (row["first_evaluation"], row["last_evaluation"]) == (min(held), max(held))
        assert row["seconds"] == build.duration


def test_the_state_of_a_job_is_its_newest_build(index: Index, database: Database) -> None:
    found = rows(job_states(database, "*/*/hello.*"))
    assert len({row["jobset"] for row in found}) > 2
    for row in found:
        of = [b for b in index.builds_of_jobset(key_of(row)) if b.job == row["job"]]
        assert row["build"] == max(b.id for b in of if b.system == row["system"])
    assert rows(job_states(database, "hello.*")) == found


def test_blockers_are_those_of_the_whole(index: Index, database: Database) -> None:
    found = rows(blockers(database, ["*/*"]))
    expected = {
        (blocker.build.id, len(blocker.blocks))
        for key in index.snapshot.jobsets
        if (newest := index.latest(key))
        for blocker in blockers_of(index, newest)
    }
    assert {(row["build"], row["blocks"]) for row in found} == expected
    assert expected


def test_a_revision_is_found_by_its_first_digits(index: Index, database: Database) -> None:
    newest = index.latest(TRUNK)
    assert newest
    revision = next(each.revision for each in newest.inputs if each.revision)
    for text in (revision, revision[:8]):
        found = rows(containing(database, text))
        assert newest.id in {row["evaluation"] for row in found}
        assert {row["revision"] for row in found} == {revision}
    assert rows(containing(database, "ffffffffff")) == []


def test_the_pin_of_a_flake_is_a_revision_too(index: Index, database: Database) -> None:
    flake = next(e for e in index.snapshot.evaluations.values() if "github:" in e.flake)
    revision = flake.flake.rpartition("/")[2]
    assert flake.id in {row["evaluation"] for row in rows(containing(database, revision))}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (lambda db: failing(db, ["nothing/*"]), "No jobset"),
        (lambda db: history(db, "nothing"), "No job"),
        (lambda db: job_states(db, "tools/trunk/nothing"), "No job"),
        (lambda db: differences(db, 1, 2), "no evaluation 1"),
        (lambda db: containing(db, "abc"), "no revision"),
    ],
)
def test_a_question_about_nothing_says_so(
    database: Database, question: Callable[[Database], Table], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        question(database)


def test_what_the_cache_lacks_is_not_claimed(folder: Path, tmp_path: Path) -> None:
    whole = read_snapshot(folder)
    index = Index(whole)
    new, old = index.evaluations_of(TRUNK)[:2]
    lost = next(n for n in new.builds if n not in old.builds)
    part = msgspec.structs.replace(
        whole, builds={n: b for n, b in whole.builds.items() if n != lost}
    )
    with database_of(part, tmp_path) as database:
        gone = rows(differences(database, old.id, new.id))
    assert not [row for row in gone if row["change"] == "removed"]
    changes = compare(Index(part), new, old)
    assert changes.unknown == 1
    assert not changes[ChangeKind.REMOVED]


def test_failures_are_found_by_cause_and_maintainer(folder: Path, tmp_path: Path) -> None:
    whole = read_snapshot(folder)
    newest = next(iter(Index(whole).evaluations_of(TRUNK)))
    failed = [b for b in whole.builds_of(newest) if b.status.failed]
    step = FailedStep(number=1, outputs=("/nix/store/x-openssl-3.6",), status="Failed",
                      propagated_from=7, log="/build/7/step/1/log")  # fmt: skip
    mine = Package(maintainers=("Ada@example.org",))
    first, second, stale, *_ = failed
    reasons = {
        first.id: Reasons(build=first.id, stoptime=first.stoptime, steps=(step,), package=mine),
        second.id: Reasons(build=second.id, stoptime=second.stoptime, steps=(step,)),
        stale.id: Reasons(build=stale.id, stoptime=1, steps=(step,), package=mine),
    }
    with database_of(msgspec.structs.replace(whole, reasons=reasons), tmp_path) as database:

        def found(**names: str) -> set[int]:
            wanted = FailureFilter(**names)
            return {row["build"] for row in rows(failing(database, ["*"], wanted=wanted))}

        assert found(cause="openssl") == found(cause="OPEN*3.6") == {first.id, second.id}
        assert found(maintainer="ada@") == found(cause="openssl", maintainer="ada") == {first.id}
        assert found(cause="zlib") == set()
        assert found() > {first.id, second.id, stale.id}
        top, *others = rows(causes(database, newest.id))
        jobs = " ".join(sorted((first.job, second.job)))
        assert top == {"cause": "openssl-3.6", "status": "Failed", "builds": 2,
                       "log": "/build/7/step/1/log", "jobs": jobs}  # fmt: skip
        assert sum(row["builds"] for row in others) == len(failed) - 2


def test_a_failed_step_without_outputs_is_of_the_build_itself(folder: Path, tmp_path: Path) -> None:
    whole = read_snapshot(folder)
    newest = next(iter(Index(whole).evaluations_of(TRUNK)))
    build = next(build for build in whole.builds_of(newest) if build.status.failed)
    step = FailedStep(number=1, status="Failed", log="/log")
    own = Reasons(build=build.id, stoptime=build.stoptime, steps=(step,))
    with database_of(msgspec.structs.replace(whole, reasons={build.id: own}), tmp_path) as database:
        found = [row for row in rows(causes(database, newest.id)) if row["log"] == "/log"]
    assert [(row["cause"], row["jobs"]) for row in found] == [(build.nixname, build.job)]


@contextmanager
def database_of(snapshot: Snapshot, folder: Path) -> Iterator[Database]:
    """Index a snapshot that no cache holds."""
    (folder / "snapshot.json").write_text('{"schema": 1, "origin": ""}')
    write_database(folder, lambda: snapshot)
    with closing(open_database(folder)) as found:
        yield found


def test_every_build_comes_out_as_it_went_in(index: Index, database: Database) -> None:
    def known(build: Build) -> Build:
        return msgspec.structs.replace(
            build, drvpath="", outputs=(), products=(), metrics=(), priority=0, releasename="",
            partial=True, deleted_upstream=False,
        )  # fmt: skip

    builds = index.snapshot.builds
    assert {b.id: b for b in database.builds(builds)} == {n: known(b) for n, b in builds.items()}


@pytest.mark.slow
def test_a_cause_is_one_row_however_many_builds_have_a_log_of_it(tmp_path: Path) -> None:
    """On a Hydra each build that fails by a dependency has the log at an address of its own."""
    hydra = DemoHydra(2)
    with open_cache(tmp_path, ORIGIN, lambda path, reason: None) as cache:
        asyncio.run(
            crawl(
                cache, Settings(rate=float("inf")), Selection(reasons=1000),
                runtime=Runtime(transport=httpx.ASGITransport(app=hydra)),
                clock=lambda: float(hydra.world.now),
            )
        )  # fmt: skip
    newest = hydra.world.evaluations_of(TRUNK)[0]
    found = rows(ask(tmp_path, lambda database: causes(database, newest.id)))
    numpy = [row for row in found if row["cause"] == "numpy-2.3.0"]
    assert len(numpy) == 2  # one for each system
    assert max(row["builds"] for row in numpy) >= 3
    own = {b.job: b.id for n in newest.builds if "numpy" in (b := hydra.world.builds[n]).job}
    for row in numpy:
        (job,) = own.keys() & set(row["jobs"].split())
        assert row["log"].startswith(f"/build/{own[job]}/")
