"""The embedded Hydra answers as a real one does, oddities included."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from hydrasnap.demo import DemoHydra, Job, JobsetRow, Result, World, synthetic_world

JSON = {"Accept": "application/json"}


def ask(
    hydra: DemoHydra,
    *targets: str,
    headers: Mapping[str, str] = JSON,
) -> list[httpx.Response]:
    """Send requests, one after the other, with one cookie jar."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=hydra)
        async with httpx.AsyncClient(transport=transport, base_url=hydra.ORIGIN) as client:
            return [await client.get(target, headers=dict(headers)) for target in targets]

    return asyncio.run(run())


def get(hydra: DemoHydra, target: str, **headers: str) -> httpx.Response:
    return ask(hydra, target, headers=headers or JSON)[0]


def value(hydra: DemoHydra, target: str) -> Any:
    response = get(hydra, target)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


@pytest.fixture
def hydra() -> DemoHydra:
    return DemoHydra()


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Accept": "application/json"}, "application/json"),
        ({"Accept": "Application/JSON; charset=utf-8"}, "application/json"),
        ({"Accept": "text/html;q=0.2, application/json;q=0.9"}, "application/json"),
        ({"Accept": "*/*"}, "text/html; charset=UTF-8"),
        ({"Accept": "application/*"}, "text/html; charset=UTF-8"),
        ({"Accept": "text/html, application/json"}, "text/html; charset=UTF-8"),
        ({"Accept": "application/json", "Content-Type": "text/html"}, "text/html; charset=UTF-8"),
        ({"Accept": "*/*", "Content-Type": "application/json"}, "application/json"),
    ],
)
def test_json_comes_only_to_those_who_name_it(
    hydra: DemoHydra, headers: dict[str, str], kind: str
) -> None:
    response = ask(hydra, "/", headers=headers)[0]
    assert (response.status_code, response.headers["content-type"]) == (200, kind)


def test_the_api_is_json_for_everyone_but_its_errors_are_not(hydra: DemoHydra) -> None:
    assert get(hydra, "/api/nrqueue", Accept="*/*").text == str(
        len(hydra.world.unfinished_builds())
    )
    refused = get(hydra, "/api/jobsets?project=nobody", Accept="*/*")
    assert refused.status_code == 404
    assert refused.headers["content-type"].startswith("text/html")


def test_what_has_no_html_fails_for_browsers(hydra: DemoHydra) -> None:
    assert get(hydra, "/eval/101/builds", Accept="text/html").status_code == 500


def test_what_has_no_json_is_html_whatever_is_asked_for(hydra: DemoHydra) -> None:
    answer = get(hydra, "/job/tools/trunk/no-such-job")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("target", "status", "error"),
    [
        ("/project/nope", 404, "Project ‘nope’ doesn't exist."),  # noqa: RUF001
        ("/jobset/tools/nope", 404, "Jobset ‘nope’ doesn't exist."),  # noqa: RUF001
        ("/eval/999999", 404, "Evaluation 999999 doesn't exist."),
        ("/build/999999", 404, "Build with ID 999999 doesn't exist."),
        ("/nowhere", 404, "Page not found."),
        ("/build", 404, "Page not found."),
        ("/eval/200?compare=999999", 404, "Evaluation 999999 doesn't exist."),
        ("/jobset/tools/never-evaluated/latest-eval", 404, "No evaluation found."),
        ("/api/jobsets", 500, "Parameter 'project' not defined!"),
        ("/build/abc", 500, "Invalid build ID ‘abc’."),  # noqa: RUF001
        ("/current-user", 403, "This page requires you to sign in."),
    ],
)
def test_errors_say_why_in_json(hydra: DemoHydra, target: str, status: int, error: str) -> None:
    answer = get(hydra, target)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


@pytest.mark.parametrize(
    "target",
    [
        "/eval/abc",
        "/build/3000000000",
        "/jobset/tools/trunk/evals?page=-1",
        "/api/queue",
        "/api/queue?nr=0",
        "/api/latestbuilds?nr=abc",
    ],
)
def test_nonsense_is_a_server_error(hydra: DemoHydra, target: str) -> None:
    assert get(hydra, target).status_code == 500


def test_keys_and_jobsetevals_change_their_order_but_not_their_content(hydra: DemoHydra) -> None:
    held = next(row.id for row in hydra.world.builds.values() if len(row.evaluations) > 2)
    first, second = (answer.text for answer in ask(hydra, *[f"/build/{held}"] * 2))
    assert list(json.loads(first)) != list(json.loads(second))
    one, other = (json.loads(text).pop("jobsetevals") for text in (first, second))
    assert one != other
    assert sorted(one) == sorted(other)


