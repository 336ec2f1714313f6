"""Tests of what a site is made from beside the cache."""

from importlib.metadata import version
from pathlib import Path

import pytest

from hydrasnap.publish import settings
from hydrasnap.publish.settings import SiteSettings


@pytest.mark.parametrize("library", ["jinja2", "markdown", "markupsafe", "nh3"])
def test_the_version_of_a_library_is_the_one_that_is_installed(library: str) -> None:
    assert version(library) in settings.version_of(library)


def test_the_digest_follows_texts_and_settings_but_not_where_a_folder_is(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "note.md").write_text("A note.")
    here, there = SiteSettings(notes=tmp_path / "here"), SiteSettings(notes=tmp_path / "there")
    before = here.digest()
    assert before == there.digest()
    assert before != SiteSettings(notes=tmp_path / "here", title="Ours").digest()
    (tmp_path / "here" / "deep" / "note.md").write_text("Another note.")
    assert before != here.digest()
