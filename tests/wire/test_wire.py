"""Whatever mood a server is in, an object has one form; what is no Hydra's is refused."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hydrasnap.errors import NotAHydraError
from hydrasnap.model import (
    Build,
    Evaluation,
    JobsetKey,
    JobsetState,
    Metric,
    Output,
    Product,
    SizePoint,
)
from hydrasnap.wire.builds import read_build, read_builds, read_queue, read_sizes
from hydrasnap.wire.decode import Oddities
from hydrasnap.wire.evaluations import read_evaluation, read_evaluation_page
from hydrasnap.wire.projects import read_jobset, read_overviews, read_projects

KEY = JobsetKey("p", "j")
BUILD: dict[str, Any] = {
    "id": 7, "project": "p", "jobset": "j", "job": "hello", "nixname": "hello-2",
    "system": "x86_64-linux", "drvpath": "/nix/store/x.drv", "finished": 1, "buildstatus": 0,
    "timestamp": 5, "starttime": 6, "stoptime": 9, "priority": 100, "releasename": None,
    "buildoutputs": {"out": {"path": "/nix/store/o"}, "dev": {"path": None}},
    "buildproducts": {"2": {"type": "doc", "name": ""}, "10": {"filesize": 2**33},
                      "1": {"type": "file", "name": "a", "defaultpath": None}},
    "buildmetrics": {"size": {"value": 1e-07, "unit": None}, "a b": {"value": "2", "unit": "KiB"}},
    "jobsetevals": [3, 1, 2],
}  # fmt: skip
EVALUATION: dict[str, Any] = {
    "id": 3, "hasnewbuilds": 1, "timestamp": 5, "checkouttime": 1, "evaltime": 2, "flake": None,
    "builds": [9, 7, 8, 7],
    "jobsetevalinputs": {
        "nixpkgs": {"type": "git", "uri": "u", "revision": "r", "value": None, "dependency": None},
        "dep": {"type": "build", "uri": None, "revision": None, "value": None, "dependency": 12},
        "bool": {"type": "boolean", "value": "false", "dependency": "34"},
    },
}  # fmt: skip
JOBSET: dict[str, Any] = {
    "project": "p", "name": "j", "enabled": 1, "visible": True, "flake": "", "errormsg": "\x1b[31m",
    "nixexprinput": "src", "nixexprpath": "release.nix", "errortime": 4, "fetcherrormsg": "",
    "inputs": {"b": {"name": "b", "type": "boolean", "value": "true", "emailresponsible": False}},
}  # fmt: skip
OVERVIEW: dict[str, Any] = {
    "project": "p", "name": "j", "nrtotal": 4, "nrsucceeded": 1, "nrfailed": 1, "nrscheduled": 2,
    "haserrormsg": False, "fetcherrormsg": None, "errortime": None, "lastcheckedtime": 5,
}  # fmt: skip
PROJECT: dict[str, Any] = {"name": "p", "jobsets": ["z", "a", "z"], "hidden": False, "enabled": 1}


def build(**changes: Any) -> Build:
    return read_build(json.dumps({**BUILD, **changes}).encode(), "/build/7")


def evaluation(**changes: Any) -> Evaluation:
    return read_evaluation(json.dumps({**EVALUATION, **changes}).encode(), KEY, "/eval/3")


def test_a_build_has_all_that_the_api_gives() -> None:
    found = build()
    assert found.outputs == (Output(name="dev"), Output(name="out", path="/nix/store/o"))
    assert [product.number for product in found.products] == [1, 2, 10]
    assert found.products[2] == Product(number=10, filesize=2**33)
    assert found.metrics == (Metric(name="a b", value=2.0, unit="KiB"),
                             Metric(name="size", value=1e-07))  # fmt: skip
    assert (found.finished, found.buildstatus, found.duration) == (True, 0, 3)


def shuffled(value: Any, turn: int) -> Any:
    """Turn all keys, as Perl's hashes do, and the one list that has no order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, turn)) for key, item in value.items()]
        return dict(items[turn % len(items) :] + items[: turn % len(items)]) if items else {}
    return value


