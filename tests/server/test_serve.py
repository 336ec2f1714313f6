"""What `hydrasnap serve` adds to Hydra's answers, and which files of a site it hands out."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx
import pytest
from hydras import Crawler, evaluate, fresh_crawl, hydra
from starlette.applications import Starlette

from hydrasnap.publish.links import safe_name
from hydrasnap.server.background import RELOADING, Follower
from hydrasnap.server.newest_snapshot import CacheSource
from hydrasnap.server.rendered_site import SitePages
from hydrasnap.server.serve import serve_app

JSON = {"Accept": "application/json"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served") / "cache"
    assert Crawler(folder, hydra()).run().error is None
    return folder


@pytest.fixture
def app(cache: Path, tmp_path: Path) -> Starlette:
    """Serve a cache and a site of a few files."""
    for name, content in {
        "index.html": "<h1>Overview</h1>",
        "404.html": "<h1>Missing</h1>",
        "build/1001.html": "<h1>Build</h1>",
        "build/1001.json": "{}",
        "eval/101.html": "<h1>Evaluation</h1>",
        "job/one/trunk/a~20b.html": "<h1>Job</h1>",
        "jobset/one/~2Ejobsets.html": "<h1>Declared</h1>",
        ".hydrasnap-state": "secret",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "link.html").symlink_to(cache / "snapshot.json")
    pages = SitePages(tmp_path, safe_name)
    return serve_app(CacheSource(cache), pages)


def ask(app: Starlette, target: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, target, headers=given)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("target", "heading"),
    [
        ("/", "Overview"),
        ("/build/1001", "Build"),
        ("/build/1001.html", "Build"),
        ("/eval/101?full=1", "Evaluation"),
        ("/job/one/trunk/a%20b", "Job"),
        ("/jobset/one/.jobsets", "Declared"),
    ],
)
def test_people_get_the_page_at_the_address_of_hydra(
    app: Starlette, target: str, heading: str
) -> None:
    answer = ask(app, target, Accept=BROWSER)
    assert (answer.status_code, answer.text) == (200, f"<h1>{heading}</h1>")
    assert "Accept" in answer.headers["vary"]


def test_programs_get_data_at_the_same_address_and_files_where_they_name_one(
    app: Starlette,
) -> None:
    assert ask(app, "/build/1001", **JSON).json()["id"] == 1001
    assert ask(app, "/build/1001.json", **JSON).json() == {}


@pytest.mark.parametrize(
    "target",
    [
        "/nowhere", "/.hydrasnap-state", "/..%2Fcache%2Fsnapshot.json", "/%2E%2E/x", "/link.html",
        "/a%00b", "/" + "a" * 5000, "/build/999999", "/%FF",
    ],
)  # fmt: skip
def test_nothing_outside_the_site_is_handed_out(app: Starlette, target: str) -> None:
    page = ask(app, target, Accept=BROWSER)
    assert (page.status_code, page.text) == (404, "<h1>Missing</h1>")
    data = ask(app, target, **JSON)
    assert (data.status_code, list(data.json())) == (404, ["error"])


def test_a_browser_is_sent_to_the_tidy_address_as_links_depend_on_it(app: Starlette) -> None:
    answer = ask(app, "/build//1001/?a=1", Accept="text/html")
    assert (answer.status_code, answer.headers["location"]) == (301, "/build/1001?a=1")


@pytest.mark.parametrize("target", ["/build/1001", "/eval/101/builds", "/api/nrqueue"])
def test_an_answer_that_a_client_has_is_not_sent_again(app: Starlette, target: str) -> None:
    first = ask(app, target, **JSON)
    same = ask(app, target, If_None_Match=f'"x", {first.headers["etag"]}', **JSON)
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    other = ask(app, target, If_None_Match='"x"', **JSON)
    assert (other.status_code, other.content) == (200, first.content)
    unchanged = ask(app, target, If_Modified_Since=first.headers["last-modified"], **JSON)
    assert unchanged.status_code == 304
    old = "Thu, 01 Jan 1970 00:00:00 GMT"
    assert ask(app, target, If_Modified_Since=old, **JSON).status_code == 200
    assert ask(app, target, If_Modified_Since="nonsense", **JSON).status_code == 200


def test_large_answers_are_compressed_for_those_who_ask(app: Starlette) -> None:
    plain = ask(app, "/eval/101/builds", Accept_Encoding="identity", **JSON)
    packed = ask(app, "/eval/101/builds", Accept_Encoding="gzip", **JSON)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()


def test_scripts_of_other_sites_may_read_and_nothing_else(app: Starlette) -> None:
    answer = ask(app, "/build/1001", Origin="https://elsewhere.example", **JSON)
    assert answer.headers["access-control-allow-origin"] == "*"
    for method, status in (("GET", 200), ("PUT", 400)):
        asked = ask(app, "/build/1001", "OPTIONS", Origin="https://elsewhere.example",
                    Access_Control_Request_Method=method)  # fmt: skip
        assert asked.status_code == status


def test_a_crawl_is_taken_over_when_it_has_ended(tmp_path: Path) -> None:
    crawler = fresh_crawl(tmp_path, hydra())
    source = CacheSource(tmp_path)
    before = source.snapshot
    seen = []

    def look(*_: object) -> None:
        seen.append(source.refresh())

    assert not source.refresh()
    new = evaluate(crawler.hydra.world, next(iter(crawler.hydra.world.jobsets)), 9)
    crawler.run(look)
    assert len(seen) > 2
    assert not any(seen)
    assert source.snapshot is before
    assert source.refresh()
    assert new in source.snapshot.evaluations
    assert not source.refresh()


def follower(cache: Path, watched: Callable[[], Iterable[Path]], rendered: list[int]) -> Follower:
    def render() -> bool:
        rendered.append(1)
        return True

    return Follower(CacheSource(cache), watched=watched, render=render)


def test_the_site_is_rendered_again_when_a_file_changes_comes_or_goes(
    cache: Path, tmp_path: Path
) -> None:
    rendered: list[int] = []
    following = follower(cache, tmp_path.iterdir, rendered)
    steps: list[Callable[[], object]] = [
        lambda: (tmp_path / "base.html").write_text("one"),
        (tmp_path / "base.html").unlink,
    ]
    assert not following.look()
    for number, step in enumerate(steps, start=1):
        step()
        assert following.look()
        assert not following.look()
        assert len(rendered) == number


def test_pages_are_told_how_to_learn_of_a_new_render(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Overview</h1>")
    pages = SitePages(tmp_path, str, RELOADING)
    app = serve_app(CacheSource(cache), pages, follower(cache, lambda: (), []))
    answer = ask(app, "/", Accept="text/html")
    assert answer.text == f"<h1>Overview</h1>{RELOADING}"
    assert answer.headers["cache-control"] == "no-store"
    assert "EventSource" in ask(app, "/-/reload.js").text


def test_every_address_is_described(app: Starlette) -> None:
    found = ask(app, "/openapi.json").json()
    assert {"/", "/build/{id}", "/eval/{id}/builds", "/login"} <= found["paths"].keys()
    for path, operations in found["paths"].items():
        named = {each["name"] for each in operations["get"]["parameters"] if each["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
        assert operations["get"]["summary"]
