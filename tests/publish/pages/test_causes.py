"""Tests of how pages tell why builds fail, and of what they say where that is not known."""

import json
from pathlib import Path

import pytest
from example import build, evaluation, snapshot
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.model import FailedStep, Package, Reasons, Snapshot
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings

STEP = FailedStep(
    number=3,
    outputs=("/nix/store/aaaa-openssl-3.0",),
    status="Failed",
    propagated_from=5000,
    log="/build/401/step/3/log",
)
PACKAGE = Package(
    description="A <b>library</b>",
    license="MIT",
    homepage="https://example.org/",
    maintainers=("Ann <ann@example.org>", "bob@example.org"),
)


def broken() -> Snapshot:
    """Add an evaluation in which three builds fail by a dependency; the cause of one is known."""
    found = snapshot()
    builds = {number: build(number, f"needs-{number}", 2) for number in (401, 402, 403)}
    told = {401: Reasons(build=401, stoptime=builds[401].stoptime, steps=(STEP,), package=PACKAGE)}
    told[402] = Reasons(build=402, stoptime=builds[402].stoptime)
    return structs.replace(
        found,
        builds={**found.builds, **builds, 404: build(404, "broken", 1)},
        evaluations={
            **found.evaluations,
            14: evaluation(14, (*builds,)),
            15: evaluation(15, (404,)),
        },
        reasons=told,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("causes")
    publish(broken(), SiteSettings(), folder)
    return folder


def section(site: Path, path: str, name: str) -> str:
    node = LexborHTMLParser((site / path).read_bytes()).css_first(f"#{name}")
    return " ".join(node.text().split()) if node else ""


def test_the_page_of_a_build_names_the_cause_and_its_log(site: Path) -> None:
    assert "openssl-3.0 Failed (log), built for build 5000" in section(
        site, "build/401.html", "why"
    )
    text = (site / "build/401.html").read_text()
    assert 'href="https://hydra.example.org/build/401/step/3/log"' in text
    assert "/build/401/log" not in text  # it never ran itself, so this log does not exist


def test_what_is_not_known_is_said_to_be_so(site: Path) -> None:
    assert "does not know any more which one" in section(site, "build/402.html", "why")
    assert "has not looked up yet which one" in section(site, "build/403.html", "why")
    assert section(site, "build/101.html", "why") == ""


def test_the_package_is_described_without_addresses_of_its_maintainers(site: Path) -> None:
    told = section(site, "build/401.html", "package")
    assert "A <b>library</b>" in told
    assert "Ann, bob" in told
    assert "@example.org" not in told


def test_an_evaluation_ranks_its_root_causes(site: Path) -> None:
    told = section(site, "eval/14.html", "root-causes")
    assert "1 build fails because of a dependency that is known." in told
    assert "1 build fails because of a dependency that the snapshot has not looked up yet." in told
    assert "1 build fails because of a dependency that the Hydra does not know any more." in told
    page = LexborHTMLParser((site / "eval/14/causes.html").read_bytes())
    first = [" ".join(cell.text().split()) for cell in page.css("table.causes tbody tr td")][:3]
    assert first == ["openssl-3.0", "Failed", "1"]
    assert "needs-401" in (page.css_first("#cause-1") or page.root).text()  # type: ignore[union-attr]


def test_programs_are_told_too(site: Path) -> None:
    told = json.loads((site / "eval/14.json").read_bytes())["rootCauses"]
    assert [(c["name"], c["job"], c["builds"]) for c in told["causes"]] == [
        ("openssl-3.0", None, [401])
    ]
    assert (told["unread"], told["vanished"]) == (1, 1)
    (cause,) = told["causes"]
    assert (cause["status"], cause["systems"]) == ("Failed", ["x86_64-linux"])
    assert cause["log"] == "https://hydra.example.org/build/401/step/3/log"
    assert cause["since"] == {"evaluation": 14, "exact": False}
    assert "`openssl-3.0` takes down 1 build" in (site / "eval/14.md").read_text()


def test_an_evaluation_without_failed_dependencies_has_no_causes(site: Path) -> None:
    assert section(site, "eval/15.html", "root-causes") == ""
    assert not (site / "eval/15/causes.html").exists()


def test_a_jobset_shows_the_causes_of_the_newest_evaluation_of_which_any_is_known(
    site: Path,
) -> None:
    told = section(site, "jobset/p/j.html", "root-causes")
    assert "Root causes in evaluation 14" in told
    assert "openssl-3.0" in told
    assert "has not looked up yet" in told
    assert section(site, "jobset/p/weird.html", "root-causes") == ""


def test_feeds_name_what_takes_newly_failing_jobs_down(tmp_path: Path) -> None:
    found = broken()
    good = {number: build(number, f"needs-{number - 100}") for number in (501, 502, 503)}
    changed = structs.replace(
        found,
        builds={**found.builds, **good},
        evaluations={**found.evaluations, 13: evaluation(13, (*good,))},
    )
    publish(changed, SiteSettings(), tmp_path)
    text = (tmp_path / "jobset/p/j/feed.atom").read_text()
    assert "openssl-3.0 fails and takes down 1 job" in text
    assert "eval/14/causes.html" in text


def test_of_very_many_causes_those_that_take_most_down_are_listed(tmp_path: Path) -> None:
    found = broken()
    reasons = {
        number: Reasons(
            build=number,
            stoptime=found.builds[number].stoptime,
            steps=(structs.replace(STEP, outputs=(f"/nix/store/aaaa-{name}",)),),
        )
        for number, name in ((401, "openssl-3.0"), (402, "openssl-3.0"), (403, "zlib-1.3"))
    }
    limits = Limits(rows_of_page=1, rows_of_list=1)
    publish(structs.replace(found, reasons=reasons), SiteSettings(limits=limits), tmp_path)
    page = LexborHTMLParser((tmp_path / "eval/14/causes.html").read_bytes())
    text = section(tmp_path, "eval/14/causes.html", "main")
    assert "the first 1 of 2. The data of the evaluation have all" in text
    assert "2 builds fail because of this The first 1 of 2." in text
    assert "zlib" not in text
    assert len(page.css("tr[data-build]")) == 1
    data = json.loads((tmp_path / "eval/14.json").read_text())
    assert [one["name"] for one in data["rootCauses"]["causes"]] == ["openssl-3.0", "zlib-1.3"]