@pytest.mark.parametrize("turn", range(1, 12))
def test_key_order_changes_nothing(turn: int) -> None:
    assert read_build(json.dumps(shuffled(BUILD, turn)).encode(), "/") == build()
    found = read_evaluation(json.dumps(shuffled(EVALUATION, turn)).encode(), KEY, "/")
    assert found == evaluation()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"finished": 1}, {"finished": True}),
        ({"releasename": ""}, {"releasename": None}),
        ({"buildmetrics": {}}, {"buildmetrics": None}),
        ({"buildmetrics": {"m": {"value": 1, "unit": ""}}},
         {"buildmetrics": {"m": {"value": "1"}}}),
        ({"buildmetrics": {"m": {"value": 1}}},
         {"buildmetrics": {"name": "m", "value": "1", "unit": None}}),
        ({"jobsetevals": [1]}, {"jobsetevals": [2]}),
        ({"buildproducts": {}}, {"buildproducts": None}),
        ({"sha1hash": "old"}, {"unheard": {"of": [1]}}),
    ],
)  # fmt: skip
def test_moods_of_a_build_are_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert build(**one) == build(**other)


def test_a_restarted_build_is_unfinished_with_its_old_status() -> None:
    found = build(finished=0, buildstatus=1)
    assert (found.finished, found.buildstatus, found.status.queued) == (False, 1, True)


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", None, {}, [], "x", 10**400])
def test_metrics_that_are_no_number_are_left_out(value: object) -> None:
    body = json.dumps({**BUILD, "buildmetrics": {"m": {"value": value}, "n": {"value": 1}}})
    found = read_build(body.encode(), "/")
    assert [metric.name for metric in found.metrics] == ["n"]


def test_an_evaluation_lists_each_build_once_ascending() -> None:
    found = evaluation()
    assert found.builds == (7, 8, 9)
    assert [(i.name, i.dependency) for i in found.inputs] == [
        ("bool", 34), ("dep", 12), ("nixpkgs", None)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"hasnewbuilds": 1}, {"hasnewbuilds": True}),
        ({"flake": ""}, {"flake": None}),
        ({"jobsetevalinputs": {}}, {"jobsetevalinputs": None}),
        ({"checkouttime": None, "evaltime": None}, {"checkouttime": 0, "evaltime": 0}),
    ],
)
def test_moods_of_an_evaluation_are_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert evaluation(**one) == evaluation(**other)


def test_a_page_of_evaluations_is_an_object_or_an_array_of_them() -> None:
    body: dict[str, Any] = {"evals": [{**EVALUATION, "id": n} for n in (1, 3, 2)],
                            "first": "?page=1", "last": "?page=12", "next": "?page=2"}  # fmt: skip
    one = read_evaluation_page(json.dumps(body).encode(), KEY, "/")
    assert read_evaluation_page(json.dumps([body]).encode(), KEY, "/") == one
    assert [e.id for e in one.evaluations] == [3, 2, 1]
    assert (one.last, one.pages) == (False, 12)
    del body["next"]
    assert read_evaluation_page(json.dumps(body).encode(), KEY, "/").last


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"inputs": {"b": {"type": "boolean", "value": "true"}}}, "true"),
        ({"inputs": None, "jobsetinputs": {"b": {"type": "boolean", "jobsetinputalts": ["true"]}}},
         "true"),
        ({"inputs": None, "jobsetinputs":
          {"b": {"type": "boolean", "jobsetinputalts": [{"value": True}]}}}, "true"),
        ({"inputs": {"b": {"type": "boolean", "value": None}}}, ""),
    ],
)  # fmt: skip
def test_inputs_of_old_and_new_servers_are_read(raw: dict[str, Any], value: str) -> None:
    found = read_jobset(json.dumps({**JOBSET, **raw}).encode(), "/")
    assert [(i.name, i.type, i.value) for i in found.configuration.inputs] == [
        ("b", "boolean", value)
    ]


