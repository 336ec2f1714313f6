"""What the user is told of a site: settings without effect, parts that the cache lost."""

import shutil
from pathlib import Path

import pytest
from commands import run, told
from example import snapshot
from hydras import fresh_crawl, hydra
from msgspec import structs

from hydrasnap.model import Watch
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.user_warnings import lost, unused


def remarks(**settings: object) -> list[str]:
    return list(unused(Site(snapshot(), **settings)))  # type: ignore[arg-type]


@pytest.mark.parametrize("note", ["p", "p/j", "p/j/mended", "p/weird/evil~2Ehtml", "p/weird/a/b"])
def test_a_note_on_what_is_known_is_no_matter(note: str) -> None:
    assert remarks(notes={note: "x"}) == []


@pytest.mark.parametrize("note", ["q", "p/k", "p/j/no-such-job", "p/j/mended/x", "q/j"])
def test_a_note_on_nothing_is_told_of(note: str) -> None:
    assert remarks(notes={note: "x"}) == [
        f"The note {note}.md is on nothing that the snapshot knows."
    ]


def test_a_baseline_that_is_not_there_is_told_of() -> None:
    known = min(snapshot().evaluations)
    assert remarks(baselines={"p/j": known}) == []
    assert remarks(baselines={"p/j": 9, "p/x": known}) == [
        '[site] baselines "p/j" = 9: the snapshot knows no such evaluation.',
        f'[site] baselines "p/x" = {known}: the snapshot knows no such jobset.',
    ]


def test_a_baseline_of_another_jobset_is_told_of() -> None:
    whole = snapshot()
    number, found = next(iter(whole.evaluations.items()))
    moved = {**whole.evaluations, number: structs.replace(found, jobset="other")}
    site = Site(structs.replace(whole, evaluations=moved), baselines={"p/j": number})
    assert list(unused(site)) == [
        f'[site] baselines "p/j" = {number}: that evaluation is one of p/other.'
    ]


def test_a_glob_that_matches_nothing_is_told_of() -> None:
    assert remarks(watches=(Watch("all"), Watch("some", jobs=("m*",), jobsets=("p/*",)))) == []
    slips = Watch("slips", jobs=("mended", "mendet"), jobsets=("p:j",), systems=("x86-linux",))
    assert remarks(watches=(slips,)) == [
        '[[watch]] "slips": no jobset matches "p:j".',
        '[[watch]] "slips": no job matches "mendet".',
        '[[watch]] "slips": no system matches "x86-linux".',
    ]


def test_globs_that_nothing_fits_together_are_told_of() -> None:
    odd = structs.replace(next(iter(snapshot().builds.values())), id=999, job="odd", system="odd")
    whole = structs.replace(snapshot(), builds={**snapshot().builds, 999: odd})
    watch = Watch("both", jobs=("mended",), systems=("odd",))
    assert list(unused(Site(whole, watches=(watch,)))) == [
        '[[watch]] "both": no build fits all that it asks for.'
    ]


def test_what_a_whole_cache_lacks_is_counted() -> None:
    whole = structs.replace(snapshot(), run=structs.replace(snapshot().run, complete=True, gaps=()))
    bare = structs.replace(whole, projects={}, jobsets={}, builds={})
    held = {number for found in whole.evaluations.values() for number in found.builds}
    assert f"The cache lacks 2 jobsets and {len(held)} builds that it refers to." in lost(bare)
    stopped = structs.replace(bare, run=structs.replace(bare.run, complete=False))
    assert lost(stopped) == ""


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("projects", "1 project"),
        ("jobsets", "2 jobsets"),
        ("builds", "19 builds"),
        ("evals", "6 evaluations"),
    ],
)
def test_files_that_somebody_deleted_are_told_of(tmp_path: Path, gone: str, words: str) -> None:
    cache, site = tmp_path / "cache", tmp_path / "site"
    crawler = fresh_crawl(cache, hydra())
    told(run("render", "--cache", cache, "--output", site), 0)
    shutil.rmtree(cache / gone)
    told(run("status", "--cache", cache), 0, f"missing      {words}; `hydrasnap crawl` fetches")
    for _ in "once", "again, with nothing to write":
        told(run("render", "--cache", cache, "--output", site), 3, f"The cache lacks {words} that")
    crawler.run()
    told(run("render", "--cache", cache, "--output", site), 0)


def test_remarks_are_in_the_summary_also_where_nothing_is_written(tmp_path: Path) -> None:
    fresh_crawl(tmp_path / "cache", hydra())
    config = tmp_path / "hydrasnap.toml"
    config.write_text(
        "[site.baselines]\n'one:x' = 1\n[[watch]]\nname = 'w'\n"
        f"jobs = {[f'absent{n}' for n in range(20)]}\n"
    )
    folders = ("--cache", tmp_path / "cache", "--output", tmp_path / "site")
    for _ in "once", "again":
        output = told(run("render", "--config", config, *folders), 0)
        assert 'warning [site] baselines "one/x" = 1:' in output
        assert 'warning [[watch]] "w": no job matches "absent0".' in output
        assert "warning and 11 more like these" in output
