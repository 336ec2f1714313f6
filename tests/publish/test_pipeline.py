"""Tests of publishing: settings, the user's files, what stands where."""

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from example import ORIGIN, build, snapshot
from msgspec import structs

from hydrasnap.errors import ConfigError, OutputError
from hydrasnap.model import Run, Snapshot
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.resources import bundled
from hydrasnap.publish.settings import SiteSettings


def render(folder: Path, settings: SiteSettings | None = None, **changes: object) -> Path:
    publish(structs.replace(snapshot(), **changes), settings or SiteSettings(), folder / "site")
    return folder / "site"


def test_the_result_counts_pages_files_and_bytes(tmp_path: Path) -> None:
    done = publish(snapshot(), SiteSettings(), tmp_path)
    pages = list(tmp_path.rglob("*.html"))
    assert done.pages == len(pages)
    assert done.index == tmp_path / "index.html"
    every = [path for path in tmp_path.rglob("*") if path.is_file()]
    every = [path for path in every if not path.name.startswith(".hydrasnap-")]
    assert done.written == len(every)
    assert done.bytes == sum(path.stat().st_size for path in every)


def test_progress_grows_to_the_number_of_shares(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    publish(snapshot(), SiteSettings(), tmp_path, lambda n, of: told.append((n, of)))
    assert told == [(n, len(told)) for n in range(1, len(told) + 1)]


def test_a_static_host_is_told_to_serve_files_as_they_are(tmp_path: Path) -> None:
    assert (render(tmp_path) / ".nojekyll").read_bytes() == b""


def test_badges_of_jobs_say_what_hydra_answers(tmp_path: Path) -> None:
    site = render(tmp_path)
    assert 'aria-label="hydra build: failing"' in (site / "job/p/j/breaks.svg").read_text()
    cancelled = site / "job/p/weird" / "~63on.svg"
    assert 'aria-label="hydra build: cancelled"' in cancelled.read_text()
    assert not (site / "job/p/j/waits.svg").exists()


def test_a_renamed_jobset_leads_from_its_old_address(tmp_path: Path) -> None:
    text = (render(tmp_path) / "jobset/p/old.html").read_text()
    assert '<meta http-equiv="refresh" content="0; url=../../jobset/p/j.html">' in text
    assert 'href="../../jobset/p/j.html"' in text


def test_the_title_and_the_menu_stand_on_every_page(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "rules.md").write_text("# House <rules>\n\nBe *kind*.")
    settings = SiteSettings(title="Our & Hydra", pages=tmp_path / "own")
    site = render(tmp_path, settings)
    text = (site / "build/101.html").read_text()
    assert "· Our &amp; Hydra</title>" in text
    assert '<a href="../rules.html">House &lt;rules&gt;</a>' in text
    assert "<em>kind</em>" in (site / "rules.html").read_text()


def test_a_users_page_cannot_take_the_place_of_one_of_ours(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "index.md").write_text("# Mine")
    with pytest.raises(ConfigError, match=r"index\.md.*another name"):
        render(tmp_path, SiteSettings(pages=tmp_path / "own"))


def test_notes_stand_on_their_pages(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    for path, text in {
        "p.md": "of the *project*",
        "p/j.md": "of the *jobset*",
        "p/weird/a~2Fb.md": "of the *job*, see [it](build/101.html)",
        "nowhere.md": "of nothing",
    }.items():
        (notes / path).parent.mkdir(parents=True, exist_ok=True)
        (notes / path).write_text(text)
    site = render(tmp_path, SiteSettings(notes=notes))
    assert "of the <em>project</em>" in (site / "project/p.html").read_text()
    assert "of the <em>jobset</em>" in (site / "jobset/p/j.html").read_text()
    job = (site / "job/p/weird/a~2Fb.html").read_text()
    assert 'of the <em>job</em>, see <a href="../../../build/101.html">it</a>' in job


def test_a_note_that_is_no_text_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "p.md").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"p\.md"):
        render(tmp_path, SiteSettings(notes=tmp_path / "notes"))


def test_the_users_folder_wins_over_templates_and_static_files(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "static").mkdir(parents=True)
    (own / "queue.html").write_text("{{ page.title }}: {{ page.rows | length }}")
    (own / "static" / "style.css").write_text("body { color: red }")
    (own / "static" / "logo.svg").write_text("<svg/>")
    site = render(tmp_path, SiteSettings(templates=own))
    assert (site / "queue.html").read_text() == "Queue: 2"
    assert (site / "static" / "style.css").read_text() == "body { color: red }"
    assert (site / "static" / "logo.svg").exists()
    assert (site / "static" / "site.js").exists()


def test_scripts_are_small(tmp_path: Path) -> None:
    scripts = [file.read_bytes() for file in (render(tmp_path) / "static").glob("*.js")]
    assert sum(len(gzip.compress(text, 9)) for text in scripts) < 38_000