@pytest.mark.parametrize(
    ("raw", "visible"),
    [({}, True), ({"visible": 0}, False), ({"visible": None, "hidden": 1}, False),
     ({"visible": None, "hidden": False}, True)],
)  # fmt: skip
def test_visible_and_hidden_are_opposites(raw: dict[str, Any], visible: bool) -> None:
    found = read_jobset(json.dumps({**JOBSET, **raw}).encode(), "/")
    assert found.configuration.visible is visible
    assert found.errormsg == "\x1b[31m"


@pytest.mark.parametrize("enabled", range(4))
def test_the_states_of_a_jobset_are_four(enabled: int) -> None:
    found = read_jobset(json.dumps({**JOBSET, "enabled": enabled}).encode(), "/")
    assert found.configuration.state is JobsetState(enabled)
    unknown = read_jobset(json.dumps({**JOBSET, "enabled": 4 + enabled}).encode(), "/jobset/p/j")
    assert unknown.errormsg == found.errormsg


def test_lists_are_sorted() -> None:
    projects = read_projects(json.dumps([{**PROJECT, "name": n} for n in "cab"]).encode())
    assert [(p.name, p.jobsets) for p in projects] == [(n, ("a", "z")) for n in "abc"]
    overviews = read_overviews(
        json.dumps([{**OVERVIEW, "name": n} for n in "cab"]).encode(), "p", "/"
    )
    assert [o.name for o in overviews] == ["a", "b", "c"]
    builds = read_builds(json.dumps([{**BUILD, "id": n} for n in (3, 1, 2)]).encode(), "/")
    assert [b.id for b in builds] == [1, 2, 3]
    assert read_queue(b'[{"id":3,"x":1},{"id":1}]', "/") == {1, 3}


def test_sizes_are_of_each_build_once_and_may_be_huge() -> None:
    body = json.dumps([
        {"id": 7, "timestamp": 5, "value": 2**40}, {"id": 3, "value": 0},
        {"timestamp": 5, "id": 7, "value": 2**40},
    ])  # fmt: skip
    assert read_sizes(body.encode(), "/") == [
        SizePoint(build=3, timestamp=0, value=0), SizePoint(build=7, timestamp=5, value=2**40),
    ]  # fmt: skip
    assert read_sizes(b"[]", "/") == []


@pytest.mark.parametrize("value", [-1, 2**63, "5", None, 1.5])
def test_a_size_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(NotAHydraError, match="did not answer as a Hydra does"):
        read_sizes(json.dumps([{"id": 1, "timestamp": 5, "value": value}]).encode(), "/")


READERS: list[tuple[Callable[[bytes], Any], Any]] = [
    (read_projects, [PROJECT]),
    (lambda body: read_overviews(body, "p", "/x"), [OVERVIEW]),
    (lambda body: read_jobset(body, "/x"), JOBSET),
    (
        lambda body: read_evaluation_page(body, KEY, "/x"),
        {"evals": [EVALUATION], "last": "?page=1"},
    ),
    (lambda body: read_evaluation(body, KEY, "/x"), EVALUATION),
    (lambda body: read_builds(body, "/x"), [BUILD]),
    (lambda body: read_build(body, "/x"), BUILD),
    (lambda body: read_queue(body, "/x"), [{"id": 1}]),
    (lambda body: read_sizes(body, "/x"), [{"id": 1, "timestamp": 5, "value": 2**33}]),
]
BROKEN = [b"", b"null", b"5", b'"x"', b"{", b"<html>", b'{"error":"x"}', b"[{}]", b"\xff\xfe",
          b'[{"id":"1"}]', b'{"a":' + b"[" * 100_000, b'{"id":1,"builds":[1.5]}',
          b'[{"id":1,"project":"\\ud800"}]']  # fmt: skip


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: repr(body[:20]))
@pytest.mark.parametrize("reader", [reader for reader, _ in READERS])
def test_another_shape_is_refused(reader: Callable[[bytes], Any], body: bytes) -> None:
    with pytest.raises(NotAHydraError, match="did not answer as a Hydra does"):
        reader(body)


