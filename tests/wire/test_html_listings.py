"""Hydra's HTML page of an evaluation: rows become builds, another table is an error."""

import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import synthetic_world

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.errors import NotAHydraError
from hydrasnap.model import Build, BuildStatus, Evaluation
from hydrasnap.wire.html_listings import read_evaluation_ids, read_listing

HEAD = (
    '<table class="table table-striped"><thead><tr><th></th><th>#</th><th>Job</th>'
    "<th>Finished at</th><th>Package/release name</th><th>System</th></tr></thead><tbody>"
)


def row(
    number: object = 7, title: str = "Failed", job: str = "hello", stop: str = "1795250090"
) -> str:
    """Write a row as Hydra's template does, without the scripts of the page."""
    link = f"http://127.0.0.1:3000/build/{number}"
    when = f'<time title="x (UTC)" data-timestamp="{stop}" class="date is-relative">2d ago</time>'
    return f"""    <tr>        <td>      <img src="http://h/static/images/x.svg" height="16"
        title="{title}" alt="{title}" class="build-status" />        </td>
      <td><a class="row-link" href="{link}">{number}</a></td>        <td>
          <a href="{link}">{job}</a>        </td>
      <td class="nowrap">{when if stop else "-"}</td>
      <td>hello-2.12</td>
      <td class="nowrap"><tt>x86_64-linux</tt></td>    </tr>"""


def tab(name: str, *rows: str, head: str = HEAD) -> str:
    body = "".join(rows)
    return f'<div id="tabs-{name}" class="tab-pane">{head}{body}</tbody></table></div>'


REMOVED = tab(
    "removed",
    '<tr><td><a href="http://h/job/p/j/gone">gone</a></td><td><tt>x86_64-linux</tt></td></tr>',
    head="<table><thead><tr><th>Job</th><th>System</th></tr></thead><tbody>",
)
INPUTS = tab(
    "inputs",
    "<tr><td><tt>nixpkgs</tt></td><td>Git</td><td></td><td></td><td></td></tr>",
    head="<table><thead><tr><th>Name</th><th>Type</th></tr></thead><tbody>",
)


def read(*tabs: str, builds: tuple[int, ...] = (7, 8, 9)) -> list[Build]:
    text = (
        f"<!DOCTYPE html>\n<html><body><div class='tab-content'>{''.join(tabs)}</div></body></html>"
    )
    evaluation = Evaluation(id=1, project="p", jobset="j", builds=builds)
    return read_listing(text.encode("utf-8", "surrogatepass"), evaluation, "/eval/1?full=1")


def test_a_row_tells_of_a_build() -> None:
    (found,) = read(tab("still-fail", row()))
    assert found == Build(
        id=7, project="p", jobset="j", job="hello", nixname="hello-2.12", system="x86_64-linux",
        finished=True, buildstatus=1, stoptime=1795250090, partial=True,
    )  # fmt: skip


def test_all_tabs_of_builds_are_read_and_no_others() -> None:
    names = (
        "aborted",
        "now-fail",
        "now-succeed",
        "new",
        "still-fail",
        "still-succeed",
        "unfinished",
    )
    tabs = [tab(name, row(number)) for number, name in enumerate(names, 20)]
    found = read(*tabs, REMOVED, INPUTS, builds=tuple(range(20, 27)))
    assert [build.id for build in found] == list(range(20, 27))


@pytest.mark.parametrize(
    ("title", "code"),
    [("Succeeded", 0), ("Dependency failed", 2), ("Aborted", 3), ("Cancelled", 4),
     ("Failed with output", 6), ("Timed out", 7), ("Unsupported system type", 9),
     ("Log limit exceeded", 10), ("Output size limit exceeded", 11),
     ("Non-deterministic build", 12), ("Queued", None), ("Build in progress", None)],
)  # fmt: skip
def test_the_picture_tells_the_status(title: str, code: int | None) -> None:
    (found,) = read(tab("new", row(title=title, stop="" if code is None else "5")))
    assert (found.finished, found.buildstatus) == (code is not None, code)
    assert found.status is not BuildStatus.UNKNOWN


def test_rows_of_other_evaluations_are_left_out() -> None:
    assert [build.id for build in read(tab("new", row(7), row(70)))] == [7]


