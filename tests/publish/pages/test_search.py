"""Tests of the search index: everything is found, in small shards, the same every time."""

import json
import random
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple
from zlib import crc32

import pytest
from example import AWKWARD_JOBS, HOSTILE, ORIGIN, build, evaluation, jobset, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from hydrasnap.model import Build, JobKey, JobsetKey, Project, Run, Snapshot
from hydrasnap.publish.collisions import links_of
from hydrasnap.publish.pages.common.job_buckets import bucket_count, bucket_of
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.parents import with_placeholder_parents
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.directory import search_directory_files
from hydrasnap.publish.pages.search.job_catalogue import Catalogue, words_of
from hydrasnap.publish.pages.search.jobs import bucket_file, build_id_files
from hydrasnap.publish.pages.search.package_names import package_name_files
from hydrasnap.publish.pages.search.page import search_page_files
from hydrasnap.publish.pages.search.shards import base36
from hydrasnap.publish.pages.search.store_paths import store_path_files
from hydrasnap.report.index import Index

PREFIX = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SYSTEMS = ("x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin")
LARGEST = 80_000  # bytes of a shard

Shards = Mapping[str, Any]


class Found(NamedTuple):
    """A build as its shard tells it."""

    key: JobKey
    file: str | None
    id: int
    status: str
    finished: int
    nixname: str
    system: str
    evaluations: tuple[int, ...]


def texts(given: Snapshot, base: str = "") -> dict[str, str]:
    site = Site(snapshot=with_placeholder_parents(given), base=base)
    files = chain(
        search_page_files(site),
        search_directory_files(site),
        package_name_files(site, Catalogue.of(site)),
        build_id_files(site),
        store_path_files(site),
        (bucket_file(site, bucket) for buckets in site.buckets.values() for bucket in buckets),
    )
    return {file.path: file.text for file in files if isinstance(file, File)}


def shards(given: Snapshot) -> Shards:
    """Read the shards as a browser does: each is one call."""
    values = {}
    for path, text in texts(given).items():
        assert text.isascii()
        name, value = json.loads(f"[{text.removeprefix('hydrasnapShard(').rstrip()[:-2]}]")
        assert path == f"search/{name}.js"
        values[name] = value
    return values


def unescaped(text: str) -> str:
    for mark, character in (("~3", " "), ("~2", "!"), ("~1", "|"), ("~0", "~")):
        text = text.replace(mark, character)
    return text


def jobs_named(index: Shards) -> dict[JobKey, set[str]]:
    """Read all names: each job, and the other names that lead to it."""
    directory = {**index["directory"], **index["names"]}
    found: dict[JobKey, set[str]] = {}
    for number in range(len(directory["names"])):
        lists, names = index[f"names-{number}"]
        places = [
            [tuple(int(digits, 36) for digits in place.split(".")) for place in found.split(",")]
            for found in lists.split("|")
        ]
        text, where = "", places[0]
        for entry in names.split("|"):
            rest, _, mark = entry[1:].partition("!")
            text = text[: PREFIX.index(entry[0])] + rest
            where = places[int(mark, 36)] if mark else where
            leaf, *also = map(unescaped, text.split(" "))
            for set_, place, combo in where:
                for ending in directory["combos"][combo]:
                    name = directory["sets"][set_] + leaf + directory["endings"][ending >> 1]
                    project, within = directory["jobsets"][place][:2]
                    key = JobKey(project, within, name)
                    assert key not in found
                    found[key] = set(also)
    return found


class Told(NamedTuple):
    """A bucket as its shard names it."""

    key: JobsetKey
    number: int
    out_of: int
    jobs: list[JobKey]


def piles_told(index: Shards) -> Iterator[tuple[Told, Any]]:
    """Give every bucket that the directory promises, in its order, and what its shard says."""
    for project, name, _, folder, _, count in index["directory"]["jobsets"]:
        for number in range(count):
            told = index[f"{folder}{number}"]
            key = JobsetKey(project, name)
            jobs = [JobKey(*key, row[0]) for row in told[3]]
            yield Told(key, number, count, jobs), told