@pytest.mark.parametrize(("reader", "good"), READERS)
def test_a_body_that_ends_early_is_refused(reader: Callable[[bytes], Any], good: Any) -> None:
    whole = json.dumps(good).encode()
    reader(whole)
    for end in range(len(whole)):
        with pytest.raises(NotAHydraError):
            reader(whole[:end])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["nan", "a\ud800", "9" * 5000, "٣", "-1", "?page=" + "9" * 5000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


@st.composite
def spoiled(draw: st.DrawFn, value: Any) -> Any:
    """Replace a part of an answer by anything, or take it away."""
    if isinstance(value, list) and value:
        return [draw(spoiled(value[0]))]
    if not isinstance(value, dict) or not value or draw(st.integers(0, 3)) == 0:
        return draw(ANYTHING)
    key = draw(st.sampled_from(sorted(value)))
    if draw(st.booleans()):
        return {**value, key: draw(spoiled(value[key]))}
    name = draw(st.text() | st.sampled_from(["9" * 5000, "", "\udfff"]))
    return {**{k: v for k, v in value.items() if k != key}, name: value[key]}


@pytest.mark.parametrize(("reader", "good"), READERS)
@settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_comes_is_refused_or_fits_the_cache(
    reader: Callable[[bytes], Any], good: Any, data: st.DataObject
) -> None:
    body = json.dumps(data.draw(spoiled(good))).encode("utf-8", "surrogatepass")
    try:
        found = reader(body)
    except NotAHydraError:
        return
    for value in found if isinstance(found, list) else [found]:
        written = msgspec.json.encode(value)
        assert msgspec.json.decode(written, type=type(value)) == value


@pytest.mark.parametrize("last", ["?page=" + "9" * 5000, "", "?page=", "junk", None])
def test_a_page_number_that_is_none_counts_as_one(last: str | None) -> None:
    body = json.dumps({"evals": [], "last": last}).encode()
    assert read_evaluation_page(body, KEY, "/").pages == 1


@pytest.mark.parametrize("number", [2**63, 2**53, -(2**53), 10**400, 1.5, "7", [7]])
@pytest.mark.parametrize("field", ["timestamp", "stoptime", "priority", "buildstatus"])
def test_a_value_beyond_the_bounds_costs_that_value(field: str, number: object) -> None:
    odd: list[Oddities] = []
    body = json.dumps({**BUILD, field: number}).encode()
    found, good = (
        read_build(body, "/", None, odd.append),
        read_build(json.dumps({**BUILD, field: None}).encode(), "/"),
    )
    assert found == good
    assert [each.values for each in odd] == [[f"$.{field}"]]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5000, "NaN", "-Infinity"])
def test_a_number_that_nobody_can_hold_costs_that_number(number: str) -> None:
    whole = json.dumps([BUILD, {**BUILD, "id": 9, "priority": 8.5}])
    read = read_builds(whole.replace("8.5", number).encode(), "/x")
    assert [(build.id, build.priority) for build in read] == [(7, 100), (9, 0)]


