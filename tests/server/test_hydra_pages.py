"""Programs get Hydra's own pages, browsers the site; what comes from a Hydra stays text there."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from lxml import html
from starlette.responses import PlainTextResponse

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.world.database_rows import Job, JobsetRow
from hydrasnap.demo.world.snapshot import snapshot
from hydrasnap.demo.world.world import World
from hydrasnap.model import JobsetKey
from hydrasnap.server.app import hydra_app
from hydrasnap.wire.html_listings import read_evaluation_ids, read_listing

TRUNK = JobsetKey("tools", "trunk")
SITE = PlainTextResponse("a page of the site")
BROWSERS = {
    "chromium": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "firefox": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "safari": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "internet explorer": "text/html, application/xhtml+xml, */*",
}
PROGRAMS = {"curl": "*/*", "our crawler": "text/html", "lynx": "text/html, text/plain, */*;q=0.01"}
PAGES = (
    "/build/1575", "/eval/200", "/eval/200/errors", "/jobset/tools/trunk/evals",
    "/jobset/tools/trunk/all", "/job/tools/trunk/hello.x86_64-linux",
    "/job/tools/trunk/hello.x86_64-linux/all",
)  # fmt: skip


class Frozen:
    """The embedded Hydra with a site beside its API."""

    live = None

    def __init__(self, world: World) -> None:
        self.snapshot = snapshot(world, DemoHydra.ORIGIN)


def ask(world: World, *targets: str, headers: Mapping[str, str]) -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=hydra_app(Frozen(world), SITE))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            del client.headers["Accept"]
            return [await client.get(target, headers=dict(headers)) for target in targets]

    return asyncio.run(run())


@pytest.mark.parametrize("browser", BROWSERS)
def test_browsers_get_the_site(browser: str) -> None:
    for answer in ask(DemoHydra().world, *PAGES, headers={"Accept": BROWSERS[browser]}):
        assert answer.text == "a page of the site"


@pytest.mark.parametrize("program", [*PROGRAMS, "one that accepts nothing"])
def test_programs_get_hydras_own_pages(program: str) -> None:
    headers = {"Accept": PROGRAMS[program]} if program in PROGRAMS else {}
    for answer in ask(DemoHydra().world, *PAGES, "/project/tools", headers=headers)[:-1]:
        assert answer.status_code == 200
        assert answer.text.startswith("<!DOCTYPE html>")
        assert "<title>Hydra - " in answer.text


def test_what_a_hydra_says_stays_text() -> None:
    """The project of odd names has scripts in every field."""
    world = DemoHydra().world
    key = JobsetKey("odd_names", "main")
    newest = world.evaluations_of(key)[0]
    builds = [row for row in world.current_builds(key) if "<" in row.job or row.releasename]
    world.set_error(key, errormsg="</pre><script>alert(1)</script>")
    targets = (
        *(f"/build/{row.id}" for row in builds), f"/eval/{newest.id}?full=1",
        f"/eval/{newest.id}?filter=<script>", f"/eval/{newest.id}/errors",
        "/jobset/odd_names/main/evals", "/jobset/odd_names/main/all",
        "/job/odd_names/main/%3Cscript%3E", "/build/%3Cscript%3Ealert%281%29",
    )  # fmt: skip
    for answer in ask(world, *targets, headers={"Accept": "text/html"}):
        tree = html.document_fromstring(answer.text)
        assert not tree.findall(".//script"), answer.url
        links = [str(link) for link in tree.xpath("//@href | //@src")]
        assert all(link.startswith(("http", "?", "#")) for link in links), links


def test_a_long_tab_says_where_the_rest_is() -> None:
    world = World()
    world.add_project("p")
    key = world.add_jobset(JobsetRow("p", "j"))
    row = world.add_evaluation(key, [Job(f"job-{n}") for n in range(260)])
    for number in row.builds:
        world.finish(number)
    evaluation = Frozen(world).snapshot.evaluations[row.id]
    short, full = ask(
        world, f"/eval/{row.id}", f"/eval/{row.id}?full=1", headers={"Accept": "text/html"}
    )
    assert short.text.count('class="row-link"') == 250
    assert "(10 more)" in short.text
    assert len(read_listing(full.content, evaluation, "/")) == 260


def test_an_evaluation_is_compared_with_the_one_that_is_asked_for() -> None:
    world = DemoHydra().world
    newest, *_, oldest = world.evaluations_of(TRUNK)
    targets = (f"/eval/{newest.id}?compare={n}" for n in (newest.id, oldest.id, 999_999, "day"))
    same, old, unknown, word = ask(world, *targets, headers={"Accept": "text/html"})
    assert "Newly Failing Jobs" not in same.text
    assert "New Jobs" in old.text
    assert (unknown.status_code, word.status_code) == (404, 400)
    assert "by id" in word.text


def test_a_list_that_is_not_whole_does_not_say_how_long_it_is() -> None:
    world = DemoHydra().world
    whole, *_ = ask(world, "/jobset/tools/trunk/evals", headers={"Accept": "text/html"})
    count = len(world.evaluations_of(TRUNK))
    assert f"out of {count}." in whole.text
    assert read_evaluation_ids(whole.content, "/").total == count