@pytest.mark.slow
def test_scripts_are_published_without_their_comments_but_whole(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "static").mkdir(parents=True)
    (own / "static" / "mine-too.js").write_text("// mine\n\nmine();\n")
    static = render(tmp_path, SiteSettings(templates=own)) / "static"
    assert (static / "mine-too.js").read_text() == "// mine\n\nmine();\n"
    for source in (bundled("site") / "static").glob("*.js"):
        lines = source.read_text("utf-8").splitlines(keepends=True)
        code = [line for line in lines if line.strip() and not line.lstrip().startswith("//")]
        assert (static / source.name).read_text("utf-8") == "".join(code)
        # no text goes on in the next line, where `//` would be no comment; expressions have "`" too
        assert [line for line in lines if line.count("`") % 2 and "[" not in line] == []


@pytest.mark.slow
def test_static_files_of_the_user_keep_their_folders(tmp_path: Path) -> None:
    fonts = tmp_path / "own" / "static" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "mine.woff2").write_bytes(b"font")
    site = render(tmp_path, SiteSettings(templates=tmp_path / "own"))
    assert (site / "static" / "fonts" / "mine.woff2").read_bytes() == b"font"


def test_files_for_the_top_of_the_site_are_put_there(tmp_path: Path) -> None:
    (tmp_path / "top" / ".well-known").mkdir(parents=True)
    (tmp_path / "top" / "CNAME").write_text("snapshot.example.org")
    (tmp_path / "top" / ".well-known" / "security.txt").write_text("Contact: us")
    site = render(tmp_path, SiteSettings(files=tmp_path / "top"))
    assert (site / "CNAME").read_text() == "snapshot.example.org"
    assert (site / ".well-known" / "security.txt").read_text() == "Contact: us"


@pytest.mark.parametrize("name", ["index.html", ".nojekyll", "build/1.html"])
def test_files_for_the_top_do_not_replace_pages(tmp_path: Path, name: str) -> None:
    (tmp_path / "top" / name).parent.mkdir(parents=True)
    (tmp_path / "top" / name).write_text("mine")
    with pytest.raises(ConfigError, match="another name"):
        render(tmp_path, SiteSettings(files=tmp_path / "top"))


@pytest.mark.slow
def test_links_and_special_files_among_a_users_files_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n\ntop secret")
    folders = {name: tmp_path / name for name in ("pages", "notes", "files", "own")}
    (tmp_path / "own" / "static").mkdir(parents=True)
    for folder in (*folders.values(), tmp_path / "own" / "static"):
        folder.mkdir(exist_ok=True)
        (folder / "p.md").symlink_to(tmp_path / "secret.md")
        os.mkfifo(folder / "pipe.md")
    settings = SiteSettings(
        pages=folders["pages"], notes=folders["notes"], files=folders["files"],
        templates=folders["own"],
    )  # fmt: skip
    site = render(tmp_path, settings)
    texts = [file.read_bytes() for file in site.rglob("*") if file.is_file()]
    assert not any(b"top secret" in text for text in texts)


@pytest.mark.slow
def test_a_broken_template_leaves_the_old_site(tmp_path: Path) -> None:
    site = render(tmp_path)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "overview.html").write_text("{{ nothing }}")
    with pytest.raises(ConfigError, match="nothing"):
        render(tmp_path, SiteSettings(templates=tmp_path / "own"), origin="https://other.example")
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


def test_the_404_page_knows_the_root_by_the_base_or_finds_it(tmp_path: Path) -> None:
    base = "https://example.org/snap"
    with_base = (render(tmp_path / "a", SiteSettings(base=base)) / "404.html").read_text()
    assert '<base href="https://example.org/snap/">' in with_base
    without = (render(tmp_path / "b") / "404.html").read_text()
    assert "<base" not in without
    assert without.index("static/root.js") < without.index('rel="stylesheet"')


def test_a_badge_tells_the_time_of_the_snapshot(tmp_path: Path) -> None:
    whole = json.loads((render(tmp_path / "a") / "snapshot/shield.json").read_text())
    assert whole["label"] == "snapshot"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", whole["message"])
    run = structs.replace(snapshot().run, complete=not snapshot().run.complete)
    other = json.loads((render(tmp_path / "b", run=run) / "snapshot/shield.json").read_text())
    assert {whole["color"], other["color"]} == {"green", "yellow"}


def test_the_moment_of_the_snapshot_is_in_one_file_for_all_pages(tmp_path: Path) -> None:
    site = render(tmp_path)
    assert (site / "snapshot.js").read_text() == (
        'var hydrasnap = {"asOf": 1800000060, "complete": true};\n'
    )


def test_an_empty_snapshot_gives_a_whole_site(tmp_path: Path) -> None:
    empty = Snapshot(origin=ORIGIN, run=Run(), projects={}, jobsets={}, evaluations={}, builds={})
    publish(empty, SiteSettings(), tmp_path)
    assert (tmp_path / "index.html").exists()
    assert (
        "Every build that the snapshot holds had a result" in (tmp_path / "queue.html").read_text()
    )


def test_a_build_whose_jobset_could_not_be_read_still_has_its_way_up(tmp_path: Path) -> None:
    stray = build(7, "stray", project="lost", jobset="lost")
    site = render(tmp_path, builds={**snapshot().builds, 7: stray})
    assert (site / "build/7.html").exists()
    assert (site / "jobset/lost/lost.html").exists()
    assert (site / "project/lost.html").exists()


def test_a_foreign_folder_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="mine"):
        render(tmp_path)
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["mine.txt"]