@pytest.mark.parametrize("wrong", [b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\udfff"])
def test_a_text_that_is_not_utf_8_costs_its_characters(wrong: bytes) -> None:
    odd: list[Oddities] = []
    texts = {"errormsg": "very # \U0001f41f", "description": "whole"}
    body = json.dumps({**JOBSET, **texts}).encode().replace(b"#", wrong)
    read = read_jobset(body, "/", odd.append)
    assert read.errormsg.replace("\ufffd", "") == "very  \U0001f41f" != read.errormsg
    assert read.configuration.description == "whole"
    assert [each.values for each in odd] == [["$.errormsg"]]


@pytest.mark.parametrize("moment", [-1, -(2**62), 253_402_300_800, 2**62, 0])
def test_a_time_that_no_calendar_has_is_unknown(moment: int) -> None:
    build = read_build(json.dumps({**BUILD, "starttime": moment}).encode(), "/")
    assert (build.starttime, build.duration) == (None, None)
    overview = json.dumps([{**OVERVIEW, "errortime": moment}]).encode()
    assert read_overviews(overview, "p", "/")[0].errortime is None


@pytest.mark.parametrize("number", [0, -7, 2**53, "7", None, 1.5])
def test_a_build_without_a_usable_id_costs_that_build(number: object) -> None:
    odd: list[Oddities] = []
    builds = [BUILD, {**BUILD, "id": number}, {**BUILD, "id": 9}]
    found = read_builds(json.dumps(builds).encode(), "/x", None, odd.append)
    assert [build.id for build in found] == [7, 9]
    assert [each.lost for each in odd] == [["$[1]"]]


@pytest.mark.parametrize("name", ["", "x" * 70_000, 5, None, [], "a\ud800"])
def test_a_name_that_cannot_be_one_costs_its_object(name: object) -> None:
    odd: list[Oddities] = []
    body = json.dumps([PROJECT, {**PROJECT, "name": name}]).encode()
    assert len(read_projects(body, "/", odd.append)) == 1
    assert odd[0].lost == ["$[1]"]


def test_an_error_text_of_some_megabytes_is_taken_and_more_is_not() -> None:
    for length, kept in ((4_500_000, 4_500_000), (9_000_000, 0)):
        body = json.dumps({**JOBSET, "errormsg": "x" * length}).encode()
        assert len(read_jobset(body, "/").errormsg) == kept


@pytest.mark.parametrize("depth", [5, 500, 900, 990, 1100, 100_000])
def test_nesting_costs_the_value_or_the_answer_and_never_more(depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    for good, place in ((JOBSET, {"inputs": {"b": {"type": "x", "value": 0}}}),
                        (BUILD, {"buildmetrics": {"m": {"value": 1, "unit": 0}}})):  # fmt: skip
        body = json.dumps({**good, **place}).encode().replace(b": 0", b": " + nested)
        with suppress(NotAHydraError):
            (read_jobset if good is JOBSET else read_build)(body, "/")


def test_an_overview_of_before_2019_proves_nothing_by_its_silence() -> None:
    counts = {"nrtotal": 1, "nrsucceeded": 1, "nrfailed": 0, "nrscheduled": 0}
    (old,) = read_overviews(
        json.dumps([{"project": "p", "name": "j", **counts}]).encode(), "p", "/"
    )
    (new,) = read_overviews(json.dumps([{**OVERVIEW, "lastcheckedtime": None}]).encode(), "p", "/")
    assert (old.tells_times, new.tells_times) == (False, True)


def test_a_jobset_of_before_2021_needs_no_name() -> None:
    old = {"enabled": 1, "errormsg": None, "nixexprpath": "r.nix", "nixexprinput": "src",
           "jobsetinputs": {"src": {"jobsetinputalts": ["https://example.org/a.git"]}}}  # fmt: skip
    found = read_jobset(json.dumps(old).encode(), "/").configuration
    assert [(each.name, each.value) for each in found.inputs] == [
        ("src", "https://example.org/a.git")
    ]


def test_builds_that_do_not_name_their_jobset_are_of_the_one_asked_about() -> None:
    anonymous = {name: value for name, value in BUILD.items() if name not in ("project", "jobset")}
    assert read_build(json.dumps(anonymous).encode(), "/", KEY).jobset_key == KEY
    with pytest.raises(NotAHydraError, match="does not name its jobset"):
        read_build(json.dumps(anonymous).encode(), "/")


@pytest.mark.parametrize("hidden", ["no", [], {}, 0.5])
def test_what_may_be_hidden_is_not_shown(hidden: object) -> None:
    odd: list[Oddities] = []
    body = json.dumps([PROJECT, {**PROJECT, "name": "secret", "hidden": hidden}]).encode()
    assert [project.name for project in read_projects(body, "/", odd.append)] == [PROJECT["name"]]
    with pytest.raises(NotAHydraError):
        read_jobset(json.dumps({**JOBSET, "visible": hidden}).encode(), "/")
