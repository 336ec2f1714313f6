"""Programs that others wrote for Hydra get from a served snapshot what they read.

Each test sends the requests of one program, with its headers, follows redirects as it does, and
reads the keys or elements that its source reads: hydra-check 1.3 (Python) and 2.1 (Rust),
hydrasect, nixpkgs' ``maintainers/scripts/haskell/hydra-report.hs``, hydra-cli 0.3, and
``mirror-nixos-branch.pl`` of nixos-channel-scripts.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hydras import Crawler
from lxml import etree, html
from starlette.applications import Starlette
from starlette.responses import Response

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.plan.selection import Selection
from hydrasnap.server.newest_snapshot import CacheSource
from hydrasnap.server.serve import serve_app

JOBSET = "tools/trunk"
NO_PAGES = Response("a page of the site", status_code=404)
PLAIN = {"Accept": "*/*"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    folder = tmp_path_factory.mktemp("clients") / "cache"
    assert Crawler(folder, DemoHydra(), selection=Selection(reasons=500)).run().error is None
    return serve_app(CacheSource(folder), NO_PAGES)


def send(
    app: Starlette, path: str, headers: Mapping[str, str] = PLAIN, method: str = "GET"
) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://here", follow_redirects=True
        ) as client:
            del client.headers["Accept"]
            return await client.request(method, path, headers=dict(headers))

    return asyncio.run(run())


def page(app: Starlette, path: str) -> etree._Element:
    answer = send(app, path)
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def data(app: Starlette, path: str, **headers: str) -> Any:
    answer = send(app, path, {name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200
    return answer.json()


def text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()


def builds_of(table: etree._Element) -> list[dict[str, str]]:
    """Read the rows as hydra-check does: five cells, six with a job; a link to more is skipped."""
    found = []
    for row in table.iterfind(".//tr"):
        cells = row.findall("td")
        if len(cells) == 1:
            link = cells[0].find(".//a")
            assert link is not None
            assert (link.get("href") or "").endswith("/all") or "full=1" in (link.get("href") or "")
            continue
        status, build, *job, when, name, system = cells
        image, link, time = status.find(".//img"), build.find(".//a"), when.find(".//time")
        assert image is not None
        assert link is not None
        found.append({
            "status": image.get("title") or "",
            "id": text(link),
            "url": link.get("href") or "",
            "time": "" if time is None else time.get("datetime") or "",
            "name": text(name),
            "system": text(system.find("tt")),  # type: ignore[arg-type]
            "job": text(job[0]) if job else "",
        })  # fmt: skip
    return found


def inputs_of(tree: etree._Element, tab: str) -> list[list[str]]:
    body = tree.find(f".//div[@id='{tab}']//tbody")
    assert body is not None
    return [[text(cell) for cell in row.iterfind("td")] for row in body.iterfind("tr")]


@pytest.mark.parametrize("tail", ["", "/all"])
def test_hydra_check_reads_the_builds_of_a_job(app: Starlette, tail: str) -> None:
    tree = page(app, f"/job/{JOBSET}/hello.x86_64-linux{tail}")
    found = builds_of(tree.find(".//tbody"))  # type: ignore[arg-type]
    ids = [int(each["id"]) for each in found]
    assert ids
    assert ids == sorted(ids, reverse=True)
    for each in found:
        build = data(app, each["url"], Accept="application/json")
        assert each["system"] == build["system"] == "x86_64-linux"
        assert each["name"] == build["nixname"]
        assert (each["status"] == "Succeeded") == (build["buildstatus"] == 0)
        assert len(each["time"]) == len("2026-11-02T00:00:00Z")


def test_hydra_check_is_told_of_a_job_that_is_not_there(app: Starlette) -> None:
    tree = page(app, f"/job/{JOBSET}/nothing.x86_64-linux")
    assert tree.find(".//tbody") is None
    assert "snapshot" in text(tree.find(".//div[@class='alert alert-warning']"))  # type: ignore[arg-type]


def test_hydra_check_reads_the_inputs_of_the_latest_success(app: Starlette) -> None:
    tree = page(app, f"/job/{JOBSET}/hello.x86_64-linux/latest-finished")
    found = {name: rest for name, *rest in inputs_of(tree, "tabs-buildinputs")}
    kind, value, revision, _ = found["nixpkgs"]
    assert (kind, value) == ("Git checkout", "https://github.com/example/tools.git")
    assert len(revision) == 40


def test_hydra_check_reads_the_evaluations_of_a_jobset(app: Starlette) -> None:
    tree = page(app, f"/jobset/{JOBSET}/evals")
    rows = tree.findall(".//tbody/tr")
    listed = data(app, f"/jobset/{JOBSET}/evals", Accept="application/json")["evals"]
    assert len(rows) == len(listed) > 0
    for row, told in zip(rows, listed, strict=True):
        number, when, changes, succeeded, failed, queued, _ = row.findall("td")
        link, time = number.find(".//a"), when.find(".//time")
        assert link is not None
        assert time is not None
        assert int(text(number)) == told["id"]
        assert (link.get("href") or "").endswith(f"/eval/{told['id']}")
        assert int(time.get("data-timestamp") or 0) == told["timestamp"]
        revision = told["jobsetevalinputs"]["nixpkgs"]["revision"]
        assert text(changes.find(".//tt")) == revision[:7]  # type: ignore[arg-type]
        counts = sum(int(text(cell) or 0) for cell in (succeeded, failed, queued))
        assert counts == len(told["builds"])


@pytest.mark.parametrize("query", ["?full=1", "?filter=python3", "?filter=python3&full=1"])
def test_hydra_check_reads_an_evaluation(app: Starlette, query: str) -> None:
    newest = data(app, f"/jobset/{JOBSET}/evals", Accept="application/json")["evals"][0]
    tree = page(app, f"/eval/{newest['id']}{query}")
    assert any(name == "nixpkgs" for name, *_ in inputs_of(tree, "tabs-inputs"))
    jobs = set()
    for tab in ("aborted", "now-fail", "now-succeed", "new", "still-fail", "still-succeed",
                "unfinished"):  # fmt: skip
        body = tree.find(f".//div[@id='tabs-{tab}']//tbody")
        assert body is not None
        jobs |= {each["job"] for each in builds_of(body)}
    builds = data(app, f"/eval/{newest['id']}/builds", Accept="application/json")
    wanted = {b["job"] for b in builds if "python3" in b["job"] or "filter" not in query}
    assert jobs == wanted
    for row in tree.iterfind(".//div[@id='tabs-removed']//tbody/tr"):
        job, system = row.findall("td")
        assert job.find(".//a") is not None
        assert text(system.find("tt"))  # type: ignore[arg-type]


def test_hydrasect_scrapes_the_whole_history(app: Starlette) -> None:
    history, suffix = [], ""
    while True:
        found = data(app, f"/jobset/odd_names/exactly-20/evals{suffix}",
                     Accept="application/json", User_Agent="hydrasect")  # fmt: skip
        assert isinstance(found["last"], str)
        history += [each["id"] for each in found["evals"]]
        assert all(isinstance(each["jobsetevalinputs"], dict) for each in found["evals"])
        if "next" not in found or len(history) > 20:
            break
        suffix = found["next"]
        if send(app, f"/jobset/odd_names/exactly-20/evals{suffix}",
                {"Accept": "application/json"}).status_code == 404:  # fmt: skip
            break  # a snapshot of the newest evaluations says where it ends
    assert history == sorted(history, reverse=True)
    newest = data(app, f"/jobset/{JOBSET}/evals", Accept="application/json", User_Agent="hydrasect")
    revisions = [each["jobsetevalinputs"]["nixpkgs"]["revision"] for each in newest["evals"]]
    assert all(len(revision) == 40 for revision in revisions)


def test_the_haskell_report_counts_the_builds_of_the_newest_evaluation(app: Starlette) -> None:
    headers = {
        "Accept": "application/json",
        "User_Agent": "hydra-report.hs/v1 (nixpkgs;maintainers/scripts/haskell)",
    }
    newest = data(app, f"/jobset/{JOBSET}/evals", **headers)["evals"][0]
    assert newest["jobsetevalinputs"]["nixpkgs"]["revision"]
    builds = data(app, f"/eval/{newest['id']}/builds", **headers)
    assert len(builds) == len(newest["builds"])
    for each in builds:
        assert isinstance(each["finished"], int)
        assert each["buildstatus"] is None or isinstance(each["buildstatus"], int)
        assert all(isinstance(each[key], str) for key in ("job", "nixname", "system"))
        assert newest["id"] in each["jobsetevals"]


CLI = {"Content_Type": "application/json", "Accept": "*/*"}


def test_hydra_cli_lists_and_reproduces(app: Starlette) -> None:
    """It names JSON by Content-Type alone, as Hydra allows."""
    projects = data(app, "/", **CLI)
    assert all(isinstance(each["enabled"], bool | int) for each in projects)
    assert {"name", "description", "hidden", "owner", "displayname", "jobsets"} <= projects[
        0
    ].keys()
    for each in data(app, "/api/jobsets?project=tools", **CLI):
        assert all(isinstance(each[f"nr{kind}"], int)
                   for kind in ("scheduled", "total", "succeeded", "failed"))  # fmt: skip
        assert {"project", "name", "starttime", "lastcheckedtime", "haserrormsg"} <= each.keys()
    build = next(b for b in data(app, "/search?query=hello", **CLI)["builds"] if b["stoptime"])
    assert all(isinstance(output["path"], str) for output in build["buildoutputs"].values())
    evaluation = data(app, f"/eval/{build['jobsetevals'][0]}", **CLI)
    jobset = data(app, f"/jobset/{build['project']}/{build['jobset']}", **CLI)
    used = evaluation["jobsetevalinputs"][jobset["nixexprinput"]]
    assert (used["type"], len(used["revision"])) == ("git", 40)
    assert jobset["nixexprpath"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/project/x"), ("PUT", "/jobset/x/y"), ("DELETE", "/jobset/tools/trunk"),
     ("PUT", "/api/push?jobsets=tools:trunk"), ("POST", "/login")],
)  # fmt: skip
def test_hydra_cli_is_told_that_nothing_can_be_changed(
    app: Starlette, method: str, path: str
) -> None:
    answer = send(app, path, {"Referer": "http://here"}, method)
    assert (answer.status_code, list(answer.json())) == (403, ["error"])


def test_the_channel_script_finds_release_evaluation_paths_and_files(app: Starlette) -> None:
    headers = {"Accept": "application/json"}
    release = data(app, "/job/tools/release-26.05/channel/latest-finished", **headers)
    assert release["id"]
    assert "-" in release["nixname"]
    where = f"/eval/{release['jobsetevals'][0]}"
    evaluation = data(app, where, **headers)
    assert len(evaluation["jobsetevalinputs"]["nixpkgs"]["revision"]) == 40
    paths = data(app, f"{where}/store-paths", **headers)
    assert paths
    assert all(path.startswith("/nix/store/") for path in paths)
    build = data(app, f"{where}/job/channel", **headers)
    products = {each["subtype"]: each for each in build["buildproducts"].values()}
    assert len(products) == 1
    (product,) = products.values()
    assert product["path"].startswith("/nix/store/")
    assert len(product["sha256hash"]) == 64
