"""Tests of the charts: where points lie, what they lead to, what they say in words."""

import re
from pathlib import Path

import pytest
from example import NOON, build, evaluation, snapshot
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from hydrasnap.formatting import number
from hydrasnap.model import JobKey, JobsetKey, Metric, Snapshot
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.charts import burn_down_chart, job_charts
from hydrasnap.publish.pages.common.line_chart import (
    HEIGHT,
    WIDTH,
    Moment,
    Series,
    chart,
    scale,
    unit_words,
)
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pipeline import publish
from hydrasnap.publish.settings import SiteSettings
from hydrasnap.report.history import job_history
from hydrasnap.report.sizes import SizeHistory

CHARTED = Limits().chart_builds
NAME = ("key", "Title", "Build")


def moments(count: int) -> list[Moment]:
    return [Moment(label=str(n), href=f"build/{n}.html", time=NOON + n) for n in range(count)]


def measured() -> Snapshot:
    """Add to p:j a job with two builds that have metrics."""
    every = snapshot()
    builds = {
        number: build(
            number,
            "measured",
            stoptime=NOON + number + 5 + took,
            metrics=(
                Metric(name="<size>", value=took * 1024.0, unit="KiB"),
                Metric(name="once", value=1) if number == 401 else Metric(name="coverage", value=9),
            ),
        )
        for number, took in ((401, 100), (402, 300))
    }
    return structs.replace(
        every,
        builds={**every.builds, **builds},
        evaluations={**every.evaluations, 13: evaluation(13, (201, 402))},
    )


@pytest.mark.parametrize("unit", ["GiB", "s", "%", ""])
def test_any_number_that_json_can_tell_can_be_drawn(unit: str) -> None:
    values = (1.7e308, -1.7e308, 0.0)
    found = chart(NAME, moments(3), [Series(name="a", values=values)], unit_words(unit))
    assert found.lines[0].path == "M166.7 0L500 100L833.3 50"
    assert found.lines[0].newest.startswith("0")
    assert found.top == f"1.7e+308 {unit}".rstrip()


def test_points_lie_in_the_middle_of_their_columns() -> None:
    found = chart(NAME, moments(4), [Series(name="a", values=(0, 5, 10, 5))], number)
    assert found.lines[0].path == "M125 100L375 50L625 0L875 50"
    assert found.lines[0].dots == "M125 100h0M375 50h0M625 0h0M875 50h0"
    assert [(column.x, column.width) for column in found.columns][1] == ("250", "250")
    assert (found.top, found.bottom, found.lines[0].newest) == ("10", "0", "5")
    assert found.columns[2].words == "2, 2027-01-15: a: 10"
    assert found.summary == "a: 0 to 5, at most 10"
    assert [row.moment.label for row in found.rows] == ["3", "2", "1", "0"]


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=70))
def test_every_value_lies_in_the_box(values: list[float]) -> None:
    found = chart(NAME, moments(len(values)), [Series(name="a", values=tuple(values))], number)
    points = re.findall(r"([\d.-]+) ([\d.-]+)", found.lines[0].path)
    assert len(points) == len(values)
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((3, 9), (0, 9)),
        ((90, 100), (90, 100)),
        ((7, 7), (0, 7)),
        ((-7, -7), (-7, 0)),
        ((0, 0), (0, 0)),
        ((-5, 5), (-5, 5)),
    ],
)
def test_the_scale_starts_at_zero_unless_that_would_flatten_the_line(
    values: tuple[float, ...], expected: tuple[float, float]
) -> None:
    found = scale(values)
    assert (found.low, found.high) == expected


def test_units_are_written_for_people() -> None:
    assert unit_words("KiB")(2048) == "2.0 MiB"
    assert unit_words("s")(3720.4) == "1 h 2 min"
    assert unit_words("")(3.0) == "3"


