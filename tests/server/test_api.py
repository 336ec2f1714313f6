"""The API answers as a real Hydra does; the data are the embedded Hydra's."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from synthetic import synthetic_world

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.world.database_rows import Job, JobsetRow, Result
from hydrasnap.demo.world.snapshot import snapshot
from hydrasnap.demo.world.world import World
from hydrasnap.model import EvaluationInput, JobsetKey, Live, Snapshot
from hydrasnap.server.app import hydra_app

JSON = {"Accept": "application/json"}


@dataclass(frozen=True)
class Held:
    """A snapshot to serve."""

    snapshot: Snapshot
    live: Live | None = None


async def no_pages(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(status_code=418)(scope, receive, send)


def api_of(world: World, live: Live | None = None) -> Starlette:
    """Serve a world as `hydrasnap` serves a cache, without a site beside it."""
    return hydra_app(Held(snapshot(world, ""), live), no_pages)


def ask_app(app: Starlette, *targets: str, method: str = "GET") -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return [await client.request(method, to, headers=JSON) for to in targets]

    return asyncio.run(run())


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
        ({"Accept": "*/*"}, "text/html; charset=utf-8"),
        ({"Accept": "application/*"}, "text/html; charset=utf-8"),
        ({"Accept": "text/html, application/json"}, "text/html; charset=utf-8"),
        ({"Accept": "application/json", "Content-Type": "text/html"}, "text/html; charset=utf-8"),
        ({"Accept": "*/*", "Content-Type": "application/json"}, "application/json"),
    ],
)
def test_json_comes_only_to_those_who_name_it(
    hydra: DemoHydra, headers: dict[str, str], kind: str
) -> None:
    response = ask(hydra, "/", headers=headers)[0]
    assert (response.status_code, response.headers["content-type"]) == (200, kind)


def test_the_api_and_its_errors_are_json_for_everyone(hydra: DemoHydra) -> None:
    assert get(hydra, "/api/nrqueue", Accept="*/*").text == str(
        len(hydra.world.unfinished_builds())
    )
    refused = get(hydra, "/api/jobsets?project=nobody", Accept="*/*")
    assert (refused.status_code, refused.json()) == (
        404,
        {"error": "Project nobody doesn't exist."},
    )


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
        ("/api/jobsets", 400, "Parameter 'project' not defined!"),
        ("/build/abc", 404, "Build with ID abc doesn't exist."),
        ("/current-user", 403, "This page requires you to sign in."),
    ],
)
def test_errors_say_why_in_json(hydra: DemoHydra, target: str, status: int, error: str) -> None:
    answer = get(hydra, target)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/eval/abc", 404),
        ("/build/3000000000", 404),
        ("/build/" + "9" * 5000, 404),
        ("/build/\u0661\u0660\u0660\u0661", 404),
        ("/build/%FF%FE", 404),
        ("/jobset/..%2F..%2Fetc/passwd", 404),
        ("/jobset/tools/trunk/evals?page=-1", 400),
        ("/jobset/tools/trunk/evals?page=" + "9" * 20, 400),
        ("/api/queue", 400),
        ("/api/queue?nr=0", 400),
        ("/api/latestbuilds?nr=abc", 400),
        ("/api/nrbuilds?nr=1&period=year", 400),
        ("/search?query=", 400),
        ("/search?query=a%2Bb", 400),
    ],
)
def test_nonsense_is_a_mistake_of_the_client(hydra: DemoHydra, target: str, status: int) -> None:
    answer = get(hydra, target)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


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
    fetching = {name for name, each in found.items() if each["fetcherrormsg"] is not None}
    assert fetching == {"python-updates"}


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


def test_the_first_evaluation_of_a_jobset_lists_only_the_inputs_with_a_revision() -> None:
    world = World()
    world.add_project("p")
    key = world.add_jobset(JobsetRow("p", "j"))
    inputs = (
        EvaluationInput(name="src", type="git", uri="u", revision="r" * 40),
        EvaluationInput(name="flag", type="boolean", value="true"),
    )
    world.add_evaluation(key, [Job("k")], inputs)
    (found,) = value(DemoHydra(world=world), "/evals")
    assert [each["revision"] for each in found["changedInputs"]] == ["r" * 40]


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
    hydra.stage = 3
    old, new = f"{hydra.ORIGIN}/jobset/tools/python-updates", "/jobset/tools/python-next"
    for tail in ("", "/evals?page=2", "/errors"):
        answer = get(hydra, old + tail)
        expected = (301, hydra.ORIGIN + new + tail)
        assert (answer.status_code, answer.headers["location"]) == expected
    assert "python-updates" not in value(hydra, "/project/tools")["jobsets"]


def test_every_job_can_be_addressed_but_those_with_a_slash_in_their_name() -> None:
    world = synthetic_world(1, 1)
    key = next(iter(world.jobsets))
    row = world.add_evaluation(key, [Job("a/b"), Job("100%"), Job("plus+ #?")])
    for number in row.builds:
        world.finish(number)
    hydra = DemoHydra(world=world)
    where = "/job/scale/trunk/"
    found = ask(hydra, where + "a%2Fb/shield", where + "100%25/shield",
                where + "plus%2B%20%23%3F/shield")  # fmt: skip
    assert [answer.status_code for answer in found] == [404, 200, 200]


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


def test_sizes_are_told_of_the_successes_that_have_a_closure() -> None:
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


@pytest.mark.parametrize("target", ["/login", "/logout", "/current-user", "/api/push"])
def test_nobody_signs_in_to_a_snapshot(target: str) -> None:
    (answer,) = ask_app(api_of(World()), target)
    assert (answer.status_code, list(answer.json())) == (403, ["error"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(method: str) -> None:
    (answer,) = ask_app(api_of(World()), "/project/p", method=method)
    assert answer.status_code == 403
    assert "read-only" in answer.json()["error"]


def test_a_snapshot_does_not_tell_what_nobody_asked_the_hydra() -> None:
    app = api_of(World(), live=None)
    for target in ("/status", "/machines", "/queue-runner-status", "/api/nrbuilds?nr=1&period=day"):
        (answer,) = ask_app(app, target)
        assert (answer.status_code, "snapshot" in answer.json()["error"]) == (404, True), target


def test_extra_slashes_do_not_matter(hydra: DemoHydra) -> None:
    first, second = ask(hydra, "/project/tools", "/project//tools/")
    assert first.json() == second.json()


def test_an_evaluation_tells_which_build_a_job_has_and_where_outputs_are(hydra: DemoHydra) -> None:
    newest = hydra.world.evaluations_of(JobsetKey("tools", "trunk"))[0]
    build = next(b for n in newest.builds if (b := hydra.world.builds[n]).status == 0)
    answer = get(hydra, f"/eval/{newest.id}/job/{build.job}/constituents?x=1")
    expected = f"{hydra.ORIGIN}/build/{build.id}/constituents?x=1"
    assert (answer.status_code, answer.headers["location"]) == (302, expected)
    assert set(build.outputs.values()) <= set(value(hydra, f"/eval/{newest.id}/store-paths"))
    assert get(hydra, f"/eval/{newest.id}/job/nothing").status_code == 404


def test_a_search_finds_builds_once_for_each_output(hydra: DemoHydra) -> None:
    build = next(b for b in hydra.world.builds.values() if len(b.outputs) > 2 and b.status == 0)
    found = value(hydra, "/search?limit=50&query=" + build.nixname)
    assert {"projects", "jobsets", "builds", "buildsdrv"} == found.keys()
    ids = [each["id"] for each in found["builds"]]
    assert len(ids) == 50 > len(set(ids))
    digest = str(build.outputs["bin"]).split("/")[-1].partition("-")[0]
    assert [each["id"] for each in value(hydra, f"/search?query={digest}")["builds"]] == [build.id]
    digest = build.drvpath.split("/")[-1].partition("-")[0]
    found = value(hydra, f"/search?query={digest.upper()}")
    assert [each["id"] for each in found["buildsdrv"]] == [build.id]
    assert value(hydra, "/search?query=TRUNK")["jobsets"]


def test_the_newest_success_of_a_job_is_a_redirect_away(hydra: DemoHydra) -> None:
    job = "hello.x86_64-linux"
    good = [
        build.id
        for build in hydra.world.builds.values()
        if (*build.jobset, build.job) == ("tools", "trunk", job) and build.status == 0
    ]
    where = f"/job/tools/trunk/{job}"
    for tail in ("/latest", "/latest-for/x86_64-linux"):
        assert get(hydra, where + tail).headers["location"].endswith(f"/build/{max(good)}")
    assert get(hydra, f"{where}/latest-for/riscv64-linux").status_code == 404