def builds_told(index: Shards) -> list[Found]:
    statuses = index["directory"]["statuses"]
    found = []
    for bucket, (nixnames, systems, evaluations, rows) in piles_told(index):
        for key, (_, file, *numbers) in zip(bucket.jobs, rows, strict=True):
            assert bucket_of(key.name, bucket.out_of) == bucket.number
            for start in range(0, len(numbers), 6):
                id_, status, finished, nixname, system, members = numbers[start : start + 6]
                found.append(
                    Found(key, file, id_, statuses[status >> 1][0], finished, nixnames[nixname],
                          systems[system], tuple(evaluations[members]))
                )  # fmt: skip
    return found


def home_of_build(index: Shards, number: int) -> int | None:
    """Look a build up as a script does: by the directory's first ids, then by the steps."""
    first = index["directory"]["ids"]
    place = max((at for at, start in enumerate(first) if start <= number), default=None)
    if place is None:
        return None
    at, (steps, homes) = first[place], index[f"ids-{place}"]
    for step, home in zip(steps, homes, strict=True):
        at += step
        if at == number:
            return int(home)
    return None


def as_told(given: Snapshot, found: Build) -> Found:
    file = links_of(Index(given)).name(found.job)
    members = [e.id for e in given.evaluations.values() if found.id in e.builds]
    return Found(
        key=found.job_key,
        file=None if file == found.job else file,
        id=found.id,
        status=found.status.label,
        finished=(found.stoptime or 0) if found.finished else 0,
        nixname=found.nixname,
        system=found.system,
        evaluations=tuple(sorted(members, reverse=True)),
    )


NAMES = st.one_of(
    st.sampled_from(
        [*AWKWARD_JOBS, "hello", "python3Packages.numpy", "x86_64-linux.hello", "A", "a"]
    ),
    st.text(alphabet='ab.~|! -_é\u2028\U0001f600"<', min_size=1, max_size=12),
).flatmap(lambda name: st.sampled_from([name, *(f"{name}.{system}" for system in SYSTEMS)]))


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    names = draw(st.lists(st.tuples(NAMES, st.sampled_from("jk")), max_size=40))
    builds = [
        build(
            draw(st.integers(0, 9)) + place * 10,
            name,
            draw(st.sampled_from([0, 1, 7, 99, None])),
            jobset=within,
            system=draw(st.sampled_from(SYSTEMS)),
            nixname=draw(st.sampled_from([f"{name}-1.0", "other-name-2", "7zip-1", ""])),
        )
        for place, (name, within) in enumerate(names)
    ]
    ids = {w: tuple(b.id for b in builds if b.jobset == w) for w in "jk"}
    evaluations = [evaluation(1, ids["j"]), evaluation(2, ids["j"][::2]),
                   evaluation(3, ids["k"], jobset="k")]  # fmt: skip
    return Snapshot(
        origin=ORIGIN,
        run=Run(),
        projects={"p": Project(name="p")},
        jobsets={JobsetKey("p", name): jobset(name) for name in "jk"},
        evaluations={found.id: found for found in evaluations},
        builds={found.id: found for found in builds},
    )


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_every_job_and_build_is_found(given: Snapshot) -> None:
    index = shards(given)
    assert set(jobs_named(index)) == {found.job_key for found in given.builds.values()}
    told = builds_told(index)
    assert sorted(told) == sorted(as_told(given, found) for found in given.builds.values())
    assert all(home_of_build(index, number) is not None for number in given.builds)
    assert home_of_build(index, 10**9) is None


@settings(max_examples=40, deadline=None)
@given(snapshots())
def test_a_build_is_found_by_the_words_of_its_nix_name(given: Snapshot) -> None:
    named = jobs_named(shards(given))
    for found in given.builds.values():
        key = found.job_key
        words = words_of(found.nixname).split("-")
        plain = plain_words(key.name)
        own = all(part in plain for part in map(plain_words, words))
        assert own or not found.nixname or words_of(found.nixname) in named[key]


def plain_words(text: str) -> str:
    return "".join(c for c in text.lower() if not (c.isascii() and not c.isalnum()) and c.strip())


@settings(max_examples=20, deadline=None)
@given(snapshots())
def test_the_pile_of_a_build_knows_it(given: Snapshot) -> None:
    index = shards(given)
    every = [rows for _, (_, _, _, rows) in piles_told(index)]
    for found in given.builds.values():
        home = home_of_build(index, found.id)
        assert home is not None
        assert any(found.id in numbers[::6] for _, _, *numbers in every[home])