@pytest.mark.parametrize(
    ("job", "name"),
    [
        ("a &amp; &lt;b&gt;", "a & <b>"),
        ("nixos.tests.\u202egnirts", "nixos.tests.\u202egnirts"),
        ("con/../%2F", "con/../%2F"),
        ("&quot;x&quot;", '"x"'),
        ("x" * 900, "x" * 900),
    ],
)
def test_names_come_as_they_are(job: str, name: str) -> None:
    assert read(tab("new", row(job=job)))[0].job == name


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (tab("new", row(title="Exploded")), "the status 'Exploded'"),
        (tab("new", row("x")), "a row without a build id"),
        (tab("new", row("9" * 5000)), "a row without a build id"),
        (tab("new", "<tr><td>1</td><td>2</td></tr>"), "a row of 2 cells"),
        (tab("new", row(), head=HEAD.replace("Job", "Task")), "columns , #, Task"),
        (tab("new"), "no row of a build"),
        (REMOVED, "no row of a build"),
        ("<h1>Please wait while we check your browser</h1>", "no row of a build"),
        ("", "no row of a build"),
        ("<div>" * 50_000, "no row of a build"),
        ("<tr>" * 50_000, "no row of a build"),
    ],
)  # fmt: skip
def test_another_table_is_an_error_and_no_guess(page: str, words: str) -> None:
    with pytest.raises(NotAHydraError, match="is not a page that hydrasnap knows") as caught:
        read(page)
    assert words in caught.value.message


def test_an_empty_evaluation_has_an_empty_page() -> None:
    assert read(builds=()) == []


@pytest.mark.parametrize("stop", ["9" * 5000, "-1", "soon", "\u0663"])
def test_a_time_that_is_none_is_unknown(stop: str) -> None:
    assert read(tab("new", row(stop=stop)))[0].stoptime in (None, 3)


@settings(deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 2000))
def test_no_page_breaks_it(noise: str, place: int) -> None:
    page = tab("new", row())
    try:
        found = read(page[:place] + noise + page[place:])
    except NotAHydraError:
        return
    assert [build.id for build in found] in ([7], [8], [9], [7, 8], [7, 9], [8, 9], [7, 8, 9])


def test_the_embedded_hydras_page_says_what_its_builds_say() -> None:
    hydra = DemoHydra(world=synthetic_world(300, 2))
    (number, *_) = sorted(hydra.world.evaluations, reverse=True)
    row_ = hydra.world.evaluations[number]
    evaluation = Evaluation(id=number, project="scale", jobset="trunk", builds=row_.builds)

    async def ask() -> bytes:
        transport = httpx.ASGITransport(app=hydra)
        async with httpx.AsyncClient(transport=transport, base_url=hydra.ORIGIN) as client:
            return (await client.get(f"/eval/{number}?full=1")).content

    found = read_listing(asyncio.run(ask()), evaluation, "/")
    assert tuple(build.id for build in found) == row_.builds
    for build in found:
        truth = hydra.world.builds[build.id]
        assert (build.job, build.system, build.finished) == (
            truth.job,
            truth.system,
            truth.finished,
        )
        if truth.finished:
            assert (build.buildstatus, build.stoptime) == (truth.status, truth.stoptime)


SHORT_LIST = """<html><body><p>Showing evaluations 1 - 20 out of 45.</p>
<table class="table"><thead><tr><th>#</th><th>Date</th><th colspan="1">Input changes</th>
<th colspan='3'>Jobs</th></tr></thead><tbody>
<tr><td><a class="row-link" href="http://h/eval/12">12</a></td><td>x</td></tr>
<tr><td><a class="row-link" href="http://h/eval/15">15</a></td><td><a href="/eval/3">3</a></td></tr>
</tbody></table></body></html>"""


def test_the_list_of_evaluations_tells_ids_and_how_many_there_are() -> None:
    found = read_evaluation_ids(SHORT_LIST.encode(), "/jobset/p/j/evals")
    assert (found.ids, found.total) == ((15, 12), 45)


@pytest.mark.parametrize(
    "body",
    ["", " ", "<html></html>", "<p>Please wait</p>", SHORT_LIST.replace("Jobs", "Tasks"),
     SHORT_LIST.replace("Showing", "Seeing"), SHORT_LIST.replace("45", "9" * 5000), "\x00"],
)  # fmt: skip
def test_another_list_is_an_error_and_no_guess(body: str) -> None:
    with pytest.raises(NotAHydraError, match="is not a page that hydrasnap knows"):
        read_evaluation_ids(body.encode(), "/jobset/p/j/evals")
