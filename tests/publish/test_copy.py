"""Tests of the buttons that copy, in a real Chromium."""

from collections.abc import Callable
from pathlib import Path

import pytest
from example import all_pages, build, evaluation, snapshot
from msgspec import structs
from playwright.sync_api import Page, expect

from hydrasnap.publish.pages.build.build import BuildPage
from hydrasnap.publish.pages.common.page import Page as SitePage
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

pytest_plugins = ("chromium",)

Opener = Callable[..., Page]
BASE = "https://snap.example.org/hydra"
READ = "navigator.clipboard.readText()"


@pytest.fixture
def site(tmp_path: Path) -> str:
    publish(snapshot(), SiteSettings(base=BASE), tmp_path)
    return tmp_path.as_uri()


def copied(page: Page, name: str) -> str:
    """Press the button of this name, and return what it has put into the clipboard."""
    page.get_by_role("button", name=f"Copy the {name}", exact=True).first.click()
    expect(page.get_by_role("status").last).to_have_text(f"Copied the {name}")
    return str(page.evaluate(READ))


@pytest.mark.browser
def test_paths_commands_badges_and_revisions_are_copied(opened: Opener, site: str) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{site}/build/101.html")
    found = snapshot().builds[101]
    assert copied(page, "derivation") == found.drvpath
    assert copied(page, "output out") == found.outputs[0].path
    assert copied(page, "command").startswith("curl --fail")
    page.goto(f"{site}/job/p/j/good.html")
    page.locator("#badge summary").click()
    assert copied(page, "Markdown") == (
        f"[![good]({BASE}/job/p/j/good.svg)]({BASE}/job/p/j/good.html)"
    )
    assert copied(page, "address of the badge") == f"{site}/job/p/j/good.svg"
    page.goto(f"{site}/eval/12.html")
    assert copied(page, "revision of src") == f"{12:040x}"


@pytest.mark.browser
def test_without_a_clipboard_a_selection_is_copied(opened: Opener, site: str) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script(
        "const kept = navigator.clipboard; globalThis.kept = kept;"
        "Object.defineProperty(navigator, 'clipboard', { get: () => undefined });"
    )
    page.goto(f"{site}/build/101.html")
    button = page.get_by_role("button", name="Copy the derivation")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").last).to_have_text("Copied the derivation")
    expect(button).to_be_focused()
    assert page.evaluate("kept.readText()") == snapshot().builds[101].drvpath


@pytest.mark.browser
def test_without_scripts_there_is_no_button_and_no_room_for_it(opened: Opener, site: str) -> None:
    page = opened(java_script_enabled=False)
    page.goto(f"{site}/build/101.html")
    expect(page.locator("button")).to_have_count(0)
    path = page.locator("[data-copy]").first
    assert path.evaluate("one => getComputedStyle(one).paddingRight") == "0px"


def test_a_flake_is_built_by_its_name_and_else_by_hydras_script() -> None:
    pinned = "github:o/r/" + "ab" * 20
    every = snapshot()
    like_an_option = evaluation(31, (3002,), flake="--option")
    evaluations = {30: evaluation(30, (3001,), flake=pinned), 31: like_an_option}
    evaluations = {**every.evaluations, **evaluations}
    builds = {**every.builds, 3001: build(3001, "x y"), 3002: build(3002, "x z")}
    site = Site(structs.replace(every, evaluations=evaluations, builds=builds))
    found = {
        page.context.id: page.context
        for page in all_pages(site)
        if isinstance(page, SitePage) and isinstance(page.context, BuildPage)
    }
    assert found[3001].derivation.reproduce == f"nix build '{pinned}#hydraJobs.x y'"
    assert found[3001].derivation.script == ""
    assert "/build/3002/reproduce " in found[3002].derivation.reproduce
    assert found[101].derivation.script == "https://hydra.example.org/build/101/reproduce"
    assert found[101].derivation.script in found[101].derivation.reproduce