def test_store_paths_lead_to_their_builds() -> None:
    hashes = ["0" * 31 + letter for letter in "abcd"]
    given = structs.replace(
        snapshot(),
        builds={
            number: build(number, f"job-{number}", drvpath=f"/nix/store/{text}-x.drv", outputs=())
            for number, text in enumerate(hashes)
        },
        evaluations={},
    )
    digests, ids = shards(given)["paths-all"]
    assert [digests[at : at + 10] for at in range(0, len(digests), 10)] == ["0" * 10] * 4
    assert ids == [0, 1, 2, 3]


def test_hostile_names_stay_inside_their_strings() -> None:
    given = structs.replace(
        snapshot(), builds={1: build(1, f"{HOSTILE}</script>\u2028'\"\\")}, evaluations={}
    )
    for text in texts(given).values():
        assert text.startswith('hydrasnapShard("')
        assert text.count("\n") == 1
        assert "<" not in text
        assert "\u2028" not in text


def test_two_indexes_are_equal() -> None:
    given = snapshot()
    shuffled = list(given.builds.items())
    random.Random(1).shuffle(shuffled)  # noqa: S311 - a test
    assert texts(structs.replace(given, builds=dict(shuffled))) == texts(given)


def many(amount: int) -> Snapshot:
    """Make builds of packages on four systems with names that share little."""
    pick = random.Random(7)  # noqa: S311 - a test
    syllables = ["ba", "co", "di", "fu", "gle", "ha", "in", "jor", "ku", "lam", "mo", "nix", "py"]
    builds = {}
    for number in range(0, amount, 4):
        leaf = "".join(pick.choice(syllables) for _ in range(4)) + str(number % 97)
        name = pick.choice(["", "python3Packages.", "haskellPackages.", "perlPackages."]) + leaf
        for place, system in enumerate(SYSTEMS):
            id_ = number + place
            builds[id_] = build(
                id_, f"{name}.{system}", nixname=leaf, drvpath="", outputs=(), system=system
            )
    ids = tuple(builds)
    return structs.replace(
        snapshot(), builds=builds, evaluations={11: evaluation(11, ids), 12: evaluation(12, ids)}
    )


@pytest.mark.slow
def test_shards_stay_small_and_grow_in_number() -> None:
    small, large = texts(many(2_000)), texts(many(40_000))
    assert max(map(len, large.values())) < LARGEST
    assert len(large) > len(small)
    names = sum(len(text) for path, text in large.items() if "names" in path)
    assert names < 10_000 * 16  # bytes for each package


@pytest.mark.slow
def test_the_directory_stays_small_whatever_names_there_are() -> None:
    builds = {n: build(n, f"set{n}.x.leaf{n % 7}", outputs=()) for n in range(20_000)}
    given = structs.replace(snapshot(), builds=builds, evaluations={})
    assert len(texts(given)["search/directory.js"]) < LARGEST


def test_browsers_are_told_how_to_search_where_the_address_is_known() -> None:
    text = texts(snapshot(), base="https://x.example/a&b")["opensearch.xml"]
    assert 'template="https://x.example/a&amp;b/search.html?q={searchTerms}"' in text
    assert "opensearch.xml" not in texts(snapshot())


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (35, "z"), (36, "10"), (123456, "2n9c")])
def test_numbers_are_written_as_scripts_read_them(number: int, text: str) -> None:
    assert base36(number) == text
    assert int(text, 36) == number


def test_a_pile_follows_from_the_name() -> None:
    assert bucket_of("x", 1) == 0
    assert bucket_of("x", 256) == crc32("x".encode("utf-16-le")) % 256
    assert [bucket_count(jobs) for jobs in (0, 1, 127, 128, 255, 256, 252_676)] == [
        0, 1, 1, 2, 2, 4, 2048,
    ]  # fmt: skip


def test_a_project_is_found_by_its_display_name_and_its_description() -> None:
    every = snapshot()
    named = structs.replace(every.projects["p"], displayname="Shown", description="What it is")
    plain = structs.replace(every.projects["void"], displayname="void", description="")
    index = shards(structs.replace(every, projects={"p": named, "void": plain}))
    assert [words for _, _, words in index["directory"]["projects"]] == ["Shown: What it is", ""]
