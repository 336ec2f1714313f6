"""Tests that an open page reloads when `hydrasnap serve --watch` has rendered it again."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

pytest_plugins = ("chromium",)
pytestmark = pytest.mark.browser


def test_a_page_reloads_when_a_note_changes(
    tmp_path: Path, demo_site: Path, browser: Browser
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "hydrasnap.toml").write_text('[site]\nnotes = "notes"\n')
    command = [
        sys.executable, "-m", "hydrasnap.cli", "serve", "--cache", str(demo_site.parent / "cache"),
        "--port", "0", "--watch",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path, text=True) as process:
        try:
            assert process.stdout
            page = browser.new_page()
            page.goto(f"{process.stdout.readline().strip()}project/tools")
            expect(page.get_by_text("A word to the readers")).to_have_count(0)
            (tmp_path / "notes" / "tools.md").write_text("A word to the readers")
            expect(page.get_by_text("A word to the readers")).to_be_visible(timeout=120_000)
        finally:
            process.terminate()
        assert process.wait(30) == 0
