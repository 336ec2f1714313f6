"""Tests of the pages of maintainers: what fails, since when and why, and whom pages name."""

import json
from pathlib import Path

import pytest
from example import explained
from lxml import etree
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.model import Maintainer, Package, PackageList
from hydrasnap.publish.output.ownership import STATE
from hydrasnap.publish.pages.common.page_costs import MAINTAINER, MAINTAINERS_PART
from hydrasnap.publish.pages.common.page_priorities import decide
from hydrasnap.publish.pages.common.site_budget import Budget
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import PackageSettings, SiteSettings
from hydrasnap.report.index import Index

LISTED = PackageList(
    packages={
        "breaks": Package(
            description="Breaks <now>",
            maintainers=("ann", "bob"),
            position="pkgs/br eaks/package.nix:12",
        ),
        "good": Package(maintainers=("bob",)),
    },
    maintainers={
        "ann": Maintainer(handle="ann", name="Ann Other", email="ann@example.org"),
        "bob": Maintainer(handle="bob", email="bob@example.org"),
    },
)


def packages(**more: object) -> PackageSettings:
    return PackageSettings(load=lambda: LISTED, source="src", **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maintainers")
    publish(explained(), SiteSettings(packages=packages()), folder)
    return folder


def words(site: Path, path: str, place: str = "main") -> str:
    node = LexborHTMLParser((site / path).read_bytes()).css_first(place)
    return " ".join(node.text().split()) if node else ""


def test_a_page_tells_what_fails_since_when_and_why(site: Path) -> None:
    told = words(site, "maintainer/ann.html")
    assert "NameAnn Other" in told
    assert "3 jobs in the newest evaluations: 3 failed; 2 newly failing." in told
    rows = {
        row.attributes["data-job"]: " ".join(row.text().split())
        for row in LexborHTMLParser((site / "maintainer/ann.html").read_bytes()).css(
            "#failing tbody tr"
        )
    }
    assert set(rows) == {"breaks", "bad", "all"}
    assert rows["breaks"].startswith("Failed breaks new")
    assert "in 201 itself" in rows["breaks"]
    assert "openssl-3.0 log" in rows["all"]
    assert "a dependency, not known any more" in rows["bad"]


def test_programs_are_told_too(site: Path) -> None:
    data = json.loads((site / "maintainer/ann.json").read_bytes())
    assert (data["name"], data["page"], data["newlyFailing"]) == ("ann", "maintainer/ann.html", 2)
    rows = {row["job"]: row for row in data["failing"]}
    assert rows["breaks"]["since"] == {
        "build": 201, "status": "failed", "finished": 1800000266, "exact": True
    }  # fmt: skip
    assert rows["all"]["why"] == [{"name": "openssl-3.0", "status": "Failed", "job": None}]
    assert [rows[job]["explained"] for job in ("all", "bad", "breaks")] == [True, False, True]
    assert json.loads((site / "maintainer/bob/shield.json").read_bytes())["color"] == "red"
    root = etree.fromstring((site / "maintainer/ann/feed.atom").read_bytes())
    text = " ".join(" ".join(map(str, root.itertext())).split())
    assert "p:j: 2 newly failing in evaluation 12" in text
    assert "openssl-3.0 fails and takes down 1 job" in text


def test_maintainers_are_ranked_and_the_share_of_unknown_jobs_is_said(site: Path) -> None:
    told = words(site, "maintainers.html")
    assert "The package of 4 of 32 jobs is known. Whose the others are is not known." in told
    page = LexborHTMLParser((site / "maintainers.html").read_bytes())
    heads = [" ".join(row.text().split()) for row in page.css("#failing tbody th")]
    assert heads[0] == "ann Ann Other"
    assert "bob" in heads
    assert 'href="maintainers.html"' in (site / "index.html").read_text()


def test_pages_of_builds_and_jobs_name_maintainers_and_the_source(site: Path) -> None:
    for path in ("build/201.html", "job/p/j/breaks.html"):
        told = words(site, path, "#package")
        assert "Breaks <now>" in told
        assert "ann, bob" in told
        text = (site / path).read_text()
        revision = f"{12:040x}"
        file = f"blob/{revision}/pkgs/br%20eaks/package.nix#L12"
        assert f'href="https://github.com/o/r/{file}"' in text
    assert 'href="../maintainer/ann.html"' in (site / "build/201.html").read_text()


def test_no_address_is_shown_unless_the_setting_says_so(site: Path, tmp_path: Path) -> None:
    def pages(folder: Path) -> str:
        return "".join(file.read_text() for file in folder.rglob("*.*") if file.name != STATE)

    assert "ann@example.org" not in pages(site)
    publish(explained(), SiteSettings(packages=packages(emails=True)), tmp_path)
    assert 'href="mailto:ann@example.org"' in (tmp_path / "maintainer/ann.html").read_text()
    assert "bob@example.org" in (tmp_path / "maintainer/bob.html").read_text()


def test_maintainers_can_be_left_out(tmp_path: Path) -> None:
    publish(explained(), SiteSettings(packages=packages(maintainers=False)), tmp_path)
    assert not (tmp_path / "maintainer").exists()
    assert not (tmp_path / "maintainers.html").exists()
    assert "ann, bob" in words(tmp_path, "build/201.html", "#package")
    assert "maintainer" not in (tmp_path / "build/201.html").read_text().replace("Maintainers", "")


def test_a_small_budget_has_pages_for_those_of_whose_jobs_most_fail(tmp_path: Path) -> None:
    files = int(1.5 * MAINTAINER.files / MAINTAINERS_PART)
    small = SiteSettings(packages=packages(), max_files=10_000, max_bytes=10**9)
    publish(explained(), small, tmp_path / "all")
    assert len(list((tmp_path / "all/maintainer").glob("*.html"))) == 3
    chosen = decide(Index(explained()), "auto", Budget(10**9, files), (), 1.0, 3)
    assert chosen.maintainers == 1


def test_a_changed_build_turns_over_its_maintainers_files_alone(tmp_path: Path) -> None:
    found = explained()
    publish(found, SiteSettings(packages=packages()), tmp_path)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("maintainer/**/*.*")}
    good = structs.replace(found.builds[105], buildstatus=1)
    changed = structs.replace(found, builds={**found.builds, 105: good})
    publish(changed, SiteSettings(packages=packages()), tmp_path)
    moved = {file.relative_to(tmp_path / "maintainer").parts[0].split(".")[0]
             for file, time in before.items() if file.stat().st_mtime_ns != time}  # fmt: skip
    assert moved == {"bob"}


def test_another_list_of_packages_turns_over_what_it_tells_of(tmp_path: Path) -> None:
    publish(explained(), SiteSettings(packages=packages()), tmp_path)
    other = PackageList(
        packages={**LISTED.packages, "good": Package(maintainers=("cleo",))},
        maintainers=LISTED.maintainers,
    )
    settings = SiteSettings(packages=PackageSettings(load=lambda: other, source="src"))
    done = publish(explained(), settings, tmp_path)
    publish(explained(), settings, tmp_path / "fresh")
    assert "cleo" in words(tmp_path, "build/105.html", "#package")
    assert 0 < done.written < 80
    for file in (tmp_path / "fresh").rglob("*.html"):
        same = tmp_path / file.relative_to(tmp_path / "fresh")
        assert same.read_bytes() == file.read_bytes(), file
