"""Tests of what a whole jobset reads: it differs wherever a page of the jobset would."""

from dataclasses import replace
from pathlib import Path

from example import NOON, ORIGIN, build, explained
from msgspec import structs

from hydrasnap.model import JobsetKey, Project, Reasons, Snapshot
from hydrasnap.publish.incremental.reads import AllBucketsReads
from hydrasnap.publish.incremental.reads_finder import ReadsFinder
from hydrasnap.publish.pages.common.page_priorities import EVERYTHING, Policy
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.index import Index
from hydrasnap.report.memoized import Memoized
from hydrasnap.store.opening import open_cache, read_snapshot

KEY = JobsetKey("p", "j")
NOTHING = Policy(builds=frozenset(), jobs=frozenset())


def reads(policy: Policy, snapshot: Snapshot | None = None) -> AllBucketsReads:
    site = replace(Site(snapshot or explained()), policy=policy)
    return ReadsFinder(site).of_all_buckets(KEY)


def test_pages_for_all_builds_are_told_from_pages_for_none() -> None:
    assert reads(EVERYTHING) != reads(NOTHING)


def test_the_page_of_an_own_build_and_of_a_job_count() -> None:
    build = explained().builds[207]
    assert reads(structs.replace(NOTHING, builds=frozenset({207}))) != reads(NOTHING)
    assert reads(structs.replace(NOTHING, jobs=frozenset({build.job_key}))) != reads(NOTHING)


def test_the_page_of_a_build_on_whose_behalf_a_step_ran_counts() -> None:
    found = explained()
    (step,) = found.reasons[207].steps
    told = Reasons(
        build=207, stoptime=NOON + 272, steps=(structs.replace(step, propagated_from=1000),)
    )
    elsewhere = structs.replace(found, reasons={207: told})
    assert elsewhere.builds[1000].jobset_key != KEY
    with_page = structs.replace(NOTHING, builds=frozenset({1000}))
    assert reads(with_page, elsewhere) != reads(NOTHING, elsewhere)
    assert reads(with_page, found) == reads(NOTHING, found)


def test_an_answer_is_kept_for_the_program_that_gave_it(tmp_path: Path) -> None:
    many = [build(number, f"job-{number}") for number in range(1000, 1600)]
    with open_cache(tmp_path, ORIGIN, lambda path, reason: None) as cache:
        cache.put(projects=[Project(name="p")], builds=many)
        cache.close_run(explained().run)

    def asked(program: bytes, answer: int) -> int:
        index = Index(read_snapshot(tmp_path, 0), program)
        return Memoized("a test asks", int, lambda *_: answer).of(index, KEY)

    assert [asked(b"one", 1), asked(b"one", 2), asked(b"two", 3)] == [1, 1, 3]
