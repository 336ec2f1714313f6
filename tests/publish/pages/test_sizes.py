"""Tests of the sizes of builds: their charts, what pages and data say of them, what is left out."""

import json
from pathlib import Path

from example import NOON, ORIGIN, build, evaluation, snapshot
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.model import Build, JobKey, JobSizes, SizePoint, SizeSeries, Snapshot
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.charts import job_charts
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.common.sizes import SizeFact, build_sizes, job_sizes
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.history import job_history
from hydrasnap.report.sizes import size_history

CHARTED = Limits().chart_builds
BIG = JobKey("p", "j", "big")
MIB = 1 << 20


def series(**sizes: int) -> SizeSeries:
    """Make a series of builds ``b401=…`` and so on, in MiB."""
    return SizeSeries(
        points=tuple(
            SizePoint(build=int(name[1:]), timestamp=NOON + int(name[1:]), value=value * MIB)
            for name, value in sizes.items()
        )
    )


def sized(closure: SizeSeries, output: SizeSeries, *more: Build) -> Snapshot:
    """Add to p:j the job ``big`` with builds 401 to 403, of which the second failed."""
    every = snapshot()
    own = [build(401, "big"), build(402, "big", 1), build(403, "big"), *more]
    sizes = JobSizes(
        project="p", jobset="j", job="big", series={"closure": closure, "output": output}
    )
    return structs.replace(
        every,
        builds={**every.builds, **{found.id: found for found in own}},
        evaluations={**every.evaluations, 13: evaluation(13, (201, 403))},
        sizes={BIG: sizes},
    )


def words(facts: tuple[SizeFact, ...]) -> list[str]:
    return [
        f"{fact.name} {fact.value // MIB}"
        + "".join(f"; {each.words} {each.place.id} {each.note}".rstrip() for each in fact.changes)
        for fact in facts
    ]


USUAL = sized(series(b9=700, b77=800, b401=812, b403=815), series(b401=20, b403=20))


def test_sizes_have_charts_in_readable_units_that_reach_back_before_the_snapshot() -> None:
    site = Site(USUAL)
    found = list(job_charts(site, job_history(site.index, BIG), size_history(site.index, BIG)))
    assert [(one.key, one.title, one.lines[0].newest) for one in found] == [
        ("build-time", "Build time", "1 min"),
        ("closure-size", "Closure size", "815 MiB"),
        ("output-size", "Output size", "20.0 MiB"),
    ]
    assert [(column.href, column.external) for column in found[1].columns] == [
        (f"{ORIGIN}/build/9", True),
        (f"{ORIGIN}/build/77", True),
        ("build/401.html", False),
        ("build/403.html", False),
    ]
    assert found[1].columns[0].words == "9, 2027-01-15: Closure size: 700 MiB"


def test_a_job_tells_its_newest_sizes_against_the_build_before_and_the_oldest() -> None:
    site = Site(USUAL)
    assert words(tuple(job_sizes(site, size_history(site.index, BIG)))) == [
        "Closure size 815; 3.0 MiB more than 401; 115 MiB more than 9 the oldest shown",
        "Output size 20; the same as 401",
    ]


def test_the_oldest_is_the_oldest_that_the_chart_shows() -> None:
    many = {f"b{number}": 1000 - number for number in range(1, CHARTED + 6)}
    site = Site(sized(series(**many), series(b401=1)))
    history = size_history(site.index, BIG)
    found = words(tuple(job_sizes(site, history)))
    assert found == [
        f"Closure size {995 - CHARTED}; 1.0 MiB less than {CHARTED + 4}; "
        f"{CHARTED - 1}.0 MiB less than 6 the oldest shown",
        "Output size 1",
    ]


def test_a_build_tells_its_sizes_against_the_success_before() -> None:
    site = Site(USUAL)
    of = {n: words(tuple(build_sizes(site, USUAL.builds[n]))) for n in (401, 402, 403)}
    assert of == {
        401: ["Closure size 812; 12.0 MiB more than 77", "Output size 20"],
        402: [],
        403: ["Closure size 815; 3.0 MiB more than 401", "Output size 20; the same as 401"],
    }