def test_projects_come_with_the_hidden_and_the_disabled_ones(hydra: DemoHydra) -> None:
    found = {each["name"]: each for each in value(hydra, "/")}
    assert found["gateway"]["hidden"] is True
    assert found["museum"]["enabled"] is False
    assert list(found)[-1] == "museum"
    assert "experiments" in found["tools"]["jobsets"]
    assert found["patchwork"]["declarative"]["file"] == "spec.json"
    assert "declarative" not in found["tools"]


def test_the_overview_leaves_hidden_jobsets_and_errors_out(hydra: DemoHydra) -> None:
    found = {each["name"]: each for each in value(hydra, "/api/jobsets?project=tools")}
    assert "experiments" not in found
    assert "never-evaluated" in found
    assert next(iter(found)) == "staging"
    assert list(found)[-1] == "cross"
    assert found["staging"]["errortime"] is not None
    assert not any(each["haserrormsg"] for each in found.values())
    assert {each["fetcherrormsg"] for each in found.values()} == {None}


def test_an_error_is_told_by_the_errors_page_alone(hydra: DemoHydra) -> None:
    plain, full = (value(hydra, f"/jobset/tools/staging{tail}") for tail in ("", "/errors"))
    assert plain["errormsg"] == ""
    assert "\x1b[31" in full["errormsg"]
    assert plain["errortime"] == full["errortime"]


def test_a_page_of_evaluations_has_relative_links(hydra: DemoHydra) -> None:
    where = "/jobset/tools/trunk/evals"
    first, last, beyond = (value(hydra, where + tail) for tail in ("", "?page=2", "?page=9"))
    assert (first["next"], first["last"], first.get("previous")) == ("?page=2", "?page=2", None)
    assert (last["previous"], last.get("next")) == ("?page=1", None)
    assert (beyond["evals"], beyond["previous"], beyond["last"]) == ([], "?page=8", "?page=2")
    ids = [each["id"] for each in first["evals"] + last["evals"]]
    assert len(first["evals"]) == 20
    assert ids == sorted(set(ids), reverse=True)


def test_a_full_page_has_no_next_one_and_an_empty_list_no_last(hydra: DemoHydra) -> None:
    full = value(hydra, "/jobset/odd_names/exactly-20/evals?page=abc")
    assert (len(full["evals"]), full["last"], "next" in full) == (20, "?page=1", False)
    empty = value(hydra, "/jobset/tools/never-evaluated/evals")
    assert (empty["evals"], empty["first"], empty["last"]) == ([], "?page=1", "?page=0")


def test_an_evaluation_without_new_builds_is_served_but_not_listed(hydra: DemoHydra) -> None:
    unlisted = [row.id for row in hydra.world.evaluations.values() if not row.hasnewbuilds]
    assert unlisted
    found = value(hydra, f"/eval/{unlisted[0]}")
    assert (found["hasnewbuilds"], found["builds"], found["jobsetevalinputs"]) == (0, [], {})
    for key in hydra.world.jobsets:
        page = value(hydra, f"/jobset/{key.project}/{key.name}/evals")
        assert not {each["id"] for each in page["evals"]} & set(unlisted)


def test_the_builds_of_an_evaluation_are_those_of_their_own_pages(hydra: DemoHydra) -> None:
    newest = hydra.world.evaluations_of(next(iter(hydra.world.jobsets)))[0]
    for build in value(hydra, f"/eval/{newest.id}/builds")[:5]:
        alone = value(hydra, f"/build/{build['id']}")
        assert sorted(alone.pop("jobsetevals")) == sorted(build.pop("jobsetevals"))
        assert alone == build


def test_the_newest_finished_evaluation_is_not_the_newest(hydra: DemoHydra) -> None:
    answer = get(hydra, "/jobset/tools/trunk/latest-eval/builds?x=1")
    rows = hydra.world.evaluations_of(next(iter(hydra.world.jobsets)))
    waiting = {row.id for row in hydra.world.unfinished_builds()}
    finished = [row.id for row in rows if not waiting & set(row.builds)]
    assert finished[0] < rows[0].id
    expected = f"{hydra.ORIGIN}/eval/{finished[0]}/builds?x=1&name=trunk"
    assert (answer.status_code, answer.headers["location"]) == (302, expected)


def test_a_restarted_build_is_unfinished_with_its_old_status(hydra: DemoHydra) -> None:
    build = next(row for row in hydra.world.builds.values() if row.finished and row.status == 1)
    hydra.world.restart(build.id)
    found = value(hydra, f"/build/{build.id}")
    assert (found["finished"], found["buildstatus"]) == (0, 1)
    assert found["stoptime"] is not None