def test_failing_jobs_are_drawn_by_system_with_a_link_to_each_evaluation() -> None:
    found = burn_down_chart(Site(snapshot()), JobsetKey("p", "j"))
    assert found is not None
    assert [column.href for column in found.columns] == ["eval/11.html", "eval/12.html"]
    (line,) = found.lines
    assert (line.name, line.newest) == ("x86_64-linux", "4")
    assert [row.values for row in found.rows] == [("4",), ("2",)]
    assert found.rows[0].moment.note == "1 build without a known result"


def test_one_evaluation_makes_no_chart() -> None:
    assert burn_down_chart(Site(snapshot()), JobsetKey("p", "weird")) is None
    assert burn_down_chart(Site(snapshot()), JobsetKey("p", "empty")) is None


def test_a_job_has_a_chart_of_its_build_time_and_of_each_metric_with_two_values() -> None:
    site = Site(measured())
    found = list(
        job_charts(site, job_history(site.index, JobKey("p", "j", "measured")), SizeHistory())
    )
    assert [(one.key, one.title) for one in found] == [
        ("build-time", "Build time"),
        ("metric-1", "<size>"),
    ]
    assert [column.href for column in found[1].columns] == ["build/401.html", "build/402.html"]
    assert found[1].top == "300 MiB"


def test_the_systems_of_a_job_have_charts_strips_and_metrics_of_their_own(tmp_path: Path) -> None:
    every = measured()
    arm = {
        number + 100: structs.replace(every.builds[number], id=number + 100, system="aarch64-linux")
        for number in (401, 402)
    }
    both = structs.replace(every, builds={**every.builds, **arm})
    site = Site(both)
    found = list(
        job_charts(site, job_history(site.index, JobKey("p", "j", "measured")), SizeHistory())
    )
    assert {one.key: (one.title, [row.moment.label for row in one.rows]) for one in found} == {
        "build-time-1": ("Build time, aarch64-linux", ["502", "501"]),
        "build-time-2": ("Build time, x86_64-linux", ["402", "401"]),
        "metric-1-1": ("<size>, aarch64-linux", ["502", "501"]),
        "metric-1-2": ("<size>, x86_64-linux", ["402", "401"]),
    }
    publish(both, SiteSettings(), tmp_path)
    page = LexborHTMLParser((tmp_path / "job/p/j/measured.html").read_text())
    assert [strip.attributes["aria-label"] for strip in page.css("ol.strip")] == [
        "Last results for aarch64-linux, newest first",
        "Last results for x86_64-linux, newest first",
    ]
    assert [row.css("td")[1].text() for row in page.css("#metrics tbody tr")][:2] == [
        "aarch64-linux",
        "x86_64-linux",
    ]


def test_a_long_history_is_cut_to_its_newest_builds() -> None:
    every = snapshot()
    many = {n: build(n, "long") for n in range(5000, 5000 + CHARTED + 9)}
    site = Site(structs.replace(every, builds={**every.builds, **many}))
    (found,) = job_charts(site, job_history(site.index, JobKey("p", "j", "long")), SizeHistory())
    assert len(found.rows) == CHARTED
    assert found.rows[0].moment.label == str(5000 + CHARTED + 8)


def test_a_chart_can_be_read_without_seeing_it(tmp_path: Path) -> None:
    publish(measured(), SiteSettings(), tmp_path)
    for path in ("jobset/p/j.html", "job/p/j/measured.html"):
        page = LexborHTMLParser((tmp_path / path).read_text())
        pictures = page.css("figure.chart .plot svg")
        assert pictures
        for picture in pictures:
            labels = (picture.attributes["aria-labelledby"] or "").split()
            assert len(labels) == 2
            assert all(page.css_first(f'[id="{label}"]') is not None for label in labels)
            assert picture.css("desc")[0].text()
            assert all(link.attributes["aria-label"] for link in picture.css("a"))
        assert len(page.css("figure.chart table")) == len(pictures)