def test_a_build_that_failed_after_all_has_no_size() -> None:
    site = Site(sized(series(b401=812, b402=900, b403=815), series()))
    found = words(tuple(job_sizes(site, size_history(site.index, BIG))))
    assert found == ["Closure size 815; 3.0 MiB more than 401"]
    assert not list(build_sizes(site, site.snapshot.builds[402]))


def test_systems_that_share_a_name_are_told_apart_and_the_unknown_left_out() -> None:
    arm = build(404, "big", system="aarch64-linux")
    site = Site(sized(series(b9=1, b401=10, b403=30, b404=7), series(), arm))
    history = size_history(site.index, BIG)
    assert words(tuple(job_sizes(site, history))) == [
        "Closure size, aarch64-linux 7",
        "Closure size, x86_64-linux 30; 20.0 MiB more than 401",
    ]
    charts = list(job_charts(site, job_history(site.index, BIG), history))
    assert [chart.title for chart in charts if "size" in chart.key] == [
        "Closure size, x86_64-linux"
    ]
    assert words(tuple(build_sizes(site, arm))) == ["Closure size 7"]


def test_pages_and_data_show_sizes_and_lead_to_the_hydra_for_older_builds(tmp_path: Path) -> None:
    publish(USUAL, SiteSettings(), tmp_path)
    page = LexborHTMLParser((tmp_path / "job/p/j/big.html").read_text())
    facts = {node.text(): node.next for node in page.css("dl.facts dt")}
    told = facts["Closure size"]
    assert told is not None
    assert told.text() == (
        "815 MiB in build 403, 3.0 MiB more than build 401, "
        "115 MiB more than build 9 (the oldest shown)"
    )
    links = {link.text(): link.attributes for link in told.css("a")}
    assert links["build 9"]["href"] == f"{ORIGIN}/build/9"
    assert links["build 9"]["rel"] == "external"
    assert links["build 401"] == {"href": "../../../build/401.html"}
    table = page.css_first("[aria-label='Closure size']")
    assert table is not None
    assert [link.attributes["href"] for link in table.css("a")][-2:] == [
        f"{ORIGIN}/build/{number}" for number in (77, 9)
    ]
    assert f"{ORIGIN}/build/77" in [link.attributes["href"] for link in page.css("svg a")]
    found = json.loads((tmp_path / "job/p/j/big.json").read_bytes())
    assert found["outputSizes"] == [[401, NOON + 401, 20 * MIB], [403, NOON + 403, 20 * MIB]]
    assert [row[0] for row in found["closureSizes"]] == [9, 77, 401, 403]
    of_build = (tmp_path / "build/403.html").read_text()
    assert 'title="854,589,440 bytes">815 MiB</span>, 3.0 MiB more than' in of_build


def test_where_no_sizes_are_known_nothing_speaks_of_them(tmp_path: Path) -> None:
    publish(structs.replace(USUAL, sizes={}), SiteSettings(), tmp_path)
    for path in ("job/p/j/big.html", "build/403.html", "job/p/j/big.json"):
        assert "losure" not in (tmp_path / path).read_text()
        assert "Sizes" not in (tmp_path / path).read_text()


def test_only_the_pages_of_a_job_are_made_again_when_its_sizes_came(tmp_path: Path) -> None:
    publish(structs.replace(USUAL, sizes={}), SiteSettings(), tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    publish(USUAL, SiteSettings(), tmp_path)
    names = {
        path.relative_to(tmp_path).as_posix()
        for path, time in before.items()
        if path.stat().st_mtime_ns != time and not path.name.startswith(".")
    }
    job = {"job/p/j/big.html", "job/p/j/big.json", "job/p/old/big.json"}
    assert names == {*job, "build/401.html", "build/403.html"}