def test_the_queue_tells_three_fields_falsely(hydra: DemoHydra) -> None:
    queued = value(hydra, "/queue")
    brief = value(hydra, "/api/queue?nr=1000")
    assert [each["id"] for each in queued] == [each["id"] for each in brief]
    assert brief == sorted(brief, key=lambda each: (-each["priority"], each["id"]))
    assert {(each["drvpath"], each["priority"]) for each in queued} == {(None, None)}


def test_the_latest_builds_are_the_newest_created_even_of_hidden_projects(
    hydra: DemoHydra,
) -> None:
    found = value(hydra, "/api/latestbuilds?nr=3&project=gateway")
    assert {each["project"] for each in found} == {"gateway"}
    assert [each["id"] for each in found] == sorted((e["id"] for e in found), reverse=True)
    assert value(hydra, "/api/latestbuilds?nr=3&project=nobody") == []


def test_only_a_full_list_shows_an_aggregate(hydra: DemoHydra) -> None:
    rows = hydra.world.builds.values()
    empty = next(row for row in rows if row.constituents == ())
    full = next(row for row in rows if row.constituents)
    assert value(hydra, f"/build/{empty.id}/constituents") == []
    jobs = [each["job"] for each in value(hydra, f"/build/{full.id}/constituents")]
    assert len(jobs) == len(full.constituents or ())
    assert jobs == sorted(jobs)


def test_a_renamed_jobset_redirects_every_page_below_it(hydra: DemoHydra) -> None:
    hydra.moment = 3
    old, new = f"{hydra.ORIGIN}/jobset/tools/python-updates", "/jobset/tools/python-next"
    for tail in ("", "/evals?page=2", "/errors"):
        answer = get(hydra, old + tail)
        expected = (301, hydra.ORIGIN + new + tail)
        assert (answer.status_code, answer.headers["location"]) == expected
    assert "python-updates" not in value(hydra, "/project/tools")["jobsets"]


def test_a_slash_in_a_job_name_cannot_be_addressed_and_a_percent_sign_fails() -> None:
    world = synthetic_world(1, 1)
    key = next(iter(world.jobsets))
    row = world.add_evaluation(key, [Job("a/b"), Job("100%"), Job("plus+ #?")])
    for number in row.builds:
        world.finish(number)
    hydra = DemoHydra(world=world)
    where = "/job/scale/trunk/"
    found = ask(hydra, where + "a%2Fb/shield", where + "100%25/shield",
                where + "plus%2B%20%23%3F/shield")  # fmt: skip
    assert [answer.status_code for answer in found] == [404, 400, 200]
    assert found[1].text == "Bad Request"


@pytest.mark.parametrize(
    ("status", "message"), [(0, "passing"), (4, "cancelled"), (9, "failing"), (99, "failing")]
)
def test_a_badge_tells_the_newest_finished_build(status: int, message: str) -> None:
    world = World()
    world.add_project("p")
    key = world.add_jobset(JobsetRow("p", "j"))
    world.finish(world.add_evaluation(key, [Job("k")]).builds[0], status)
    world.add_evaluation(key, [Job("k", recipe="queued")])
    assert value(DemoHydra(world=world), "/job/p/j/k/shield")["message"] == message


def test_sizes_are_told_of_the_successes_that_have_a_closure_and_only_as_json() -> None:
    world = World()
    world.add_project("p")
    key = world.add_jobset(JobsetRow("p", "j"))
    results = [
        Result(0, 60, size=5, closuresize=2**33),
        Result(1, size=5, closuresize=6),
        Result(6, size=5, closuresize=6),
        Result(0, 60),
        Result(0, 0, size=7, closuresize=8),
    ]
    for turn, result in enumerate(results):
        (build,) = world.add_evaluation(key, [Job("k", recipe=str(turn))]).builds
        world.finish(build, result)
    hydra, where = DemoHydra(world=world), "/job/p/j/k/"
    told = {
        kind: [(each["id"] - 1001, each["value"]) for each in value(hydra, where + kind)]
        for kind in ("closure-sizes", "output-sizes", "build-times")
    }
    assert told == {
        "closure-sizes": [(0, 2**33), (4, 8)], "output-sizes": [(0, 5), (4, 7)],
        "build-times": [(0, 60)],
    }  # fmt: skip
    assert value(hydra, "/job/p/j/never/closure-sizes") == []
    assert get(hydra, where + "closure-sizes", Accept="*/*").status_code == 500


def test_the_hook_may_change_the_world_before_an_answer(hydra: DemoHydra) -> None:
    seen: list[str] = []

    def change(target: str) -> None:
        seen.append(target)
        hydra.world.projects.clear()

    hydra.before_answer = change
    assert value(hydra, "/?a=1") == []
    assert seen == ["/?a=1"]
    assert hydra.requests == ["GET /?a=1"]
